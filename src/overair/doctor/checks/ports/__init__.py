"""Ports: whether each host can be connected to."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check

CHECKS: Final[tuple[Check, ...]] = ()
"""In the order in which they name causes."""
