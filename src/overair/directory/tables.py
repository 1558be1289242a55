"""The tables of the embedded directory."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from overair.storage.schema import RowNumber, metadata

users: Final = Table(
    "users",
    metadata,
    Column("account_id", RowNumber, primary_key=True),
    Column("address", Text, nullable=False, unique=True),  # the primary one, lower case
    Column("local_part", Text, nullable=False, index=True),
    Column("display_name", Text, nullable=False),
    Column("password", Text, nullable=False),  # as argon2 writes it
    Column("entry", LargeBinary, nullable=False),  # an AddressListEntry as JSON
    # What an account left behind must not come to belong to another one.
    sqlite_autoincrement=True,
)

addresses: Final = Table(
    "addresses",
    metadata,
    Column("address", Text, primary_key=True),  # lower case; the primary ones stand here, too
    Column("account_id", ForeignKey(users.c.account_id), nullable=False, index=True),
    sqlite_with_rowid=False,
)

search_words: Final = Table(
    "search_words",
    metadata,
    # UTF-8 rather than text, so that a range of it is a prefix whatever the database's collation.
    Column("word", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey(users.c.account_id), primary_key=True),
    Index("ix_search_words_account", "account_id"),
    sqlite_with_rowid=False,
)

send_rights: Final = Table(
    "send_rights",
    metadata,
    Column("account_id", ForeignKey(users.c.account_id), primary_key=True),  # who may send
    Column("address", Text, primary_key=True),  # as whom, lower case; it need not be anybody's here
    Column("on_behalf", Integer, nullable=False),  # 1 when the message has to name both
    sqlite_with_rowid=False,
)
