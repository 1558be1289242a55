"""How much a mailbox holds, and how much it may."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the tables."""


def downgrade() -> None:
    """Change them back."""
