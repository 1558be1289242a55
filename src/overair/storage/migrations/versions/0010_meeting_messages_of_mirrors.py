"""Which meeting messages have come into an Inbox on another server, and were taken note of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "invitations",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("noted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["mailboxes.account_id"], name=op.f("fk_invitations_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_invitations")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Change them back."""
    op.drop_table("invitations")
