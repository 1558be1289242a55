"""Reads what the mailboxes hold straight from the tables, past the server whose word is on trial."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from model.drive import FolderAsItIs
from overair.items import Item, ItemClass
from overair.mailboxes.embedded.codec import decode
from overair.mailboxes.interface import Folder, FolderType
from support.databases import connected

FOLDERS: Final = (
    "SELECT id, parent_id, name, type, item_class, modseq FROM folders WHERE account_id = ? ORDER BY id"
)
ITEMS: Final = "SELECT id, revision FROM items WHERE folder_id = ? ORDER BY id"
ITEM: Final = "SELECT item_class, content FROM items WHERE id = ?"


class Eye:
    """A connection that only reads; what has not changed is not read again."""

    def __init__(self, directory: Path) -> None:
        self._database = connected(directory)
        self._version: object = None
        self._folders: dict[int, tuple[int, dict[str, Item]]] = {}
        """The modseq and the items of a folder as they were read last."""
        self._mailboxes: dict[int, tuple[list[tuple[object, ...]], dict[str, FolderAsItIs]]] = {}
        self._items: dict[int, tuple[int, Item | None]] = {}

    def changed(self) -> bool:
        """Whether anything was committed since this was asked last."""
        version = self._database.version()
        changed = version != self._version
        self._version = version
        return changed

    def account_id(self, address: str) -> int:
        """The number of an account."""
        [(found,)] = self._database.rows("SELECT account_id FROM addresses WHERE address = ?", address)
        return int(found)

    def mailbox(self, account_id: int) -> dict[str, FolderAsItIs]:
        """Every folder of an account with its items, by folder id; all of one moment.

        The very same answer where nothing has changed.
        """
        with self._database.moment():
            rows = self._database.rows(FOLDERS, account_id)
            known = self._mailboxes.get(account_id)
            if known is not None and known[0] == rows:
                return known[1]
            found: dict[str, FolderAsItIs] = {}
            self._mailboxes[account_id] = (rows, found)
            for number, parent, name, kind, item_class, modseq in rows:
                folder = Folder(str(number), str(parent), name, FolderType(kind), ItemClass(item_class))
                found[folder.folder_id] = FolderAsItIs(folder, self._read(number, modseq))
            return found

    def _read(self, folder_id: int, modseq: int) -> dict[str, Item]:
        known = self._folders.get(folder_id)
        if known is not None and known[0] == modseq:
            return known[1]
        items = {}
        for number, revision in self._database.rows(ITEMS, folder_id):
            kept = self._items.get(number)
            if kept is None or kept[0] != revision:
                [(item_class, content)] = self._database.rows(ITEM, number)
                kept = self._items[number] = (revision, self._of_row(decode(item_class, content)))
            if kept[1] is not None:
                items[f"{folder_id}:{number}"] = kept[1]
        self._folders[folder_id] = (modseq, items)
        return items

    def _of_row(self, item: Item) -> Item | None:
        """An item as a row has it; None of what is not there in truth."""
        return item

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
