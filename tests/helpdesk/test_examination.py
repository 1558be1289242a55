"""An examination from the page: live steps, the report, and where the password is not."""

from __future__ import annotations

import gc
import json
import secrets
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import structlog

from overair.doctor.reporting.report import Report
from overair.ward.site import healthy_site
from support.help_desk import PATIENT, RunningDesk, Said, running_desk
from support.packages import needs

pytestmark = needs("nginx")


@pytest.fixture(scope="module")
def desk() -> Iterator[RunningDesk]:
    with running_desk(
        healthy_site,
        surroundings=PATIENT,
        examinations_per_minute=100,
        examinations_per_minute_of_all=100,
    ) as desk:
        yield desk


class Told:
    """An examination that was followed to its end."""

    def __init__(self, desk: RunningDesk) -> None:
        with structlog.testing.capture_logs() as lines:
            self.path = desk.begun(desk.ward.user, desk.ward.password)
            with desk.events(self.path) as events:
                self.events = list(events)
        self.log = str(lines)
        self.page = desk.ask("GET", self.path)
        self.json = desk.ask("GET", f"{self.path}/report.json")
        self.html = desk.ask("GET", f"{self.path}/report.html")

    def steps(self) -> dict[str, Any]:
        """The last of each."""
        return {data["key"]: data for _, kind, data in self.events if kind == "step"}


@pytest.fixture(scope="module")
def told(desk: RunningDesk) -> Told:
    return Told(desk)


def test_the_steps_come_while_they_are_made(told: Told) -> None:
    numbers = [number for number, _, _ in told.events]
    assert numbers == sorted(set(numbers))
    log_in = [data["state"] for _, kind, data in told.events if kind == "step" and "log-in" in data["key"]]
    assert {"waiting", "running", "passed"} <= set(log_in)
    assert told.events[-1][1:] == ("ended", {"outcome": "finished"})


def test_the_report_is_that_of_the_events(told: Told) -> None:
    report = msgspec.json.decode(told.json.text, type=Report)

    assert report.verdict == "well", report.cause
    assert len(report.steps) == len(told.steps())
    assert {step["state"] for step in told.steps().values()} <= {"passed", "found", "not reached"}
    assert "Phones should work." in told.page.text
    assert "As each device" in told.page.text
    assert told.json.headers["Content-Disposition"] == 'attachment; filename="overair-report.json"'


def test_the_page_to_send_stands_alone(told: Told) -> None:
    assert "Phones should work." in told.html.text
    assert told.html.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in told.html.headers["Content-Security-Policy"]


def test_who_comes_back_gets_what_is_new(desk: RunningDesk, told: Told) -> None:
    number, _, _ = told.events[len(told.events) // 2]
    with desk.events(told.path, number) as events:
        again = list(events)
    later = {data.get("key"): (number_, kind, data) for number_, kind, data in told.events}
    assert again == sorted((one for one in later.values() if one[0] > number), key=lambda one: one[0])
    assert 1 < len(again) < len(later)
    with desk.events(told.path, again[-1][0]) as events:
        assert [kind for _, kind, _ in events] == ["ended"]


def test_the_password_is_nowhere(desk: RunningDesk, told: Told) -> None:
    everything = [told.page.text, told.json.text, told.html.text, json.dumps(told.events), told.log]
    assert all(desk.ward.password not in text for text in everything)
    assert "examined" in told.log


def holders(beginning: str, end: str) -> list[str]:
    """What holds a text, of all that the garbage collector knows; the text itself is nowhere in here."""
    gc.collect()
    found = []
    for one in gc.get_objects():
        inner = gc.get_referents(one)
        # What holds nothing but texts is not known to the collector by itself.
        inner += [deep for held in inner if not gc.is_tracked(held) for deep in gc.get_referents(held)]
        texts = (held if isinstance(held, str) else held.decode("latin-1", "ignore")
                 for held in inner if isinstance(held, str | bytes | bytearray))  # fmt: skip
        if any(beginning + end in text for text in texts):
            found.append(f"{type(one)}: {str(one)[:200]}")
    return found


def test_no_password_outlives_its_examination(desk: RunningDesk) -> None:
    beginning, end = secrets.token_hex(8), secrets.token_hex(8)
    path = desk.begun("cleo@ward.test", "".join((beginning, end)))
    with desk.events(path) as events:
        assert [data for _, kind, data in events if kind == "ended"] == [{"outcome": "finished"}]

    assert desk.call(lambda: desk.desk.consultations.running) == 0
    assert holders(beginning, end) == []


def test_a_wrong_password_is_not_tried_often_enough_to_lock_the_account(desk: RunningDesk) -> None:
    def tried() -> Said:
        return desk.begin("ben@ward.test", password="certainly wrong")

    for _ in range(2):
        begun = tried()
        with desk.events(begun.headers["Location"]) as events:
            assert [data for _, kind, data in events if kind == "ended"] == [{"outcome": "finished"}]
    refused = tried()

    assert refused.status == 429
    assert 800 < int(refused.headers["Retry-After"]) <= 900
    assert "certainly wrong" not in refused.text
    # Without a password there is nothing to be locked, and others may log in.
    assert desk.begin("ben@ward.test").status == 303
    assert desk.begin(desk.ward.user, password=desk.ward.password).status == 303
