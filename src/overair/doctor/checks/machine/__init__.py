"""This machine: whether it can tell anything at all."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.machine import clock, network, portal, proxy, resolver

CHECKS: Final[tuple[Check, ...]] = (
    network.CHECK,
    resolver.CHECK,
    portal.CHECK,
    clock.CHECK,
    proxy.CHECK,
)
"""In the order in which they name causes."""
