"""The web side: what stands in front of the EAS endpoint."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.web import (
    answering,
    authentication,
    authorization,
    bodies,
    commands,
    delay,
    failing,
    forbidding,
    forms_inside,
    letter_case,
    login_page,
    missing,
    moved,
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
    forms_inside.CHECK,
    authorization.CHECK,
    moved.CHECK,
    commands.CHECK,
    bodies.CHECK,
    delay.CHECK,
    letter_case.CHECK,
)
"""In the order in which they name causes."""
