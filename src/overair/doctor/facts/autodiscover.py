"""What Autodiscover says."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Found(Fact):
    """A candidate answered with the URL of a server."""

    url: str
    """Of the EAS endpoint, as it was written."""
