"""What an examination showed, as it concerns one kind of device."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TypeVar

from overair.doctor.check import Fact, Section
from overair.doctor.devices.device import Device
from overair.doctor.devices.opinion import Objection
from overair.doctor.devices.profiles import PROFILES, Profile
from overair.doctor.examination import Examined
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Severity
from overair.doctor.step import GROUND_GONE, standing_on

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Chart:
    """One examination and one kind of device."""

    examined: Examined
    device: Device

    @property
    def profile(self) -> Profile:
        """Of the device."""
        return PROFILES[self.device]

    @property
    def server(self) -> Host | None:
        """The host with the EAS endpoint."""
        return self.examined.server.host if self.examined.server is not None else None

    def fact(self, kind: type[F], host: Host | None) -> F | None:
        """A fact of a host, or of the whole; None where there is none."""
        found = self.examined.facts.get((kind, host))
        return found if isinstance(found, kind) else None

    def breaking(self, host: Host | None, sections: Container[Section]) -> tuple[Objection, ...]:
        """What was found at a host that the device gets no further for, without mere consequences."""
        at_host = [one for one in self.examined.findings if one.host == host]
        explained = frozenset().union(*(one.illness.explains for one in at_host))
        placed = {step.check.id: step.check.section for step in self.examined.steps}
        return tuple(
            Objection(finding=one)
            for one in at_host
            if placed[one.check] in sections and self._stops(one) and one.id not in explained
        )

    def why_without(self, kind: type[Fact], host: Host | None) -> str:
        """Why a fact is missing, by the step that would have yielded it."""
        return next(self._reasons(kind, host), "it was not reached")

    def _stops(self, one: Finding) -> bool:
        hit = self.device in one.illness.hits
        return hit and one.illness.severity_for(self.device) is Severity.BREAKS

    def _reasons(self, kind: type[Fact], host: Host | None) -> Iterator[str]:
        for step in self.examined.steps:
            if step.check.yields is kind and step.host in (host, None):
                if step.reason.startswith(GROUND_GONE):
                    yield step.reason
                elif step.reason:
                    yield f"“{step.check.title}”: {step.reason}"
                else:
                    yield standing_on(step.check.title)
