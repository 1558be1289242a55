"""Responses without a tag, as typed values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from overair.imap import mailbox_names
from overair.imap.atoms import Atom, Unreadable, pairs, parse_atoms, text
from overair.imap.capabilities import parse_capabilities
from overair.imap.conditions import KINDS, parse_condition
from overair.imap.fetch_response import parse_fetch, parse_flags
from overair.imap.mailbox_responses import parse_acl, parse_list, parse_my_rights, parse_status
from overair.imap.responses import (
    Capability,
    Enabled,
    Exists,
    Expunge,
    Flags,
    Found,
    Identity,
    Namespace,
    Namespaces,
    SearchResult,
    Untagged,
    Vanished,
    VanishedEarlier,
)
from overair.imap.uid_set import UidSet

if TYPE_CHECKING:
    from overair.imap.reader import Response

_NUMBERED: Final = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE|FETCH)\b", re.IGNORECASE)
_NAMED: Final = re.compile(rb"\* ([A-Za-z][A-Za-z0-9-]*)(?: |\Z)")
_ESEARCH: Final = re.compile(
    rb"(?: ?\(TAG [^()]*\))?(?: UID)?(?: MODSEQ (\d{1,20}))?(?: ALL ([\d:,]+))?(?: MODSEQ (\d{1,20}))?",
    re.IGNORECASE,
)
_MODSEQ: Final = re.compile(rb"MODSEQ (\d{1,20})\)", re.IGNORECASE)
_VANISHED: Final = re.compile(rb"(\(EARLIER\) )?([\d:,]+)", re.IGNORECASE)


def parse_untagged(response: Response, *, utf8: bool) -> Untagged | None:
    """A response that begins with "*"; None for one that says nothing of interest. Raises Unreadable.

    ``utf8``: names of mailboxes are in UTF-8.
    """
    line = _line(response)
    numbered = _NUMBERED.match(line)
    if numbered:
        kind = numbered[2].upper()
        if kind == b"FETCH":
            return parse_fetch(response)
        return (Exists if kind == b"EXISTS" else Expunge)(int(numbered[1]))
    named = _NAMED.match(line)
    if named is None:
        if re.match(rb"\* \d+ ", line):
            return None  # RECENT, and whatever else may be counted
        raise Unreadable("not a response")
    name = named[1].upper()
    rest = line[named.end() :]
    if name in KINDS:
        return parse_condition(line[2:])
    if name in OF_LINE:
        return OF_LINE[name](rest)
    if name in OF_MAILBOX:
        first = response[0]
        tail = rest if isinstance(first, bytes) else (rest, first[1])
        return OF_MAILBOX[name]([tail, *response[1:]], utf8)
    if name in OF_ATOMS:
        return OF_ATOMS[name](parse_atoms(response)[2:], utf8)
    return None


def _line(response: Response) -> bytes:
    first = response[0]
    return first if isinstance(first, bytes) else first[0]


def _uids(value: bytes) -> UidSet:
    try:
        return UidSet.parse(value.decode("ascii"))
    except ValueError:
        raise Unreadable("not a set of UIDs") from None


def _vanished(line: bytes) -> Untagged:
    found = _VANISHED.fullmatch(line.strip())
    if found is None:
        raise Unreadable("not a VANISHED")
    return (VanishedEarlier if found[1] else Vanished)(_uids(found[2]))


def _search(line: bytes) -> Untagged:
    numbers, parenthesis, rest = line.strip().partition(b"(")
    modseq = _MODSEQ.fullmatch(rest)
    if bool(parenthesis) != (modseq is not None):
        raise Unreadable("not a SEARCH")
    uids = _uids(b",".join(numbers.split()))
    return Found(SearchResult(uids, int(modseq[1]) if modseq else None))


def _extended_search(line: bytes) -> Untagged:
    found = _ESEARCH.fullmatch(b" " + line.strip())
    if found is None:
        raise Unreadable("not an ESEARCH")
    modseq = found[1] or found[3]
    uids = _uids(found[2]) if found[2] else UidSet()
    return Found(SearchResult(uids, int(modseq) if modseq else None))


def _flags(line: bytes) -> Untagged:
    return Flags(parse_flags(line.strip().removeprefix(b"(").removesuffix(b")")))


def _capability(line: bytes) -> Untagged:
    return Capability(parse_capabilities(line))


def _enabled(line: bytes) -> Untagged:
    return Enabled(frozenset(line.decode("ascii", "replace").upper().split()))


def _namespace(atoms: tuple[Atom, ...], utf8: bool) -> Untagged:
    if len(atoms) != 3:
        raise Unreadable("not a NAMESPACE")
    personal, others, shared = (_namespaces(kind, utf8=utf8) for kind in atoms)
    return Namespaces(personal, others, shared)


def _namespaces(value: Atom, *, utf8: bool) -> tuple[Namespace, ...]:
    if value is None:
        return ()
    if not isinstance(value, tuple):
        raise Unreadable("not a list of namespaces")
    found: list[Namespace] = []
    for entry in value:
        if not isinstance(entry, tuple) or len(entry) < 2 or not isinstance(entry[0], bytes):
            raise Unreadable("not a namespace")
        found.append(Namespace(mailbox_names.decode(entry[0], utf8=utf8), text(entry[1]) or None))
    return tuple(found)


def _identity(atoms: tuple[Atom, ...], utf8: bool) -> Untagged:
    if not atoms or atoms[0] is None:
        return Identity({})
    return Identity({name.lower(): text(value) or "" for name, value in pairs(atoms[0])})


OF_LINE: Final[dict[bytes, Callable[[bytes], Untagged]]] = {
    b"VANISHED": _vanished,
    b"SEARCH": _search,
    b"ESEARCH": _extended_search,
    b"FLAGS": _flags,
    b"CAPABILITY": _capability,
    b"ENABLED": _enabled,
}
OF_MAILBOX: Final[dict[bytes, Callable[[Response, bool], Untagged]]] = {
    b"LIST": parse_list,
    b"LSUB": parse_list,
    b"STATUS": parse_status,
    b"MYRIGHTS": parse_my_rights,
    b"ACL": parse_acl,
}
OF_ATOMS: Final[dict[bytes, Callable[[tuple[Atom, ...], bool], Untagged]]] = {
    b"NAMESPACE": _namespace,
    b"ID": _identity,
}
