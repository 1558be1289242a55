"""FETCH: what a server says of a message."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from overair.imap.atoms import Atom, Unreadable, integer, pairs, parse_atoms, text
from overair.imap.body_structure import BodyPart, parse_body
from overair.imap.responses import FetchResult, UnreadableFetch
from overair.imap.writing import MONTHS

if TYPE_CHECKING:
    from overair.imap.reader import Response

_PLAIN: Final = re.compile(
    rb"\* (\d{1,10}) FETCH \((?:(?:UID (\d{1,10})|FLAGS \(([^()\"]*)\)|INTERNALDATE \"([^\"\\]*)\""
    rb"|RFC822\.SIZE (\d{1,18})|MODSEQ \((\d{1,20})\))(?: (?!\))|(?=\))))+\)",
    re.IGNORECASE,
)
"""The overview of a message, which comes by the thousand: read in a tenth of the parser's time."""
_UID: Final = re.compile(rb"[( ]UID (\d{1,10})[ )]", re.IGNORECASE)
_SECTION: Final = re.compile(r"BODY\[(.*)\](<\d+>)?", re.DOTALL)
_DATE: Final = re.compile(
    r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?",
)
SYSTEM_FLAGS: Final = {
    flag.lower(): flag for flag in ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "\\Recent")
}
NAMES: Final = {month.lower(): number for number, month in enumerate(MONTHS, 1)}


def parse_fetch(response: Response) -> FetchResult | UnreadableFetch:
    """A whole response."""
    first = response[0]
    if isinstance(first, bytes) and (plain := _PLAIN.fullmatch(first)):
        sequence, uid, flags, date, size, modseq = plain.groups()
        return FetchResult(
            int(sequence),
            _optional(uid),
            None if flags is None else parse_flags(flags),
            None if date is None else parse_date(date),
            _optional(size),
            _optional(modseq),
        )
    try:
        return _parse(response)
    except Unreadable:
        line = first if isinstance(first, bytes) else first[0]
        found = _UID.search(line)
        return UnreadableFetch(int(found[1]) if found else None)


def _optional(digits: bytes | None) -> int | None:
    return None if digits is None else int(digits)


@lru_cache(maxsize=4096)
def parse_flags(line: bytes) -> frozenset[str]:
    """Flags as they stand between the parentheses; those of many messages are one object."""
    names = line.decode("utf-8", "replace").split()
    return frozenset(SYSTEM_FLAGS.get(name.lower(), name) for name in names)


def parse_date(value: bytes) -> dt.datetime | None:
    """An internal date; None for what is none."""
    found = _DATE.fullmatch(value.decode("ascii", "replace"))
    if found is None or found[2].lower() not in NAMES:
        return None
    day, _, year, hour, minute, second, sign, zone_hours, zone_minutes = found.groups()
    offset = dt.timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
    try:
        return dt.datetime(
            int(year),
            NAMES[found[2].lower()],
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),
            tzinfo=dt.timezone(-offset if sign == "-" else offset),
        )
    except ValueError:
        return None


def _parse(response: Response) -> FetchResult:
    atoms = parse_atoms(response)
    if len(atoms) != 4:
        raise Unreadable("not a FETCH")
    fields: dict[str, Any] = {}
    sections: dict[str, bytes] = {}
    for name, value in pairs(atoms[3]):
        section = _SECTION.fullmatch(name)
        if section is not None:
            if not (value is None or isinstance(value, bytes)):
                raise Unreadable("not the text of a section")
            sections[section[1] + (section[2] or "")] = value or b""
        elif name in FIELDS:
            field, parse = FIELDS[name]
            fields[field] = parse(value)
    return FetchResult(integer(atoms[1]), sections=sections, **fields)


def _flags(value: Atom) -> frozenset[str]:
    if not isinstance(value, tuple):
        raise Unreadable("not a list of flags")
    return parse_flags(b" ".join((text(flag) or "").encode() for flag in value))


def _date(value: Atom) -> dt.datetime | None:
    return parse_date(value) if isinstance(value, bytes) else None


def _in_list(value: Atom) -> Atom:
    return value[0] if isinstance(value, tuple) and value else None


def _body(value: Atom) -> BodyPart | None:
    """The structure; None for what is none: the message itself can still be fetched."""
    try:
        return parse_body(value)
    except (ValueError, RecursionError):
        return None


FIELDS: Final[dict[str, tuple[str, Callable[[Atom], object]]]] = {
    "UID": ("uid", integer),
    "FLAGS": ("flags", _flags),
    "INTERNALDATE": ("internal_date", _date),
    "RFC822.SIZE": ("size", integer),
    "MODSEQ": ("modseq", lambda value: integer(_in_list(value))),
    "BODYSTRUCTURE": ("body_structure", _body),
}
