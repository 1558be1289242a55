"""The probe (support/probe.py) served in a thread of this process, which costs less than one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from overair.server.listening import Listening
from overair.server.serving import run, serve
from overair.tls.contexts import tls_context
from support.probe import Probe

START_SECONDS: Final = 30


class Served(msgspec.Struct, frozen=True):
    """Where the probe is served; ``trust`` is what a client of one with TLS needs."""

    port: int
    trust: ssl.SSLContext | None = None


@contextlib.contextmanager
def served(listening: Listening, certificate: tuple[Path, Path] | None = None) -> Iterator[Served]:
    """Serve a probe until the block ends; ``certificate`` and its key are files."""
    trust = None
    if certificate is not None:
        trust = ssl.create_default_context(cafile=str(certificate[0]))
        listening = msgspec.structs.replace(listening, tls=tls_context(*certificate))
    ports: list[int] = []
    ready = threading.Event()
    tasks: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []

    def started(port: int | None) -> None:
        ports.append(port or 0)
        ready.set()

    async def main() -> None:
        probe = Probe()
        task = asyncio.create_task(serve(probe, listening, probe.hub.end_waits, started))
        tasks.append((asyncio.get_running_loop(), task))
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def in_thread() -> None:
        try:
            run(main(), listening)
        finally:
            ready.set()

    thread = threading.Thread(target=in_thread, name="probe", daemon=True)
    thread.start()
    assert ready.wait(START_SECONDS)
    assert ports, "the probe did not start"
    try:
        yield Served(ports[0], trust)
    finally:
        loop, task = tasks[0]
        loop.call_soon_threadsafe(task.cancel)
        thread.join(START_SECONDS)
