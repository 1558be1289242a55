"""What stands at the EAS endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from yarl import URL

from overair.doctor.check import Fact
from overair.doctor.greeting import Nature, nature_of
from overair.doctor.illness import Product
from overair.doctor.network.web import Answer


@dataclass(frozen=True)
class Greeting(Fact):
    """What the endpoint's URL answers to whoever has not logged in."""

    url: str
    """Without a query."""
    post: Answer
    """To a FolderSync, as a phone sends it."""
    options: Answer | None
    """To OPTIONS; None where that got no answer."""
    product: Product | None
    """The EAS server where its headers tell it."""
    front: Product | None
    """The web server or proxy in front where its headers tell it."""

    @property
    def nature(self) -> Nature:
        """What the answer to the POST is."""
        return nature_of(self.url, self.post)

    @property
    def path(self) -> str:
        """Of the URL."""
        return URL(self.url).raw_path


@dataclass(frozen=True)
class Webmail(Fact):
    """Webmail of Exchange (OWA) is at the server."""

    path: str
    forms: bool
    """Whether it asks for the log-in by a form."""


@dataclass(frozen=True)
class Endpoint(Fact):
    """Something at the endpoint takes requests for EAS and asks for a log-in (or for none)."""

    url: str
    """Without a query."""
    schemes: tuple[str, ...]
    """Of WWW-Authenticate, in lower case: basic, ntlm, negotiate, bearer."""
    product: Product | None
    """The EAS server where its headers tell it."""
    front: Product | None
    """The web server or proxy in front where its headers tell it."""
    challenges: frozenset[str] = frozenset()
    """How strangers are asked for a log-in: ``challenges_of`` its answer."""
    guards_options: bool = False
    """Whether it asks for a log-in before it answers OPTIONS, too."""
