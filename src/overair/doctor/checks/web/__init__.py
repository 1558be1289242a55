"""The web side: what stands in front of the EAS endpoint, without a log-in."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.web import authentication, greeting

CHECKS: Final[tuple[Check, ...]] = (greeting.CHECK, authentication.CHECK)
"""In the order in which they name causes."""
