"""Where upstream the folders and items of a mirror stand, and what is to be done there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "upstream_folders",
        sa.Column("folder_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("selectable", sa.Integer(), nullable=False),
        sa.Column("writable", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folders.id"], name=op.f("fk_upstream_folders_folder_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["mailboxes.account_id"], name=op.f("fk_upstream_folders_account_id")
        ),
        sa.PrimaryKeyConstraint("folder_id", name=op.f("pk_upstream_folders")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_upstream_folders_account", "upstream_folders", ["account_id", "backend"])
    op.create_table(
        "upstream_items",
        sa.Column("item_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("folder_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_upstream_items_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_upstream_items")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_upstream_items_key", "upstream_items", ["folder_id", "key"], unique=True)
    op.create_table(
        "intents",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["mailboxes.account_id"], name=op.f("fk_intents_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intents_digest", "intents", ["account_id", "digest"], unique=True)
    op.create_index("ix_intents_made", "intents", ["made"])


def downgrade() -> None:
    """Change them back."""
    op.drop_table("intents")
    op.drop_table("upstream_items")
    op.drop_table("upstream_folders")
