"""One check at one host: how it went."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from overair.doctor.check import Check
from overair.doctor.host import Host
from overair.doctor.illness import Finding


class State(StrEnum):
    """How far a check has come."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FOUND = "found"
    """It has findings."""
    NOT_REACHED = "not reached"
    """Its ground was gone; the reason says why. No verdict."""
    STUMBLED = "stumbled"
    """The doctor itself failed; no verdict."""


SETTLED = frozenset((State.PASSED, State.FOUND, State.NOT_REACHED, State.STUMBLED))


class Step(msgspec.Struct, kw_only=True):
    """A line of the tree of steps."""

    check: Check
    host: Host | None
    state: State = State.WAITING
    reason: str = ""
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
