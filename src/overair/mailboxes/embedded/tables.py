"""The tables of the embedded mailboxes.

Every row that is deleted leaves its number behind unused (``sqlite_autoincrement``), so a folder's
or an item's id never comes to mean another one.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from overair.storage.schema import RowNumber, metadata

mailboxes: Final = Table(
    "mailboxes",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    # The hierarchy's modification sequence: it grows with every change of the folder tree.
    Column("modseq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

folders: Final = Table(
    "folders",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("account_id", ForeignKey(mailboxes.c.account_id), nullable=False),
    Column("parent_id", BigInteger, nullable=False),  # 0 at the top
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # as names are compared
    Column("type", Integer, nullable=False),
    Column("item_class", Text, nullable=False),
    # The hierarchy's modseq when it was made, and when it was last renamed or moved.
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    # The modification sequence of its items, and up to where its journal has been pruned.
    Column("modseq", BigInteger, nullable=False),
    Column("pruned", BigInteger, nullable=False),
    Index("ix_folders_siblings", "account_id", "parent_id", "name_key", unique=True),
    sqlite_autoincrement=True,
)

removed_folders: Final = Table(
    "removed_folders",
    metadata,
    Column("account_id", ForeignKey(mailboxes.c.account_id), primary_key=True),
    Column("removed", BigInteger, primary_key=True),
    Column("folder_id", BigInteger, primary_key=True),
    Column("created", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

items: Final = Table(
    "items",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("folder_id", ForeignKey(folders.c.id), nullable=False),
    Column("view_date", BigInteger, nullable=False),
    # When the conversation of a message was last continued in this folder: the view date of the
    # message that did, of which only the day counts; of all else the view date.
    Column("conversation_date", BigInteger, nullable=False, server_default=text("0")),
    Column("revision", BigInteger, nullable=False),  # the folder's modseq when it last changed
    # The modseq of its last row in the journal.
    Column("journaled", BigInteger, nullable=False, server_default=text("0")),
    Column("item_class", Text, nullable=False),
    Column("blobs", Text, nullable=False),  # keys of the blobs that it names, parted by spaces
    Column("content", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False, server_default=text("0")),  # bytes that count as its mailbox's
    Index("ix_items_view", "folder_id", "view_date", "id"),
    Index("ix_items_conversations", "folder_id", "conversation_date", "id"),
    sqlite_autoincrement=True,
)

# How much a mailbox holds, and how much it may.
mailbox_usage: Final = Table(
    "mailbox_usage",
    metadata,
    Column("account_id", ForeignKey(mailboxes.c.account_id), primary_key=True),
    Column("used", BigInteger, nullable=False),  # the sum of its items' sizes
    Column("quota", BigInteger),  # bytes; 0 for none, NULL for what the settings say
    sqlite_with_rowid=False,
)

# What items are found by besides their id, such as the UID of an event.
item_keys: Final = Table(
    "item_keys",
    metadata,
    Column("folder_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("item_id", ForeignKey(items.c.id, ondelete="CASCADE"), primary_key=True),
    Index("ix_item_keys_item", "item_id"),
    sqlite_with_rowid=False,
)

journal: Final = Table(
    "journal",
    metadata,
    Column("folder_id", ForeignKey(folders.c.id), primary_key=True),
    Column("modseq", BigInteger, primary_key=True),
    Column("item_id", BigInteger, nullable=False),
    Column("view_date_before", BigInteger),  # NULL where the item was not there
    Column("conversation_date_before", BigInteger),
    Column("removed", Integer, nullable=False),
    Column("fields", Text),  # names of the changed fields, parted by spaces; NULL where not known
    Column("written", BigInteger, nullable=False),  # when, in microseconds UTC, for pruning
    Index("ix_journal_item", "item_id"),
    sqlite_with_rowid=False,
)

# Where what comes in a conversation goes instead of the Inbox.
conversation_rules: Final = Table(
    "conversation_rules",
    metadata,
    Column("account_id", ForeignKey(mailboxes.c.account_id), primary_key=True),
    Column("conversation", Text, primary_key=True),  # Message.conversation_key
    Column("folder_id", ForeignKey(folders.c.id, ondelete="CASCADE"), nullable=False),
    Column("used", BigInteger, nullable=False),  # when it was made or last moved a message, microseconds UTC
    Index("ix_conversation_rules_folder", "folder_id"),
    Index("ix_conversation_rules_used", "account_id", "used"),
    sqlite_with_rowid=False,
)
