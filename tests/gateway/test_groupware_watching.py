"""Changes in the calendars of a real CalDAV server, noticed by polls."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator

import pytest

from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.groupware.polling import Poll
from support.asynchronous import run
from support.dav_objects import JOE, at, calendar, ics, vevent
from support.packages import needs
from support.radicale import Radicale


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        yield server


@needs("radicale")
class TestWatch:
    def test_a_change_elsewhere_is_noticed_once(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        other, _ = calendar(radicale)

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                noticed: asyncio.Queue[list[str] | None] = asyncio.Queue()
                for one in (name, other):
                    await mirror.pull(one)

                def changed(folders: Collection[MirroredFolder] | None) -> None:
                    noticed.put_nowait(None if folders is None else [one.path for one in folders])

                def watched() -> list[MirroredFolder]:
                    return [mirror.folder(one) for one in (name, other)]

                async def quiet() -> None:
                    """A question that was under way may tell of what was pulled meanwhile, no other."""
                    async with asyncio.timeout(20):
                        while True:
                            while not noticed.empty():
                                noticed.get_nowait()
                            await asyncio.sleep(0.3)
                            if noticed.empty():
                                return

                watch = mirror.backend.watch(watched, changed)
                await asyncio.sleep(0.3)
                assert noticed.empty()
                radicale.put(JOE, f"{path}a.ics", ics(vevent("watched", "New")))
                assert await asyncio.wait_for(noticed.get(), 20) == [path]
                await mirror.pull(name)
                await quiet()
                # A calendar more, and a server that was away for a while.
                calendar(radicale)
                assert await asyncio.wait_for(noticed.get(), 20) is None
                radicale.stop()
                assert isinstance(watch, Poll)
                while not watch.failures:  # noqa: ASYNC110 -- nobody tells when a question has failed
                    await asyncio.sleep(0.05)
                radicale.start()
                assert await asyncio.wait_for(noticed.get(), 20) == [one.path for one in watched()]
                await watch.close()
                radicale.put(JOE, f"{path}b.ics", ics(vevent("b", "Unnoticed")))
                await quiet()

        run(work())
