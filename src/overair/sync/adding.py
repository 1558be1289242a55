"""Items that a client adds, once and only once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from overair import items
from overair.items import Event, Item, ItemClass
from overair.items.calendar.added_again import made_again
from overair.items.calendar.event import client_uid_key
from overair.mailboxes.interface import StoredItem
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import AddCommand, AddResponse
from overair.sync.answers import MADE, SAYS_WHAT_IT_MADE, Answer
from overair.sync.applying import Applying
from overair.sync.attachments import numbers_of_added
from overair.sync.differences import said
from overair.sync.digest import digest_of
from overair.sync.refusal import CommandRefused
from overair.sync.state import AppliedAdd
from overair.wbxml.element import Element


class Adding(Applying):
    """Applies Add."""

    async def _add(self, place: int, command: AddCommand) -> None:
        digest = digest_of(command.application_data, command.send)
        earlier = self.applied.adds.get(command.client_id)
        if earlier is None:
            await self._add_new(place, command, digest)
        elif earlier.digest == digest:
            stored = await self._known(earlier)
            self._added(command, earlier, stored)
            if earlier.shown and stored is not None:
                self.conflicts[stored.item_id] = stored
        elif command.client_id in self._added_now:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "one ClientId stands for two items")
        else:
            await self._add_otherwise(place, command, earlier, digest)

    async def _add_new(self, place: int, command: AddCommand, digest: bytes) -> None:
        item = self._new_item(place, command, None)
        if command.send:
            await self._drafts.send(self._session, self._prepared.drafts.take(place, None))
            self._added(command, AppliedAdd("", 0, digest), None)
            return
        there = await self._with_client_uid(item)
        if there is not None:
            await self._add_again(place, command, there, digest)
            return
        told = await self._announced(None, item) or item
        stored = await self._session.add(self._folder.folder_id, told)
        self._added_as(command, None, stored, digest, shown=stored.overtaken)

    async def _with_client_uid(self, item: Item) -> StoredItem | None:
        """The event that an Add before this one made, by what the client calls it (MS-ASCAL_R2062)."""
        if not isinstance(item, Event) or item.client_uid is None:
            return None
        return await self._session.with_key(self._folder.folder_id, client_uid_key(item.client_uid))

    async def _add_again(self, place: int, command: AddCommand, there: StoredItem, digest: bytes) -> None:
        """An Add of an event that is there, from a client that does not know it, under another ClientId."""
        for earlier in list(self.applied.adds.values()):
            if earlier.item_id == there.item_id:
                if earlier.digest == digest:
                    self._added(command, earlier, there)
                else:
                    await self._add_otherwise(place, command, earlier, digest)
                return
        # What the client knew of it was lost, so nobody can tell whose form is the later one.
        stored = there
        if self._client_wins():
            item = self._new_item(place, command, there.item, contested=True)
            item = await self._announced(there.item, item) or item
            stored = await self._session.change(self._folder.folder_id, there.item_id, item)
        self._added_as(command, there.item, stored, digest, shown=True)

    async def _known(self, earlier: AppliedAdd) -> StoredItem | None:
        return await self._stored(earlier.item_id) if earlier.item_id else None

    def _added_as(
        self,
        command: AddCommand,
        before: Item | None,
        stored: StoredItem,
        digest: bytes,
        *,
        shown: bool = False,
    ) -> None:
        """The Add made, or changed, an item; the client is ``shown`` whole what it cannot know of it."""
        numbers = numbers_of_added(before, stored.item, command.application_data)
        if isinstance(stored.item, Event):
            shown = shown or items.misplaced(None, stored.item, command.application_data, self._author)
            shown = shown or _has_files_in_days(stored.item, command.application_data)
        add = AppliedAdd(stored.item_id, stored.revision, digest, numbers, shown=shown)
        self._added(command, add, stored)
        if shown:
            self.conflicts[stored.item_id] = stored

    def _added(self, command: AddCommand, add: AppliedAdd, stored: StoredItem | None) -> None:
        self._added_now.add(command.client_id)
        self.applied.adds[command.client_id] = add
        if add.item_id:
            self.confirmed[add.item_id] = add.revision
        response = AddResponse(
            client_id=command.client_id, server_id=add.item_id or None, status=SyncStatus.SUCCESS
        )
        answer = Answer(response)
        if stored is not None:
            data = command.application_data
            made = MADE.get(stored.item.item_class, frozenset()) - said(stored.item, data)
            if made and self._author.version < SAYS_WHAT_IT_MADE:
                self.conflicts[stored.item_id] = stored
            elif made or add.attachments:
                answer = Answer(response, stored, add.attachments, made)
        self.answers.append(answer)

    async def _add_otherwise(
        self, place: int, command: AddCommand, earlier: AppliedAdd, digest: bytes
    ) -> None:
        """The client went on editing an item whose Add it does not know to be done: a change of it."""
        stored = await self._known(earlier)
        if stored is None:
            if earlier.item_id and command.send:
                raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the draft was deleted and is not sent")
            # It was sent or deleted since, and that takes precedence (MS-ASCMD_R2076).
            self._added(command, earlier, None)
            return
        before = stored.item
        contested = await self._is_newer(earlier.item_id, earlier.revision)
        item = self._new_item(place, command, before, contested=contested)
        if not contested or self._client_wins():
            if command.send:
                await self._drafts.send(self._session, self._prepared.drafts.take(place, None))
                await self._session.remove(self._folder.folder_id, stored.item_id)
                self._added(command, AppliedAdd("", 0, digest), None)
                return
            item = await self._announced(before, item) or item
            stored = await self._session.change(self._folder.folder_id, stored.item_id, item)
            self._added_as(command, before, stored, digest, shown=contested and isinstance(item, Event))
        else:
            self._added(command, earlier, stored)
            self.confirmed[stored.item_id] = stored.revision
            self.conflicts[stored.item_id] = stored

    def _new_item(
        self, place: int, command: AddCommand, again: Item | None, *, contested: bool = False
    ) -> Item:
        """The item of an Add; ``again`` is what an earlier form of it made, others perhaps, too."""
        folder = self._folder
        try:
            item_class = ItemClass(command.item_class) if command.item_class else folder.item_class
        except ValueError:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "there is no such class") from None
        if item_class is ItemClass.EMAIL and self._takes_drafts:
            return self._prepared.drafts.take(place, None).message
        # Mail is not added by Sync (MS-ASCMD_R755), and what is of another class or cannot be
        # stored will not become so.
        if (
            item_class is ItemClass.EMAIL
            or item_class != folder.item_class
            or item_class not in items.CLASSES
        ):
            raise CommandRefused(SyncStatus.CONVERSION_ERROR, f"{item_class} cannot be added here")
        if command.send:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only drafts are sent")
        item = items.create(
            item_class, command.application_data, self._author, blob_keys=self._prepared.blob_keys
        )
        if isinstance(again, Event) and isinstance(item, Event):
            with_uid = "uid" in said(item, command.application_data)
            return made_again(again, item, self._author.version, with_uid=with_uid, contested=contested)
        return self._named(item, command)

    def _named(self, item: Item, command: AddCommand) -> Item:
        """An event with a UID that is the same for an Add which is repeated because all of it was lost but
        what its attendees were told.
        """
        if not isinstance(item, Event) or item.client_uid is None:
            return item
        if "uid" in said(item, command.application_data):
            return item
        digest = digest_of(command.application_data, command.send)
        name = f"{self._user.address}\0{command.client_id}\0".encode() + digest
        return msgspec.structs.replace(item, uid=blake2b(name, digest_size=16).hexdigest().upper())


def _has_files_in_days(event: Event, application_data: Sequence[Element]) -> bool:
    """Whether an Add brought files with its exceptions, of which its response cannot say where they are."""
    brought = "exceptions" in said(event, application_data)
    return brought and any(exception.stored_attachments for exception in event.exceptions or ())
