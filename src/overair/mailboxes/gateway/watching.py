"""The one watch of an account, shared by all of its devices that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Final

from overair.mailboxes.gateway.account import Account
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder, Watching

LINGER_SECONDS: Final = 30.0
"""How long a watch goes on after the last device left it: most come back at once."""


class Watch:
    """Notices changes upstream and brings them into the mirror, whose commits wake who waits."""

    __slots__ = (
        "_account",
        "_again",
        "_ending",
        "_everything",
        "_folders",
        "_interest",
        "_running",
        "_task",
        "_timer",
        "_wanted",
    )

    def __init__(self, account: Account) -> None:
        self._account: Final = account
        self._interest: Final[dict[str, int]] = {}
        """How many devices wait for a folder."""
        self._folders: dict[BackendName, list[MirroredFolder]] = {}
        self._running: dict[BackendName, Watching] = {}
        self._wanted: set[str] = set()
        self._everything = False
        self._again = False
        self._task: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        """Closes what watched for devices that have left."""
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, folder_ids: Collection[str]) -> None:
        """A device waits for these folders."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        new = [one for one in folder_ids if one not in self._interest]
        for one in folder_ids:
            self._interest[one] = self._interest.get(one, 0) + 1
        if new or not self._running:
            self._again = True
            self._wake()

    def leave(self, folder_ids: Collection[str]) -> None:
        """A device does not wait any more."""
        for one in folder_ids:
            left = self._interest.pop(one, 0) - 1
            if left > 0:
                self._interest[one] = left
        if not self._interest and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._end)

    def heard(self, folder_ids: Collection[str]) -> set[str]:
        """Those of some folders of which the mirror has all that has happened, as far as servers tell."""
        if self._again or self._wanted or self._everything or (self._task and not self._task.done()):
            return set()
        return {
            folder.folder_id
            for name, watching in self._running.items()
            for folder in self._folders[name]
            if folder.folder_id in folder_ids and watching.hears(folder)
        }

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Bring in what was noticed, until there is nothing more."""
        account = self._account
        while self._again or self._wanted or self._everything or account.unfinished & self._interest.keys():
            if self._again:
                self._again = False
                await self._follow()
            tree, self._everything = self._everything, False
            wanted, self._wanted = self._wanted, set()
            if tree:
                await account.refresh(None)
            wanted |= account.unfinished & self._interest.keys()
            if wanted:
                await account.refresh(wanted)
                await self._follow()
            if account.unavailable and not (self._again or self._wanted or self._everything):
                return  # the watches try again by themselves, and say when they are back

    async def _follow(self) -> None:
        """Have every backend watch the folders that devices wait for, and compare with what the mirror has
        of them now, not with what it had when the watch began.
        """
        folder_ids = set(self._interest)
        for name, backend in self._account.backends.items():
            self._folders[name] = await self._account.watched(name, folder_ids)
            if self._folders[name] and name not in self._running:
                self._running[name] = backend.watch(partial(self._folders.__getitem__, name), self._changed)

    def _changed(self, folders: Collection[MirroredFolder] | None) -> None:
        if folders is None:
            self._everything = True
        else:
            self._wanted.update(folder.folder_id for folder in folders)
        self._wake()

    def _end(self) -> None:
        self._timer = None
        self._ending = asyncio.get_running_loop().create_task(self._stop())

    async def _stop(self) -> None:
        running, self._running = self._running, {}
        await asyncio.gather(*(watching.close() for watching in running.values()))

    async def close(self) -> None:
        """End the watch. Raises what the end of one of its connections did."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._ending is not None:
            await self._ending
        await self._stop()
