"""Names: what DNS says of each host."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.names import addresses

CHECKS: Final[tuple[Check, ...]] = (addresses.CHECK,)
"""In the order in which they name causes."""
