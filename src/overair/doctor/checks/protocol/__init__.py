"""The protocol: what a phone does in its first minute."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.protocol import first_sync, folder_sync, limits, message, provisioning

CHECKS: Final[tuple[Check, ...]] = (
    provisioning.CHECK,
    folder_sync.CHECK,
    first_sync.CHECK,
    message.CHECK,
    limits.CHECK,
)
"""In the order in which they name causes."""
