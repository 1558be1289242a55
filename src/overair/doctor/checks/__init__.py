"""The checks: one module each, in the order in which the doctor names causes."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks import autodiscover, login, machine, names, ports, protocol, push, tls, web

CHECKS: Final[tuple[Check, ...]] = (
    *machine.CHECKS,
    *names.CHECKS,
    *ports.CHECKS,
    *tls.CHECKS,
    *autodiscover.CHECKS,
    *web.CHECKS,
    *login.CHECKS,
    *protocol.CHECKS,
    *push.CHECKS,
)
"""Every check. What comes first is the ground of what comes later, and its findings go first."""
