"""A request that waits for changes: subscribed first, then comparing, then waiting without the lock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from types import TracebackType
from typing import Self

from overair.push.interface import ShuttingDown
from overair.server.context import Context
from overair.server.waiting import wait_or_gone


class Watch:
    """The device's place in the table of waiting requests, for ``seconds`` at most.

    Entering ends an earlier waiting request of the device, so that a request that does not wait
    enters, too (law 9). ``woken`` says that the last wait ended by a change.
    """

    def __init__(self, context: Context, folder_ids: Collection[str], seconds: float) -> None:
        self._context = context
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._folder_ids = folder_ids
        self._subscription = context.services.hub.subscribe(
            context.user.account_id, str(context.device.device_key), folder_ids
        )
        self.woken = False

    async def wait(self) -> bool:
        """False when the time is up, True when there may be news. Called and returns under the lock.

        Raises WaitEnded (push/interface.py).
        """
        if self.woken:
            self._context.services.engine.fruitless_wakes += 1
        remaining = self._deadline - asyncio.get_running_loop().time()
        if remaining <= 0:
            return False
        # Who was let in by a password that has changed since does not begin to wait; later ones are ended.
        if not self._context.admission.holds(self._context.services.directory):
            raise ShuttingDown
        waits, begun = self._context.waits, time.monotonic()
        waits.changed_at = None
        async with self._context.lock.released():
            with self._context.mailbox.watch(self._folder_ids):
                changed = await wait_or_gone(self._subscription, remaining, self._context.receive)
            waits.seconds += time.monotonic() - begun
        # A change, or a newer request that ends this one, may have come before the lock came back.
        self.woken = await self._subscription.wait(0) or changed
        if self.woken:
            waits.changed_at = self._subscription.changed_at
        return self.woken

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._subscription.close()


def end_wait(context: Context) -> None:
    """End the device's waiting request, for it has sent another one, though that is refused (law 9)."""
    with Watch(context, (), 0):
        pass
