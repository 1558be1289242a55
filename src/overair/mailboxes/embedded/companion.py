"""What a companion of items is: something kept beside their rows that follows them."""

from __future__ import annotations

import msgspec

from overair.items import Item
from overair.storage.interface import Transaction


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
