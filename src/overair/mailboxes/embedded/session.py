"""One unit of work on an embedded mailbox: its folders and its items."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import structlog
from sqlalchemy import bindparam, delete, insert, select, update

from overair.items import Item
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.codec import Written
from overair.mailboxes.embedded.companion import Companion, Place
from overair.mailboxes.embedded.companions import COMPANIONS
from overair.mailboxes.embedded.conversation_rules import ConversationRules
from overair.mailboxes.embedded.conversations import joined
from overair.mailboxes.embedded.hierarchy import number_of
from overair.mailboxes.embedded.reading import REMOVAL, Reading, fields_since
from overair.mailboxes.embedded.search.finding import Searching
from overair.mailboxes.embedded.tables import folders, item_keys, items, journal
from overair.mailboxes.embedded.token import NOTHING_TOLD, Token
from overair.mailboxes.embedded.upcoming import Upcoming
from overair.mailboxes.embedded.usage import UNLIMITED, grow
from overair.mailboxes.interface import (
    Changes,
    NoSuchFolder,
    NoSuchItem,
    StoredItem,
    TokenExpired,
    View,
)
from overair.storage.interface import Row, Statement, Transaction, Value

log = structlog.get_logger(__name__)

NEXT_MODSEQ: Final = Statement(
    update(folders)
    .where(folders.c.id == bindparam("folder"), folders.c.account_id == bindparam("account"))
    .values(modseq=folders.c.modseq + 1)
    .returning(folders.c.modseq, folders.c.item_class)
)
_own = (
    items.c.id == bindparam("item"),
    items.c.folder_id == bindparam("folder"),
    # An id names an item of another account's folder, too, so the folder's owner is asked for.
    folders.c.id == items.c.folder_id,
    folders.c.account_id == bindparam("account"),
)
_place_in_view = (items.c.revision, items.c.view_date, items.c.conversation_date)
ITEM: Final = Statement(
    select(*_place_in_view, items.c.item_class, items.c.content, items.c.size).where(*_own)
)
STATE: Final = Statement(select(*_place_in_view, items.c.size).where(*_own))
ADD: Final = Statement(
    insert(items)
    .values(
        folder_id=bindparam("folder"),
        view_date=bindparam("view_date"),
        conversation_date=bindparam("view_date"),
        revision=bindparam("revision"),
        journaled=bindparam("revision"),
        item_class=bindparam("item_class"),
        blobs=bindparam("blobs"),
        content=bindparam("content"),
        size=bindparam("size"),
    )
    .returning(items.c.id)
)
CHANGE: Final = Statement(
    update(items)
    .where(items.c.id == bindparam("item"))
    .values(
        view_date=bindparam("view_date"),
        revision=bindparam("revision"),
        journaled=bindparam("revision"),
        item_class=bindparam("item_class"),
        blobs=bindparam("blobs"),
        content=bindparam("content"),
        size=bindparam("size"),
    )
)
WITH_KEY: Final = Statement(
    select(items.c.id, *_place_in_view, items.c.item_class, items.c.content, items.c.size)
    .where(
        item_keys.c.folder_id == bindparam("folder"),
        item_keys.c.name == bindparam("name"),
        items.c.id == item_keys.c.item_id,
        folders.c.id == items.c.folder_id,
        folders.c.account_id == bindparam("account"),
    )
    .order_by(item_keys.c.item_id)
    .limit(bindparam("limit"))
)
REMOVE: Final = Statement(delete(items).where(items.c.id == bindparam("item")))
WRITE_JOURNAL: Final = Statement(insert(journal))
NEW: Final = (None, None)
"""The view date and the conversation date of an item that was not there."""


class EmbeddedSession(ConversationRules, Searching, Upcoming):
    """A mailboxes.interface.Session on the tables."""

    def __init__(self, account_id: int, transaction: Transaction, quota: int = UNLIMITED) -> None:
        super().__init__(account_id, transaction)
        self._quota = quota

    async def start(self, folder_id: str) -> str:
        """The token of a first Sync: nothing has been told yet. Raises NoSuchFolder."""
        modseq, _ = await self._position(folder_id)
        return Token(modseq, NOTHING_TOLD).encode()

    async def changes(self, folder_id: str, view: View, since: str, limit: int) -> Changes:
        """At most ``limit`` changes since a token, newest first in a first Sync.

        Raises NoSuchFolder and TokenExpired.
        """
        reading = await self._reading(folder_id, view, since, limit)
        more = await reading.window()
        return Changes(tuple(reading.told), reading.token.encode(), more)

    async def count_changes(self, folder_id: str, view: View, since: str) -> int:
        """How many changes would follow, for GetItemEstimate. Raises NoSuchFolder and TokenExpired."""
        return await (await self._reading(folder_id, view, since, sys.maxsize)).count()

    def accounted(self, token: str, applied: Mapping[str, int]) -> str:
        """The token with the device's own changes known (item id to the revision that it made)."""
        if not applied:
            return token
        decoded = Token.decode(token)
        for item_id, revision in applied.items():
            decoded.account(self._numbers(item_id)[1], revision)
        return decoded.encode()

    def held(self, token: str, item_id: str, revision: int) -> str:
        """The token of a device that has the item which was new at ``revision``, in an older form."""
        decoded = Token.decode(token)
        decoded.hold(self._numbers(item_id)[1], revision)
        return decoded.encode()

    async def news_of(self, folder_id: str, since: str, item_id: str) -> bool:
        """Whether the item changed or went since the token, other than accounted: a conflict."""
        known = Token.decode(since).revision_of(self._numbers(item_id)[1])
        return await self.last_revision(folder_id, item_id) > known

    async def changed_since(self, since: str, item_id: str) -> frozenset[str] | None:
        """The fields of an item that changed since the token; None where that is not known."""
        known = Token.decode(since).revision_of(self._numbers(item_id)[1])
        return await fields_since(self.transaction, *self._numbers(item_id), known)

    async def read(self, folder_id: str, item_ids: Sequence[str]) -> list[StoredItem | None]:
        """The items in the order asked for; None where there is none, or none that can be read."""
        rows = await self.transaction.each(ITEM, [self._key(folder_id, item_id) for item_id in item_ids])
        return [
            None if row is None else self._stored(folder_id, item_id, row)
            for item_id, row in zip(item_ids, rows, strict=True)
        ]

    def _stored(self, folder_id: str, item_id: str, row: Row) -> StoredItem | None:
        """A row's item. One whose content is broken must not block its folder (law 6 of the engine)."""
        revision, _, _, item_class, content, _ = row
        try:
            item = codec.decode(item_class, content)
        except (KeyError, msgspec.DecodeError) as error:
            log.error(
                "an item cannot be read",
                account_id=self.account_id,
                item_id=item_id,
                error=type(error).__name__,
            )
            return None
        return StoredItem(item_id, folder_id, revision, item, len(content))

    async def with_key(self, folder_id: str, key: str) -> StoredItem | None:
        """The item of a folder that has a key, the oldest where several have it.

        None where there is none, or none that can be read.
        """
        found = await self.all_with_key(folder_id, key, 1)
        return found[0] if found else None

    async def all_with_key(self, folder_id: str, key: str, limit: int) -> list[StoredItem]:
        """The items of a folder that have a key, the oldest first, at most ``limit``; not those that
        cannot be read.
        """
        folder = number_of(folder_id) or 0
        rows = await self.transaction.all(
            WITH_KEY, account=self.account_id, folder=folder, name=key, limit=limit
        )
        found = [self._stored(folder_id, f"{folder}:{row[0]}", row[1:]) for row in rows]
        return [stored for stored in found if stored is not None]

    async def add(self, folder_id: str, item: Item, *, beyond_quota: bool = False) -> StoredItem:
        """A new item. Raises NoSuchFolder and, unless it may go beyond the quota, MailboxFull."""
        item = await joined(self.transaction, self.account_id, item)
        written = Written(item)
        await self._grow(number_of(folder_id) or 0, written.size, beyond=beyond_quota)
        stored, place = await self._insert(folder_id, written)
        for companion in self._companions(item):
            await companion.added(self.transaction, place, item)
        return stored

    def _companions(self, item: Item | None) -> tuple[Companion, ...]:
        """What is kept beside an item; None stands for one that is not known."""
        return COMPANIONS

    async def _grow(self, folder: int, by: int, *, beyond: bool = False) -> None:
        await grow(self.transaction, self.account_id, folder, by, default=self._quota, beyond=beyond)

    async def _insert(self, folder_id: str, written: Written) -> tuple[StoredItem, Place]:
        """A new row, without what is kept beside it."""
        modseq, folder_class = await self._next_item_modseq(folder_id)
        folder = int(folder_id)
        row = await self.transaction.one(ADD, folder=folder, **written.values(modseq, folder_class))
        number = row[0] if row else 0
        await self._write_journal(folder, modseq, number, NEW)
        stored = StoredItem(f"{folder}:{number}", folder_id, modseq, written.item, len(written.content))
        return stored, Place(self.account_id, folder, number)

    async def change(self, folder_id: str, item_id: str, item: Item) -> StoredItem:
        """The item with new content. Raises NoSuchItem and, where it grows, MailboxFull."""
        place = self._place(item_id)
        row = await self.transaction.one(ITEM, **self._key(folder_id, item_id))
        if row is None:
            raise NoSuchItem(item_id)
        old_class, old_content, old_size = row[3:]
        written = Written(item)
        await self._grow(place.folder, written.size - old_size)
        modseq, folder_class = await self._next_item_modseq(folder_id)
        await self.transaction.execute(CHANGE, item=place.number, **written.values(modseq, folder_class))
        old = codec.decode(old_class, old_content)
        for companion in self._companions(item):
            await companion.changed(self.transaction, place, old, item)
        fields = codec.changed_fields(old, item)
        await self._write_journal(place.folder, modseq, place.number, row[1:3], fields)
        return StoredItem(item_id, folder_id, modseq, item, len(written.content))

    async def remove(self, folder_id: str, item_id: str) -> int:
        """Delete for good; returns the revision of the removal. Raises NoSuchItem."""
        row = await self.transaction.one(STATE, **self._key(folder_id, item_id))
        if row is None:
            raise NoSuchItem(item_id)
        place = self._place(item_id)
        for companion in self._companions(None):
            await companion.removed(self.transaction, place)
        await self._grow(place.folder, -row[3])
        return await self._delete(place, row[1:3])

    async def _delete(self, place: Place, before: Row) -> int:
        """Delete a row; returns the revision of the removal."""
        modseq, _ = await self._next_item_modseq(str(place.folder))
        await self.transaction.execute(REMOVE, item=place.number)
        await self._write_journal(place.folder, modseq, place.number, before, removed=True)
        return modseq

    async def move(self, folder_id: str, item_id: str, destination_id: str) -> StoredItem:
        """Move to another folder, where it gets a new id. Raises NoSuchItem, NoSuchFolder."""
        row = await self.transaction.one(ITEM, **self._key(folder_id, item_id))
        stored = None if row is None else self._stored(folder_id, item_id, row)
        if stored is None or row is None:
            raise NoSuchItem(item_id)
        written = Written(stored.item)
        await self._grow(number_of(destination_id) or 0, written.size - row[5], beyond=True)
        moved, place = await self._insert(destination_id, written)
        source = self._place(item_id)
        for companion in self._companions(stored.item):
            await companion.moved(self.transaction, source, place, stored.item)
        await self._delete(source, row[1:3])
        return moved

    async def taken_to(self, item_id: str) -> str | None:
        """None: what is done to an item is done with all of its unit of work, or not at all."""
        return None

    async def last_revision(self, folder_id: str, item_id: str) -> int:
        """The revision of the item's last change, its removal from this folder included.

        0 for an item that the folder never had, or whose removal is older than the horizon.
        Raises NoSuchFolder.
        """
        key = self._key(folder_id, item_id)
        row = await self.transaction.one(STATE, **key)
        if row is None:
            await self._position(folder_id)
            row = await self.transaction.one(REMOVAL, folder_id=key["folder"], item_id=key["item"])
        return int(row[0]) if row else 0

    @staticmethod
    def _numbers(item_id: str) -> tuple[int, int]:
        """The folder's and the item's number in an item id; 0, which no row has, where it is not ours."""
        folder, _, item = item_id.partition(":")
        return number_of(folder) or 0, number_of(item) or 0

    def _place(self, item_id: str) -> Place:
        return Place(self.account_id, *self._numbers(item_id))

    def _key(self, folder_id: str, item_id: str) -> dict[str, Value]:
        folder, number = self._numbers(item_id)
        if str(folder) != folder_id:
            number = 0
        return {"account": self.account_id, "folder": folder, "item": number}

    async def _position(self, folder_id: str) -> tuple[int, int]:
        if folder_id not in self._positions:
            await self.folder(folder_id)
        return self._positions[folder_id]

    async def _reading(self, folder_id: str, view: View, since: str, limit: int) -> Reading:
        modseq, pruned = await self._position(folder_id)
        token = Token.decode(since)
        if not pruned <= token.position <= modseq:
            raise TokenExpired(f"position {token.position} of folder {folder_id}")
        return Reading(self.transaction, int(folder_id), modseq, view, token, limit)

    async def _next_item_modseq(self, folder_id: str) -> tuple[int, str]:
        """The next modification sequence of a folder, and the folder's class. Raises NoSuchFolder."""
        self._positions.clear()
        number = number_of(folder_id)
        row = None
        if number is not None:
            row = await self.transaction.one(NEXT_MODSEQ, account=self.account_id, folder=number)
        if row is None:
            raise NoSuchFolder(folder_id)
        self.transaction.changed(self.account_id, str(number))
        modseq, folder_class = row
        return modseq, folder_class

    async def _write_journal(
        self,
        folder: int,
        modseq: int,
        item: int,
        before: Row,
        fields: str | None = None,
        removed: bool = False,
    ) -> None:
        await self.transaction.execute(
            WRITE_JOURNAL,
            folder_id=folder,
            modseq=modseq,
            item_id=item,
            view_date_before=before[0],
            conversation_date_before=before[1],
            removed=int(removed),
            fields=fields,
            written=time.time_ns() // 1000,
        )
