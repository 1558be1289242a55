"""The words by which items are searched."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change the tables."""


def downgrade() -> None:
    """Change them back."""
