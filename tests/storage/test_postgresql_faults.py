"""What may befall a PostgreSQL server while it is used: nothing acknowledged is lost, nothing done twice."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator

import pytest
from sqlalchemy import bindparam, insert, select, text, update

from overair.mailboxes.embedded.tables import mailboxes
from overair.storage import postgresql, postgresql_connection
from overair.storage.interface import DatabaseUnavailable, Statement, Transaction
from overair.storage.postgresql import PostgresDatabase
from overair.storage.postgresql_connection import SETTINGS, Connection
from support.asynchronous import run
from support.commits import Cut, commit_relay
from support.databases import OutsidePostgres
from support.postgresql import USER, Cluster, cluster, cut, needs_postgresql, query
from support.small_disk import SmallDisk

pytestmark = needs_postgresql

ADD = Statement(insert(mailboxes))
COUNT = Statement(update(mailboxes).values(modseq=mailboxes.c.modseq + 1))
VALUE = Statement(select(mailboxes.c.modseq).where(mailboxes.c.account_id == bindparam("account")))
PROCESS = Statement(text("SELECT pg_backend_pid()"))
BULK = Statement(text("INSERT INTO bulk SELECT repeat(md5(i::text), 200) FROM generate_series(1, 1000) AS i"))
for _ in range(5):
    Statement.registered.pop()

MEGABYTES = 32
AT_ONCE = 4
"""Who counts at the same time."""

Scenario = Callable[[PostgresDatabase], Awaitable[None]]


@pytest.fixture
def url() -> str:
    """A database with a counter that stands at 0."""
    found = cluster().database()
    query(found, "INSERT INTO mailboxes VALUES (1, 0)")
    return found


def play(url: str, scenario: Scenario) -> None:
    """Run a scenario on a database that has its tables."""

    async def work() -> None:
        database = PostgresDatabase(url)
        try:
            await scenario(database)
        finally:
            await database.close()

    run(work())


def counted(url: str) -> int:
    """What another connection sees of the counter."""
    [(value,)] = query(url, "SELECT modseq FROM mailboxes WHERE account_id = 1")
    assert isinstance(value, int)
    return value


async def count(transaction: Transaction) -> int:
    return await transaction.execute(COUNT)


async def value(transaction: Transaction) -> int:
    row = await transaction.one(VALUE, account=1)
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(("where", "kept"), [(Cut.BEFORE, 0), (Cut.AFTER, 1)])
def test_a_commit_that_nobody_hears_of_is_not_done_again(url: str, where: Cut, kept: int) -> None:
    with commit_relay() as relay:

        async def scenario(database: PostgresDatabase) -> None:
            await database.write(count)
            relay.cut(where)
            with pytest.raises(DatabaseUnavailable):
                await database.write(count)
            assert relay.cuts == 1
            assert counted(url) == 1 + kept
            # The new connection waits until the server has noticed that the old one is gone.
            await database.write(count)
            assert await database.read(value) == counted(url) == 2 + kept

        play(relay.url(cluster().name_of(url)), scenario)


def test_a_connection_that_is_cut_between_two_transactions_of_a_group_leaves_nobody_waiting(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "GROUP_SECONDS", 30)

    async def scenario(database: PostgresDatabase) -> None:
        runs = 0

        async def cutting(transaction: Transaction) -> int:
            nonlocal runs
            runs += 1
            [(process,)] = await transaction.all(PROCESS)
            found = await count(transaction)
            if runs == 1:
                cut(url, process)
            return found

        async with asyncio.timeout(30):
            outcomes = await asyncio.gather(database.write(cutting), database.write(count))
        assert list(outcomes) == [1, 1]
        assert runs == counted(url) == 2

    play(url, scenario)


def test_a_server_that_is_restarted_under_load_loses_and_doubles_nothing(url: str) -> None:
    done = unheard = 0
    enough = asyncio.Event()

    async def counting(database: PostgresDatabase) -> None:
        nonlocal done, unheard
        while not enough.is_set():
            try:
                await database.write(count)
            except DatabaseUnavailable:
                unheard += 1
                await asyncio.sleep(0.02)
            else:
                done += 1

    async def more() -> None:
        """Wait until it goes on."""
        before = done
        async with asyncio.timeout(60):
            while done < before + 10:  # noqa: ASYNC110  # the counters have nothing to do with waiting
                await asyncio.sleep(0.01)

    async def scenario(database: PostgresDatabase) -> None:
        counters = [asyncio.create_task(counting(database)) for _ in range(AT_ONCE)]
        try:
            for how in (signal.SIGINT, signal.SIGQUIT):
                await more()
                await asyncio.to_thread(cluster().stop, how)
                await asyncio.to_thread(cluster().start)
            await more()
        finally:
            enough.set()
            await asyncio.gather(*counters)
        assert await database.read(value) == counted(url)

    play(url, scenario)
    assert done >= 30
    assert done <= counted(url) <= done + unheard


def test_who_waits_for_a_lock_holds_up_neither_the_end_nor_the_next_server(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_connection, "SETTINGS", {**SETTINGS, "lock_timeout": "120s"})

    async def scenario(database: PostgresDatabase) -> None:
        await database.write(count)
        with contextlib.closing(OutsidePostgres(url)) as holder:
            holder.rows("BEGIN")
            holder.rows("LOCK TABLE mailboxes IN SHARE MODE")
            waiting = [asyncio.create_task(database.write(count)) for _ in range(2)]
            await asyncio.sleep(0.1)
            async with asyncio.timeout(60):
                await database.close()
            for outcome in await asyncio.gather(*waiting, return_exceptions=True):
                assert isinstance(outcome, DatabaseUnavailable), outcome
            # The session that waited with the lock of the one server is gone, though its wait is not over.
            following = await Connection.connect(url, {})
            assert await following.take_server_lock()
            await following.close()
        assert counted(url) == 1

    play(url, scenario)


def test_too_many_connections_are_a_moment_in_which_it_is_away() -> None:
    cluster().admin("CREATE ROLE dora LOGIN")
    url = cluster().database(owner="dora").replace(f"{USER}@", "dora@")
    run(PostgresDatabase.open(url).close())
    query(url, "INSERT INTO mailboxes VALUES (1, 0)")

    async def scenario(database: PostgresDatabase) -> None:
        await database.write(count)
        cluster().admin("ALTER ROLE dora CONNECTION LIMIT 0")
        cut(url.replace("dora@", f"{USER}@"))
        for refused in (database.write(count), database.read(value)):
            with pytest.raises(DatabaseUnavailable, match="too many connections"):
                await refused
        with pytest.raises(DatabaseUnavailable, match="too many connections"):
            PostgresDatabase.open(url)
        cluster().admin("ALTER ROLE dora CONNECTION LIMIT -1")
        await database.write(count)
        assert await database.read(value) == 2

    play(url, scenario)


def test_a_database_that_turns_read_only_is_a_moment_in_which_it_is_away(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        await database.write(count)
        name = cluster().name_of(url)
        cluster().admin(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        cut(url)
        with pytest.raises(DatabaseUnavailable, match="read-only"):
            await database.write(count)
        assert await database.read(value) == 1
        cluster().admin(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        cut(url)
        await database.write(count)
        assert await database.read(value) == 2

    play(url, scenario)


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """A tablespace, named small, on a file system that can be filled."""
    place = cluster().directory / "small"
    try:
        with SmallDisk(place, MEGABYTES) as disk:
            cluster().give(place)
            cluster().admin(f"CREATE TABLESPACE small LOCATION '{place}'")
            yield disk
            cluster().admin("DROP TABLESPACE small")
    except PermissionError as error:
        pytest.skip(f"no file system can be mounted here: {error}")


def test_a_full_disk_is_a_moment_in_which_it_is_away(small_disk: SmallDisk) -> None:
    there = cluster()
    url = there.database()
    query(url, "INSERT INTO mailboxes VALUES (1, 0)")
    query(url, "CREATE TABLE bulk (text TEXT) TABLESPACE small")
    query(url, "ALTER TABLE bulk ALTER text SET STORAGE EXTERNAL")

    async def both(transaction: Transaction) -> None:
        await transaction.execute(COUNT)
        await transaction.execute(BULK)

    async def scenario(database: PostgresDatabase) -> None:
        await database.write(count)
        with small_disk.full():
            with pytest.raises(DatabaseUnavailable, match="No space left"):
                await database.write(both)
            assert await database.read(value) == counted(url) == 1
            await database.write(count)  # for which there is room
        await database.write(both)
        assert await database.read(value) == counted(url) == 3

    play(url, scenario)
    query(url, "DROP TABLE bulk")


def test_a_standby_is_refused_until_it_is_the_primary() -> None:
    there = Cluster(wal_level="replica")
    try:
        url = there.database()
        there.stop(signal.SIGINT)
        (there.data / "standby.signal").touch()
        there.start()
        with pytest.raises(DatabaseUnavailable, match="is a standby, which cannot be written to"):
            PostgresDatabase.open(url)
        there.admin("SELECT pg_promote()")
        run(PostgresDatabase.open(url).close())
    finally:
        there.remove()
