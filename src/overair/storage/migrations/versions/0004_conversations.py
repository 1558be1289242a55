"""Conversations in views, and where they are moved."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

CHUNK: Final = 2000
"""Rows that are held at once."""
CONVERSATION: Final = "conversation:"
MESSAGE: Final = "message:"

_items: Final = sa.table(
    "items",
    *map(sa.column, ("id", "folder_id", "view_date", "conversation_date", "revision", "journaled")),
    *map(sa.column, ("item_class", "content")),
)
_other: Final = _items.alias()
_keys: Final = sa.table("item_keys", *map(sa.column, ("folder_id", "name", "item_id")))
_journal: Final = sa.table("journal", *map(sa.column, ("view_date_before", "conversation_date_before")))


def upgrade() -> None:
    """Change the tables, and find the conversations of the messages that are there."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name in ("conversation_date", "journaled"):
        op.add_column("items", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("journal", sa.Column("conversation_date_before", sa.BigInteger(), nullable=True))
    op.create_table(
        "conversation_rules",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("folder_id", number, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["mailboxes.account_id"], name=op.f("fk_conversation_rules_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_conversation_rules_folder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "conversation", name=op.f("pk_conversation_rules")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_conversation_rules_folder", "conversation_rules", ["folder_id"])
    op.create_index("ix_conversation_rules_used", "conversation_rules", ["account_id", "used"])
    connection = op.get_bind()
    connection.execute(
        _items.update().values(conversation_date=_items.c.view_date, journaled=_items.c.revision)
    )
    connection.execute(_journal.update().values(conversation_date_before=_journal.c.view_date_before))
    _add_keys(connection)
    _date_conversations(connection)
    op.create_index("ix_items_conversations", "items", ["folder_id", "conversation_date", "id"])


def downgrade() -> None:
    """Change them back."""
    for prefix in (CONVERSATION, MESSAGE):
        op.get_bind().execute(_keys.delete().where(_keys.c.name.like(f"{prefix}%")))
    op.drop_table("conversation_rules")
    op.drop_index("ix_items_conversations", "items")
    for name in ("conversation_date", "journaled"):
        op.drop_column("items", name)
    op.drop_column("journal", "conversation_date_before")


def _add_keys(connection: sa.Connection) -> None:
    """Let messages be found by their conversation, and by their Message-ID."""
    after = 0
    chunk = (
        sa.select(_items.c.id, _items.c.folder_id, _items.c.content)
        .where(_items.c.id > sa.bindparam("after"), _items.c.item_class == "Email")
        .order_by(_items.c.id)
        .limit(CHUNK)
    )
    while rows := connection.execute(chunk, {"after": after}).all():
        keys = [
            {"folder_id": folder_id, "name": name, "item_id": item_id}
            for item_id, folder_id, content in rows
            for name in _names(content)
        ]
        if keys:
            connection.execute(_keys.insert(), keys)
        after = rows[-1][0]


def _names(content: bytes) -> Iterator[str]:
    """The keys of a message; none where it cannot be read."""
    try:
        item: dict[str, Any] = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return
    if item.get("conversation_id"):
        yield CONVERSATION + base64.b64decode(item["conversation_id"]).hex()
    if item.get("message_id"):
        yield MESSAGE + sha256(item["message_id"].encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _date_conversations(connection: sa.Connection) -> None:
    """Give the messages of each conversation of a folder the date of the newest."""
    own, others = _keys.alias(), _keys.alias()
    newest = (
        sa.select(sa.func.max(_other.c.view_date))
        .select_from(
            own.join(
                others, sa.and_(others.c.folder_id == own.c.folder_id, others.c.name == own.c.name)
            ).join(_other, _other.c.id == others.c.item_id)
        )
        .where(own.c.item_id == _items.c.id, own.c.name.like(f"{CONVERSATION}%"))
        .scalar_subquery()
    )
    connection.execute(
        _items.update()
        .where(_items.c.item_class == "Email")
        .values(conversation_date=sa.func.coalesce(newest, _items.c.view_date))
    )
