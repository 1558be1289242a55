"""Log-in: whether the user gets in."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.login import log_in, versions

CHECKS: Final[tuple[Check, ...]] = (log_in.CHECK, versions.CHECK)
"""In the order in which they name causes."""
