"""The table of waiting requests of one process.

A waiting request is one entry here and its own coroutine, with one timer of the event loop: no
thread, no task of its own, no polling. Every method is called in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import ClassVar

from overair.push.interface import ShuttingDown, Superseded, WaitEnded

ENDED_AT_ONCE = 100


class WaitingRequest:
    """An entry of the table: a Subscription (push/interface.py)."""

    __slots__ = (
        "_account_id",
        "_changed",
        "_device_key",
        "_ended",
        "_folder_ids",
        "_hub",
        "_waiter",
        "changed_at",
    )

    def __init__(
        self, hub: WaitingTable, account_id: int, device_key: str, folder_ids: Collection[str]
    ) -> None:
        self._hub = hub
        self._account_id = account_id
        self._device_key = device_key
        self._folder_ids = tuple(folder_ids)
        self._changed = False
        self.changed_at = 0.0
        self._ended: type[WaitEnded] | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def wait(self, timeout: float) -> bool:
        """True for a change since the last wait or since subscribing, False after ``timeout`` seconds.

        Raises the WaitEnded given to ``end``.
        """
        if not self._changed and self._ended is None and timeout > 0:
            loop = asyncio.get_running_loop()
            waiter = self._waiter = loop.create_future()
            timer = loop.call_later(timeout, _resolve, waiter)
            try:
                await waiter
            finally:
                self._waiter = None
                timer.cancel()
        if self._ended is not None:
            raise self._ended
        changed, self._changed = self._changed, False
        return changed

    def close(self) -> None:
        """Leave the table."""
        self._hub.leave(self._account_id, self._device_key, self)

    def notice(self, folder_id: str | None) -> None:
        """Remember a change and wake the waiting coroutine where it asked for that folder."""
        if folder_id is None or folder_id in self._folder_ids:
            if not self._changed:
                self.changed_at = time.monotonic()
            self._changed = True
            self._wake()

    def end(self, reason: type[WaitEnded]) -> None:
        """Let this wait, or the next one, raise the reason."""
        self._ended = reason
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            _resolve(self._waiter)


class WaitingTable:
    """The Hub (push/interface.py) of one process."""

    __slots__ = ("_accounts", "_leaving")

    request: ClassVar[type[WaitingRequest]] = WaitingRequest
    """What an entry is."""

    def __init__(self) -> None:
        self._accounts: dict[int, dict[str, WaitingRequest]] = {}
        self._leaving = False

    def __len__(self) -> int:
        """How many requests are subscribed."""
        return sum(map(len, self._accounts.values()))

    def subscribe(self, account_id: int, device_key: str, folder_ids: Collection[str]) -> WaitingRequest:
        """Enter the table; an earlier waiting request of the same device ends with Superseded."""
        entry = self.request(self, account_id, device_key, folder_ids)
        devices = self._accounts.setdefault(account_id, {})
        earlier = devices.get(device_key)
        devices[device_key] = entry
        if earlier is not None:
            earlier.end(Superseded)
        if self._leaving:
            entry.end(ShuttingDown)
        return entry

    def publish(self, account_id: int, folder_id: str | None) -> None:
        """Wake those who wait for the folder; None (the hierarchy) wakes every device of the account."""
        for entry in self._accounts.get(account_id, {}).values():
            entry.notice(folder_id)

    def end_waits(self, account_id: int | None = None) -> None:
        """End the waits of an account, or of everybody: then no later request waits here either."""
        if account_id is not None:
            ending = list(self._accounts.get(account_id, {}).values())
        else:
            self._leaving = True
            ending = [entry for devices in self._accounts.values() for entry in devices.values()]
        _end(ending)

    def leave(self, account_id: int, device_key: str, entry: WaitingRequest) -> None:
        """Take an entry out, unless a newer request of the device has taken its place."""
        devices = self._accounts.get(account_id)
        if devices is not None and devices.get(device_key) is entry:
            del devices[device_key]
            if not devices:
                del self._accounts[account_id]


def _end(entries: list[WaitingRequest]) -> None:
    """End waits, some at a time: answering thousands in one turn of the loop would hold up its timers."""
    for entry in entries[:ENDED_AT_ONCE]:
        entry.end(ShuttingDown)
    if rest := entries[ENDED_AT_ONCE:]:
        asyncio.get_running_loop().call_soon(_end, rest)


def _resolve(waiter: asyncio.Future[None]) -> None:
    """Wake a waiter that has been woken by nothing else yet."""
    if not waiter.done():
        waiter.set_result(None)
