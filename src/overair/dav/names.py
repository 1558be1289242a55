"""The names of XML elements, as ElementTree has them."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, register_namespace, tostring

DAV: Final = "{DAV:}"
CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"
CARDDAV: Final = "{urn:ietf:params:xml:ns:carddav}"
CALENDAR_SERVER: Final = "{http://calendarserver.org/ns/}"
for _prefix, _name in (("D", DAV), ("C", CALDAV), ("A", CARDDAV), ("S", CALENDAR_SERVER)):
    register_namespace(_prefix, _name[1:-1])

HREF: Final = f"{DAV}href"
ETAG: Final = f"{DAV}getetag"
CTAG: Final = f"{CALENDAR_SERVER}getctag"
SYNC_TOKEN: Final = f"{DAV}sync-token"
SYNC_COLLECTION: Final = f"{DAV}sync-collection"
RESOURCE_TYPE: Final = f"{DAV}resourcetype"
DISPLAY_NAME: Final = f"{DAV}displayname"
CALENDAR: Final = f"{CALDAV}calendar"
ADDRESS_BOOK: Final = f"{CARDDAV}addressbook"
COMPONENT: Final = f"{CALDAV}comp"
COMPONENTS: Final = f"{CALDAV}supported-calendar-component-set"


def element(name: str, /, *children: Element, text: str | None = None, **attributes: str) -> Element:
    """An element with what is in it."""
    made = Element(name, attributes)
    made.text = text
    made.extend(children)
    return made


def properties(*names: str) -> Element:
    """The element that asks for properties."""
    return element(f"{DAV}prop", *map(Element, names))


def document(root: Element) -> bytes:
    """An element as the body of a request."""
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
