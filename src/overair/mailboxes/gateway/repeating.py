"""What of a unit of work was done before, by one that was lost then and was settled since (settling.py)."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import Item
from overair.mailboxes.gateway.effects import Plan, content_of
from overair.mailboxes.gateway.intents import added_before, taken_before
from overair.mailboxes.gateway.mirroring import Mirroring
from overair.mailboxes.interface import NoSuchItem, StoredItem
from overair.storage.interface import Transaction


class Repeating(Mirroring):
    """A unit of work that may be the repetition of one of which nobody heard."""

    def __init__(self, account_id: int, transaction: Transaction, plan: Plan) -> None:
        super().__init__(account_id, transaction)
        self.plan: Final = plan

    async def added_before(self, name: str, folder_id: str, item: Item) -> StoredItem | None:
        """What stands of an item that was added under the name of an effect; as it was given where others
        have taken it away since, of which is told as of any other removal. Else None.
        """
        before = await added_before(self.transaction, self.account_id, name)
        if before is None or not before.item_id.startswith(f"{folder_id}:"):
            return None
        self.plan.used.append(name)
        [there] = await self.read(folder_id, [before.item_id])
        if there is None:
            return StoredItem(before.item_id, folder_id, before.revision, item, 0)
        return msgspec.structs.replace(there, overtaken=content_of(there.item) != content_of(item))

    async def taken_to(self, item_id: str) -> str | None:
        """See Session."""
        taken = await taken_before(self.transaction, self.account_id, item_id)
        if taken is None:
            return None
        return "" if taken.to is None else taken.to.folder_id

    async def moved_before(self, item_id: str, destination_id: str) -> StoredItem:
        """The item that was moved there before. Raises NoSuchItem."""
        taken = await taken_before(self.transaction, self.account_id, item_id)
        if taken is not None and taken.to is not None and taken.to.folder_id == destination_id:
            [moved] = await self.read(destination_id, [taken.to.item_id])
            if moved is not None:
                return moved
        raise NoSuchItem(item_id)
