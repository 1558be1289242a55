"""Contacts from vCard 2.1, 3.0 and 4.0 and to vCard 3.0 (RFC 2426, RFC 6350).

Dropped by design in reading: what a contact has no field for and no reader would miss (UID, REV,
GENDER, GEO, TZ, KEY, LOGO, SOUND, LABEL beside ADR, AGENT, ...). Numbers, addresses, links, people
and dates beyond the fields become lines of the notes. In writing: Alias and WeightedRank, the time
of day of dates, notes that are neither text nor HTML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from overair.items import charsets
from overair.items.contact import Contact
from overair.items.text import one_line
from overair.items.vcard.cards import Card, cards
from overair.items.vcard.reading import read
from overair.items.vcard.writing import write

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"B\0E\0", "utf-16-le"),
    (b"\0B\0E", "utf-16-be"),
)
"""How files begin that are in UTF-16 or carry a byte order mark."""
_CHARSET: Final = re.compile(rb"CHARSET=\"?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)


class Refusal(msgspec.Struct, frozen=True):
    """A card, or a part of one, that did not become a contact."""

    card: int
    """Its place in the file, from 1; 0 for a text that holds no card."""
    name: str
    """What the card is called, to find it again."""
    reason: str
    whole: bool = True
    """False where only a part was left out, such as the picture: the contact stands before."""


def contacts_from_vcard(text: str | bytes) -> Iterator[Contact | Refusal]:
    """The contacts of a vCard file, in its order, and what was refused; any text is taken.

    Bytes are read in the character set that their mark or a CHARSET names, or else a guessed one.
    """
    empty = True
    for card in cards((_decoded(text) if isinstance(text, bytes) else text).removeprefix("\ufeff")):
        empty = False
        if card.refused:
            yield _refusal(card, card.refused, whole=True)
            continue
        contact, problems = read(card)
        if contact is None:
            yield _refusal(card, problems[-1], whole=True)
            continue
        yield contact
        for problem in problems:
            yield _refusal(card, problem, whole=False)
    if empty:
        yield Refusal(0, "", "holds no vCard")


def contact_to_vcard(contact: Contact) -> str:
    """The vCard 3.0 of a contact, which the most programs take; lines end with CRLF."""
    return write(contact)


def _refusal(card: Card, reason: str, *, whole: bool) -> Refusal:
    found = next(
        (one.text for name in ("FN", "N", "EMAIL") for one in card.properties if one.name == name), ""
    )
    return Refusal(card.number, one_line(found, 80), reason, whole)


def _decoded(data: bytes) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return charsets.decode(data, codec)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Values in quoted-printable are ASCII, whatever their CHARSET: any other one is the file's.
        labels = (match[1].decode("ascii") for match in _CHARSET.finditer(data))
        label = next((one for one in labels if charsets.codec_of(one) not in (None, "utf-8", "ascii")), "")
        return charsets.decode(data, charsets.resolve(label, data))
