"""A server on PostgreSQL: killed, cut off, locked out, and its database restarted under it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from house.crowd import inhabited
from house.resident import household
from house.test_database import PHONES, expect_once, suffer
from overair.storage import postgresql_connection
from overair.storage.interface import DatabaseUnavailable
from overair.storage.open import DATABASE_FILE, database_of, open_storage
from overair.versions import Version
from support.asynchronous import run
from support.command import overair
from support.databases import POSTGRESQL
from support.house import House, add_accounts
from support.postgresql import cluster, cut, needs_postgresql

pytestmark = needs_postgresql

Fault = Callable[[House], AbstractContextManager[None]]
EVERYTHING = {"contact", "draft", "letter", "delivery"}


@contextlib.contextmanager
def stopped(house: House) -> Iterator[None]:
    """PostgreSQL is killed, and started again at the end."""
    cluster().stop()
    try:
        yield
    finally:
        cluster().start()


@contextlib.contextmanager
def restarted(house: House) -> Iterator[None]:
    """PostgreSQL was restarted between two requests."""
    cluster().stop()
    cluster().start()
    yield


@contextlib.contextmanager
def disconnected(house: House) -> Iterator[None]:
    """Every connection was cut, as by a firewall."""
    cut(database_of(house.data_dir))
    yield


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (stopped, EVERYTHING),
        pytest.param(House.locked_database, EVERYTHING, marks=pytest.mark.full),
        (restarted, set()),
        (disconnected, set()),
    ],
)
def test_what_cannot_be_written_is_tried_again(tmp_path: Path, fault: Fault, refused: set[str]) -> None:
    house = House(tmp_path / "data", database=POSTGRESQL)
    [address] = inhabited(house, PHONES)

    async def work() -> None:
        async with household(house, address, PHONES, Version.V16_1) as (people, somebody):
            refusals = await suffer(people, somebody, fault(house))
            assert {errand for errand, how in refusals.items() if how} == refused & set(refusals)
            await expect_once(somebody, Version.V16_1)
        if refused:
            assert house.events("the database works again")
            # One line for reading and one for writing, however many fail.
            assert 1 <= len(house.events("the database fails; phones are told to come later")) <= 2

    run(work())


def test_a_killed_server_comes_back_at_once_and_commands_find_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path / "data", database=POSTGRESQL)
    url = database_of(house.data_dir)
    add_accounts(house.data_dir, {"anna@example.org": "Anna"}, "geheim")
    with house:
        monkeypatch.setattr(postgresql_connection, "LOCK_SECONDS", 0.3)
        with pytest.raises(DatabaseUnavailable, match="in use by another server"):
            open_storage(tmp_path / "other", url)
        house.kill()
        house.start()
        house.terminate()
    listed = overair("user", "list", "--data-dir", house.data_dir)
    assert "anna@example.org" in listed.stdout
    assert not (house.data_dir / DATABASE_FILE).exists()
