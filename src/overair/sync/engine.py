"""The sync engine: what the commands Sync, GetItemEstimate and Ping ask of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog

from overair import items
from overair.delivery.transport import Transport
from overair.items import ItemClass
from overair.mailboxes.interface import (
    Folder,
    FolderType,
    MailboxUnavailable,
    NoSuchFolder,
    Session,
    TokenExpired,
    View,
)
from overair.protocol.get_item_estimate import EstimateCollectionRequest
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    CollectionRequest,
    CollectionResponse,
    window_size,
)
from overair.storage.interface import DatabaseUnavailable
from overair.sync import state as states_of
from overair.sync.drafts import DraftMoved, Drafts
from overair.sync.estimate import Estimate
from overair.sync.exchange import Exchange, Exchanged
from overair.sync.filters import Clock, view_of
from overair.sync.news import NewsReader
from overair.sync.options import options_for
from overair.sync.partner import Partner
from overair.sync.preparing import prepare
from overair.sync.refusal import CollectionRefused, SyncRefused
from overair.sync.rendering import Renderer
from overair.sync.size import ANSWER_BYTES
from overair.sync.state import CollectionStates, State, Unshown, attempt_at
from overair.sync.wanted import Wanted
from overair.times import utc_now

log = structlog.get_logger(__name__)

NOTICED_SECONDS = 5.0
"""What a watch has noticed need not be asked for again when the waiting request looks."""
ATTEMPTS = 5
"""How often an exchange begins anew because a draft changed while it was made ready."""


@dataclass(slots=True, frozen=True)
class WatchedFolders:
    """Of the folders asked about: those with something to tell, and those that do not exist."""

    with_news: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(slots=True)
class Left:
    """What of a request's answer is not filled yet: things to tell, and bytes of items."""

    window: int
    room: int = ANSWER_BYTES


@dataclass(slots=True, frozen=True)
class LastKey:
    """The key that the device's last request named for a collection.

    ``answered``: the answer gave another one, which the device may or may not have got.
    """

    key: str
    answered: bool


