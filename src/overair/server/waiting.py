"""Waiting for a change or for the client to go away, whichever comes first."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from overair.push.interface import ClientGone, Subscription

__all__ = ["Receive", "Waits", "wait_or_gone"]


class Waits:
    """How long a request waited for changes, and since when the one has been known that ended it."""

    __slots__ = ("changed_at", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.changed_at: float | None = None
        """A monotonic time."""


async def wait_or_gone(subscription: Subscription, timeout: float, receive: Receive) -> bool:
    """The subscription's ``wait``, ended by ClientGone when the client closes its connection.

    ``receive`` is ASGI's, after the whole body has been read. The subscription stays in the table.
    Raises Superseded, ShuttingDown, ClientGone (push/interface.py).
    """
    watch = asyncio.get_running_loop().create_task(_end_when_gone(subscription, receive))
    try:
        return await subscription.wait(timeout)
    finally:
        watch.cancel()


async def _end_when_gone(subscription: Subscription, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # the body is read: an empty message of it may still follow
    subscription.end(ClientGone)
