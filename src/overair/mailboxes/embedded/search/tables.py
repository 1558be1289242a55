"""The tables of the full-text index.

A document is what of one item can be searched. Its number grows with the time when the item was
received, so the newest stand last in the index and a range of dates is a range of numbers. A document
whose item is gone, or was moved or changed, has none any more and is swept away (upkeep.py).

The index itself, ``full_text``, is what each database has for it: in SQLite a virtual table of FTS5,
in PostgreSQL a table with a tsvector.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, BigInteger, Column, ForeignKey, Index, LargeBinary, Table, event

from overair.mailboxes.embedded.tables import items
from overair.storage.schema import RowNumber, metadata

search_documents: Final = Table(
    "search_documents",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=False),
    Column("item_id", ForeignKey(items.c.id, ondelete="SET NULL")),
    # The account and the folder that its terms name.
    Column("account_id", BigInteger, nullable=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),  # microseconds UTC
    Index("ix_search_documents_item", "item_id", unique=True),
)

# The terms of a document (items/search_document.py): FTS5 has to be told what it is to forget.
search_terms: Final = Table(
    "search_terms",
    metadata,
    Column(
        "number",
        ForeignKey(search_documents.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("terms", LargeBinary, nullable=False),
)

# Where the making of documents for items that were stored without them is; one row, or none when it is done.
search_backlog: Final = Table(
    "search_backlog",
    metadata,
    Column("after", RowNumber, primary_key=True, autoincrement=False),  # items up to here are done
    Column("last", BigInteger, nullable=False),  # and behind this one those that came with a document
)

INDEX_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        # Terms hold no sign but a colon, and no capital letters.
        """CREATE VIRTUAL TABLE full_text USING fts5(
        terms, content='', columnsize=0, tokenize="ascii tokenchars ':'")""",
    ),
    "postgresql": (
        """CREATE TABLE full_text (
        number BIGINT PRIMARY KEY REFERENCES search_documents (number) ON DELETE CASCADE,
        account_id BIGINT NOT NULL, terms TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_full_text_terms ON full_text USING gin (terms)",
        "CREATE INDEX ix_full_text_account ON full_text (account_id, number)",
    ),
}
"""What makes the index, by dialect; it has no word in SQLAlchemy."""


def _statement(sql: str) -> DDL:
    return DDL(sql)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this one untyped


for _dialect, _statements in INDEX_TABLES.items():
    for _sql in _statements:
        event.listen(search_documents, "after_create", _statement(_sql).execute_if(dialect=_dialect))
event.listen(search_documents, "before_drop", _statement("DROP TABLE IF EXISTS full_text"))
