"""Large messages are taken apart few at a time, and small ones go past them."""

from __future__ import annotations

import asyncio
import contextlib

from delivery.post import Post
from overair.delivery.local import LARGE, LARGE_AT_ONCE

SMALL = b"Subject: small\r\n\r\nhello\r\n"
BIG = b"Subject: large\r\n\r\n" + b"a line\r\n" * (LARGE // 8)


def test_a_large_message_waits_for_its_turn_and_a_small_one_does_not(post: Post) -> None:
    delivery = post.server.application.delivery

    async def work() -> None:
        async with contextlib.AsyncExitStack() as busy:
            for _ in range(LARGE_AT_ONCE):
                await asyncio.wait_for(busy.enter_async_context(delivery.turn(LARGE)), 10)
            waiting = asyncio.create_task(delivery.accept(BIG))
            await asyncio.wait_for(delivery.accept(SMALL), 10)
            done, _ = await asyncio.wait([waiting], timeout=0.5)  # many times what it takes
            assert not done
        assert (await waiting).message.subject == "large"

    post.server.call(work)
