"""What a mailbox is for: by SPECIAL-USE, by what the administrator says, by the usual names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from overair.mailboxes.gateway.mail.usual_names import USUAL_NAMES
from overair.mailboxes.interface import FolderType


class Role(StrEnum):
    """What a mailbox of the user's own is for; of each there is one at most."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    TRASH = "trash"
    JUNK = "junk"
    ARCHIVE = "archive"
    NOTES = "notes"


SPECIAL_USE: Final[Mapping[Role, str]] = {
    Role.DRAFTS: "\\drafts",
    Role.SENT: "\\sent",
    Role.TRASH: "\\trash",
    Role.JUNK: "\\junk",
    Role.ARCHIVE: "\\archive",
}
"""The attributes of RFC 6154, as LIST entries have them."""
TYPES: Final[Mapping[Role, FolderType]] = {
    Role.INBOX: FolderType.INBOX,
    Role.DRAFTS: FolderType.DRAFTS,
    Role.SENT: FolderType.SENT_ITEMS,
    Role.TRASH: FolderType.DELETED_ITEMS,
    Role.NOTES: FolderType.NOTES,
}
"""The default folders of a phone; it has none for what is junk or archived, which are folders for mail."""
ROLES: Final[Mapping[FolderType, Role]] = {kind: role for role, kind in TYPES.items()}


class Candidate(NamedTuple):
    """A mailbox of the user's own: its name below the personal namespace, in levels, and its attributes."""

    path: str
    levels: tuple[str, ...]
    attributes: frozenset[str]


def roles_of(
    candidates: Iterable[Candidate],
    configured: Mapping[Role, str],
    without: frozenset[Role] = frozenset(),
) -> dict[Role, str]:
    """The path of the mailbox that has each role, where one has it; a mailbox has one role at most, and
    none has one of ``without``.
    """
    waiting = sorted(candidates, key=lambda one: (len(one.levels), one.levels))
    found: dict[Role, str] = {}
    for candidate in waiting:
        if len(candidate.levels) == 1 and candidate.levels[0].upper() == "INBOX":
            found[Role.INBOX] = candidate.path
    for finds in (_by_special_use, _by_configured_name, _by_usual_name):
        for role in Role:
            if role in found or role in without:
                continue
            taken = set(found.values())
            path = finds(role, [one for one in waiting if one.path not in taken], configured)
            if path is not None:
                found[role] = path
    return found


def _by_special_use(role: Role, candidates: list[Candidate], _configured: Mapping[Role, str]) -> str | None:
    return next((one.path for one in candidates if SPECIAL_USE.get(role) in one.attributes), None)


def _by_configured_name(
    role: Role, candidates: list[Candidate], configured: Mapping[Role, str]
) -> str | None:
    wanted = configured.get(role)
    if not wanted:
        return None
    for one in candidates:
        if wanted in (one.path, "/".join(one.levels)):
            return one.path
    return None


def _by_usual_name(role: Role, candidates: list[Candidate], _configured: Mapping[Role, str]) -> str | None:
    """The first of the usual names that is there, at the top or right below the Inbox."""
    places = {}
    for one in reversed(candidates):
        if len(one.levels) == 1 or (len(one.levels) == 2 and one.levels[0].upper() == "INBOX"):
            places[same_name(one.levels[-1])] = one.path
    return next((places[name] for name in _NAMES.get(role, ()) if name in places), None)


def same_name(name: str) -> str:
    """What two names have in common that a reader takes for one."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


_NAMES: Final[Mapping[Role, tuple[str, ...]]] = {
    Role(role): tuple(same_name(name) for name in names) for role, names in USUAL_NAMES.items()
}
