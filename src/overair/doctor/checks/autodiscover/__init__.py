"""Autodiscover: how a phone finds the server."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.autodiscover import answering, candidates, found, offered, server

CHECKS: Final[tuple[Check, ...]] = (
    candidates.CHECK,
    answering.CHECK,
    found.CHECK,
    offered.CHECK,
    server.CHECK,
)
"""In the order in which they name causes."""
