"""PostgresDatabase: whole transactions one after the other, and nothing acknowledged that is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import asyncpg
import pytest
from sqlalchemy import bindparam, insert, select, text

from overair.mailboxes.embedded.tables import mailboxes
from overair.storage import postgresql_connection
from overair.storage.interface import DatabaseUnavailable, MailboxChange, Statement, Transaction, Value
from overair.storage.postgresql import PostgresDatabase
from support.asynchronous import run
from support.postgresql import cluster, cut, needs_postgresql, query

pytestmark = needs_postgresql

ADD = Statement(insert(mailboxes))
GET = Statement(select(mailboxes.c.modseq).where(mailboxes.c.account_id == bindparam("account")))
ALL = Statement(select(mailboxes.c.account_id).order_by(mailboxes.c.account_id))
FAIL_ONCE = Statement(text("SELECT fail_once()"))
PROCESS = Statement(text("SELECT pg_backend_pid()"))
for _ in range(5):
    Statement.registered.pop()

Scenario = Callable[[PostgresDatabase], Awaitable[None]]


@pytest.fixture
def url() -> str:
    return cluster().database()


def play(url: str, scenario: Scenario) -> None:
    """Run a scenario on a database."""

    async def work() -> None:
        database = PostgresDatabase.open(url)
        try:
            await scenario(database)
        finally:
            await database.close()

    run(work())


async def add(transaction: Transaction, number: int) -> int:
    transaction.changed(number, None)
    return await transaction.execute(ADD, account_id=number, modseq=number)


async def numbers(transaction: Transaction) -> list[int]:
    return [row[0] for row in await transaction.all(ALL)]


async def process(transaction: Transaction) -> int:
    [(number,)] = await transaction.all(PROCESS)
    assert isinstance(number, int)
    return number


def stored(url: str) -> list[int]:
    """What another connection sees."""
    return [number for (number,) in query(url, "SELECT account_id FROM mailboxes ORDER BY 1")]


@pytest.mark.parametrize("first", [True, False])
def test_a_transaction_that_fails_takes_no_other_of_its_group_with_it(url: str, first: bool) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        heard: list[MailboxChange] = []
        database.listen(heard.append)

        async def failing(transaction: Transaction) -> None:
            await add(transaction, 2)
            raise LookupError("on purpose")

        async def breaking(transaction: Transaction) -> None:
            await add(transaction, 4)
            await add(transaction, 4)

        works: list[Callable[[Transaction], Awaitable[object]]] = [
            lambda t: add(t, 1),
            failing,
            lambda t: add(t, 3),
            breaking,
            failing,
            lambda t: add(t, 5),
        ]
        works = works[1:] if first else works
        outcomes = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
        expected = [1, 3, 5][first:]
        assert [one for one in outcomes if one == 1] == [1] * len(expected)
        assert isinstance(outcomes[0 if first else 1], LookupError)
        assert isinstance(outcomes[2 if first else 3], asyncpg.UniqueViolationError)
        assert await database.read(numbers) == expected == stored(url)
        assert [change.account_id for change in heard] == expected

    play(url, scenario)


def test_transactions_that_wait_together_share_a_commit(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        await asyncio.gather(*(database.write(lambda t, n=n: add(t, n)) for n in range(50)))  # type: ignore[misc]
        assert stored(url) == list(range(50))
        assert database._commits.begun < 25, "nearly every transaction had a commit of its own"

    play(url, scenario)


def test_a_result_is_told_after_its_commit(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        seen: list[object] = []
        database.listen(lambda _: seen.append(stored(url)))
        await database.write(lambda transaction: add(transaction, 7))
        assert seen == [[7]]

    play(url, scenario)


def test_reading_cannot_write(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        with pytest.raises(DatabaseUnavailable, match="read-only"):
            await database.read(lambda transaction: add(transaction, 1))
        assert stored(url) == []

    play(url, scenario)


def test_what_is_read_in_one_transaction_is_of_one_moment(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        runs = 0

        async def work(transaction: Transaction) -> tuple[list[int], list[int]]:
            nonlocal runs
            runs += 1
            before = await numbers(transaction)
            await database.write(lambda other: add(other, runs))
            return before, await numbers(transaction)

        before, after = await database.read(work)
        assert runs == 2
        assert before == after == [1]
        assert stored(url) == [1, 2]

    play(url, scenario)


def test_an_error_that_two_moments_made_is_none(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        runs = 0

        async def work(transaction: Transaction) -> int:
            nonlocal runs
            runs += 1
            before = await numbers(transaction)
            await database.write(lambda other: add(other, runs))
            if await numbers(transaction) != before:
                raise LookupError("something came in between")
            return runs

        assert await database.read(work) == 2

    play(url, scenario)


def test_work_that_meets_others_is_run_again(url: str) -> None:
    query(url, "CREATE SEQUENCE tries")
    query(
        url,
        "CREATE FUNCTION fail_once() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') = 1 THEN"
        " RAISE 'met others' USING ERRCODE = '40001'; END IF; RETURN 1; END $$",
    )

    async def scenario(database: PostgresDatabase) -> None:
        async def work(transaction: Transaction) -> str:
            await add(transaction, 2)
            await transaction.all(FAIL_ONCE)
            return "done"

        works: list[Callable[[Transaction], Awaitable[object]]] = [
            lambda t: add(t, 1),
            work,
            lambda t: add(t, 3),
        ]
        assert await asyncio.gather(*(database.write(one) for one in works)) == [1, "done", 1]
        assert stored(url) == [1, 2, 3]

    play(url, scenario)


def test_a_connection_that_is_cut_in_a_transaction_is_made_anew(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        heard: list[MailboxChange] = []
        database.listen(heard.append)
        cuts = 0

        async def work(transaction: Transaction) -> int:
            nonlocal cuts
            await add(transaction, 1)
            if not cuts:
                cuts += 1
                cut(url, await process(transaction))
            return await add(transaction, 2)

        assert await database.write(work) == 1
        assert stored(url) == [1, 2]
        assert len(heard) == 2
        await database.read(numbers)
        cut(url)
        assert await database.read(numbers) == [1, 2]
        assert await database.write(lambda transaction: add(transaction, 3)) == 1

    play(url, scenario)


def test_a_connection_that_is_always_cut_ends_in_an_error(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        async def work(transaction: Transaction) -> None:
            await add(transaction, 1)
            cut(url, await process(transaction))
            await add(transaction, 2)

        with pytest.raises(DatabaseUnavailable):
            await database.write(work)
        with pytest.raises(DatabaseUnavailable):
            await database.read(work)
        assert stored(url) == []
        assert await database.write(lambda transaction: add(transaction, 3)) == 1

    play(url, scenario)


def test_a_server_that_is_away_is_said_and_found_again(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        await database.write(lambda transaction: add(transaction, 1))
        await database.read(numbers)
        cluster().stop()
        try:
            works = [database.write(lambda transaction: add(transaction, 2)) for _ in range(5)]
            outcomes = await asyncio.gather(*works, return_exceptions=True)
            assert all(isinstance(one, DatabaseUnavailable) for one in outcomes)
            with pytest.raises(DatabaseUnavailable):
                await database.read(numbers)
        finally:
            cluster().start()
        assert await database.read(numbers) == [1]
        assert await database.write(lambda transaction: add(transaction, 3)) == 1
        assert stored(url) == [1, 3]

    play(url, scenario)
    assert caplog.text.count("the database fails") == 2
    assert caplog.text.count("the database works again") == 2


def test_work_that_goes_on_after_a_statement_failed_is_not_kept(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        async def work(transaction: Transaction) -> int:
            await add(transaction, 1)
            with pytest.raises(asyncpg.UniqueViolationError):
                await add(transaction, 1)
            return 1

        with pytest.raises(RuntimeError, match="had failed"):
            await database.write(work)
        assert stored(url) == []
        assert await database.write(lambda transaction: add(transaction, 1)) == 1

    play(url, scenario)


def test_who_goes_away_leaves_the_transaction_whole(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        begun = asyncio.Event()

        async def work(transaction: Transaction) -> None:
            await add(transaction, 1)
            begun.set()
            await add(transaction, 2)

        request = asyncio.create_task(database.write(work))
        await begun.wait()
        request.cancel()
        await asyncio.wait([request])
        reading = asyncio.create_task(database.read(numbers))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        assert await database.read(numbers) == [1, 2]

    play(url, scenario)


def test_one_database_has_one_server(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_connection, "LOCK_SECONDS", 0.3)

    async def scenario(database: PostgresDatabase) -> None:
        await database.write(lambda transaction: add(transaction, 1))
        with pytest.raises(DatabaseUnavailable, match="in use by another server"):
            PostgresDatabase.open(url)
        # One that was opened before cannot write either, and takes over when the first one has gone.
        second = PostgresDatabase(url)
        with pytest.raises(DatabaseUnavailable, match="in use by another server"):
            await second.write(lambda transaction: add(transaction, 2))
        await database.close()
        assert await second.write(lambda transaction: add(transaction, 2)) == 1
        await second.close()

    play(url, scenario)


def test_the_rows_of_many_lookups_come_in_their_order(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        async def fill(transaction: Transaction) -> None:
            await transaction.many(
                ADD, [{"account_id": number, "modseq": 10 * number} for number in range(5)]
            )
            await transaction.many(ADD, [])

        async def look(transaction: Transaction) -> list[object]:
            keys: list[dict[str, Value]] = [{"account": number} for number in (4, 9, 0, 4)]
            return [await transaction.each(GET, keys), await transaction.each(GET, keys[:1])]

        await database.write(fill)
        before = database.statements
        assert await database.read(look) == [[(40,), None, (0,), (40,)], [(40,)]]
        assert database.statements - before == 5

    play(url, scenario)


def test_a_closed_database_takes_nothing(url: str) -> None:
    async def scenario(database: PostgresDatabase) -> None:
        late = asyncio.create_task(database.write(lambda transaction: add(transaction, 1)))
        await asyncio.sleep(0)
        await database.close()
        assert await late == 1
        with pytest.raises(DatabaseUnavailable):
            await database.read(numbers)
        with pytest.raises(DatabaseUnavailable):
            await database.write(numbers)

    play(url, scenario)
    assert stored(url) == [1]


@pytest.fixture(scope="module", autouse=True)
def _unharmed() -> Iterator[None]:
    """The shared server runs when the module is left."""
    yield
    cluster().admin("SELECT 1")
