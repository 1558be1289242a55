"""Names: what DNS says of each host."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.names import (
    addresses,
    exchangers,
    internal,
    kinds,
    memory,
    outside,
    relay,
    service_record,
    wildcard,
)

CHECKS: Final[tuple[Check, ...]] = (
    internal.CHECK,
    addresses.CHECK,
    outside.CHECK,
    kinds.CHECK,
    exchangers.CHECK,
    relay.CHECK,
    wildcard.CHECK,
    service_record.CHECK,
    memory.CHECK,
)
"""In the order in which they name causes."""
