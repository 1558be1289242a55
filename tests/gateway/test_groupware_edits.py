"""Edits of phones merged into the objects of a real CalDAV server."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from overair.items import Event
from overair.mailboxes.gateway.backend import Stale
from support.asynchronous import run
from support.dav_objects import JOE, at, calendar, ics, subjects, vevent
from support.packages import needs
from support.radicale import Radicale

RICH = (
    *("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTEND;TZID=Europe/Berlin:20260302T100000"),
    *("RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE;TZID=Europe/Berlin:20260309T090000"),
    *("URL:https://example.org/class", "GEO:52.5;13.4", "X-COLOR;X-OTHER=a:teal", "COMMENT:Bring tea"),
    *("ATTACH:https://example.org/plan.pdf", "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-P1D"),
    *("ATTENDEE:mailto:joe@example.org", "SUMMARY:Tomorrow", "DESCRIPTION:Class", "END:VALARM"),
)
MOVED = ("RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000", "DTSTART:20260316T120000Z", "X-ROOM:7")


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        yield server


@needs("radicale")
class TestEdits:
    def test_what_a_phone_does_not_know_survives_its_edits(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        radicale.put(
            JOE, f"{path}a.ics", ics(vevent("rich", "Class", *RICH), vevent("rich", "Class", *MOVED))
        )

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                old = mirror.all(name)["a.ics"]
                assert isinstance(old, Event)
                assert old.recurrence is not None
                assert [bool(one.deleted) for one in old.exceptions or ()] == [True, False]
                new = msgspec.structs.replace(old, subject="Lesson", busy_status=0)
                await mirror.change(name, "a.ics", new)
                text = radicale.get(JOE, f"{path}a.ics").replace("\r\n ", "")
                assert "SUMMARY:Lesson" in text
                for line in (*RICH[2:8], *RICH[9:12], "X-ROOM:7", "GEO:52.5;13.4"):
                    assert line in text, line
                after = mirror.all(name)["a.ics"]
                assert isinstance(after, Event)
                assert after.subject == "Lesson"
                assert [one.start_time for one in after.exceptions or ()] == [
                    one.start_time for one in old.exceptions or ()
                ]
                await mirror.pull(name)
                assert mirror.all(name)["a.ics"] == after

        run(work())

    def test_an_occurrence_that_no_rule_has_is_edited_and_deleted_alone(self, radicale: Radicale) -> None:
        name, path = calendar(radicale)
        series = vevent("several", "Class", "RRULE:FREQ=WEEKLY;COUNT=2", "X-OTHER:kept")
        extra = vevent("several", "Extra", "RECURRENCE-ID:20260304T090000Z", "DTSTART:20260304T090000Z")
        radicale.put(JOE, f"{path}a.ics", ics(series, extra))

        async def work() -> None:
            async with at(radicale) as mirror:
                await mirror.look()
                await mirror.pull(name)
                first, second = subjects(mirror.all(name))
                assert (first, second[:6]) == ("a.ics", "a.ics#")
                item = mirror.all(name)[second]
                await mirror.change(name, second, msgspec.structs.replace(item, subject="Other"))
                text = radicale.get(JOE, f"{path}a.ics")
                assert all(line in text for line in ("SUMMARY:Other", "SUMMARY:Class", "X-OTHER:kept"))
                # The tag is the object's, so the series is first brought to it.
                with pytest.raises(Stale):
                    await mirror.remove(name, first)
                await mirror.pull(name)
                await mirror.remove(name, second)
                await mirror.pull(name)
                assert subjects(mirror.all(name)) == {first: "Class"}
                assert "SUMMARY:Other" not in radicale.get(JOE, f"{path}a.ics")
                await mirror.remove(name, first)
                assert radicale.names(path) == []

        run(work())
