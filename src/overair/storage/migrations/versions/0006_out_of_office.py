"""Out of office, who was told, and contacts that are found by their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CHUNK: Final = 2000
"""Rows that are held at once."""
_items: Final = sa.table("items", *map(sa.column, ("id", "folder_id", "item_class", "content")))
_keys: Final = sa.table("item_keys", *map(sa.column, ("folder_id", "name", "item_id")))
_ADDRESS: Final = re.compile(r"<([^<>]*)>\s*\Z")


def upgrade() -> None:
    """Change the tables, and let the contacts that are there be found."""
    op.create_table(
        "automatic_reply",
        sa.Column("reply_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reply_key", name=op.f("pk_automatic_reply")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "out_of_office",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("start_time", sa.BigInteger(), nullable=True),
        sa.Column("end_time", sa.BigInteger(), nullable=True),
        sa.Column("replies", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_out_of_office")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "out_of_office_told",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sender", name=op.f("pk_out_of_office_told")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    after = 0
    chunk = (
        sa.select(_items.c.id, _items.c.folder_id, _items.c.content)
        .where(_items.c.id > sa.bindparam("after"), _items.c.item_class == "Contacts")
        .order_by(_items.c.id)
        .limit(CHUNK)
    )
    while rows := connection.execute(chunk, {"after": after}).all():
        keys = [
            {"folder_id": folder, "name": name, "item_id": item}
            for item, folder, content in rows
            for name in dict.fromkeys(_names(content))
        ]
        if keys:
            connection.execute(_keys.insert(), keys)
        after = rows[-1][0]


def downgrade() -> None:
    """Change them back."""
    op.execute(sa.delete(_keys).where(_keys.c.name.startswith("email:")))
    for table in ("out_of_office_told", "out_of_office", "automatic_reply"):
        op.drop_table(table)


def _names(content: bytes) -> Iterator[str]:
    """The keys of a contact, as items/contact.py has them; of one that cannot be read there are none."""
    try:
        contact: dict[str, Any] = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return
    for number in (1, 2, 3):
        written = contact.get(f"email{number}_address") or ""
        found = _ADDRESS.search(written)
        address = (written if found is None else found[1]).strip().lower()
        if "@" in address and len(address) <= 320 and address.isprintable():
            yield f"email:{address}"
