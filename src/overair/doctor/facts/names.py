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

    @property
    def all(self) -> tuple[str, ...]:
        """Both families."""
        return self.ipv4 + self.ipv6
