"""What is kept of a device's last request, read again only where it may be another one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from overair.storage.interface import Database, DatabaseUnavailable, Transaction
from overair.sync import cached_requests
from overair.sync.cached_requests import CachedRequests
from support.asynchronous import run
from sync.world import world

T = TypeVar("T")
COMMAND = "Sync"


class Unheard:
    """A database whose commits are done, but not always heard of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.silent = False

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self._database.read(work)

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        result = await self._database.write(work)
        if self.silent:
            raise DatabaseUnavailable("the connection was lost")
        return result

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)


def test_the_same_request_again_costs_no_statement(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            key = (await there.partner()).device_key
            database = there.storage.database
            kept = CachedRequests(database)
            await kept.keep(key, COMMAND, b"one")
            before = database.statements
            await kept.keep(key, COMMAND, b"one")
            assert database.statements == before
            await kept.keep(key, COMMAND, b"two")
            assert await kept.find(key, COMMAND) == b"two"
            # After a restart nothing is in memory, and nothing is written for what is there.
            before = database.statements
            await CachedRequests(database).keep(key, COMMAND, b"two")
            assert database.statements == before + 1

    run(work())


def test_a_request_whose_write_failed_after_all_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            key = (await there.partner()).device_key
            unheard = Unheard(there.storage.database)
            kept = CachedRequests(unheard)  # type: ignore[arg-type]  # the rest of it is passed on
            await kept.keep(key, COMMAND, b"one")
            unheard.silent = True
            with pytest.raises(DatabaseUnavailable):
                await kept.keep(key, COMMAND, b"two")
            unheard.silent = False
            await kept.keep(key, COMMAND, b"one")
            assert await kept.find(key, COMMAND) == b"one"

    run(work())


def test_as_many_digests_as_may_be_are_kept_and_the_rest_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_requests, "KNOWN", 2)

    async def work() -> None:
        async with world(tmp_path) as there:
            key = (await there.partner()).device_key
            database = there.storage.database
            kept = CachedRequests(database)

            async def statements(command: str) -> int:
                before = database.statements
                await kept.keep(key, command, b"one")
                return database.statements - before

            for command in ("a", "b"):
                assert await statements(command) == 2
            assert await statements("a") == 0
            assert await statements("c") == 2
            assert [await statements(command) for command in ("a", "c")] == [0, 0]
            assert await statements("b") == 1  # read, and found to be the same
            assert len(kept._digests) == 2

    run(work())
