"""Items and occurrences that a client changes, and occurrences that it deletes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from overair import items
from overair.items import Event, Item
from overair.mailboxes.interface import StoredItem
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import ChangeCommand, ChangeResponse, Command, DeleteCommand
from overair.sync.answers import MADE, Answer
from overair.sync.applying import Applying
from overair.sync.attachments import added_attachments, key_of, not_there_yet, numbers_of_added
from overair.sync.differences import changed_by, differing, given_up, said, said_of_occurrence, same
from overair.sync.digest import Edit, digests_of_changes, edits_of
from overair.sync.refusal import CommandRefused, Status, status_of
from overair.sync.size import has_room
from overair.sync.state import AppliedChange

NOTHING_YET: Final = AppliedChange(0, b"")


class Changing(Applying):
    """Applies Change, and Delete where it is of an occurrence.

    All edits that a request has of one item are recognised together, since each begins where the one
    before ended.
    """

    def _begin_edits(self, commands: Sequence[Command]) -> None:
        """``_turns`` counts the edits of each item that have had their turn, ``_refused`` has those in vain
        by their place; of the items ``_overruled`` others are the winners."""
        self._edits = edits_of(commands)
        self._digests = digests_of_changes(commands)
        self._turns = Counter[str]()
        self._refused = defaultdict[str, dict[int, Status]](dict)
        self._overruled = set[str]()

    def _begin_edit(self, edit: Edit) -> None:
        self._turns[edit.server_id] += 1

    def _place(self, edit: Edit) -> int:
        """The place of the edit whose turn it is among those of its item."""
        return self._turns[edit.server_id] - 1

    async def _change(self, place: int, command: ChangeCommand) -> None:
        item_id = command.server_id
        stored = await self._stored(item_id)
        if self._is_repeated(command, stored):
            return
        if stored is None:
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        if command.send and not self._takes_drafts:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only drafts are sent")
        item = self._changed_item(place, command, stored)
        newer = await self._is_contested(item_id)
        if newer and not command.send and same(stored.item, item):
            return  # both sides did the same: what else changed is told as news
        contested = newer and not await self._is_harmless(stored)
        if contested and not self._client_wins():
            self._overruled.add(item_id)
            self._show(stored)
            raise CommandRefused(SyncStatus.CONFLICT, "the item changed on the server, which wins")
        if command.send:
            await self._drafts.send(self._session, self._prepared.drafts.take(place, stored.item))
            revision = await self._session.remove(self._folder.folder_id, item_id)
            # The client hears of the draft's end as of any other deletion.
            self.applied.changes[item_id] = AppliedChange(revision, self._digests[item_id], sent=True)
            self.confirmed.pop(item_id, None)
            return
        await self._store(command, stored, item, contested=contested, newer=newer)

    async def _delete_occurrence(self, command: DeleteCommand, instance_id: str) -> None:
        """A change of the series, which stands whatever else became of that (MS-ASCMD_R2076)."""
        stored = await self._stored(command.server_id)
        if self._is_repeated(command, stored):
            return
        if stored is None:
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        lost = self._lost.changes.get(stored.item_id)
        if lost is not None and said_of_occurrence(command) <= set(lost.fields):
            item = stored.item  # it is gone already, by a request that said less
        else:
            with self._series(stored) as series:
                item = items.delete_occurrence(series, instance_id, self._author)
        contested = await self._is_contested(stored.item_id)
        await self._store(command, stored, item, contested=contested, newer=contested)

    def _is_repeated(self, edit: Edit, stored: StoredItem | None) -> bool:
        """Whether the edits of an item are those of an exchange whose answer was lost.

        It then says of each what was said of it. Raises CommandRefused where that was a refusal.
        """
        item_id = edit.server_id
        earlier = self._lost.changes.get(item_id)
        if earlier is None or earlier.digest != self._digests[item_id]:
            return False
        if not earlier.sent:
            self.confirmed[item_id] = max(earlier.revision, self.confirmed.get(item_id, 0))
        if (earlier.shown or earlier.refused) and stored is not None:
            self.conflicts[item_id] = stored
        status = earlier.refused.get(self._place(edit))
        if status is not None:
            raise CommandRefused(status_of(status), "it was refused before")
        if stored is not None:
            self._answer_edit(edit, stored, earlier)
        return True

    async def _is_contested(self, item_id: str) -> bool:
        """Whether somebody else changed the item, too, before this edit or one before it."""
        if item_id in self._overruled:
            return True
        # What somebody else did before the client's lost change is as unknown to it as what came after.
        earlier = self.applied.changes.get(item_id)
        if earlier is not None and earlier.contested:
            return True
        return await self._is_newer(item_id, None if earlier is None else earlier.revision)

    async def _is_harmless(self, stored: StoredItem) -> bool:
        """Whether what changed of an item besides is no conflict: nothing that a client can say."""
        earlier = self.applied.changes.get(stored.item_id)
        if stored.item_id in self._overruled or (earlier is not None and earlier.contested):
            return False
        return await self._only_server_s(stored, None if earlier is None else earlier.revision)

    async def _store(
        self, edit: Edit, stored: StoredItem, item: Item, *, contested: bool, newer: bool
    ) -> None:
        """Take an edit that made ``item`` of what is stored, perhaps ``newer`` than the client knows."""
        item_id, before = stored.item_id, stored.item
        if not same(before, item):
            if not has_room(item):
                raise CommandRefused(SyncStatus.CONVERSION_ERROR, "the event would be too large")
            item = await self._announced(before, item) or item
            stored = await self._session.change(self._folder.folder_id, item_id, item)
        earlier = self.applied.changes.get(item_id, NOTHING_YET)
        lost = self._lost.changes.get(item_id)
        data, numbers = [], {}
        if isinstance(edit, ChangeCommand):
            data = edit.application_data
            added = numbers_of_added(before, item, not_there_yet(edit, lost))
            numbers = {key_of(edit, client_id): number for client_id, number in added.items()}
        fields = changed_by(edit, before, item, self._author.version)
        made = MADE.get(item.item_class, frozenset()) & differing(before, item) - said(item, data)
        shown = newer or bool(made) or earlier.shown or item_id in self.conflicts
        if isinstance(before, Event) and isinstance(item, Event):
            shown = shown or items.misplaced(before, item, data, self._author)
        if lost is not None and given_up(item, lost.fields, self._edits[item_id]):
            shown = True
        change = self.applied.changes[item_id] = AppliedChange(
            stored.revision,
            self._digests[item_id],
            contested=contested,
            fields=tuple(sorted(fields.union(earlier.fields))),
            attachments=earlier.attachments | numbers,
            shown=shown,
        )
        self.confirmed[item_id] = stored.revision
        if shown:
            # The client's fields stay beside what it has not seen yet, or has given up since.
            self.conflicts[item_id] = stored
        self._answer_edit(edit, stored, change)

    def _answer_edit(self, edit: Edit, stored: StoredItem, change: AppliedChange) -> None:
        """Say where the attachments are that an edit brought; one without any needs no answer."""
        if not isinstance(edit, ChangeCommand):
            return
        attachments = {
            client_id: number
            for client_id in added_attachments(edit.application_data)
            if (number := change.attachments.get(key_of(edit, client_id))) is not None
        }
        if attachments:
            response = ChangeResponse(
                server_id=edit.server_id, instance_id=edit.instance_id, status=SyncStatus.SUCCESS
            )
            self.answers.append(Answer(response, stored, attachments))

    def _changed_item(self, place: int, command: ChangeCommand, stored: StoredItem) -> Item:
        data = not_there_yet(command, self._lost.changes.get(stored.item_id))
        keys, options = self._prepared.blob_keys, self._wanted.render_options()
        if command.instance_id is not None:
            with self._series(stored) as series:
                return items.change_occurrence(
                    series, command.instance_id, data, self._author, options, blob_keys=keys
                )
        if self._takes_drafts:
            return self._prepared.drafts.take(place, stored.item).message
        if not command.application_data:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "a Change without ApplicationData")
        return items.apply_change(stored.item, data, self._author, self._supported, options, blob_keys=keys)

    @contextmanager
    def _series(self, stored: StoredItem) -> Iterator[Event]:
        """The series of an occurrence; raises CommandRefused, also for what is none of its occurrences."""
        if not isinstance(stored.item, Event):
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only events have occurrences")
        try:
            yield stored.item
        except items.NoSuchOccurrence as error:
            # A client that counts otherwise sees what there is.
            self._show(stored)
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, str(error)) from error

    def _refuse_edit(self, edit: Edit, status: Status) -> None:
        """Remember that an edit was refused, for when it is repeated together with others."""
        self._refused[edit.server_id][self._place(edit)] = status

    def _end_edits(self) -> None:
        for item_id, refused in self._refused.items():
            change = self.applied.changes.get(item_id)
            if change is not None and change.digest == self._digests[item_id]:
                self.applied.changes[item_id] = msgspec.structs.replace(change, refused=refused)
