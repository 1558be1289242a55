"""The tables of out of office: what users set, who was told, and what is still to be answered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from overair.storage.schema import RowNumber, metadata

out_of_office: Final = Table(
    "out_of_office",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Integer, nullable=False),  # an OofState
    Column("start_time", BigInteger),  # microseconds UTC, as all times here; of a time range alone
    Column("end_time", BigInteger),
    Column("replies", LargeBinary, nullable=False),  # absence.Replies as JSON
    # How many replies were sent on a day (days since 1970 UTC), which has a limit.
    Column("day", BigInteger, nullable=False),
    Column("sent", Integer, nullable=False),
    sqlite_with_rowid=False,
)

out_of_office_told: Final = Table(
    "out_of_office_told",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sender", Text, primary_key=True),  # the address that was told, in lower case
    Column("told", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Messages to users who are out of office. A row is the intent of law 2: it is written with the message,
# and goes in the transaction that puts the reply into the queue, or when there is nothing to reply.
automatic_reply: Final = Table(
    "automatic_reply",
    metadata,
    Column("reply_key", RowNumber, primary_key=True, autoincrement=True),
    Column("account_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),  # the user's primary one
    Column("sender", Text, nullable=False),  # the return path of the message
    Column("blob", Text, nullable=False),  # the message
    Column("received", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
