"""Which server a folder of the mirror and what is in it belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from overair.items import Item, ItemClass, Message
from overair.mailboxes.embedded.hierarchy import item_class_of
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder

HOLDS: Final[Mapping[BackendName, frozenset[ItemClass]]] = {
    BackendName.IMAP: frozenset({ItemClass.EMAIL, ItemClass.NOTES}),
    BackendName.CALDAV: frozenset({ItemClass.CALENDAR, ItemClass.TASKS}),
    BackendName.CARDDAV: frozenset({ItemClass.CONTACTS}),
}
CREATED: Final[Mapping[ItemClass, BackendName]] = {
    ItemClass.EMAIL: BackendName.IMAP,
    ItemClass.CALENDAR: BackendName.CALDAV,
    ItemClass.TASKS: BackendName.CALDAV,
    ItemClass.CONTACTS: BackendName.CARDDAV,
}
"""On which server a new folder for items of a class is made."""


class Link(msgspec.Struct, frozen=True):
    """A folder of the mirror and whose it is."""

    folder: MirroredFolder
    backend: BackendName

    def holds(self, item: Item) -> bool:
        """Whether an item can be in the folder upstream; what cannot be is kept here."""
        if item_class_of(self.folder.type) is ItemClass.EMAIL:
            return isinstance(item, Message)
        return item.item_class in HOLDS[self.backend]
