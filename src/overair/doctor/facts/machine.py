"""This machine."""

from __future__ import annotations

from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Online(Fact):
    """The machine has a network (or is asked about loopback alone)."""

    ipv4: bool
    ipv6: bool
