"""Defects in what is committed together, and in what becomes of it (laws 2 and 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from model.defects.defect import defect
from model.laws import Law
from overair.delivery import queue
from overair.delivery.here import Here
from overair.delivery.queue import Outgoing
from overair.delivery.transport import Transport
from overair.mailboxes.embedded.mailbox import EmbeddedMailbox
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.interface import MailboxUnavailable, Session, StoredItem
from overair.protocol.folder_sync import FolderSyncResponse
from overair.protocol.statuses import FolderSyncStatus, SyncStatus
from overair.server import submitting
from overair.server.commands import folder_sync
from overair.storage.interface import DatabaseUnavailable, Row, Transaction
from overair.storage.sqlite import SqliteDatabase
from overair.storage.work import Work
from overair.sync import state as states_of
from overair.sync.engine import Engine
from overair.sync.exchange import Exchange, Exchanged
from overair.sync.refusal import CollectionRefused
from overair.sync.state import CollectionStates


def the_state_is_committed_after_the_effects(patch: pytest.MonkeyPatch) -> None:
    transact = Engine._transact
    unsaved: dict[int, CollectionStates] = {}

    async def keep(self: Exchange, session: Session, states: CollectionStates) -> None:
        unsaved[id(self._request)] = states

    async def in_two(self: Engine, partner: Any, collection: Any, left: Any) -> Exchanged | None:
        exchanged = await transact(self, partner, collection, left)
        states = unsaved.pop(id(collection), None)
        if states is not None:
            await partner.mailbox.transact(
                lambda session: states_of.save(
                    session.transaction, partner.device_key, collection.collection_id, states
                )
            )
        return exchanged

    patch.setattr(Exchange, "_save", keep)
    patch.setattr(Engine, "_transact", in_two)


def _in_two(patch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Let a coroutine function do its work in a second transaction, after the one in which it is called."""
    transact, original = EmbeddedMailbox.transact, getattr(place, name)
    current: list[list[Callable[[Any], Awaitable[None]]]] = []

    async def in_two(self: EmbeddedMailbox, work: Any) -> Any:
        later: list[Callable[[Any], Awaitable[None]]] = []

        async def first(session: Session) -> Any:
            current.append(later)
            try:
                return await work(session)
            finally:
                current.pop()

        result = await transact(self, first)
        for one in later:
            await transact(self, one)
        return result

    async def deferred(*args: Any) -> None:
        place_of_session = next(
            n for n, one in enumerate(args) if hasattr(one, "account_id") or hasattr(one, "one")
        )

        async def work(session: Any) -> None:
            whose = session if hasattr(args[place_of_session], "account_id") else session.transaction
            await original(*args[:place_of_session], whose, *args[place_of_session + 1 :])

        current[-1].append(work)

    patch.setattr(EmbeddedMailbox, "transact", in_two)
    patch.setattr(place, name, deferred)


def a_mail_is_queued_after_its_record(patch: pytest.MonkeyPatch) -> None:
    _in_two(patch, Transport, "enqueue")


def a_mail_is_recorded_after_its_queueing(patch: pytest.MonkeyPatch) -> None:
    _in_two(patch, submitting, "remember")


def a_mail_leaves_the_queue_after_its_delivery(patch: pytest.MonkeyPatch) -> None:
    async def in_two(self: Here, waiting: Outgoing, *, give_up: bool) -> None:
        found, _ = await self.sort(waiting)
        users = {user.account_id: user for _, user in found}
        arrived = await self._delivery.accept(self._delivery.blobs.read(waiting.blob), datetime.now(UTC))

        async def deliver(transaction: Transaction) -> None:
            await self._delivery.deliver_within(transaction, arrived, users.values())

        await self._delivery.database.write(deliver)
        await self._delivery.database.write(
            lambda transaction: queue.remove(transaction, waiting.message_key)
        )

    patch.setattr(Here, "deliver", in_two)


def a_mail_leaves_the_queue_before_its_delivery(patch: pytest.MonkeyPatch) -> None:
    async def in_two(self: Here, waiting: Outgoing, *, give_up: bool) -> None:
        found, _ = await self.sort(waiting)
        users = {user.account_id: user for _, user in found}
        arrived = await self._delivery.accept(self._delivery.blobs.read(waiting.blob), datetime.now(UTC))
        await self._delivery.database.write(
            lambda transaction: queue.remove(transaction, waiting.message_key)
        )

        async def deliver(transaction: Transaction) -> None:
            await self._delivery.deliver_within(transaction, arrived, users.values())

        await self._delivery.database.write(deliver)

    patch.setattr(Here, "deliver", in_two)


def a_queue_that_could_not_be_emptied_is_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Transport, "_try_again", lambda _: None)


def a_start_leaves_the_queue_alone(patch: pytest.MonkeyPatch) -> None:
    deliver_waiting = Transport.deliver_waiting

    async def not_at_first(self: Transport) -> None:
        if hasattr(self, "_begun"):
            await deliver_waiting(self)
        self._begun = True  # type: ignore[attr-defined]  # the defect's own

    patch.setattr(Transport, "deliver_waiting", not_at_first)


