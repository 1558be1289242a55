"""How much a mailbox holds, and how much it may."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

CHUNK: Final = 2000
"""Rows that are held at once."""


_items: Final = sa.table(
    "items",
    *map(sa.column, ("id", "folder_id", "item_class", "content", "size")),  # what is read and written
)
_folders: Final = sa.table("folders", *map(sa.column, ("id", "account_id")))
_mailboxes: Final = sa.table("mailboxes", sa.column("account_id"))
_usage: Final = sa.table("mailbox_usage", *map(sa.column, ("account_id", "used", "quota")))


def upgrade() -> None:
    """Change the tables, and count what is there."""
    op.add_column("items", sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "mailbox_usage",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("quota", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["mailboxes.account_id"], name=op.f("fk_mailbox_usage_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mailbox_usage")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    _measure(connection)
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(_items.c.size), 0))
        .where(_items.c.folder_id == _folders.c.id, _folders.c.account_id == _mailboxes.c.account_id)
        .scalar_subquery()
    )
    connection.execute(
        _usage.insert().from_select(["account_id", "used"], sa.select(_mailboxes.c.account_id, held))
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("mailbox_usage")
    op.drop_column("items", "size")


def _measure(connection: sa.Connection) -> None:
    """Write each item's size into its row."""
    after = 0
    chunk = (
        sa.select(_items.c.id, _items.c.item_class, _items.c.content)
        .where(_items.c.id > sa.bindparam("after"))
        .order_by(_items.c.id)
        .limit(CHUNK)
    )
    write = _items.update().where(_items.c.id == sa.bindparam("item")).values(size=sa.bindparam("bytes"))
    while rows := connection.execute(chunk, {"after": after}).all():
        connection.execute(write, [{"item": row[0], "bytes": _size(*row[1:])} for row in rows])
        after = rows[-1][0]


def _size(item_class: str, content: str | bytes) -> int:
    """As of mailboxes/embedded/usage.py; of what cannot be read its stored form counts alone."""
    stored = len(content)
    try:
        item: dict[str, Any] = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return stored
    if item_class == "Email":
        return int((item.get("index") or {}).get("size", 0)) if item.get("blob") else stored
    kept = [*(item.get("stored_attachments") or ())]
    for exception in item.get("exceptions") or ():
        kept += exception.get("stored_attachments") or ()
    sizes: dict[str, int] = {one["blob"]: one["size"] for one in kept}
    return stored + sum(sizes.values())