class Engine:
    """Synchronises devices with mailboxes, under the laws of docs/architecture.md.

    Every method is called under the device's lock (law 9).
    """

    def __init__(self, transport: Transport, clock: Clock = utc_now) -> None:
        self._drafts = Drafts(transport)
        self._clock = clock
        self.fruitless_wakes = 0
        """How often a waiting request was woken and there was nothing to tell it."""

    async def exchange(
        self, partner: Partner, collections: Sequence[CollectionRequest], window: int
    ) -> tuple[CollectionResponse, ...]:
        """Apply what the client did and tell it what changed, at most ``window`` things in all.

        Everything is committed when this returns. A collection with nothing to tell has no
        response. Raises SyncRefused (refusal.py).
        """
        await partner.mailbox.refresh([collection.collection_id for collection in collections])
        busy = await self._busy(partner, collections)
        responses = []
        left = Left(window)
        for collection in busy:
            response = await self._guarded(partner, collection, left)
            if response is not None:
                responses.append(response)
        return tuple(responses)

    async def _busy(
        self, partner: Partner, collections: Sequence[CollectionRequest]
    ) -> list[CollectionRequest]:
        """The collections that need more than a look. Raises SyncRefused."""
        try:
            return await partner.mailbox.inspect(lambda session: self._look(session, partner, collections))
        except (MailboxUnavailable, DatabaseUnavailable):
            return list(collections)  # each is refused for itself

    async def _look(
        self, session: Session, partner: Partner, collections: Sequence[CollectionRequest]
    ) -> list[CollectionRequest]:
        states = await self._states(session, partner, [one.collection_id for one in collections])
        busy = []
        for collection in collections:
            if any(isinstance(command, AddCommand) for command in collection.commands):
                await self._refuse_recipients(session, collection)
            found = states.get(collection.collection_id)
            if found is None or not await self._is_quiet(session, partner, collection, found):
                busy.append(collection)
        return busy

    async def _refuse_recipients(self, session: Session, collection: CollectionRequest) -> None:
        """Nothing is added to the recipient information cache (MS-ASCMD_R756)."""
        try:
            folder = await session.folder(collection.collection_id)
        except NoSuchFolder:
            return  # the exchange says so
        if folder.type is FolderType.RECIPIENT_INFORMATION_CACHE:
            raise SyncRefused(SyncStatus.PROTOCOL_ERROR, "an Add to the recipient information cache")

    async def _states(
        self, session: Session, partner: Partner, collection_ids: Collection[str]
    ) -> Mapping[str, CollectionStates]:
        if len(collection_ids) == 1:
            [collection_id] = collection_ids
            return {
                collection_id: await states_of.load(session.transaction, partner.device_key, collection_id)
            }
        return await states_of.load_all(session.transaction, partner.device_key)

    async def _is_quiet(
        self, session: Session, partner: Partner, request: CollectionRequest, states: CollectionStates
    ) -> bool:
        """Whether a look is enough: the newest key, no commands, nothing to tell and nothing to note."""
        state = states.handed_out
        if request.commands or state is None or state.key != request.sync_key:
            return False
        if not states.settled_on(state) or (request.options and request.options != state.options):
            return False
        if request.get_changes is False:
            return True
        if any(one.attempt != attempt_at(self._clock()) for one in state.exceptions.values()):
            return False
        if request.item_class is not None or request.conversation_mode not in (None, state.conversations):
            return False
        try:
            folder = await session.folder(request.collection_id)
            if request.conversation_mode is not None and folder.item_class is not ItemClass.EMAIL:
                return False  # it is refused
            wanted = partner.wanted(options_for(state.options, folder.item_class))
            view = self._view(folder, wanted, state)
            changes = await session.changes(folder.folder_id, view, state.token, 1)
        except (NoSuchFolder, TokenExpired):
            return False
        return changes.token == state.token

    async def _guarded(
        self, partner: Partner, collection: CollectionRequest, left: Left
    ) -> CollectionResponse | None:
        """One collection's answer. What goes wrong with it touches no other (law 7)."""
        try:
            return await self._collection(partner, collection, left)
        except CollectionRefused as error:
            status, reason = error.status, str(error)
        except (MailboxUnavailable, DatabaseUnavailable, OSError) as error:
            status, reason = SyncStatus.RETRY, str(error)  # OSError: the disk takes no draft
        log.info(
            "a collection's Sync is refused",
            account_id=partner.mailbox.account_id,
            device_key=partner.device_key,
            collection_id=collection.collection_id,
            status=int(status),
            reason=reason,
        )
        # A client that loses its key begins with 0; any other status leaves it the key that it has.
        key = "0" if status is SyncStatus.INVALID_SYNC_KEY else collection.sync_key
        return CollectionResponse(sync_key=key, collection_id=collection.collection_id, status=status)

    async def _collection(
        self, partner: Partner, collection: CollectionRequest, left: Left
    ) -> CollectionResponse | None:
        exchanged = await self._transact(partner, collection, left)
        if exchanged is None:
            return None
        left.window -= len(exchanged.tellings)
        left.room -= exchanged.size
        if partner.claim is not None:
            await partner.claim(exchanged.size)
        renderer = Renderer(partner.mailbox.account_id, partner.mailbox.blobs, exchanged.wanted)
        rendered = await renderer.render(exchanged.answers, exchanged.tellings)
        if rendered.failed:
            await self._except(partner, collection.collection_id, exchanged.key, rendered.failed)
        return CollectionResponse(
            item_class=exchanged.folder.item_class,
            sync_key=exchanged.key,
            collection_id=collection.collection_id,
            status=SyncStatus.SUCCESS,
            more_available=exchanged.more,
            responses=tuple(rendered.responses),
            commands=tuple(rendered.commands),
        )

    async def _transact(
        self, partner: Partner, collection: CollectionRequest, left: Left
    ) -> Exchanged | None:
        limit = min(left.window, window_size(collection.window_size))
        for _ in range(ATTEMPTS):
            prepared = await prepare(partner, collection, self._drafts)
            exchange = Exchange(partner, collection, limit, left.room, self._clock(), self._drafts, prepared)
            try:
                return await partner.mailbox.transact(exchange.run)
            except DraftMoved:
                continue
        raise CollectionRefused(SyncStatus.RETRY, "a draft keeps changing")

    async def _except(
        self, partner: Partner, collection_id: str, key: str, failed: Mapping[str, bool]
    ) -> None:
        """Remember what could not be shown, before the answer that lacks it is sent (law 6)."""

        async def work(session: Session) -> None:
            states = await states_of.load(session.transaction, partner.device_key, collection_id)
            state = states.handed_out
            if state is not None and state.key == key:
                attempt = attempt_at(self._clock())
                unshown = {item_id: Unshown(had, attempt) for item_id, had in failed.items()}
                states.handed_out = msgspec.structs.replace(state, exceptions={**state.exceptions, **unshown})
                await states_of.save(session.transaction, partner.device_key, collection_id, states)

        await partner.mailbox.transact(work)

    async def has_news(self, partner: Partner, collection_ids: Collection[str]) -> WatchedFolders:
        """For which collections the next Sync would show something (law 8).

        A collection that was never synchronised has nothing to tell until it is. Raises
        MailboxUnavailable, DatabaseUnavailable.
        """
        await partner.mailbox.refresh(collection_ids, NOTICED_SECONDS)
        return await partner.mailbox.inspect(lambda session: self._watch(session, partner, collection_ids))

    async def _watch(
        self, session: Session, partner: Partner, collection_ids: Collection[str]
    ) -> WatchedFolders:
        states = await self._states(session, partner, collection_ids)
        with_news, missing = [], []
        for collection_id in collection_ids:
            try:
                if await self._has_news(session, partner, collection_id, states.get(collection_id)):
                    with_news.append(collection_id)
            except NoSuchFolder:
                missing.append(collection_id)
            except MailboxUnavailable as error:
                # A folder whose backend is down says nothing; the others are watched on (law 7).
                log.info("a folder cannot be watched", collection_id=collection_id, reason=str(error))
        return WatchedFolders(tuple(with_news), tuple(missing))

    async def _has_news(
        self, session: Session, partner: Partner, collection_id: str, states: CollectionStates | None
    ) -> bool:
        folder = await session.folder(collection_id)
        state = None if states is None else states.newest
        if state is None or not items.in_version(folder.item_class, partner.version):
            return False
        wanted = partner.wanted(options_for(state.options, folder.item_class))
        view = self._view(folder, wanted, state)
        try:
            return await NewsReader(session, folder, view, wanted, state.exceptions).exist(state.token)
        except TokenExpired:
            return True  # the next Sync tells the client to begin anew

    def _view(self, folder: Folder, wanted: Wanted, state: State) -> View:
        return view_of(
            folder.item_class, wanted.options.filter_type, self._clock(), conversations=state.conversations
        )

    async def estimate(self, partner: Partner, collection: EstimateCollectionRequest) -> int:
        """How many changes the next Sync of a collection would show.

        Raises EstimateRefused (estimate.py), MailboxUnavailable, DatabaseUnavailable.
        """
        await partner.mailbox.refresh([collection.collection_id])
        return await partner.mailbox.inspect(Estimate(partner, collection, self._clock()).run)

    async def last_keys(self, partner: Partner) -> dict[str, LastKey]:
        """The keys that the device's last requests named, for requests that leave collections out."""

        async def work(session: Session) -> dict[str, LastKey]:
            found = await states_of.load_all(session.transaction, partner.device_key)
            return {
                collection_id: LastKey(
                    "0" if states.last_asked is None else states.last_asked.key,
                    states.last_asked is not states.newest,
                )
                for collection_id, states in found.items()
            }

        return await partner.mailbox.inspect(work)
