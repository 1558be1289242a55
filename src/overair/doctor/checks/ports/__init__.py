"""Ports: whether each host can be connected to."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.ports import http, https, inside, others, service

CHECKS: Final[tuple[Check, ...]] = (
    https.CHECK,
    inside.CHECK,
    others.CHECK,
    service.CHECK,
    http.CHECK,
)
"""In the order in which they name causes."""
