"""The keys that items are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "item_keys",
        sa.Column("folder_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_keys_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("folder_id", "name", "item_id", name=op.f("pk_item_keys")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("item_keys", schema=None) as batch_op:
        batch_op.create_index("ix_item_keys_item", ["item_id"], unique=False)


def downgrade() -> None:
    """Change them back."""
    op.drop_table("item_keys")
