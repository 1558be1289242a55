"""The tables of the partnerships. Times are microseconds UTC; rules of hot tables hold."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from overair.storage.schema import RowNumber, metadata

partnership: Final = Table(
    "partnership",
    metadata,
    Column("device_key", RowNumber, primary_key=True, autoincrement=True),
    Column("account_id", BigInteger, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("device_type", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("protocol_version", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    # The key in force, the temporary key that was handed out last and the key that follows when the
    # device acknowledges it, and what policy each of the two stands for (devices/policies.py).
    Column("policy_key", BigInteger, nullable=False),
    Column("policy_digest", Text, nullable=False),
    Column("temporary_policy_key", BigInteger, nullable=False),
    Column("next_policy_key", BigInteger, nullable=False),
    Column("next_policy_digest", Text, nullable=False),
    Column("information", Text, nullable=False),  # what DeviceInformation said last, as JSON
    Index(None, "account_id", "device_id", unique=True),
    # Sync state belongs to a device_key for ever, so a number is never used again.
    sqlite_autoincrement=True,
)

hierarchy_state: Final = Table(
    "hierarchy_state",
    metadata,
    Column("device_key", ForeignKey(partnership.c.device_key, ondelete="CASCADE"), primary_key=True),
    Column("states", Text, nullable=False),  # a devices.hierarchy.Hierarchy as JSON
)

remembered_request: Final = Table(
    "remembered_request",
    metadata,
    Column("device_key", ForeignKey(partnership.c.device_key, ondelete="CASCADE"), primary_key=True),
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("request", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
