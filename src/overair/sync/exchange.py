"""One exchange of one device and one collection: all of it in one unit of work (law 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from overair import items
from overair.items import ItemClass
from overair.mailboxes.interface import Folder, NoSuchFolder, Session, TokenExpired, View
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import CollectionRequest
from overair.protocol.sync_options import Options
from overair.sync import state as states_of
from overair.sync.answers import Answer
from overair.sync.apply import Applier
from overair.sync.drafts import Drafts
from overair.sync.filters import view_of
from overair.sync.keys import UNPRIMED
from overair.sync.news import Kind, News, NewsReader, Telling
from overair.sync.options import BadOptions, UnsupportedBodyPart, check_options, options_for
from overair.sync.partner import Partner
from overair.sync.preparing import Prepared
from overair.sync.refusal import CollectionRefused
from overair.sync.state import NOT_THERE, CollectionStates, State, Unshown, attempt_at
from overair.sync.wanted import Wanted


@dataclass(slots=True)
class Exchanged:
    """What an exchange leaves to be written: the next key, and what is to be shown under it."""

    key: str
    folder: Folder
    wanted: Wanted
    answers: list[Answer] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    more: bool = False
    size: int = 0
    """About how many bytes the items will be in the answer."""


class Exchange:
    """The exchange of one collection; ``limit`` things and ``room`` bytes of items may be told."""

    def __init__(
        self,
        partner: Partner,
        request: CollectionRequest,
        limit: int,
        room: int,
        now: datetime,
        drafts: Drafts,
        prepared: Prepared,
    ) -> None:
        self._partner = partner
        self._request = request
        self._limit = limit
        self._room = room
        self._now = now
        self._drafts = drafts
        self._prepared = prepared

    async def run(self, session: Session) -> Exchanged | None:
        """Apply and tell; None where there is nothing to say. Raises CollectionRefused."""
        request = self._request
        folder = await self._folder(session)
        states = await states_of.load(session.transaction, self._partner.device_key, folder.folder_id)
        if request.sync_key == UNPRIMED:
            return await self._prime(session, folder, states)
        base = states.find(request.sync_key)
        if base is None:
            raise CollectionRefused(SyncStatus.INVALID_SYNC_KEY, f"no key {request.sync_key}")
        try:
            return await self._exchange(session, folder, states, base)
        except TokenExpired as error:
            raise CollectionRefused(SyncStatus.INVALID_SYNC_KEY, str(error)) from error

    async def _folder(self, session: Session) -> Folder:
        """The collection's folder. Raises CollectionRefused where it, or what is said of it, is wrong."""
        request = self._request
        try:
            folder = await session.folder(request.collection_id)
        except NoSuchFolder:
            raise CollectionRefused(SyncStatus.HIERARCHY_CHANGED, "the folder does not exist") from None
        if request.item_class is not None and request.item_class != folder.item_class:
            raise CollectionRefused(SyncStatus.PROTOCOL_ERROR, "not a folder of that class")
        if request.conversation_mode is not None and folder.item_class is not ItemClass.EMAIL:
            raise CollectionRefused(SyncStatus.PROTOCOL_ERROR, "conversations are of mail")  # MS-ASCMD_R2117
        if not items.in_version(folder.item_class, self._partner.version):
            raise CollectionRefused(
                SyncStatus.PROTOCOL_ERROR, f"{folder.item_class} came with a later version"
            )
        try:
            check_options(request.options, folder.item_class)
        except BadOptions as error:
            raise CollectionRefused(SyncStatus.PROTOCOL_ERROR, str(error)) from error
        except UnsupportedBodyPart as error:
            # MS-ASCMD_R5412, MS-ASCON_R241
            unsupported = CommonStatus.BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED
            raise CollectionRefused(unsupported, str(error)) from error
        return folder

    async def _prime(self, session: Session, folder: Folder, states: CollectionStates) -> Exchanged:
        request = self._request
        if request.get_changes or request.commands:
            # MS-ASCMD_R3128, R5838; a client that never synchronised has nothing to send (R651).
            raise CollectionRefused(SyncStatus.PROTOCOL_ERROR, "key 0 comes alone")
        supported = None
        if request.supported is not None:
            if folder.item_class is ItemClass.NOTES:
                raise CollectionRefused(
                    SyncStatus.PROTOCOL_ERROR, "notes have no Supported"
                )  # MS-ASNOTE_R114
            supported = tuple(sorted({element.tag.key for element in request.supported}))
        primed = states.primed(
            await session.start(folder.folder_id),
            request.options,
            supported,
            conversations=bool(request.conversation_mode),
        )
        await self._save(session, states)
        return Exchanged(primed.key, folder, self._wanted(folder, request.options))

    def _wanted(self, folder: Folder, options: tuple[Options, ...]) -> Wanted:
        return self._partner.wanted(options_for(options, folder.item_class))

    async def _save(self, session: Session, states: CollectionStates) -> None:
        await states_of.save(
            session.transaction, self._partner.device_key, self._request.collection_id, states
        )

    async def _exchange(
        self, session: Session, folder: Folder, states: CollectionStates, base: State
    ) -> Exchanged | None:
        request = self._request
        repeated = states.repeats(base)
        lost = states.lost_after(base)
        options = request.options or base.options
        mode = request.conversation_mode
        conversations = base.conversations if mode is None else mode
        wanted = self._wanted(folder, options)
        applier = Applier(
            session,
            self._partner,
            self._partner.author(self._now),
            folder,
            base,
            lost,
            wanted,
            self._drafts,
            self._prepared,
            request.deletes_as_moves is not False,
        )
        await applier.run(request.commands)
        token = session.accounted(base.token, applier.confirmed)
        settled = applier.ended | applier.conflicts.keys()
        unshown = {key: old for key, old in base.exceptions.items() if key not in settled}
        unshown |= dict.fromkeys(sorted(applier.returned), NOT_THERE)
        news = await self._news(session, folder, unshown, wanted, token, conversations=conversations)
        conflicts = [Telling(Kind.CHANGE, item_id, item) for item_id, item in applier.conflicts.items()]
        state = msgspec.structs.replace(
            base,
            token=news.token,
            options=options,
            conversations=conversations,
            applied=applier.applied,
            exceptions={key: old for key, old in unshown.items() if key not in news.settled},
        )
        if not (request.commands or news or conflicts):
            if not repeated:
                await self._keep(session, states, base, state)
            elif states.go_back(base, options, conversations=conversations):
                await self._save(session, states)
            return None
        earlier = states.handed_out if repeated else None
        if earlier is not None and await self._says_the_same(session, folder, wanted, earlier, state, news):
            key = earlier.key
        else:
            key = states.next_key(base)
        state = msgspec.structs.replace(state, key=key)
        states.hand_out(base, state)
        await self._save(session, states)
        return Exchanged(
            state.key,
            folder,
            wanted,
            applier.answers,
            conflicts + news.tellings,
            news.more,
            applier.fetched + news.size,
        )

    async def _says_the_same(
        self, session: Session, folder: Folder, wanted: Wanted, earlier: State, state: State, news: News
    ) -> bool:
        """Whether a repeated request comes to what was handed out before, so that the key is that one's.

        A request that was doubled on its way has two answers, and the client reads either.
        """
        if msgspec.structs.replace(state, key=earlier.key, token=earlier.token) != earlier:
            return False
        if state.token == earlier.token:
            return True
        # What happened between the two may be nothing for this client.
        view = self._view(folder, wanted, earlier.conversations)
        reader = NewsReader(session, folder, view, wanted, earlier.exceptions)
        return not news.more and not await reader.exist(earlier.token)

    async def _keep(self, session: Session, states: CollectionStates, base: State, state: State) -> None:
        """Nothing to tell: the key stays, and its token moves past what was not for this client (law 8)."""
        state = msgspec.structs.replace(state, applied=None)
        unchanged = state == msgspec.structs.replace(base, applied=None)
        if unchanged and states.settled_on(base):
            return
        states.keep(base, state)
        await self._save(session, states)

    def _view(self, folder: Folder, wanted: Wanted, conversations: bool) -> View:
        filter_type = wanted.options.filter_type
        return view_of(folder.item_class, filter_type, self._now, conversations=conversations)

    async def _news(
        self,
        session: Session,
        folder: Folder,
        unshown: Mapping[str, Unshown],
        wanted: Wanted,
        token: str,
        *,
        conversations: bool,
    ) -> News:
        view = self._view(folder, wanted, conversations)
        if self._request.get_changes is False:
            # What it did itself is read past all the same, or the token would grow with every change.
            return News((await session.changes(folder.folder_id, view, token, 0)).token)
        reader = NewsReader(session, folder, view, wanted, unshown)
        if self._limit <= 0 or self._room <= 0:
            # The answer is full: say only that there is more (MS-ASCMD_R4779).
            return News(token, more=await reader.exist(token))
        news = await reader.read(token, self._limit, self._room)
        await reader.retry(news, self._limit, self._room, attempt_at(self._now))
        return news
