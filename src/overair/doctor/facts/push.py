"""How long the path holds a waiting request."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Held(Fact):
    """Heartbeats that were held to their end, in seconds."""

    longest: int
    cut_after: float | None
    """When the shortest that failed was cut; None where none was."""
