"""The tables of mail on its way out; the rules of hot tables hold."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from overair.storage.schema import RowNumber, metadata

outgoing_message: Final = Table(
    "outgoing_message",
    metadata,
    Column("message_key", RowNumber, primary_key=True, autoincrement=True),
    Column("account_id", BigInteger, nullable=False),  # whose mailbox a non-delivery report goes to
    Column("sender", Text, nullable=False),  # the return path; "" is the null one
    Column("blob", Text, nullable=False),
    Column("submitted", BigInteger, nullable=False),  # microseconds UTC, as all times here
    Column("sorted", Integer, nullable=False),  # 1 when only recipients elsewhere are left
    Column("attempts", Integer, nullable=False),  # at the recipients elsewhere
    Column("due", BigInteger, nullable=False),  # when the next one is
    Column("begun", BigInteger, nullable=False),  # when the one under way began; 0 where none is
    Column("told", Integer, nullable=False),  # 1 when the sender knows that it is late
    Index("ix_outgoing_message_due", "sorted", "due"),
    # The number of a message that has gone must not come to mean another one.
    sqlite_autoincrement=True,
)

outgoing_recipient: Final = Table(
    "outgoing_recipient",
    metadata,
    Column("message_key", ForeignKey(outgoing_message.c.message_key), primary_key=True),
    Column("number", Integer, primary_key=True),  # its place among the recipients
    Column("address", Text, nullable=False),
    Column("state", Integer, nullable=False),  # queue.RecipientState
    Column("status", Text, nullable=False),  # the enhanced status code (RFC 3463) of the last answer
    Column("answer", Text, nullable=False),  # what the remote server said last; "" where it said nothing
    sqlite_with_rowid=False,
)

sent_mail: Final = Table(
    "sent_mail",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),  # hours since 1970 UTC
    Column("messages", Integer, nullable=False),
    Column("recipients", Integer, nullable=False),
    sqlite_with_rowid=False,
)
