"""The reasoning: which of the findings is the cause."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from overair.doctor.check import Check, Scope, Section
from overair.doctor.complaint import Complaint
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examined
from overair.doctor.facts.hosts import Server, Source
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Illness, Severity
from overair.doctor.step import State, Step

DOMAIN = Host("example.org")
AUTODISCOVER = Host("autodiscover.example.org")
MAIL = Host("mail.example.org")
CANDIDATES = (DOMAIN, AUTODISCOVER)


async def _examine(_: object) -> None:
    """Looks at nothing."""


def step(name: str, host: Host | None, *illnesses: Illness, state: State | None = None) -> Step:
    """A step with findings; without, it passed."""
    check = Check(id=name, title=name, section=Section.TLS, scope=Scope.HOST, examine=_examine)
    findings = tuple(Finding(illness, name, host, {}) for illness in illnesses)
    return Step(
        check=check, host=host, state=state or (State.FOUND if findings else State.PASSED), findings=findings
    )


def ill(name: str, severity: Severity = Severity.BREAKS, *explains: str) -> Illness:
    """An illness by its name."""
    return Illness(id=name, severity=severity, says=name, cure=name, explains=frozenset(explains))


def examined(steps: Sequence[Step], server: Server | None = None) -> Examined:
    """An examination with these steps."""
    return Examined(Complaint(address="anna@example.org"), tuple(steps), {}, server, CANDIDATES, 1.0)


def cause_of(steps: Sequence[Step], server: Server | None = None) -> str | None:
    """The id of the cause."""
    cause = diagnose(examined(steps, server)).cause
    return None if cause is None else cause.id


FOUND = Server(MAIL, "/path", Source.AUTODISCOVER)
GUESSED = Server(MAIL, "/path", Source.GUESS)


def test_the_gravest_is_the_cause_and_of_equals_the_first() -> None:
    steps = [
        step("one", MAIL, ill("light", Severity.IMPAIRS)),
        step("two", MAIL, ill("first")),
        step("three", MAIL, ill("second")),
    ]
    assert cause_of(steps, FOUND) == "first"
    diagnosis = diagnose(examined(steps, FOUND))
    assert [one.id for one in diagnosis.others] == ["second", "light"]


def test_oddities_are_never_the_cause() -> None:
    diagnosis = diagnose(examined([step("one", MAIL, ill("odd", Severity.ODDITY))], FOUND))
    assert diagnosis.cause is None
    assert [one.id for one in diagnosis.oddities] == ["odd"]


def test_what_another_finding_explains_is_its_consequence() -> None:
    steps = [
        step("dates", MAIL, ill("expired")),
        step("clock", None, ill("clock-wrong", Severity.BREAKS, "expired")),
    ]
    diagnosis = diagnose(examined(steps, FOUND))
    assert diagnosis.cause is not None
    assert diagnosis.cause.id == "clock-wrong"
    assert diagnosis.others == ()


def test_two_that_explain_each_other_do_not_hide_one_another() -> None:
    steps = [
        step("one", MAIL, ill("left", Severity.BREAKS, "right")),
        step("two", MAIL, ill("right", Severity.BREAKS, "left")),
    ]
    assert cause_of(steps, FOUND) == "left"


@pytest.mark.parametrize(("server", "expected"), [(FOUND, None), (GUESSED, "expired"), (None, "expired")])
def test_hosts_of_autodiscover_count_only_where_it_found_nothing(
    server: Server | None, expected: str | None
) -> None:
    assert cause_of([step("dates", AUTODISCOVER, ill("expired"))], server) == expected


def test_of_the_hosts_of_autodiscover_the_one_that_came_farthest_speaks() -> None:
    steps = [
        step("names", DOMAIN),
        step("names", AUTODISCOVER),
        step("ports", DOMAIN, ill("refused")),
        step("ports", AUTODISCOVER),
        step("dates", DOMAIN, state=State.NOT_REACHED),
        step("dates", AUTODISCOVER, ill("expired")),
    ]
    assert cause_of(steps) == "expired"
