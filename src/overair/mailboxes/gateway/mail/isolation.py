"""Messages at which the server itself breaks down: found by halves, so that the others come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from overair.imap.errors import BrokenProtocol, ConnectionLost, Crowded, TimedOut, Untold
from overair.mailboxes.interface import MailboxUnavailable

T = TypeVar("T")
K = TypeVar("K")


def broke_down(error: MailboxUnavailable) -> bool:
    """Whether a connection was ended amid something, or not all was told, as by a server that fails at a
    message.

    Not where it fell silent: each attempt would last for long.
    """
    cause = error.__cause__
    if isinstance(cause, BrokenProtocol | Untold):
        return True
    return isinstance(cause, ConnectionLost) and not isinstance(cause, TimedOut | Crowded)


async def by_halves(
    keys: Sequence[K],
    work: Callable[[Sequence[K]], Awaitable[None]],
    check: Callable[[], Awaitable[None]],
) -> list[K]:
    """Do ``work`` for all keys together or, where the server breaks down, for fewer and fewer of them; those
    that alone make it break down are returned.

    ``check`` raises MailboxUnavailable where the server is not to be had at all, and so does this.
    """
    try:
        await work(keys)
    except MailboxUnavailable as error:
        if not broke_down(error):
            raise
        await check()
        if len(keys) == 1:
            return list(keys)
        middle = len(keys) // 2
        first = await by_halves(keys[:middle], work, check)
        return first + await by_halves(keys[middle:], work, check)
    return []
