"""What Autodiscover says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from overair.doctor.attempts import Login
from overair.doctor.autodiscovering import Followed, Kind, Said
from overair.doctor.check import Fact

OF_AUTODISCOVER: Final = frozenset(
    (Kind.SETTINGS, Kind.ELSEWHERE, Kind.FAILURE, Kind.WRONG_SCHEMA, Kind.NO_SERVER, Kind.LOG_IN)
)
"""What only an Autodiscover says; anything else may be a web site of any kind."""


@dataclass(frozen=True)
class Asked(Fact):
    """A candidate answered over HTTPS to whoever has not logged in."""

    followed: Followed
    """From the path that works, in lower case if that does."""
    otherwise: Said | None
    """What the path in the other letter case answered; None where it answered nothing."""

    @property
    def is_autodiscover(self) -> bool:
        """Whether it is an Autodiscover, sick or not, and no other web site."""
        return self.followed.last.kind in OF_AUTODISCOVER


@dataclass(frozen=True)
class Told(Fact):
    """What a candidate answered to the user."""

    followed: Followed
    login: Login | None
    """None where it wanted none."""


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
