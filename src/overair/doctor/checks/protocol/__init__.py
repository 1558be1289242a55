"""The protocol: what a phone does in its first minute."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check

CHECKS: Final[tuple[Check, ...]] = ()
"""In the order in which they name causes."""
