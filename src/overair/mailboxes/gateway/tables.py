"""What the mirror keeps besides an embedded mailbox's tables: where upstream everything stands."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from overair.mailboxes.embedded.tables import folders, items, mailboxes
from overair.storage.schema import RowNumber, metadata

upstream_folders: Final = Table(
    "upstream_folders",
    metadata,
    Column("folder_id", ForeignKey(folders.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey(mailboxes.c.account_id), nullable=False),
    Column("backend", Text, nullable=False),  # BackendName
    Column("path", Text, nullable=False),
    Column("identity", Text, nullable=False),  # what stays when it is renamed, or ""
    Column("selectable", Integer, nullable=False),
    Column("writable", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),  # what its backend said last (Delta.state)
    Index("ix_upstream_folders_account", "account_id", "backend"),
    sqlite_with_rowid=False,
)

upstream_items: Final = Table(
    "upstream_items",
    metadata,
    Column("item_id", ForeignKey(items.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("folder_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # a UID as digits, or the last part of an href
    Column("tag", Text, nullable=False),  # an ETag, or ""
    Index("ix_upstream_items_key", "folder_id", "key", unique=True),
    sqlite_with_rowid=False,
)

# The meeting messages that have come into an Inbox; with an empty name since when they count.
invitations: Final = Table(
    "invitations",
    metadata,
    Column("account_id", ForeignKey(mailboxes.c.account_id), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),  # items.mail.message.message_key
    Column("folder_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # the message's upstream
    Column("received", BigInteger, nullable=False),  # in microseconds UTC
    Column("noted", Integer, nullable=False),  # 1 when its meeting stands in the calendar, or has no need to
    sqlite_with_rowid=False,
)

# What is to be done upstream and may have been done already (law 2 of the engine).
intents: Final = Table(
    "intents",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("account_id", ForeignKey(mailboxes.c.account_id), nullable=False),
    Column("digest", Text, nullable=False),  # by which a repetition is known
    Column("token", Text, nullable=False),  # by which a backend finds what it has made
    Column("made", BigInteger, nullable=False),  # when, in microseconds UTC; alike for a unit of work's
    Column("backend", Text, nullable=False, server_default=text("''")),  # BackendName; "" sends mail
    Column("effect", LargeBinary, nullable=True),  # as effect_codec has it; None of what nobody can settle
    Column("blobs", Text, nullable=False, server_default=text("''")),  # the keys of its bytes
    Column("stage", Integer, nullable=False, server_default=text("0")),  # intents.Stage
    Index("ix_intents_digest", "account_id", "digest", unique=True),
    Index("ix_intents_made", "made"),
    sqlite_autoincrement=True,
)
