"""What is kept beside the rows of items and follows them, such as the keys that they are found by."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, insert

from overair.items import Item
from overair.mailboxes.embedded.tables import item_keys
from overair.storage.interface import Statement, Transaction

ADD_KEY: Final = Statement(insert(item_keys))
FORGET_KEYS: Final = Statement(delete(item_keys).where(item_keys.c.item_id == bindparam("item")))


class Place(msgspec.Struct, frozen=True):
    """Where an item's row is: the account, and the numbers of its folder and of the row."""

    account_id: int
    folder: int
    number: int


class Companion:
    """One kind of what follows items, in the transaction that writes their rows.

    What stands in tables that refer to an item's row with ON DELETE CASCADE goes with it by itself, as
    when a folder is deleted with all it holds.
    """

    async def added(self, transaction: Transaction, place: Place, item: Item) -> None:
        """A new row was written."""

    async def changed(self, transaction: Transaction, place: Place, before: Item, after: Item) -> None:
        """A row has new content."""

    async def removed(self, transaction: Transaction, place: Place) -> None:
        """A row is about to be deleted."""

    async def moved(self, transaction: Transaction, source: Place, place: Place, item: Item) -> None:
        """An item got a new row in another folder; that at ``source`` is about to be deleted."""
        await self.added(transaction, place, item)
        await self.removed(transaction, source)


class Keys(Companion):
    """``Item.keys``."""

    async def added(self, transaction: Transaction, place: Place, item: Item) -> None:
        """The keys of an item that has none yet."""
        for key in item.keys:
            await transaction.execute(ADD_KEY, folder_id=place.folder, name=key, item_id=place.number)

    async def changed(self, transaction: Transaction, place: Place, before: Item, after: Item) -> None:
        """Other keys in place of those of before."""
        if before.keys != after.keys:
            await transaction.execute(FORGET_KEYS, item=place.number)
            await self.added(transaction, place, after)


COMPANIONS: Final[tuple[Companion, ...]] = (Keys(),)
"""All of them, in the order in which they are told."""
