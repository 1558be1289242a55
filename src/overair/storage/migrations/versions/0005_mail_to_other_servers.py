"""The queue of mail to other servers, and who sends for whom."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Change the tables."""


def downgrade() -> None:
    """Change them back."""
