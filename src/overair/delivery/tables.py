"""The table of mail on its way out; the rules of hot tables hold."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from overair.storage.schema import RowNumber, metadata

outgoing_message: Final = Table(
    "outgoing_message",
    metadata,
    Column("message_key", RowNumber, primary_key=True, autoincrement=True),
    Column("account_id", BigInteger, nullable=False),  # whose mailbox a non-delivery report goes to
    Column("sender", Text, nullable=False),
    Column("recipients", Text, nullable=False),  # addresses, as JSON
    Column("blob", Text, nullable=False),
    Column("submitted", BigInteger, nullable=False),  # microseconds UTC
)
