"""Reads the mirror of a gateway past it, and where upstream everything of it stands.

Of a message that nobody has read the mirror has the overview alone; what it says is read from the files
of the mail server then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from model.eye import Eye
from overair.items import Item, Message
from overair.items.mail.message import index_message
from overair.mailboxes.gateway.mail.message_key import MessageKey, read_key
from overair.mailboxes.gateway.mirroring import OF_OVERVIEW, is_stub

LINK: Final = (
    "SELECT upstream_folders.path, upstream_items.key FROM upstream_items"
    " JOIN upstream_folders ON upstream_folders.folder_id = upstream_items.folder_id"
    " WHERE upstream_items.item_id = ?"
)
FOLDER: Final = "SELECT path, backend FROM upstream_folders WHERE folder_id = ?"

Bytes = Callable[[MessageKey], bytes | None]
"""The bytes of a message that its server has, None where that is gone."""


class Place(NamedTuple):
    """Where upstream an item stands: the folder's path, and the item's key in it."""

    path: str
    key: str


class MirrorEye(Eye):
    """An Eye that knows what a mirror leaves upstream."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.bytes_of: dict[int, Bytes] = {}
        """By account: what reads the files of its mail."""
        self._read_once: dict[str, bytes] = {}

    def place(self, item_id: str) -> Place | None:
        """Where an item stands; None for one that is kept in the mirror alone."""
        rows = self._database.rows(LINK, int(item_id.rpartition(":")[2]))
        return Place(*rows[0]) if rows else None

    def folder(self, folder_id: str) -> tuple[str, str] | None:
        """The path of a folder and the name of its backend; None for one that is kept here alone."""
        rows = self._database.rows(FOLDER, int(folder_id))
        return (rows[0][0], rows[0][1]) if rows else None

    def _of_row(self, item: Item) -> Item | None:
        if not isinstance(item, Message) or not is_stub(item):
            return item
        blob = item.blob or ""
        _, account, _, key = blob.split("-", 3)
        if blob not in self._read_once:
            found = self.bytes_of[int(account)](read_key(key))
            if found is None:
                return None  # it is gone upstream, of which the mirror does not know yet
            self._read_once[blob] = found
        whole = index_message(self._read_once[blob], item.date_received or datetime.now(UTC))
        return msgspec.structs.replace(whole, **{name: getattr(item, name) for name in OF_OVERVIEW})
