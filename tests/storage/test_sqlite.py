"""SqliteDatabase: whole transactions, grouped commits, and nothing acknowledged that is not kept."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select

from overair.mailboxes.embedded.tables import mailboxes
from overair.storage import sqlite
from overair.storage.interface import DatabaseUnavailable, MailboxChange, Statement, Transaction
from overair.storage.sqlite import SqliteDatabase
from overair.storage.sqlite_transaction import TransactionSuspended
from support.asynchronous import run

# The table of mailboxes will do for any two numbers.
ADD = Statement(insert(mailboxes))
GET = Statement(select(mailboxes.c.modseq).where(mailboxes.c.account_id == bindparam("account")))
ALL = Statement(select(mailboxes.c.account_id).order_by(mailboxes.c.account_id))


async def add(transaction: Transaction, number: int) -> int:
    transaction.changed(number, None)
    return await transaction.execute(ADD, account_id=number, modseq=number)


async def one(parameters: dict[str, int], transaction: Transaction) -> object:
    return await transaction.one(GET, **parameters)


async def numbers(transaction: Transaction) -> list[int]:
    return [row[0] for row in await transaction.all(ALL)]


def test_a_transaction_that_fails_takes_no_other_of_its_group_with_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        heard: list[MailboxChange] = []
        database.listen(heard.append)

        async def failing(transaction: Transaction) -> None:
            await add(transaction, 2)
            raise LookupError("on purpose")

        async def breaking(transaction: Transaction) -> None:
            await add(transaction, 4)
            await add(transaction, 4)

        works = [lambda t: add(t, 1), failing, lambda t: add(t, 3), breaking, lambda t: add(t, 5)]
        outcomes = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
        assert outcomes[0] == outcomes[2] == outcomes[4] == 1
        assert isinstance(outcomes[1], LookupError)
        assert isinstance(outcomes[3], sqlite3.IntegrityError)
        assert await database.read(numbers) == [1, 3, 5]
        assert [change.account_id for change in heard] == [1, 3, 5]
        await database.close()

    run(scenario())


def test_transactions_that_wait_together_share_a_commit(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        committed: set[tuple[int, ...]] = set()

        async def look(number: int) -> None:
            await database.write(lambda transaction: add(transaction, number))
            with sqlite3.connect(tmp_path / "db") as other:
                committed.add(tuple(row[0] for row in other.execute("SELECT account_id FROM mailboxes")))

        await asyncio.gather(*(look(number) for number in range(50)))
        assert max(committed, key=len) == tuple(range(50))
        assert len(committed) < 25, "nearly every transaction had a commit of its own"
        await database.close()

    run(scenario())


def test_a_result_is_told_after_its_commit(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        seen: list[object] = []

        def listener(change: MailboxChange) -> None:
            with sqlite3.connect(tmp_path / "db") as other:
                seen.append(other.execute("SELECT account_id FROM mailboxes").fetchall())

        database.listen(listener)
        await database.write(lambda transaction: add(transaction, 7))
        assert seen == [[(7,)]]
        await database.close()

    run(scenario())


def test_a_transaction_may_await_nothing_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")

        async def sleeping(transaction: Transaction) -> None:
            await numbers(transaction)
            await asyncio.sleep(0)

        async def adding(transaction: Transaction) -> None:
            await add(transaction, 1)
            await sleeping(transaction)

        for submit, work in ((database.write, adding), (database.read, sleeping)):
            with pytest.raises(TransactionSuspended, match=work.__name__):
                await submit(work)
        assert await database.read(numbers) == []
        await database.close()

    run(scenario())


def test_reading_cannot_write(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        with pytest.raises(DatabaseUnavailable, match="readonly"):
            await database.read(lambda transaction: add(transaction, 1))
        assert await database.read(numbers) == []
        await database.close()

    run(scenario())


def test_a_read_sees_one_moment(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        loop = asyncio.get_running_loop()

        async def twice(transaction: Transaction) -> bool:
            before = await numbers(transaction)
            writing = asyncio.run_coroutine_threadsafe(database.write(lambda t: add(t, 1)), loop)
            writing.result(10)
            return before == await numbers(transaction) == []

        assert await database.read(twice)
        assert await database.read(numbers) == [1]
        await database.close()

    run(scenario())


def test_parameters_are_checked(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        wrong: list[dict[str, int]] = [{}, {"account": 1, "other": 2}, {"other": 1}]
        for parameters in wrong:
            with pytest.raises(TypeError, match="parameter"):
                await database.read(partial(one, parameters))
        await database.close()

    run(scenario())


def test_a_value_of_no_type_that_sqlite_has_fails_only_who_wrote_it(tmp_path: Path) -> None:
    async def wrong(transaction: Transaction) -> int:
        return await transaction.execute(ADD, account_id=b"", modseq=object())  # type: ignore[arg-type]  # on purpose

    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        with pytest.raises(sqlite3.Error, match="not supported"):
            await asyncio.wait_for(database.write(wrong), 10)
        await asyncio.wait_for(database.write(lambda transaction: add(transaction, 1)), 10)
        assert await database.read(numbers) == [1]
        await database.close()

    run(scenario())


def test_reads_of_single_rows_keep_their_order(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        await database.write(
            lambda transaction: transaction.many(
                ADD, [{"account_id": number, "modseq": number * 2} for number in (1, 2, 3)]
            )
        )
        before = database.statements
        rows = await database.read(
            lambda transaction: transaction.each(GET, [{"account": number} for number in (3, 9, 1)])
        )
        assert rows == [(6,), None, (2,)]
        assert database.statements - before == 3
        await database.close()

    run(scenario())


def modes(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        await database.write(lambda transaction: add(transaction, 1))
        assert modes(tmp_path) == {"db": 0o600, "db-wal": 0o600, "db-shm": 0o600}
        await database.close()

    run(scenario())


def test_a_full_disk_is_a_database_that_is_unavailable(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        await database.write(lambda transaction: add(transaction, 0))

        async def limit(transaction: Transaction) -> None:
            connection = transaction.connection  # type: ignore[attr-defined]  # SQLite's own, to fill it up
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        async def much(transaction: Transaction) -> None:
            await transaction.many(ADD, [{"account_id": n, "modseq": 1} for n in range(1, 50_000)])

        await database.write(limit)
        with pytest.raises(DatabaseUnavailable, match="full"):
            await database.write(much)
        assert await database.write(numbers) == [0]
        await database.write(lambda transaction: add(transaction, 1))
        await database.close()

    run(scenario())


def test_who_waits_for_a_locked_file_waits_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.5)

    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        other = sqlite3.connect(database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        outcomes = await asyncio.gather(
            *(database.write(partial(add, number=number)) for number in range(20)), return_exceptions=True
        )
        assert all(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes)
        assert time.monotonic() - started < 5
        other.execute("ROLLBACK")
        other.close()
        await database.write(partial(add, number=1))
        assert await database.read(numbers) == [1]
        await database.close()

    run(scenario())


def test_what_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseUnavailable):
        SqliteDatabase.open(tmp_path / "db")
    with pytest.raises(DatabaseUnavailable):
        SqliteDatabase.open(tmp_path / "nowhere" / "db")


def test_a_file_in_the_place_of_another_is_neither_read_nor_written(tmp_path: Path) -> None:
    """SQLite would go on with the file that it has open, and whatever it took would go with the process."""

    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        await database.write(lambda transaction: add(transaction, 1))
        other = SqliteDatabase.open(tmp_path / "other")
        await other.write(lambda transaction: add(transaction, 2))
        await other.close()
        (tmp_path / "db").rename(tmp_path / "before")
        (tmp_path / "other").rename(tmp_path / "db")
        with pytest.raises(DatabaseUnavailable, match="replaced"):
            await database.write(lambda transaction: add(transaction, 3))
        with pytest.raises(DatabaseUnavailable, match="replaced"):
            await database.read(numbers)
        (tmp_path / "db").rename(tmp_path / "other")
        (tmp_path / "before").rename(tmp_path / "db")
        assert await database.read(numbers) == [1]
        await database.close()

    run(scenario())


def test_a_closed_database_leaves_one_file(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        await database.write(partial(add, number=1))
        assert await database.read(numbers) == [1]
        await database.close()

    run(scenario())
    assert [path.name for path in tmp_path.iterdir()] == ["db"]


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        database = SqliteDatabase.open(tmp_path / "db")
        writing = asyncio.ensure_future(database.write(lambda transaction: add(transaction, 1)))
        await asyncio.sleep(0)
        await database.close()
        assert await writing == 1
        with pytest.raises(DatabaseUnavailable):
            await database.read(numbers)

    run(scenario())


WRITER = """
    import asyncio, sys
    from overair.storage.sqlite import SqliteDatabase
    sys.path.insert(0, sys.argv[2])
    from storage.test_sqlite import add

    async def main():
        database = SqliteDatabase.open(sys.argv[1])

        async def work(first):
            for number in range(int(sys.argv[3]) + first, 10**9, 4):
                await database.write(lambda transaction: add(transaction, number))
                print(number, flush=True)

        await asyncio.gather(*(work(first) for first in range(4)))

    asyncio.run(main())
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    program = [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path / "db")]
    acknowledged: set[int] = set()
    unacknowledged = 0
    for _ in range(3):
        command = [*program, str(Path(__file__).parent.parent), str(max(acknowledged, default=0) + 100)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(60)]
            os.kill(process.pid, signal.SIGKILL)
            lines += process.stdout.readlines()
        acknowledged.update(int(line) for line in lines if line.endswith("\n"))
        unacknowledged += 4

        async def read() -> list[int]:
            database = SqliteDatabase.open(tmp_path / "db")
            found = await database.read(numbers)
            await database.close()
            return found

        found = set(run(read()))
        assert acknowledged <= found
        # What was written and not acknowledged is at most what was under way.
        assert len(found - acknowledged) <= unacknowledged
    assert len(acknowledged) >= 180
