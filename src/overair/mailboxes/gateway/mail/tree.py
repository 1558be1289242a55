"""The mailboxes of a server as a tree of folders for phones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from overair.imap.responses import ListEntry
from overair.items.text import cleaned
from overair.mailboxes.gateway.backend import UpstreamFolder
from overair.mailboxes.gateway.mail.hierarchy import INBOX, Hierarchy, Whose
from overair.mailboxes.gateway.mail.options import MailOptions
from overair.mailboxes.gateway.mail.special_folders import TYPES, Candidate, Role, roles_of, same_name
from overair.mailboxes.gateway.sharing import Shared
from overair.mailboxes.interface import FolderType

MOST_FOLDERS: Final = 5_000
"""Mailboxes of an account that are shown; those of others are the first that are left out."""
LONGEST_NAME: Final = 256
"""Characters of a folder's name (MS-ASCMD_R2194)."""
_PRIVATE: Final = 0x10FE00
"""The characters from here on stand for bytes of a broken name (imap/mailbox_names.py)."""


class Tree:
    """What LIST told, and what it means. ``rights`` are those of the mailboxes for which they were asked;
    roles ``without`` a mailbox are given to none.
    """

    def __init__(
        self,
        entries: Iterable[ListEntry],
        hierarchy: Hierarchy,
        options: MailOptions,
        rights: Mapping[str, frozenset[str] | None] | None = None,
        without: frozenset[Role] = frozenset(),
    ) -> None:
        self._hierarchy = hierarchy
        self._options = options
        self._rights = rights or {}
        self._entries = {_canonical(entry.name): entry for entry in entries}
        self.roles: Final[dict[Role, str]] = roles_of(self._candidates(), options.names, without)
        """The paths of the user's own mailboxes by what they are for."""

    def of_others(self) -> list[str]:
        """The mailboxes of others, whose rights are worth asking for."""
        return [path for path in self._shown() if self._hierarchy.located(path).whose is not Whose.OWN]

    def folders(self) -> list[UpstreamFolder]:
        """Every folder, parents before children. Siblings have names that differ in more than case."""
        paths = self._with_parents(self._shown())
        of_role = {path: role for role, path in self.roles.items()}
        ordered = sorted(paths, key=lambda path: (path not in of_role, path))
        names = self._names(ordered)
        found = [self._folder(path, names[path], of_role.get(path)) for path in ordered]
        return _parents_first(found)

    def _candidates(self) -> list[Candidate]:
        found = []
        for path, entry in self._entries.items():
            located = self._hierarchy.located(path)
            if located.whose is Whose.OWN and located.levels and entry.selectable:
                found.append(Candidate(path, located.levels, entry.attributes))
        return found

    def _shown(self) -> list[str]:
        """The mailboxes that are shown for themselves: the user's own first, the shallow before the deep."""
        own: list[tuple[int, str]] = []
        others: list[tuple[int, str]] = []
        roles = set(self.roles.values())
        for path, entry in self._entries.items():
            located = self._hierarchy.located(path)
            if not entry.selectable or not located.levels:
                continue
            if located.whose is Whose.OWN:
                if path in roles or entry.subscribed or not self._options.subscribed_only:
                    own.append((len(located.levels), path))
            elif self._options.shared is Shared.ALL or (
                self._options.shared is Shared.SUBSCRIBED and entry.subscribed
            ):
                others.append((len(located.levels), path))
        return [path for _, path in (*sorted(own), *sorted(others))][:MOST_FOLDERS]

    def _with_parents(self, shown: Sequence[str]) -> set[str]:
        paths: set[str] = set()
        for path in shown:
            above: str | None = path
            while above is not None and above not in paths:
                paths.add(above)
                above = self._parent(above)
        return paths

    def _parent(self, path: str) -> str | None:
        parent = self._hierarchy.located(path).parent
        return None if parent is None else _canonical(parent)

    def _names(self, ordered: Sequence[str]) -> dict[str, str]:
        """What phones call each of them."""
        names: dict[str, str] = {}
        taken: set[tuple[str | None, str]] = set()
        for path in ordered:
            located = self._hierarchy.located(path)
            name = shown_name(located.levels[-1] if located.levels else path)
            parent, number, unique = self._parent(path), 1, name
            while (parent, same_name(unique)) in taken:
                number += 1
                unique = f"{name[: LONGEST_NAME - 8]} ({number})"
            taken.add((parent, same_name(unique)))
            names[path] = unique
        return names

    def _folder(self, path: str, name: str, role: Role | None) -> UpstreamFolder:
        entry = self._entries.get(path)
        rights = self._rights.get(path)
        readable = rights is None or "r" in rights
        status = entry.status if entry is not None else None
        return UpstreamFolder(
            path=path,
            parent=self._parent(path),
            name="Inbox" if role is Role.INBOX else name,
            type=self._type(path, role),
            identity=(status.mailbox_id if status is not None else None) or "",
            selectable=entry is not None and entry.selectable and readable,
            writable=rights is None or ("i" in rights and not rights.isdisjoint("tedx")),
        )

    def _type(self, path: str, role: Role | None) -> FolderType:
        if role is not None:
            return TYPES.get(role, FolderType.USER_MAIL)
        notes = self.roles.get(Role.NOTES)
        above = self._parent(path)
        while above is not None and notes is not None:
            if above == notes:
                return FolderType.USER_NOTES
            above = self._parent(above)
        return FolderType.USER_MAIL


def shown_name(name: str) -> str:
    """The name of a mailbox as phones are told it."""
    readable = "".join("?" if ord(one) >= _PRIVATE else one for one in name)
    return " ".join(cleaned(readable).split())[:LONGEST_NAME] or "?"


def _canonical(path: str) -> str:
    """INBOX is the one name in which case makes no difference."""
    return INBOX if path.upper() == INBOX else path


def _parents_first(folders: Collection[UpstreamFolder]) -> list[UpstreamFolder]:
    children: dict[str | None, list[UpstreamFolder]] = {}
    for folder in folders:
        children.setdefault(folder.parent, []).append(folder)
    ordered: list[UpstreamFolder] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        folder = waiting.pop()
        ordered.append(folder)
        waiting += reversed(children.get(folder.path, []))
    return ordered
