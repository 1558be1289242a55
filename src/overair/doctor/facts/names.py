"""What DNS says of a host."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Addresses(Fact):
    """The addresses of a host, as phones on this network get them; at least one."""

    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    chain: tuple[str, ...] = ()
    """The names that CNAME records lead over, the asked one left out."""
    ttl: int | None = None
    """How long the answer may be remembered, in seconds; None for an address that was typed in."""

    @property
    def all(self) -> tuple[str, ...]:
        """Both families."""
        return self.ipv4 + self.ipv6


@dataclass(frozen=True)
class Outside(Fact):
    """The addresses of a host as the public name servers give them; at least one."""

    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Exchangers(Fact):
    """The hosts that take mail for the domain (MX), with their addresses."""

    hosts: dict[str, tuple[str, ...]]
