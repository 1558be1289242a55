"""One connection to PostgreSQL: what is prepared on it, and what becomes of it when the server suffers."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select

from overair.mailboxes.embedded.tables import mailboxes
from overair.storage.interface import Statement
from overair.storage.postgresql_connection import Connection
from overair.storage.postgresql_transaction import PostgresTransaction
from support.asynchronous import run
from support.postgresql import cluster, needs_postgresql, query

pytestmark = needs_postgresql

SELECT = select(mailboxes.c.modseq).where(mailboxes.c.account_id == bindparam("account"))
GET = Statement(SELECT)
SEARCH = Statement(SELECT.order_by(mailboxes.c.modseq), planned_by_values=True)
for _ in range(2):
    Statement.registered.pop()


@pytest.fixture
def url() -> str:
    return cluster().database()


def test_a_statement_is_planned_once_and_for_a_table_that_grows(url: str) -> None:
    query(url, "INSERT INTO mailboxes VALUES (1, 1)")
    query(url, "ANALYZE mailboxes")  # a table of one page is cheaper to read than its index

    async def work() -> None:
        connection = await Connection.connect(url)
        transaction = PostgresTransaction(connection)
        for _ in range(10):
            assert await transaction.one(GET, account=1) == (1,)
            assert await transaction.one(SEARCH, account=1) == (1,)
        [(name, planned)] = await connection.raw.fetch(
            "SELECT name, generic_plans > 0 FROM pg_prepared_statements WHERE statement LIKE '%mailboxes%'"
        )
        assert planned
        plan = await connection.raw.fetch(f"EXPLAIN EXECUTE {name}(1)")
        assert "Index" in str(plan), plan
        await connection.close()

    run(work())
