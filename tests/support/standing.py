"""A case of the ward that stands while commands of `overair doctor` examine it in this process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from overair.doctor.complaint import Complaint
from overair.ward.cases import CASES
from overair.ward.rounds import admitted

PATIENCE_SECONDS = 60


@contextlib.contextmanager
def standing(name: str) -> Iterator[Complaint]:
    """Start a case in an event loop of its own, and stop it."""
    case = next(case for case in CASES if case.id == name)
    started: Future[Complaint] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def keep() -> None:
        try:
            async with admitted(case) as ward, case.start(ward) as complaint:
                started.set_result(complaint)
                await over.wait()
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: loop.run_until_complete(keep()), name=f"ward {name}")
    thread.start()
    try:
        yield started.result(PATIENCE_SECONDS)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(PATIENCE_SECONDS)
        loop.close()
