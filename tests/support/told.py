"""Examinations that never took place, with what a hostile server may have said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from overair.doctor.check import Check, Scope, Section
from overair.doctor.complaint import Complaint
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examined
from overair.doctor.facts.hosts import Server, Source
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Illness, Severity
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.reporting.report import DECISIVE, Report, report_of
from overair.doctor.secret import Secret
from overair.doctor.step import State, Step

MAIL = Host("mail.ward.test")
ANNA = Complaint(address="anna@ward.test", password=Secret("correct-horse-9"))


async def _examine(_: object) -> None:
    """Looks at nothing."""


def step(
    name: str,
    section: Section,
    illness: Illness | None = None,
    *,
    host: Host | None = MAIL,
    state: State | None = None,
    details: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    reason: str = "",
) -> Step:
    """A step at a host, with one finding or with none."""
    check = Check(id=name, title=f"Is {name} well?", section=section, scope=Scope.HOST, examine=_examine)
    findings = () if illness is None else (Finding(illness, name, host, details or {}),)
    return Step(
        check=check,
        host=host,
        state=state or (State.FOUND if findings else State.PASSED),
        findings=findings,
        notes=tuple(notes),
        reason=reason,
        seconds=0.25,
    )


def ill(name: str, severity: Severity = Severity.BREAKS, says: str = "", cure: str = "") -> Illness:
    """An illness."""
    return Illness(id=name, severity=severity, says=says or f"{name}.", cure=cure or f"Mend {name}.")


def well() -> list[Step]:
    """The steps without which nobody is called well."""
    return [step(name, Section.LOGIN) for name in sorted(DECISIVE)]


def examined(steps: Sequence[Step], complaint: Complaint = ANNA, host: Host = MAIL) -> Examined:
    """An examination with these steps."""
    server = Server(host, "/Microsoft-Server-ActiveSync", Source.AUTODISCOVER)
    return Examined(complaint, tuple(steps), {}, server, (), 1.5)


def report(*steps: Step, complaint: Complaint = ANNA, discretion: Discretion | None = None) -> Report:
    """What comes of these steps, without any words on kinds of devices."""
    over = examined(steps, complaint)
    return report_of(over, diagnose(over), (), discretion)
