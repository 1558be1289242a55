"""What a check sees of the examination while it looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from overair.doctor.attempts import Attempts
from overair.doctor.check import Check, Fact
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Illness

F = TypeVar("F", bound=Fact)


class Bedside:
    """One check at one host (or at none), with the facts that it declared to need or to want."""

    def __init__(
        self,
        check: Check,
        complaint: Complaint,
        host: Host | None,
        facts: Mapping[type[Fact], Fact],
        everywhere: Callable[[type[Fact]], Mapping[Host, Fact]],
        attempts: Attempts,
    ) -> None:
        self.complaint = complaint
        self.attempts = attempts
        """The one way to send the log-in."""
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self._check = check
        self._host = host
        self._facts = facts
        self._everywhere = everywhere

    @property
    def surroundings(self) -> Surroundings:
        """The complaint's."""
        return self.complaint.surroundings

    @property
    def host(self) -> Host:
        """The host that is looked at; a check of scope ONCE has none."""
        if self._host is None:
            raise LookupError(f"{self._check.id} is of no host")
        return self._host

    def fact(self, kind: type[F]) -> F:
        """A fact that the check needs."""
        found = self._facts[kind]
        if not isinstance(found, kind):
            raise TypeError(f"{self._check.id} was given {type(found).__name__} for {kind.__name__}")
        return found

    def wanted(self, kind: type[F]) -> F | None:
        """A fact that the check wants; None where there is none."""
        return self.fact(kind) if kind in self._facts else None

    def of_hosts(self, kind: type[F]) -> dict[Host, F]:
        """A wanted fact of every host that has it, in the order in which the hosts were met."""
        return {host: fact for host, fact in self._everywhere(kind).items() if isinstance(fact, kind)}

    def find(self, illness: Illness, /, **details: object) -> None:
        """Say that an illness is there; ``details`` fill its texts."""
        if illness not in self._check.finds:
            raise LookupError(f"{self._check.id} does not declare {illness.id}")
        told = {name: str(value) for name, value in details.items()}
        self.findings.append(Finding(illness, self._check.id, self._host, told))

    def note(self, text: str) -> None:
        """Add a fact to the check's line in the tree of steps. Never a password, nor what a user wrote."""
        self.notes.append(text)
