"""What is kept beside the rows of items and follows them: the keys and the words that they are found by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, insert

from overair.items import Item
from overair.mailboxes.embedded.companion import Companion, Place
from overair.mailboxes.embedded.conversations import Conversations
from overair.mailboxes.embedded.search.words import Words
from overair.mailboxes.embedded.tables import item_keys
from overair.storage.interface import Statement, Transaction

ADD_KEY: Final = Statement(insert(item_keys))
FORGET_KEYS: Final = Statement(delete(item_keys).where(item_keys.c.item_id == bindparam("item")))


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


COMPANIONS: Final[tuple[Companion, ...]] = (Conversations(), Keys(), Words())
"""All of them, in the order in which they are told."""
