"""Opening a PostgreSQL database: what is wrong is said in a line, and text is kept as in SQLite."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import create_async_engine

import overair
from overair.directory.tables import addresses, users
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import DatabaseUnavailable, Transaction
from overair.storage.migrate import head
from overair.storage.open import BLOB_DIRECTORY, DATABASE_FILE, DATABASE_NOTE, database_of, open_storage
from overair.storage.postgresql import PostgresDatabase
from overair.storage.postgresql_connection import Connection, decode_text, encode_text
from overair.storage.postgresql_migrate import migrate
from overair.storage.postgresql_transaction import PLACEHOLDER, for_each
from overair.storage.schema import is_declared, metadata
from overair.storage.statement import Statement
from overair.storage.url import SQLITE
from support.asynchronous import run
from support.postgresql import cluster, needs_postgresql, query

pytestmark = needs_postgresql

for module in pkgutil.walk_packages(overair.__path__, "overair."):
    if ".migrations." not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
STATEMENTS = list(Statement.registered)
KINDS = {"int2", "int4", "int8", "text", "varchar", "bytea"}

USER = Statement(
    insert(users)
    .values(address=bindparam("address"), local_part="", display_name="", password="", entry=b"")
    .returning(users.c.account_id)
)
ADDRESS = Statement(insert(addresses))
ADDRESSES = Statement(select(addresses.c.address).order_by(addresses.c.address))
OWNER = Statement(select(addresses.c.account_id).where(addresses.c.address == bindparam("address")))
for _ in range(4):
    Statement.registered.pop()


def can_be_each(sql: str) -> bool:
    """Whether ``Transaction.each`` may be asked for a statement: a query with parameters of its own types."""
    return sql.startswith("SELECT") and PLACEHOLDER.search(sql) is not None and "CAST($" not in sql


def test_every_statement_is_understood_and_gives_plain_values() -> None:
    async def work() -> None:
        connection = await Connection.connect(cluster().database())
        for statement in STATEMENTS:
            compiled = statement.compiled("postgresql")
            for sql in (compiled.sql, for_each(compiled)) if can_be_each(compiled.sql) else (compiled.sql,):
                try:
                    prepared = await connection.raw.prepare(sql)
                except asyncpg.PostgresError as error:
                    pytest.fail(f"{error}: {sql}")
                kinds = {attribute.type.name for attribute in prepared.get_attributes()}
                assert kinds <= KINDS, sql
        await connection.close()

    run(work())


HOSTILE = [
    "a\x00b",
    "\x00",
    "\uffff0",
    "\uffff",
    "\uffff1\x00",
    "Zoë",
    "zoe",
    "z",
    "Z",
    "é",
    "~",
    "a b",
    "ab",
    "A-b",
]


def test_text_comes_back_and_sorts_as_its_bytes_do() -> None:
    async def work() -> None:
        database = PostgresDatabase.open(cluster().database())

        async def fill(transaction: Transaction) -> None:
            for one in HOSTILE:
                row = await transaction.one(USER, address=one)
                assert row is not None
                await transaction.execute(ADDRESS, address=one, account_id=row[0])

        await database.write(fill)
        plain = [one for one in HOSTILE if "\x00" not in one and "\uffff" not in one]
        found = [row[0] for row in await database.read(lambda transaction: transaction.all(ADDRESSES))]
        assert sorted(found) == sorted(HOSTILE)
        assert [one for one in found if one in plain] == sorted(plain, key=str.encode)
        for one in HOSTILE:
            assert await database.read(lambda transaction, a=one: transaction.one(OWNER, address=a))  # type: ignore[misc]
        assert await database.read(lambda transaction: transaction.one(OWNER, address="ZOE")) is None
        await database.close()

    run(work())
    assert len({encode_text(one) for one in HOSTILE}) == len(HOSTILE)
    assert all(decode_text(encode_text(one)) == one for one in HOSTILE)


def test_the_revisions_give_what_is_declared_and_lead_back_to_nothing() -> None:
    url = cluster().database(empty=True)
    migrate(url)

    def differences(connection: SqlConnection) -> list[object]:
        options = {"include_name": is_declared, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async def compare() -> list[object]:
        engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    assert run(compare()) == []
    collations = query(
        url,
        "SELECT DISTINCT collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'text' AND table_name <> 'alembic_version'",
    )
    assert collations == [("C",)]
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    whole = query(url, tables)
    last = int(head() or 0)
    for number in range(last - 1, 0, -1):
        migrate(url, f"{number:04}")
    migrate(url, "base")
    assert query(url, tables) == [("alembic_version",)]
    migrate(url)
    assert query(url, tables) == whole
    assert run(compare()) == []


def refusal(url: str) -> str:
    """The one line with which an opening fails."""
    with pytest.raises(DatabaseUnavailable) as failed:
        PostgresDatabase.open(url)
    assert "\n" not in str(failed.value)
    assert "secret" not in str(failed.value)
    return str(failed.value)


def test_what_is_wrong_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    there = cluster()
    assert "no server answers" in refusal("postgresql://127.0.0.1:1/overair")
    assert "no server answers" in refusal("postgresql:///overair?host=/nowhere")
    assert "there is no such database" in refusal(there.url("missing"))
    there.admin(
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )
    assert "SQL_ASCII" in refusal(there.url("ascii"))
    url = there.database()
    query(url, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer Overair (revision 9999" in refusal(url)
    monkeypatch.setattr("overair.storage.postgresql_connection.OLDEST_VERSION", 999)
    assert "999 or newer is needed" in refusal(url)


def test_a_wrong_password_is_said_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = cluster()
    there.require_password("anna", "geheim")
    url = there.tcp_url(there.name_of(there.database(owner="anna"))).replace("overair@", "anna:secret@")
    assert "refuses the log-in" in refusal(url)
    monkeypatch.setenv("PGPASSWORD", "geheim")
    run(PostgresDatabase.open(url.replace(":secret", "")).close())
    monkeypatch.delenv("PGPASSWORD")
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:*:anna:geheim\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    run(PostgresDatabase.open(url.replace(":secret", "")).close())


def test_a_directory_remembers_its_database(tmp_path: Path) -> None:
    url = cluster().database()
    secret = url.replace("overair@", "overair:secret@")
    run(open_storage(tmp_path, secret).close())
    assert database_of(tmp_path) == url
    assert (tmp_path / DATABASE_NOTE).stat().st_mode & 0o777 == 0o600
    storage = open_storage(tmp_path)
    assert isinstance(storage.database, PostgresDatabase)
    run(storage.close())
    assert not (tmp_path / DATABASE_FILE).exists()
    run(open_storage(tmp_path, SQLITE).close())
    assert database_of(tmp_path) == SQLITE


def test_an_empty_database_is_not_put_beside_mail(tmp_path: Path) -> None:
    before = database_of(tmp_path)
    FileBlobStore(tmp_path / BLOB_DIRECTORY).put(b"a letter")
    with pytest.raises(DatabaseUnavailable, match="overair store copy"):
        open_storage(tmp_path, cluster().database(empty=True))
    assert database_of(tmp_path) == before
    run(open_storage(tmp_path, cluster().database()).close())
