"""What is to be done upstream stands in full in its intent, which can be settled without who asked for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MADE = 2
"""The stage of what was made; until now that was said in the place of the token."""
_intents = sa.table("intents", sa.column("token"), sa.column("stage"))


def upgrade() -> None:
    """Change the table."""
    op.add_column("intents", sa.Column("backend", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("intents", sa.Column("effect", sa.LargeBinary(), nullable=True))
    op.add_column("intents", sa.Column("blobs", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("intents", sa.Column("stage", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(_intents.update().where(_intents.c.token == "made").values(stage=MADE))  # noqa: S105 - an intent's


def downgrade() -> None:
    """Change it back."""
    op.execute(_intents.update().where(_intents.c.stage == MADE).values(token="made"))  # noqa: S106 - an intent's
    for name in ("stage", "blobs", "effect", "backend"):
        op.drop_column("intents", name)
