"""What Autodiscover says."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Answering(Fact):
    """An Autodiscover is at a candidate: it asks for a log-in, or answers without."""

    url: str
    """That it is asked at: the candidate's own, or where that redirected to within who may be told."""
    schemes: tuple[str, ...]
    """Of WWW-Authenticate, in lower case; none where it answers without a log-in."""


@dataclass(frozen=True)
class Offered(Fact):
    """A candidate answers Autodiscover's second version, which needs no log-in."""

    url: str
    """Of the EAS endpoint, as it was written."""


@dataclass(frozen=True)
class Found(Fact):
    """A candidate answered with the URL of a server."""

    url: str
    """Of the EAS endpoint, as it was written."""
    user: str
    """The log-in that it took; empty where it wanted none."""
