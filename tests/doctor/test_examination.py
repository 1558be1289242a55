"""The engine: what runs, what waits, what is not reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Fact, NotReached, Scope, Section
from overair.doctor.complaint import Complaint
from overair.doctor.examination import Examination, Examined
from overair.doctor.facts.hosts import Candidates, Method, Server, Source
from overair.doctor.host import Host
from overair.doctor.illness import Illness, Severity
from overair.doctor.step import State, Step
from support.asynchronous import run

FIRST = Host("autodiscover.example.org")
SECOND = Host("mail.example.org")
ILL = Illness(id="ill", severity=Severity.BREAKS, says="{host} is ill: {word}.", cure="Mend {word}.")


@dataclass(frozen=True)
class Ground(Fact):
    """What others stand on."""

    word: str


@dataclass(frozen=True)
class Answer(Fact):
    """What a host says."""

    word: str


Examine = Callable[[Bedside], Awaitable[Fact | None]]


def check(name: str, scope: Scope, examine: Examine, **more: object) -> Check:
    """A check of the engine's tests."""
    return Check(id=name, title=name, section=Section.NAMES, scope=scope, examine=examine, **more)  # type: ignore[arg-type]  # the fields of Check


async def candidates(_: Bedside) -> Fact:
    return Candidates((FIRST,), (Method.AUTODISCOVER,), (f"https://{FIRST.name}/",))


async def server(_: Bedside) -> Fact:
    return Server(SECOND, "/path", Source.AUTODISCOVER)


async def nothing(_: Bedside) -> None:
    """Yields nothing."""


GROWING = (
    check("candidates", Scope.ONCE, candidates, yields=Candidates),
    check("server", Scope.ONCE, server, yields=Server),
)


def examined(*checks: Check, watch: Callable[[Step], None] | None = None) -> Examined:
    """Those checks after the two by which an examination grows."""
    return run(Examination(Complaint(address="anna@example.org"), (*GROWING, *checks), watch).run())


def states(found: Examined, name: str) -> dict[Host | None, State]:
    """How a check went, by host."""
    return {step.host: step.state for step in found.steps if step.check.id == name}


def test_a_check_of_hosts_is_made_of_every_host_and_others_of_theirs() -> None:
    async def says(bedside: Bedside) -> Fact:
        return Answer(bedside.host.name)

    found = examined(
        check("each", Scope.HOST, says, yields=Answer),
        check("asked", Scope.CANDIDATE, nothing, needs=(Answer,)),
        check("endpoint", Scope.SERVER, nothing, needs=(Answer,)),
    )
    assert states(found, "each") == {FIRST: State.PASSED, SECOND: State.PASSED}
    assert states(found, "asked") == {FIRST: State.PASSED}
    assert states(found, "endpoint") == {SECOND: State.PASSED}


def test_a_host_that_is_both_is_looked_at_once() -> None:
    looked: list[Host] = []

    async def same(_: Bedside) -> Fact:
        return Server(FIRST, "/path", Source.AUTODISCOVER)

    async def look(bedside: Bedside) -> None:
        looked.append(bedside.host)

    both = (GROWING[0], check("server", Scope.ONCE, same, yields=Server), check("each", Scope.HOST, look))
    run(Examination(Complaint(address="anna@example.org"), both).run())
    assert looked == [FIRST]


def test_what_lost_its_ground_is_not_reached_and_says_on_what_it_stood() -> None:
    found = examined(
        check("ground", Scope.ONCE, nothing, yields=Ground),
        check("above", Scope.ONCE, nothing, needs=(Ground,)),
        check("wishing", Scope.ONCE, nothing, wants=(Ground,)),
    )
    (above,) = [step for step in found.steps if step.check.id == "above"]
    assert (above.state, above.reason) == (State.NOT_REACHED, "it stands on “ground”")
    assert states(found, "wishing") == {None: State.PASSED}


def test_without_a_server_its_checks_are_not_reached() -> None:
    checks = (
        GROWING[0],
        check("server", Scope.ONCE, nothing, yields=Server),
        check("endpoint", Scope.SERVER, nothing),
    )
    found = run(Examination(Complaint(address="anna@example.org"), checks).run())
    assert states(found, "endpoint") == {None: State.NOT_REACHED}
    assert found.server is None


def test_a_check_of_the_whole_sees_the_facts_of_all_hosts() -> None:
    seen: dict[Host, str] = {}

    async def says(bedside: Bedside) -> Fact:
        return Answer(bedside.host.name)

    async def compare(bedside: Bedside) -> None:
        seen.update({host: fact.word for host, fact in bedside.of_hosts(Answer).items()})

    examined(
        check("compared", Scope.ONCE, compare, wants=(Answer,)),
        check("each", Scope.HOST, says, yields=Answer),
    )
    assert seen == {FIRST: FIRST.name, SECOND: SECOND.name}


def test_checks_without_common_ground_run_side_by_side() -> None:
    async def meet() -> Examined:
        barrier = asyncio.Barrier(2)

        async def wait(_: Bedside) -> None:
            async with asyncio.timeout(5):
                await barrier.wait()

        checks = [check(name, Scope.ONCE, wait) for name in ("one", "two")]
        return await Examination(Complaint(address="a@example.org"), (*GROWING, *checks)).run()

    found = run(meet())
    assert states(found, "one") | states(found, "two") == {None: State.PASSED}


def test_a_check_that_fails_costs_no_other_its_verdict() -> None:
    async def fail(_: Bedside) -> None:
        raise RuntimeError("a defect")

    async def refuse(_: Bedside) -> None:
        raise NotReached("there is no password")

    found = examined(
        check("defect", Scope.ONCE, fail),
        check("refuses", Scope.ONCE, refuse),
        check("well", Scope.ONCE, nothing),
    )
    assert states(found, "defect") == {None: State.STUMBLED}
    assert states(found, "refuses") == {None: State.NOT_REACHED}
    assert states(found, "well") == {None: State.PASSED}


def test_a_finding_fills_its_words_and_only_declared_ones_are_taken() -> None:
    async def find(bedside: Bedside) -> None:
        bedside.find(ILL, word="the wheel")

    found = examined(
        check("declared", Scope.SERVER, find, finds=(ILL,)), check("undeclared", Scope.SERVER, find)
    )
    (finding,) = found.findings
    assert finding.says == "mail.example.org is ill: the wheel."
    assert finding.cure() == "Mend the wheel."
    assert states(found, "undeclared") == {SECOND: State.STUMBLED}


def test_steps_are_told_as_they_go() -> None:
    told: list[tuple[str, State]] = []
    examined(watch=lambda step: told.append((step.check.id, step.state)))
    assert [state for name, state in told if name == "server"] == [
        State.WAITING,
        State.RUNNING,
        State.PASSED,
    ]
