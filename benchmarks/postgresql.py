"""A PostgreSQL server for the time of a benchmark: the one of the tests, with what it uses of the CPU."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import asyncpg
import psutil

from overair.server.settings import DATABASE_URL
from support.postgresql import binaries, cluster


def is_installed() -> bool:
    """Whether there is one."""
    return binaries() is not None


@contextlib.contextmanager
def running() -> Iterator[tuple[str, Callable[[], float]]]:
    """The URL of a new database, and what tells how many seconds of CPU the whole server has used."""
    server = cluster()
    yield server.database(), lambda: _cpu_seconds(server.pid)


@contextlib.contextmanager
def used(url: str) -> Iterator[None]:
    """Stores that are opened meanwhile, also by other processes, are in this database, if one is named."""
    if url:
        os.environ[DATABASE_URL] = url
    try:
        yield
    finally:
        os.environ.pop(DATABASE_URL, None)


async def executed(url: str, *statements: str) -> None:
    """Run statements that a server has no use for, in a session of their own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _cpu_seconds(pid: int) -> float:
    """Of a process and its children, those that have ended included."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            total += sum(child.cpu_times()[:2])
    return float(total)
