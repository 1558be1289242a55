"""Who takes connections."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Open(Fact):
    """The addresses of a host that take a connection at its port of HTTPS; at least one."""

    addresses: tuple[str, ...]