def an_answer_goes_out_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    transact = EmbeddedMailbox.transact

    async def early(self: EmbeddedMailbox, work: Any) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def told(session: Session) -> Any:
            result = await work(session)
            done.set_result(result)
            return result

        committed = asyncio.ensure_future(transact(self, told))
        await asyncio.wait((committed, done), return_when=asyncio.FIRST_COMPLETED)
        return done.result() if done.done() else await committed

    patch.setattr(EmbeddedMailbox, "transact", early)


def a_commit_that_failed_is_a_success(patch: pytest.MonkeyPatch) -> None:
    settle = SqliteDatabase._settle

    def whatever(self: SqliteDatabase, group: list[Work]) -> None:
        for work in group:
            if work.result is not None:
                work.error = None
        settle(self, group)

    patch.setattr(SqliteDatabase, "_settle", whatever)


def a_busy_database_ends_the_key(patch: pytest.MonkeyPatch) -> None:
    collection = Engine._collection

    async def ended(self: Engine, *args: Any) -> Any:
        try:
            return await collection(self, *args)
        except (MailboxUnavailable, DatabaseUnavailable, OSError) as error:
            raise CollectionRefused(SyncStatus.INVALID_SYNC_KEY, str(error)) from error

    patch.setattr(Engine, "_collection", ended)


def a_busy_database_is_a_folder_that_is_gone(patch: pytest.MonkeyPatch) -> None:
    collection = Engine._collection

    async def ended(self: Engine, *args: Any) -> Any:
        try:
            return await collection(self, *args)
        except (MailboxUnavailable, DatabaseUnavailable, OSError) as error:
            raise CollectionRefused(SyncStatus.OBJECT_NOT_FOUND, str(error)) from error

    patch.setattr(Engine, "_collection", ended)


def a_busy_database_ends_the_hierarchy_key(patch: pytest.MonkeyPatch) -> None:
    def answer(**fields: Any) -> FolderSyncResponse:
        if fields["status"] is FolderSyncStatus.SERVER_ERROR:
            fields["status"] = FolderSyncStatus.INVALID_SYNC_KEY
        return FolderSyncResponse(**fields)

    patch.setattr(folder_sync, "FolderSyncResponse", answer)


def a_move_leaves_the_item_where_it_was(patch: pytest.MonkeyPatch) -> None:
    async def copy(self: EmbeddedSession, folder_id: str, item_id: str, destination_id: str) -> Any:
        [stored] = await self.read(folder_id, [item_id])
        assert stored is not None
        return await self.add(destination_id, stored.item)

    patch.setattr(EmbeddedSession, "move", copy)


def a_move_is_an_end_that_is_no_beginning(patch: pytest.MonkeyPatch) -> None:
    async def lose(self: EmbeddedSession, folder_id: str, item_id: str, destination_id: str) -> Any:
        [stored] = await self.read(folder_id, [item_id])
        assert stored is not None
        await self.remove(folder_id, item_id)
        return stored

    patch.setattr(EmbeddedSession, "move", lose)


def a_look_writes_its_item_back(patch: pytest.MonkeyPatch) -> None:
    """A Change is made of the item as it was read before the transaction."""
    seen: dict[str, StoredItem] = {}
    stored = EmbeddedSession._stored

    def cached(self: EmbeddedSession, folder_id: str, item_id: str, row: Row) -> StoredItem | None:
        found = stored(self, folder_id, item_id, row)
        return None if found is None else seen.setdefault(item_id, found)

    patch.setattr(EmbeddedSession, "_stored", cached)


DEFECTS: Final = (
    defect(
        "the state is committed after the effects",
        the_state_is_committed_after_the_effects,
        Law.NOT_TWICE,
        Law.NOT_BACK,
    ),
    defect("a mail is queued after its record", a_mail_is_queued_after_its_record, Law.KEPT),
    defect("a mail is recorded after its queueing", a_mail_is_recorded_after_its_queueing, Law.NOT_TWICE),
    defect(
        "a mail leaves the queue after its delivery",
        a_mail_leaves_the_queue_after_its_delivery,
        Law.NOT_TWICE,
    ),
    defect(
        "a mail leaves the queue before its delivery", a_mail_leaves_the_queue_before_its_delivery, Law.KEPT
    ),
    defect("a queue that could not be emptied is left", a_queue_that_could_not_be_emptied_is_left, Law.KEPT),
    defect("a start leaves the queue alone", a_start_leaves_the_queue_alone, Law.KEPT),
    defect(
        "an answer goes out before the commit", an_answer_goes_out_before_the_commit, Law.KEPT, Law.KEY_LIVES
    ),
    defect("a commit that failed is a success", a_commit_that_failed_is_a_success, Law.KEPT, Law.KEY_LIVES),
    defect("a busy database ends the key", a_busy_database_ends_the_key, Law.KEY_LIVES),
    defect("a busy database is a folder that is gone", a_busy_database_is_a_folder_that_is_gone, Law.RETRIED),
    defect("a busy database ends the hierarchy's key", a_busy_database_ends_the_hierarchy_key, Law.KEY_LIVES),
    defect("a move leaves the item where it was", a_move_leaves_the_item_where_it_was, Law.NOT_TWICE),
    defect("a move is an end that is no beginning", a_move_is_an_end_that_is_no_beginning, Law.KEPT),
    defect("an item is changed as it was read before", a_look_writes_its_item_back, Law.NOT_BACK, Law.KEPT),
)
