"""Which hosts are looked at: the two facts by which an examination grows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from overair.doctor.check import Fact
from overair.doctor.host import Host


class Method(StrEnum):
    """How Autodiscover comes to a host, in the order in which phones try."""

    DOMAIN = "https://DOMAIN"
    AUTODISCOVER = "https://autodiscover.DOMAIN"
    REDIRECT = "redirect from http://autodiscover.DOMAIN"
    SRV = "SRV record of _autodiscover._tcp.DOMAIN"


@dataclass(frozen=True)
class Candidates(Fact):
    """The hosts that Autodiscover asks, in its order; each is examined."""

    hosts: tuple[Host, ...]
    methods: tuple[Method, ...]
    """How each was come to."""
    urls: tuple[str, ...]
    """Where each is asked: at Autodiscover's usual path, or at that which a redirect names."""
    fruitless: tuple[str, ...] = ()
    """The URLs over which http://autodiscover.DOMAIN leads where they do not end at one of HTTPS."""

    def url_of(self, host: Host) -> str:
        """Where a candidate is asked."""
        return self.urls[self.hosts.index(host)]


class Source(StrEnum):
    """How the server is known."""

    GIVEN = "named by the user"
    AUTODISCOVER = "Autodiscover"
    GUESS = "a guess that answered"


@dataclass(frozen=True)
class Server(Fact):
    """The host with the EAS endpoint; it is examined to the end."""

    host: Host
    path: str
    """Of the endpoint, usually /Microsoft-Server-ActiveSync."""
    source: Source
