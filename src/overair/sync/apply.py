"""What the client did: its commands on one collection, applied to the mailbox once and only once.

A request that repeats an older key comes with what the lost exchange applied. A command that is
repeated is recognised by it: it is not applied again, not taken for a conflict, and not told back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from overair import items
from overair.items import Item, ItemClass
from overair.mailboxes.interface import Folder, FolderType, Session, StoredItem
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    ChangeResponse,
    Command,
    CommandResponse,
    DeleteCommand,
    DeleteResponse,
    FetchCommand,
    FetchResponse,
)
from overair.sync.digest import digest_of, digests_of_changes
from overair.sync.drafts import Drafts, PreparedDrafts, added_attachments, takes_drafts
from overair.sync.options import client_wins
from overair.sync.partner import Partner
from overair.sync.refusal import CommandRefused
from overair.sync.size import ANSWER_BYTES, expected_size
from overair.sync.state import Applied, AppliedAdd, AppliedChange, State
from overair.sync.submission import SubmissionRefused
from overair.sync.wanted import Wanted
from overair.wbxml.element import Element

log = structlog.get_logger(__name__)


@dataclass(slots=True, frozen=True)
class Answer:
    """A response to one command; ``stored`` is the item that it still has to show.

    ``attachments`` are the ClientIds of those that the command brought.
    """

    response: CommandResponse
    stored: StoredItem | None = None
    attachments: tuple[str, ...] = ()


class Applier:
    """Applies the commands of one request to one folder.

    ``lost`` is what exchanges from the same key applied whose answers were lost. Afterwards
    ``applied`` is that and what this request did, ``confirmed`` the revisions that the client knows
    of because they are its own doing, ``answers`` the responses in the order of the commands, and
    ``conflicts`` the items that the client has to be shown whole, as they stand now; ``fetched`` is
    about how many bytes were asked for by Fetch.
    """

    def __init__(
        self,
        session: Session,
        partner: Partner,
        folder: Folder,
        base: State,
        lost: Applied | None,
        wanted: Wanted,
        drafts: Drafts,
        prepared: PreparedDrafts,
        deletes_as_moves: bool,
    ) -> None:
        self._session = session
        self._partner = partner
        self._folder = folder
        self._base = base
        self._supported = None if base.supported is None else frozenset(base.supported)
        self._wanted = wanted
        self._drafts = drafts
        self._prepared = prepared
        self._takes_drafts = takes_drafts(folder, partner.version)
        self._author = partner.author(datetime.now(UTC))
        self._deletes_as_moves = deletes_as_moves
        self._added_now: set[str] = set()
        self._changed_now: set[str] = set()
        self._digests: dict[str, bytes] = {}
        self._attachments: dict[str, tuple[str, ...]] = {}
        self.applied = Applied() if lost is None else lost.copy()
        self.confirmed: dict[str, int] = {}
        self.answers: list[Answer] = []
        self.conflicts: dict[str, StoredItem] = {}
        self.fetched = 0

    async def run(self, commands: Sequence[Command]) -> None:
        """Apply the commands one after the other; one that is refused does not stop the others."""
        self._digests = digests_of_changes(commands)
        for command in commands:
            if isinstance(command, ChangeCommand):
                so_far = self._attachments.get(command.server_id, ())
                self._attachments[command.server_id] = so_far + added_attachments(command.application_data)
        for place, command in enumerate(commands):
            try:
                if isinstance(command, AddCommand):
                    await self._add(place, command)
                elif isinstance(command, ChangeCommand):
                    await self._change(place, command)
                elif isinstance(command, DeleteCommand):
                    await self._delete(command)
                else:
                    await self._fetch(command)
            except (CommandRefused, SchemaError, SubmissionRefused) as error:
                self._refuse(command, error)

    def _refuse(self, command: Command, error: CommandRefused | SchemaError | SubmissionRefused) -> None:
        # An item that breaks its schema is never stored (MS-ASCMD_R4440).
        if isinstance(error, SchemaError):
            # What was wrong may be the user's own words, which are not for the log.
            reason = f"{error.tag!r} {error.problem.value}"
            status: SyncStatus | CommonStatus = SyncStatus.CONVERSION_ERROR
        else:
            status, reason = error.status, str(error)
        log.info(
            "a command of Sync is refused",
            account_id=self._session.account_id,
            folder_id=self._folder.folder_id,
            command=type(command).__name__,
            status=int(status),
            reason=reason,
        )
        response: CommandResponse
        if isinstance(command, AddCommand):
            response = AddResponse(client_id=command.client_id, status=status)
        elif isinstance(command, ChangeCommand):
            response = ChangeResponse(
                server_id=command.server_id, instance_id=command.instance_id, status=status
            )
        elif isinstance(command, DeleteCommand):
            response = DeleteResponse(
                server_id=command.server_id, instance_id=command.instance_id, status=status
            )
        else:
            response = FetchResponse(server_id=command.server_id, status=status)
        self.answers.append(Answer(response))

    async def _stored(self, item_id: str) -> StoredItem | None:
        [stored] = await self._session.read(self._folder.folder_id, [item_id])
        return stored

    async def _add(self, place: int, command: AddCommand) -> None:
        digest = digest_of(command.application_data, command.send)
        earlier = self.applied.adds.get(command.client_id)
        if earlier is None:
            await self._add_new(place, command, digest)
        elif earlier.digest == digest:
            self._added(command, earlier, await self._known(earlier))
        elif command.client_id in self._added_now:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "one ClientId stands for two items")
        else:
            await self._add_otherwise(place, command, earlier, digest)

    async def _add_new(self, place: int, command: AddCommand, digest: bytes) -> None:
        item = self._new_item(place, command)
        if command.send:
            await self._drafts.send(self._session, self._prepared.take(place, None))
            self._added(command, AppliedAdd("", 0, digest), None)
            return
        stored = await self._session.add(self._folder.folder_id, item)
        self._added(command, AppliedAdd(stored.item_id, stored.revision, digest), stored)

    async def _known(self, earlier: AppliedAdd) -> StoredItem | None:
        return await self._stored(earlier.item_id) if earlier.item_id else None

    def _added(self, command: AddCommand, add: AppliedAdd, stored: StoredItem | None) -> None:
        self._added_now.add(command.client_id)
        self.applied.adds[command.client_id] = add
        if add.item_id:
            self.confirmed[add.item_id] = add.revision
        response = AddResponse(
            client_id=command.client_id, server_id=add.item_id or None, status=SyncStatus.SUCCESS
        )
        draft = stored if self._takes_drafts else None
        self.answers.append(Answer(response, draft, added_attachments(command.application_data)))

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
        item = self._new_item(place, command)
        if not await self._is_newer(earlier.item_id, earlier.revision) or client_wins(self._wanted.options):
            if command.send:
                await self._drafts.send(self._session, self._prepared.take(place, None))
                await self._session.remove(self._folder.folder_id, stored.item_id)
                self._added(command, AppliedAdd("", 0, digest), None)
                return
            stored = await self._session.change(self._folder.folder_id, stored.item_id, item)
            self._added(command, AppliedAdd(stored.item_id, stored.revision, digest), stored)
        else:
            self._added(command, earlier, stored)
            self.confirmed[stored.item_id] = stored.revision
            self.conflicts[stored.item_id] = stored

    def _new_item(self, place: int, command: AddCommand) -> Item:
        folder = self._folder
        try:
            item_class = ItemClass(command.item_class) if command.item_class else folder.item_class
        except ValueError:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "there is no such class") from None
        if item_class is ItemClass.EMAIL and self._takes_drafts:
            return self._prepared.take(place, None).message
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
        return items.create(item_class, command.application_data, self._author)

    async def _is_newer(self, item_id: str, revision: int | None) -> bool:
        """Whether somebody else changed the item since the client last heard of it: a conflict.

        ``revision`` is what the client's own lost change made of it.
        """
        own = {} if revision is None else {item_id: revision}
        token = self._session.accounted(self._base.token, own | self._own(item_id))
        return await self._session.news_of(self._folder.folder_id, token, item_id)

    def _own(self, item_id: str) -> dict[str, int]:
        """What this request itself did to the item."""
        return {item_id: self.confirmed[item_id]} if item_id in self.confirmed else {}

    async def _change(self, place: int, command: ChangeCommand) -> None:
        item_id = command.server_id
        if command.instance_id is not None:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only events have occurrences")
        digest = self._digests[item_id]
        earlier = self.applied.changes.get(item_id)
        stored = await self._stored(item_id)
        if earlier is not None and earlier.digest == digest and item_id not in self._changed_now:
            if not earlier.sent:
                self.confirmed[item_id] = max(earlier.revision, self.confirmed.get(item_id, 0))
            if earlier.contested and stored is not None:
                self.conflicts[item_id] = stored
            # The item is as all Changes of the request left it, so one answer says it of all of them.
            self._answer_attachments(item_id, self._attachments.pop(item_id, ()), stored)
            return
        self._changed_now.add(item_id)
        if stored is None:
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        if command.send and not self._takes_drafts:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only drafts are sent")
        item = self._changed_item(place, command, stored)
        # What somebody else did before the client's lost change is as unknown to it as what came after.
        contested = earlier is not None and earlier.contested
        newer = contested or await self._is_newer(item_id, None if earlier is None else earlier.revision)
        if newer and item == stored.item and not command.send:
            return  # both sides did the same: what else changed is told as news
        if newer and not client_wins(self._wanted.options):
            self.conflicts[item_id] = stored
            self.confirmed[item_id] = stored.revision
            raise CommandRefused(SyncStatus.CONFLICT, "the item changed on the server, which wins")
        if command.send:
            await self._drafts.send(self._session, self._prepared.take(place, stored.item))
            revision = await self._session.remove(self._folder.folder_id, item_id)
            # The client hears of the draft's end as of any other deletion.
            self.applied.changes[item_id] = AppliedChange(revision, digest, sent=True)
            self.confirmed.pop(item_id, None)
            return
        before = stored.item
        if item != before:
            stored = await self._session.change(self._folder.folder_id, item_id, item)
        lost = frozenset() if earlier is None else frozenset(earlier.fields)
        fields = lost | _differing(before, item)
        self.applied.changes[item_id] = AppliedChange(
            stored.revision, digest, contested=newer, fields=tuple(sorted(fields))
        )
        self.confirmed[item_id] = stored.revision
        if newer or lost & _settable(item) - _said(item, command.application_data):
            # The client's fields stay beside what it has not seen yet, or has given up since.
            self.conflicts[item_id] = stored
        self._answer_attachments(item_id, added_attachments(command.application_data), stored)

    def _answer_attachments(
        self, item_id: str, attachments: tuple[str, ...], stored: StoredItem | None
    ) -> None:
        """Say where the attachments are that a Change brought; a Change without any needs no answer."""
        if self._takes_drafts and attachments and stored is not None:
            response = ChangeResponse(server_id=item_id, status=SyncStatus.SUCCESS)
            self.answers.append(Answer(response, stored, attachments))

    def _changed_item(self, place: int, command: ChangeCommand, stored: StoredItem) -> Item:
        if self._takes_drafts:
            return self._prepared.take(place, stored.item).message
        if not command.application_data:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "a Change without ApplicationData")
        return items.apply_change(
            stored.item,
            command.application_data,
            self._author,
            self._supported,
            self._wanted.render_options(),
        )

    async def _delete(self, command: DeleteCommand) -> None:
        item_id, folder_id = command.server_id, self._folder.folder_id
        if command.instance_id is not None:
            raise CommandRefused(SyncStatus.PROTOCOL_ERROR, "only events have occurrences")
        if await self._stored(item_id) is None:
            revision = self.applied.deletes.get(item_id)
            if revision is None:
                # Where both sides deleted it, the client need not hear of that.
                self.confirmed[item_id] = await self._session.last_revision(folder_id, item_id)
                raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        elif self._deletes_as_moves and self._folder.type is not FolderType.DELETED_ITEMS:
            deleted_items = await self._session.folder_of_type(FolderType.DELETED_ITEMS)
            await self._session.move(folder_id, item_id, deleted_items.folder_id)
            revision = await self._session.last_revision(folder_id, item_id)
        else:
            revision = await self._session.remove(folder_id, item_id)
        # A deletion stands whatever became of the item before (MS-ASCMD_R2076).
        self.applied.deletes[item_id] = self.confirmed[item_id] = revision
        self.conflicts.pop(item_id, None)

    async def _fetch(self, command: FetchCommand) -> None:
        stored = await self._stored(command.server_id)
        if stored is None:
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        if self.fetched >= ANSWER_BYTES:
            raise CommandRefused(SyncStatus.SERVER_ERROR, "the answer is full; ask for the item again")
        self.fetched += expected_size(stored.item, self._wanted.whole())
        response = FetchResponse(server_id=command.server_id, status=SyncStatus.SUCCESS)
        self.answers.append(Answer(response, stored))


def _differing(before: Item, after: Item) -> frozenset[str]:
    """The names of the fields in which two forms of an item differ."""
    if type(before) is not type(after):
        return frozenset()
    return frozenset(
        name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)
    )


def _settable(item: Item) -> frozenset[str]:
    """The names of the fields that a client can change."""
    return frozenset(bound.name for bound in item.fields() if not bound.field.read_only)


def _said(item: Item, application_data: Sequence[Element]) -> frozenset[str]:
    """The names of the fields that a command says something of."""
    tags = {element.tag for element in application_data}
    return frozenset(bound.name for bound in item.fields() if bound.field.tag in tags)
