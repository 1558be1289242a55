"""Reading XML from outside within bounds, and writing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from overair.wbxml.encode import xml_text

MAXIMUM_SIZE: Final = 16 * 1024
"""Bytes of a document; those of phones have some 400, answers less than 4,000."""


class InvalidXml(ValueError):
    """A document that is too large, is not well-formed, or has a document type."""


def parse(data: bytes) -> Element:
    """The root of a document, in any encoding that expat knows. Raises InvalidXml."""
    if len(data) > MAXIMUM_SIZE:
        raise InvalidXml(f"more than {MAXIMUM_SIZE} bytes")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        # ValueError and LookupError: encodings that Python does not know or cannot map.
        raise InvalidXml(f"not well-formed: {type(error).__name__}") from None
    return root


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of an element, empty where it has none."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """The children of a name, in whatever namespace: clients write them in several."""
    return (child for child in element if local_name(child) == name)


def text_of(element: Element | None, name: str) -> str:
    """The text of the first child of a name without blanks around it; empty where there is none."""
    child = next(children(element, name), None) if element is not None else None
    return (child.text or "").strip() if child is not None else ""


def add(parent: Element, name: str, text: str | None = None) -> Element:
    """Append an element, with text unless that is None."""
    child = SubElement(parent, name)
    child.text = None if text is None else xml_text(text)
    return child


def document(root: Element) -> bytes:
    """A document in UTF-8."""
    # With the quotation marks that every client's own reader was tried with.
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written
