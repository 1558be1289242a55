"""Reports of real examinations: what is in all of them, and what is in none."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from overair.cli.doctor.speaking import plain_lines
from overair.cli.doctor.tree import Watch, tree_of
from overair.doctor.devices.device import Device
from overair.doctor.reporting.anonymous import ADDRESS, Anonymity
from overair.doctor.reporting.comparison import compare, compared, read
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.reporting.page import render
from overair.doctor.reporting.report import Report, Verdict, schema
from support.packages import needs
from support.visits import Visited, reported, visits

HEALTHY, EXPIRED = "healthy-nginx", "expired"
NAMES = (HEALTHY, EXPIRED, "domain-needed", "hotel", "private-authority", "service-record-with-address")
TELLING = re.compile(r"\bward\b|\w\.test\b|\banna|127\.\d+\.\d+\.\d+|[0-9a-f]{16}", re.IGNORECASE)
"""What tells whom a case is about: names, addresses, fingerprints and serial numbers."""

pytestmark = needs("nginx")


@pytest.fixture(scope="module", params=NAMES)
def visited(request: pytest.FixtureRequest) -> Visited:
    return visits(NAMES)[request.param]


def written(report: Report) -> str:
    """Everything that is ever shown of a report."""
    console = Console(width=400, record=True, file=io.StringIO())
    console.print(tree_of(report))
    document = msgspec.json.encode(report).decode()
    return "\n".join((document, render(report), *plain_lines(report), console.export_text()))


def test_the_report_is_as_the_schema_says(visited: Visited) -> None:
    validator = Draft202012Validator(msgspec.json.decode(schema()))

    for report in (visited.plain, visited.anonymous):
        document = msgspec.json.encode(report)
        validator.validate(msgspec.json.decode(document))
        assert read(document) == report


def test_the_password_is_nowhere(visited: Visited) -> None:
    assert visited.password
    assert visited.password not in written(visited.plain) + written(visited.anonymous)


def test_an_anonymous_report_tells_nobody_who_it_is(visited: Visited) -> None:
    assert TELLING.search(written(visited.plain))
    assert TELLING.findall(written(visited.anonymous)) == []


def test_an_anonymous_report_says_the_same(visited: Visited) -> None:
    plain, anonymous = visited.plain, visited.anonymous

    def shape(report: Report) -> list[tuple[object, ...]]:
        return [(one.check, one.state, one.findings) for one in report.steps]

    assert shape(plain) == shape(anonymous)
    assert plain.verdict is anonymous.verdict
    assert (plain.cause and plain.cause.id) == (anonymous.cause and anonymous.cause.id)
    assert anonymous.address == ADDRESS


def test_the_steps_that_are_watched_tell_nobody_either(visited: Visited) -> None:
    discretion = Anonymity(visited.complaint)
    watch = Watch(ADDRESS)
    for step in visited.examined.steps:
        watch(discretion.step(step))
    console = Console(width=400, record=True, file=io.StringIO())
    console.print(watch)

    assert TELLING.findall(console.export_text()) == []


def test_every_kind_of_device_has_its_verdict(visited: Visited) -> None:
    assert {one.device for one in visited.plain.devices} == {device.value for device in Device}


def test_nothing_is_new_since_the_same_examination(visited: Visited) -> None:
    again = reported(visited.examined, Discretion(visited.complaint))

    assert compare(visited.plain, again).empty


def test_two_visits_are_compared() -> None:
    healthy, sick = visits(NAMES)[HEALTHY].plain, visits(NAMES)[EXPIRED].plain

    worse, better = compare(healthy, sick), compare(sick, healthy)

    assert (worse.was, better.was) == (Verdict.WELL, Verdict.BROKEN)
    assert "certificate-expired" in {one.id for one in worse.new}
    assert "certificate-expired" in {one.id for one in better.gone}
    assert not worse.gone
    assert ("log-in", "passed", "not reached") in {
        (one.check, one.before, one.after) for one in worse.changed
    }
    shown = written(compared(healthy, sick))
    assert "New: " in shown
    assert "It was well, and is broken." in shown
