"""A contact as a vCard 3.0, with the extensions that Apple, Google and Evolution share."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from vobject.base import ContentLine, backslashEscape

from overair.items.contact import Contact
from overair.items.renditions import StoredBody
from overair.items.text import cleaned
from overair.items.vcard.dates import day_of
from overair.items.vcard.slots import (
    ADDRESS,
    ADDRESSES,
    EMAILS,
    IM_ADDRESSES,
    NAME,
    NO_YEAR,
    PHONES_WRITTEN,
    RELATED_WRITTEN,
    SLOT,
    TEXTS,
)
from overair.protocol.body_preferences import BodyType

Parameters = dict[str, list[str]]
_PNG: Final = b"\x89PNG"


class Line(msgspec.Struct, frozen=True):
    """One property of a card."""

    name: str
    value: str
    """Escaped already."""
    parameters: Parameters = {}
    label: str = ""
    """What X-ABLabel says in the property's group."""


def write(contact: Contact, more: Sequence[Line] = ()) -> str:
    """The vCard 3.0 of a contact, and ``more`` that is said of it, its lines folded and ended by CRLF.

    vCard 3.0 is what the most programs take: phones, Outlook, iCloud, Google and CardDAV servers.
    """
    lines = ["BEGIN:VCARD\r\n", "VERSION:3.0\r\n"]
    groups = 0
    for line in (*more, *lines_of(contact)):
        group = None
        if line.label:
            groups += 1
            group = f"item{groups}"
        lines.append(_folded(line.name, line.value, line.parameters, group))
        if line.label:
            lines.append(_folded("X-ABLabel", f"_$!<{line.label}>!$_", {}, group))
    lines.append("END:VCARD\r\n")
    return "".join(lines)


def _folded(name: str, value: str, parameters: Parameters, group: str | None) -> str:
    content = ContentLine(name, [[key, *values] for key, values in parameters.items()], value, group=group)
    return str(content.serialize())


def escaped(text: str | None) -> str:
    """A text as a value."""
    return str(backslashEscape(cleaned(text or "")))


def _structured(parts: Iterable[str | None]) -> str:
    return ";".join(map(escaped, parts))


def display_name(contact: Contact) -> str:
    """What a contact is called: FN, and FileAs where nothing else says it."""
    name = (contact.title, contact.first_name, contact.middle_name, contact.last_name, contact.suffix)
    others = (contact.file_as, contact.nick_name, contact.company_name, contact.email1_address)
    numbers = (contact.mobile_phone_number, contact.home_phone_number, contact.business_phone_number)
    return " ".join(filter(None, name)) or next(filter(None, others + numbers), "")


def lines_of(contact: Contact) -> Iterator[Line]:
    """What a card says of a contact."""
    yield Line("N", _structured(getattr(contact, field) for field in NAME))
    yield Line("FN", escaped(display_name(contact)))
    if contact.company_name or contact.department:
        parts = (contact.company_name, *filter(None, (contact.department,)))
        yield Line("ORG", _structured(parts))
    for name, field in TEXTS.items():
        text = getattr(contact, field)
        if text:
            yield Line(name, escaped(text))
    for count, (place, email) in enumerate(_slots(contact, EMAILS)):
        types = ["INTERNET"] if count else ["INTERNET", "PREF"]
        yield Line("EMAIL", escaped(email), place | {"TYPE": types})
    yield from _phones(contact)
    yield from _addresses(contact)
    for place, address in _slots(contact, IM_ADDRESSES):
        yield Line("IMPP", escaped(address), place)
    yield from _dates(contact)
    for field, label in RELATED_WRITTEN.items():
        name = getattr(contact, field)
        if name:
            yield Line("X-ABRELATEDNAMES", escaped(name), label=label)
    for child in contact.children or ():
        yield Line("X-ABRELATEDNAMES", escaped(child), label="Child")
    if contact.categories:
        yield Line("CATEGORIES", ",".join(map(escaped, contact.categories)))
    if contact.body is not None and contact.body.data:
        yield Line("NOTE", escaped(StoredBody(contact.body).start(BodyType.PLAIN_TEXT, None)))
    if contact.picture:
        kind = "PNG" if contact.picture.startswith(_PNG) else "JPEG"
        data = b64encode(contact.picture).decode("ascii")
        yield Line("PHOTO", data, {"ENCODING": ["b"], "TYPE": [kind]})


def _slots(contact: Contact, fields: Sequence[str]) -> Iterator[tuple[Parameters, str]]:
    """The values of fields that are alike, each with its place where those before it do not say it."""
    gap = False
    for place, field in enumerate(fields, start=1):
        value = getattr(contact, field)
        if value:
            yield {SLOT: [str(place)]} if gap else {}, value
        else:
            gap = True


def _phones(contact: Contact) -> Iterator[Line]:
    for fields, types in PHONES_WRITTEN.items():
        for place, number in _slots(contact, fields):
            yield Line("TEL", escaped(number), place | {"TYPE": types.split(",")})


def _addresses(contact: Contact) -> Iterator[Line]:
    for kind, start in ADDRESSES.items():
        parts = [getattr(contact, f"{start}_address_{part}") for part in ADDRESS]
        # Outlook's place for the office, too (MS-OXVCARD).
        office = contact.office_location if kind == "WORK" else None
        if office or any(parts):
            yield Line("ADR", _structured((None, office, *parts)), {"TYPE": [kind]})


def _dates(contact: Contact) -> Iterator[Line]:
    for value, name, label in (
        (contact.birthday, "BDAY", ""),
        (contact.anniversary, "X-ABDATE", "Anniversary"),
    ):
        if value is not None:
            day = day_of(value)
            omitted: Parameters = {"X-APPLE-OMIT-YEAR": [str(NO_YEAR)]} if day.year == NO_YEAR else {}
            yield Line(name, day.isoformat(), omitted, label)
