"""TLS: the certificate and the protocol of each host."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.tls import handshake, trusted

CHECKS: Final[tuple[Check, ...]] = (
    handshake.CHECK,
    trusted.CHECK,
)
"""In the order in which they name causes."""
