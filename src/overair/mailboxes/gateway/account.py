"""One account's servers while somebody of it is here: what a unit of work lacks is made or brought."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

import msgspec
import structlog

from overair.mailboxes.gateway.backend import (
    Backend,
    BackendName,
    FolderUnavailable,
    MirroredFolder,
    NobodyHere,
    Stale,
    WrongCredentials,
)
from overair.mailboxes.gateway.effects import Plan
from overair.mailboxes.gateway.intents import Intents
from overair.mailboxes.gateway.making import Making, Submission
from overair.mailboxes.gateway.mirror import Mirror
from overair.mailboxes.gateway.settling import Settling
from overair.mailboxes.interface import (
    FolderType,
    FoundItem,
    MailboxError,
    MailboxFull,
    MailboxUnavailable,
    NoSuchFolder,
    Refused,
)
from overair.mailboxes.search_query import SearchQuery
from overair.storage.interface import Database

MOMENT: Final = 5.0
"""Seconds for which nobody tries a server that was found not to be had."""
MEMBERS: Final = 10_000
"""Messages of a conversation among which words are looked for."""
PULL_SECONDS: Final = 4.0
"""How long a folder that is new is brought in before the phone is answered with what is there."""

OWN_COPIES: Final = (FolderType.SENT_ITEMS, FolderType.INBOX)
"""Where a copy is of what its sender has sent."""

log = structlog.get_logger(__name__)


class Account:
    """The servers of one account."""

    __slots__ = (
        "_failures",
        "_has_tree",
        "_locks",
        "_making",
        "_mirror",
        "_refreshed",
        "_refuse_log_in",
        "_settling",
        "_unsettled",
        "account_id",
        "backends",
        "submits",
        "unfinished",
    )

    def __init__(
        self,
        account_id: int,
        database: Database,
        backends: Mapping[BackendName, Backend],
        submission: Submission | None,
        refuse_log_in: Callable[[int], None],
    ) -> None:
        """``refuse_log_in`` is told when a server does not take the account's log-in."""
        self.account_id: Final = account_id
        self.backends: Final = dict(backends)
        self.submits: Final = submission is not None
        """Whether there is a submission server."""
        self._failures: Final[dict[str, tuple[float, str]]] = {}
        """When and why a server, by name, or a folder, by its id, was found not to be had."""
        self._refuse_log_in: Final = refuse_log_in
        self._mirror: Final = Mirror(account_id, database)
        intents = Intents(account_id, database)
        self._making: Final = Making(
            self.backends, submission, intents, self._settle_and_pull, self._holds_copy
        )
        self._settling: Final = Settling(account_id, database, self._mirror, self._making, intents)
        self._unsettled: Final = set(backends)
        """The servers at which something may have been begun of which nobody knows what it came to."""
        self._locks: Final = {name: asyncio.Lock() for name in backends}
        self._refreshed: Final[dict[str, float]] = {}
        self._has_tree: Final[set[BackendName]] = set()
        self.unfinished: Final[set[str]] = set()
        """Folders of which more is to be brought in."""

    @property
    def unavailable(self) -> dict[str, str]:
        """The servers that were found not to be had a moment ago, by name, and folders, by id, and why.

        What was found before that says nothing any more: whoever needs the server tries it.
        """
        since = time.monotonic() - MOMENT
        return {name: why for name, (when, why) in self._failures.items() if when >= since}

    @property
    def invited(self) -> bool:
        """Whether there may be meeting messages of which nobody has taken note (invitations.py)."""
        return self._mirror.invited

    @invited.setter
    def invited(self, value: bool) -> None:
        self._mirror.invited = value

    # Bringing the mirror up to date.

    async def refresh(self, folder_ids: Collection[str] | None, max_age: float = 0.0) -> None:
        """Bring folders, or with None the tree, to what their servers have, unless that was done at most
        ``max_age`` seconds ago. What a server cannot say is noted in ``unavailable``.
        """
        await asyncio.gather(*(self._refresh(name, folder_ids, max_age) for name in self.backends))

    async def _refresh(self, name: BackendName, folder_ids: Collection[str] | None, max_age: float) -> None:
        async with self._locks[name]:
            try:
                await self._settle(name)
                if folder_ids is None or name not in self._has_tree:
                    await self._refresh_tree(name)
                if folder_ids:
                    await self._refresh_folders(name, folder_ids, max_age)
            except NobodyHere:
                return  # as when the last request has ended; it says nothing of the server
            except MailboxError as error:
                if isinstance(error, WrongCredentials):
                    self._refuse_log_in(self.account_id)
                if name not in self._failures:
                    log.warning(
                        "a server is not to be had",
                        account_id=self.account_id,
                        backend=name.value,
                        reason=str(error),
                    )
                self._failures[name] = (time.monotonic(), str(error) or type(error).__name__)
            else:
                if self._failures.pop(name, None) is not None:
                    log.info("a server is back", account_id=self.account_id, backend=name.value)

    async def settle(self, names: Collection[BackendName]) -> None:
        """Find out at some servers what became of what was begun there."""
        await asyncio.gather(*(self._refresh(name, (), 0.0) for name in names if name in self.backends))

    async def _settle(self, name: BackendName, but: Collection[str] = ()) -> None:
        if name in self._unsettled:
            await self._settling.settle(name, self.backends[name], but)
            if not but:
                self._unsettled.discard(name)

    async def _settle_and_pull(self, name: BackendName, folder: MirroredFolder, but: Collection[str]) -> None:
        await self._settle(name, but)
        await self._pull(name, folder)

    async def _refresh_tree(self, name: BackendName) -> None:
        await self._mirror.reconcile(name, self.backends[name])
        self._has_tree.add(name)

    async def _refresh_folders(self, name: BackendName, folder_ids: Collection[str], max_age: float) -> None:
        oldest = time.monotonic() - max_age
        wanted = [one for one in folder_ids if self._refreshed.get(one, 0.0) < oldest]
        if not wanted:
            return
        folders = await self._mirror.folders(name, wanted)
        if not folders:
            return
        now = time.monotonic()
        changed = await self.backends[name].changed(folders)
        refused = set()
        for folder in changed:
            try:
                await self._pull(name, folder)
            except (Refused, FolderUnavailable) as error:
                # As where rights to it were taken away: it stays as it is, alone.
                refused.add(folder.folder_id)
                self._fail_folder(name, folder, str(error))
        for folder in folders:
            if folder.folder_id not in refused:
                self._failures.pop(folder.folder_id, None)
                self._refreshed[folder.folder_id] = now

    def _fail_folder(self, name: BackendName, folder: MirroredFolder, reason: str) -> None:
        if folder.folder_id not in self._failures:
            log.warning(
                "a folder is not to be had",
                account_id=self.account_id,
                backend=name.value,
                folder_id=folder.folder_id,
                reason=reason,
            )
        self._failures[folder.folder_id] = (time.monotonic(), reason)
        self.unfinished.discard(folder.folder_id)

    async def _pull(self, name: BackendName, folder: MirroredFolder) -> None:
        """Bring one folder in; a new one that is large only as far as time allows."""
        end = time.monotonic() + PULL_SECONDS
        backend = self.backends[name]
        try:
            while True:
                delta = await backend.pull(folder, self._mirror)
                folder = await self._mirror.apply(folder, delta)
                if not delta.more:
                    self.unfinished.discard(folder.folder_id)
                    return
                if time.monotonic() > end:
                    self.unfinished.add(folder.folder_id)
                    return
        except NoSuchFolder:
            await self._refresh_tree(name)

    # What a unit of work lacks.

    async def supply(self, plan: Plan, held: AsyncExitStack) -> None:
        """Bring what an attempt lacked, or make its effects, under locks that stay held until it is
        committed. Raises MailboxUnavailable.
        """
        if plan.tree is not None:
            await self._list(plan.tree, plan)
        elif plan.stubs:
            for folder_id, keys in plan.stubs.items():
                await self._complete(folder_id, keys, plan)
        elif plan.search is not None:
            query, limit = plan.search
            plan.searched[query] = await self._search(query, limit)
        else:
            await self._make(plan, held)

    async def _list(self, name: BackendName, plan: Plan) -> None:
        """Bring the folders of a server in of which nobody has asked anything yet."""
        if self._locks[name] not in plan.held:
            await self._refresh(name, None, 0.0)
        if name in self._failures:
            raise MailboxUnavailable(self._failures[name][1])
        plan.listed.add(name)

    async def _complete(self, folder_id: str, keys: Sequence[str], plan: Plan) -> None:
        """Make stubs whole; what has gone upstream goes from the mirror, and what came in a conversation
        that was moved for good goes where that went.
        """
        for folder in await self._mirror.folders(BackendName.IMAP, [folder_id]):
            try:
                items = await self._backend(BackendName.IMAP).contents(folder, keys)
            except NoSuchFolder:
                await self._find_gone(plan)
                return
            await self._mirror.complete(folder, keys, items)
            if not plan.held:
                await self._sort(folder, keys)

    async def _find_gone(self, plan: Plan) -> None:
        """Somebody has deleted or renamed a mailbox: what needs it finds it gone when it is run again."""
        lock = self._locks[BackendName.IMAP]
        if lock in plan.held:
            await self._refresh_tree(BackendName.IMAP)
        else:
            async with lock:
                await self._refresh_tree(BackendName.IMAP)

    async def _sort(self, folder: MirroredFolder, keys: Sequence[str]) -> None:
        for one in await self._mirror.sorted_away(folder, keys):
            async with self._locks[BackendName.IMAP]:
                for destination in await self._mirror.folders(BackendName.IMAP, [one.destination_id]):
                    try:
                        stood = await self._backend(BackendName.IMAP).move(
                            folder, one.known, destination, one.item, uuid.uuid4().hex
                        )
                    except (Stale, Refused, NoSuchFolder, MailboxFull):
                        continue  # it is somewhere else already, or has to stay
                    await self._mirror.transferred(folder, one, stood)

    async def _search(self, query: SearchQuery, limit: int) -> list[FoundItem]:
        folders = await self._mirror.folders(BackendName.IMAP, query.folder_ids)
        server = self._backend(BackendName.IMAP)
        if query.conversation_id is None:
            return await self._mirror.found(await server.search(folders, query, limit) or ())
        members = await self._mirror.of_conversation(folders, query, MEMBERS)
        if query.clauses and members:
            words = msgspec.structs.replace(query, conversation_id=None)
            places = await server.search(folders, words, MEMBERS) or ()
            having = set(await self._mirror.found(places))
            members = [one for one in members if one in having]
        return members[:limit]

    async def _make(self, plan: Plan, held: AsyncExitStack) -> None:
        names = {backend for backend, _ in plan.effects.values() if backend is not None}
        for owner in sorted(names):
            lock = self._locks[owner]
            if lock not in plan.held:
                await held.enter_async_context(lock)
                plan.held.add(lock)
        plan.searched.clear()
        self._unsettled.update(names)
        await self._making.make(plan)

    async def _holds_copy(self, message_id: str) -> bool:
        """Whether a message of the user's own is among those that were sent, or has come to themselves."""
        server = self._backend(BackendName.IMAP)
        for folder in await self._mirror.folders(BackendName.IMAP, None):
            if folder.type in OWN_COPIES:
                with contextlib.suppress(NoSuchFolder):
                    if await server.holds(folder, message_id):
                        return True
        return False

    def _backend(self, name: BackendName) -> Backend:
        backend = self.backends.get(name)
        if backend is None:
            raise MailboxUnavailable(f"no {name.value} server is configured")
        return backend

    async def read(self, folder_id: str, key: str, offset: int, length: int | None) -> bytes:
        """Bytes of a message. Raises KeyError, MailboxUnavailable."""
        folders = await self._mirror.folders(BackendName.IMAP, [folder_id])
        if not folders:
            raise KeyError(key)
        return await self._backend(BackendName.IMAP).read(folders[0], key, offset, length)

    async def watched(self, name: BackendName, folder_ids: Collection[str]) -> list[MirroredFolder]:
        """Those of some folders that are a backend's."""
        return await self._mirror.folders(name, folder_ids)

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(backend.close() for backend in self.backends.values()))
