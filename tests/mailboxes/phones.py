"""A phone as the mailbox's tokens see it: it believes what it is told and finds contradictions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from overair.items import Item, Message
from overair.mailboxes.interface import Mailbox, Session, View

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message(day: int, subject: str, conversation: int = 0, hour: int = 0) -> Message:
    """A message received so many days and hours after the epoch, perhaps of a conversation."""
    conversation_id = bytes([conversation]) * 16 if conversation else None
    received = EPOCH + timedelta(days=day, hours=hour)
    return Message(subject=subject, date_received=received, conversation_id=conversation_id)


def view_of(day: int | None, *, conversations: bool = False) -> View:
    """The view of messages received from a day on."""
    return View(None if day is None else day * 86_400_000_000, conversations)


def differences(old: Item, new: Item) -> set[str]:
    """The names of the fields in which two items differ."""
    before, after = msgspec.structs.asdict(old), msgspec.structs.asdict(new)
    return {name for name in before if before[name] != after[name]}


class Held(msgspec.Struct, frozen=True):
    """What a phone holds of an item."""

    item: Item
    revision: int


class Phone(msgspec.Struct):
    """One folder on one phone; whether what it is told fits what it holds is asserted."""

    folder_id: str
    token: str
    view: View
    items: dict[str, Held] = {}
    turned: bool = False
    """Whether the view has gone over to conversations or back since the last rest."""

    @classmethod
    async def begin(cls, mailbox: Mailbox, folder_id: str, view: View) -> Phone:
        """A phone before its first window."""
        token = await mailbox.inspect(lambda session: session.start(folder_id))
        return cls(folder_id, token, view)

    def copy(self) -> Phone:
        """The phone as it is now, for when it will be put back."""
        return msgspec.structs.replace(self, items=dict(self.items))

    async def window(self, mailbox: Mailbox, limit: int) -> tuple[list[str], bool]:
        """Take one window of changes; returns the ids told, and whether more follow."""

        async def work(session: Session) -> tuple[list[str], bool]:
            changes = await session.changes(self.folder_id, self.view, self.token, limit)
            assert len(changes.items) <= limit
            ids = [change.item_id for change in changes.items]
            assert len(set(ids)) == len(ids), "told twice in one window"
            stored = await session.read(self.folder_id, ids)
            for change, item in zip(changes.items, stored, strict=True):
                assert change.was_in_view or change.is_in_view
                assert change.was_in_view == (change.item_id in self.items), change
                assert change.exists == (item is not None), change
                if not change.is_in_view:
                    del self.items[change.item_id]
                    continue
                assert item is not None
                assert (
                    self.view.cutoff is None
                    or self.view.conversations
                    or item.item.view_date >= self.view.cutoff
                )
                held = self.items.get(change.item_id)
                assert held is None or held.revision < item.revision, "told what it knows"
                if held is not None and change.fields is not None:
                    assert differences(held.item, item.item) <= change.fields
                self.items[change.item_id] = Held(item.item, item.revision)
            self.token = changes.token
            return ids, changes.more

        return await mailbox.inspect(work)

    async def rest(self, mailbox: Mailbox, limit: int = 100) -> list[str]:
        """Take windows until no more follow; the ids told, in order."""
        expected = await mailbox.inspect(
            lambda session: session.count_changes(self.folder_id, self.view, self.token)
        )
        told: list[str] = []
        turns = self.turned
        self.turned = False
        while True:
            ids, more = await self.window(mailbox, limit)
            told += ids
            assert not more or len(ids) == limit or turns, "a window that could have held more"
            turns = False
            if not more:
                assert len(told) == expected, "the estimate was wrong"
                return told
