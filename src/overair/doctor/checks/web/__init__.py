"""The web side: what stands in front of the EAS endpoint."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.web import (
    answering,
    authentication,
    failing,
    forbidding,
    login_page,
    missing,
    options,
    redirecting,
    webmail,
)

CHECKS: Final[tuple[Check, ...]] = (
    answering.CHECK,
    webmail.CHECK,
    failing.CHECK,
    forbidding.CHECK,
    missing.CHECK,
    login_page.CHECK,
    redirecting.CHECK,
    authentication.CHECK,
    options.CHECK,
)
"""In the order in which they name causes."""
