"""This machine."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact
from overair.doctor.complaint import Place


@dataclass(frozen=True)
class Online(Fact):
    """The machine has a network (or is asked about loopback alone)."""

    ipv4: bool
    ipv6: bool


@dataclass(frozen=True)
class Resolving(Fact):
    """Names can be looked up."""

    servers: tuple[Place, ...]
    """The name servers that answered; at least one."""
    invents: bool = False
    """Whether they answer names that cannot exist."""
