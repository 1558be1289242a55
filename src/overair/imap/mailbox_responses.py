"""LIST, STATUS and rights: responses that name a mailbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from overair.imap import mailbox_names
from overair.imap.atoms import Atom, Unreadable, integer, pairs, parse_atoms, text
from overair.imap.responses import FolderStatus, ListEntry, Rights, Untagged

if TYPE_CHECKING:
    from overair.imap.reader import Response

LONGEST_NAME: Final = 16 * 1024
"""Bytes of a mailbox's name; servers allow 1,000 to 4,000."""
LONGEST_LINE: Final = 64 * 1024
"""Bytes of a line that begins with a name."""
_LIST: Final = re.compile(rb'\(([^()]*)\) (?:"(\\?.)"|NIL) ', re.IGNORECASE)
_NAME: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"|\{\d+\}|[^ ()"]+')
"""A mailbox: quoted, as a literal or an atom, with brackets, which the parser takes for a section."""
_ESCAPE: Final = re.compile(rb"\\(.)")
_IDENTIFIER: Final = re.compile(
    rb"(\bMAILBOXID )(?!(?:\([A-Za-z0-9_-]{1,255}\)|NIL)[ )]).*?"
    rb"(?= (?:MESSAGES|UNSEEN|UIDNEXT|UIDVALIDITY|HIGHESTMODSEQ|SIZE|DELETED) |\)\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""What stands in place of an identifier and is none: Cyrus 3.6 tells what lies in its memory, which may be
parentheses and quotes.
"""


def parse_list(response: Response, utf8: bool) -> Untagged:
    """LIST, from its attributes on. Raises Unreadable."""
    line, literal = _split(response)
    found = _LIST.match(line)
    if found is None:
        raise Unreadable("not a LIST")
    name, _ = _mailbox([_joined(line[found.end() :], literal), *response[1:]], utf8=utf8)
    delimiter = found[2][-1:].decode("ascii", "replace") if found[2] else None
    return ListEntry(name, delimiter, frozenset(found[1].decode("ascii", "replace").lower().split()))


def parse_status(response: Response, utf8: bool) -> Untagged:
    """STATUS, from the mailbox on. Raises Unreadable."""
    name, rest = _mailbox(response, utf8=utf8)
    atoms = parse_atoms([_IDENTIFIER.sub(rb"\1(?)", one) if isinstance(one, bytes) else one for one in rest])
    if len(atoms) != 1:
        raise Unreadable("not a STATUS")
    fields: dict[str, Any] = {}
    for item, value in pairs(atoms[0]):
        if item in ITEMS:
            field, parse = ITEMS[item]
            fields[field] = parse(value)
    return FolderStatus(name, **fields)


def parse_my_rights(response: Response, utf8: bool) -> Untagged:
    """MYRIGHTS, from the mailbox on. Raises Unreadable."""
    name, rest = _mailbox(response, utf8=utf8)
    atoms = parse_atoms(rest)
    return Rights(name, {"": frozenset(text(atoms[0]) or "") if atoms else frozenset()})


def parse_acl(response: Response, utf8: bool) -> Untagged:
    """ACL, from the mailbox on. Raises Unreadable."""
    name, rest = _mailbox(response, utf8=utf8)
    atoms = parse_atoms(rest)
    if len(atoms) % 2:
        raise Unreadable("not an ACL")
    return Rights(
        name,
        {
            text(who) or "": frozenset(text(rights) or "")
            for who, rights in zip(atoms[::2], atoms[1::2], strict=True)
        },
    )


def _mailbox(response: Response, *, utf8: bool) -> tuple[str, Response]:
    """The name that a response begins with, and what is behind it."""
    line, literal = _split(response)
    if len(line) > LONGEST_LINE:
        raise Unreadable("too long a line")
    found = _NAME.match(line)
    if found is None:
        raise Unreadable("no name of a mailbox")
    rest: Response = [_joined(line[found.end() :], literal), *response[1:]]
    if found[1] is not None:
        wire = _ESCAPE.sub(rb"\1", found[1])
    elif literal is not None and found.end() == len(line):
        wire, rest = literal, response[1:]
    else:
        wire = found[0]
    if len(wire) > LONGEST_NAME:
        raise Unreadable("too long a name")
    name = mailbox_names.decode(wire, utf8=utf8)
    return "INBOX" if name.upper() == "INBOX" else name, rest


def _split(response: Response) -> tuple[bytes, bytes | None]:
    if not response:
        raise Unreadable("nothing")
    first = response[0]
    return (first, None) if isinstance(first, bytes) else first


def _joined(line: bytes, literal: bytes | None) -> bytes | tuple[bytes, bytes]:
    return line if literal is None else (line, literal)


def _identifier(value: Atom) -> str | None:
    return text(value[0]) if isinstance(value, tuple) and value else text(value)


ITEMS: Final[dict[str, tuple[str, Callable[[Atom], object]]]] = {
    "MESSAGES": ("messages", integer),
    "UNSEEN": ("unseen", integer),
    "UIDNEXT": ("uid_next", integer),
    "UIDVALIDITY": ("uid_validity", integer),
    "HIGHESTMODSEQ": ("highest_modseq", integer),
    "MAILBOXID": ("mailbox_id", _identifier),
    "SIZE": ("size", integer),
    "DELETED": ("deleted", integer),
}
"""Items of STATUS, and the fields that they fill."""
