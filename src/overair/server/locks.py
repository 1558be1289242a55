"""One writer per device (law 9)."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class _Entry:
    """A device's lock, and how many requests hold it or wait for it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


class HeldLock:
    """The device's lock as one request has it: ``async with locks.hold(device_key) as held``."""

    __slots__ = ("_device_key", "_entry", "_holds", "_locks")

    def __init__(self, locks: DeviceLocks, device_key: int, entry: _Entry) -> None:
        self._locks = locks
        self._device_key = device_key
        self._entry = entry
        self._holds = False

    def released(self) -> Released:
        """Let other requests of the device run for a while: ``async with held.released()``.

        A waiting Ping or Sync does so. What was read before may be stale afterwards.
        """
        return Released(self)

    async def acquire(self) -> None:
        """Wait for the lock and take it."""
        await self._entry.lock.acquire()
        self._holds = True

    def release(self) -> None:
        """Give the lock to the next request."""
        # A request that is cancelled while it waits to get the lock back does not hold it.
        if self._holds:
            self._holds = False
            self._entry.lock.release()

    async def __aenter__(self) -> Self:
        self._entry.users += 1
        try:
            await self.acquire()
        except BaseException:
            self._locks.leave(self._device_key, self._entry)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._locks.leave(self._device_key, self._entry)


class Released:
    """A while without the lock."""

    __slots__ = ("_held",)

    def __init__(self, held: HeldLock) -> None:
        self._held = held

    async def __aenter__(self) -> None:
        self._held.release()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.acquire()


class DeviceLocks:
    """The locks of the devices that have requests under way; an idle device costs nothing."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}

    def hold(self, device_key: int) -> HeldLock:
        """Run alone among the device's requests that touch its state."""
        entry = self._entries.get(device_key)
        if entry is None:
            entry = self._entries[device_key] = _Entry()
        return HeldLock(self, device_key, entry)

    def leave(self, device_key: int, entry: _Entry) -> None:
        """Forget the lock of a device whose last request is done."""
        entry.users -= 1
        if not entry.users and self._entries.get(device_key) is entry:
            del self._entries[device_key]

    def __len__(self) -> int:
        return len(self._entries)
