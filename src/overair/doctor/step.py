"""One check at one host: how it went."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

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


GROUND_GONE: Final = "it stands on"
"""So begins the reason of a step whose ground was not there, which is no news."""


def standing_on(title: str) -> str:
    """The reason of a step whose ground, another step, was not there."""
    return f"{GROUND_GONE} “{title}”"


SETTLED: Final = frozenset((State.PASSED, State.FOUND, State.NOT_REACHED, State.STUMBLED))


class Step(msgspec.Struct, kw_only=True):
    """A line of the tree of steps."""

    check: Check
    host: Host | None
    state: State = State.WAITING
    reason: str = ""
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
