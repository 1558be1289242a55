"""Push: how long the path holds a waiting request."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.push import heartbeats, ping

CHECKS: Final[tuple[Check, ...]] = (ping.CHECK, heartbeats.CHECK)
"""In the order in which they name causes."""
