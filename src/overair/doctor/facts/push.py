"""How long the path holds a waiting request."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Pings(Fact):
    """The server takes Pings."""

    shortest: int
    """Seconds of the shortest heartbeat that it takes, as far as it said."""


@dataclass(frozen=True)
class Limited(Fact):
    """The server was asked for a heartbeat that is too long."""

    longest: int | None
    """Seconds of the longest that it takes; None where it does not say one."""


@dataclass(frozen=True)
class Held(Fact):
    """Heartbeats that were held to their end."""

    minutes: int
    """Of the longest that was; 0 for none."""
    cut_after: float | None
    """Minutes after which the next longer one was cut; None where none was."""
