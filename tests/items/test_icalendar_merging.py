"""An edit merged into an iCalendar object: what was edited is said, every other line stands as it stood."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import pytest

from overair.items import Event, Task
from overair.items.body import Body
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.icalendar.merging import Unmergeable, merged_task, without
from overair.items.icalendar.reading import decoded
from overair.protocol.body_preferences import BodyType
from support.calendar_items import ME, ZONE
from support.icalendar_edits import (
    NOW,
    SERIES,
    STAMPS,
    at,
    calendar,
    edit,
    event_after,
    lines,
    only_event,
    read,
    series,
    vevent,
)
from support.shared import SHARED, needs_shared


def test_the_nearest_alarm_is_the_reminder_and_the_others_stay() -> None:
    alarms = [
        f"BEGIN:VALARM\r\nACTION:{action}\r\nTRIGGER{trigger}\r\nX-ID:{place}\r\nEND:VALARM\r\n"
        for place, (action, trigger) in enumerate(
            (("DISPLAY", ":-PT15M"), ("AUDIO", ";X-A=b:-PT15M"), ("DISPLAY", ":-P1D"), ("EMAIL", ":-PT5M"))
        )
    ]
    text = calendar(
        vevent("DTSTART:20260302T100000Z", "SUMMARY:x").replace("END:VE", "".join(alarms) + "END:VE")
    )
    assert only_event(text).reminder == 15
    after = edit(text, reminder=30)
    assert after.count("TRIGGER:-PT30M") == after.count("TRIGGER;X-A=b:-PT30M") == 1
    assert alarms[2] + alarms[3] in after
    gone = edit(text, reminder=None)
    assert alarms[0] not in gone
    assert alarms[1] not in gone
    assert alarms[2] + alarms[3] in gone


def test_only_an_organizer_counts_changes() -> None:
    people = (
        "ORGANIZER;CN=B:mailto:boss@example.net",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{ME}",
    )
    text = calendar(
        vevent("DTSTART:20260302T100000Z", "SEQUENCE:4", "LAST-MODIFIED:20200101T000000Z", *people)
    )
    accepted = edit(text, response_type=3, reminder=10)
    assert f"ATTENDEE;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:{ME}" in lines(accepted)
    assert "SEQUENCE:4\r\n" in accepted
    assert "LAST-MODIFIED:20261123T070000Z\r\nORGANIZER" in accepted
    own = text.replace("boss@example.net", ME)
    assert "SEQUENCE:4\r\n" in edit(own, subject="x")
    assert "SEQUENCE:5\r\n" in edit(own, start_time=at("2026-03-02T09:00"))
    assert "SEQUENCE:1\r\n" in edit(own.replace("SEQUENCE:4\r\n", ""), end_time=at("2026-03-02T11:00"))
    assert "SEQUENCE" not in edit(
        calendar(vevent("DTSTART:20260302T100000Z")), end_time=at("2026-03-02T11:00")
    )


def test_texts_keep_their_parameters_and_lose_other_forms_of_themselves() -> None:
    text = calendar(
        vevent(
            "DTSTART:20260302T100000Z",
            'DESCRIPTION;LANGUAGE=de;ALTREP="data:text/html,x":alt',
            "X-ALT-DESC;FMTTYPE=text/html:<p>alt</p>",
            "URL:https://example.org/a",
            "ATTACH;FMTTYPE=text/html:https://example.org/b",
            'LOCATION;ALTREP="cid:a";LANGUAGE=de:Saal',
            "GEO:1.5;2.5",
            "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE=Saal:geo:1.5,2.5",
        )
    )
    old = only_event(text)
    assert old.body is not None
    assert old.body.data is not None
    assert "https://example.org/b" in old.body.data
    plain = Body(type=BodyType.PLAIN_TEXT, data="neu\r\n\r\nhttps://example.org/a\r\nhttps://example.org/b")
    place = Location(display_name="Halle", latitude=1.5, longitude=2.5)
    after = edit(text, body=plain, location=place)
    assert "DESCRIPTION;LANGUAGE=de:neu" in lines(after)
    assert "X-ALT-DESC" not in after
    assert "URL:https://example.org/a\r\nATTACH;FMTTYPE=text/html:https://example.org/b\r\n" in after
    assert "LOCATION;LANGUAGE=de:Halle" in lines(after)
    assert 'STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="Halle":geo:1.5,2.5' in "".join(
        lines(after)
    )
    assert only_event(after).body == plain
    nowhere = edit(text, location=None)
    assert not {"LOCATION", "GEO", "X-APPLE"} & {line[:8].rstrip(":;1") for line in lines(nowhere)}


def test_another_zone_brings_its_rules_along() -> None:
    text = calendar(
        vevent("DTSTART;TZID=Europe/Berlin:20260302T100000", "DTEND;TZID=America/New_York:20260302T100000")
    )
    assert "DTEND;TZID=America/New_York:20260303T100000" in lines(
        edit(text, start_time=at("2026-03-03T09:00"), end_time=at("2026-03-03T15:00"))
    )
    after = edit(text, zone="Asia/Tokyo")
    assert "DTSTART;TZID=Asia/Tokyo:20260302T180000" in lines(after)
    assert after.index("BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo") < after.index("BEGIN:VEVENT")
    days = edit(text, all_day_event=True, start_time=at("2026-03-02"), end_time=at("2026-03-04"), zone=None)
    assert {"DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260304"} <= set(lines(days))
    assert only_event(days).all_day_event


def test_the_component_that_is_meant_is_edited() -> None:
    second = vevent("DTSTART:20260303T100000Z", "SUMMARY:zwei").replace("UID:1", "UID:2")
    task = "BEGIN:VTODO\r\nUID:1\r\nSUMMARY:Aufgabe\r\nEND:VTODO\r\n"
    orphan = vevent("RECURRENCE-ID:20260401T100000Z", "DTSTART:20260401T120000Z", "SUMMARY:drei").replace(
        "UID:1", "UID:3"
    )
    text = calendar(vevent("DTSTART:20260302T100000Z", "SUMMARY:eins"), second, task, orphan)
    items = {(type(one), getattr(one, "subject", "")): one for one in read(text)}
    for (kind, subject), item in items.items():
        if kind is Event:
            assert isinstance(item, Event)
            after = event_after(text, item, msgspec.structs.replace(item, subject="neu"))
        else:
            assert isinstance(item, Task)
            after = merged_task(
                text, item, msgspec.structs.replace(item, subject="neu"), default_zone=ZONE, now=NOW
            )
        wanted = text.replace(f"SUMMARY:{subject}", "SUMMARY:neu")
        stamps = [line for line in lines(after) if not line.startswith(STAMPS)]
        assert stamps == [line for line in lines(wanted) if not line.startswith(STAMPS)]
        assert isinstance(item, Event | Task)
        left = without(text, item, default_zone=ZONE)
        assert left is not None
        assert f"SUMMARY:{subject}" not in left
        assert len(read(left)) == len(items) - 1
    alone = only_event(calendar(second))
    assert without(calendar(second), alone, default_zone=ZONE) is None
    with pytest.raises(Unmergeable):
        event_after(calendar(task), alone, msgspec.structs.replace(alone, subject="neu"))
    with pytest.raises(Unmergeable):
        without(calendar(task), alone, default_zone=ZONE)


def test_marks_and_line_ends_stay_and_new_lines_are_short() -> None:
    text = "\ufeff" + calendar(vevent("DTSTART:20260302T100000Z", "X-A:" + "x" * 200)).replace("\r\n", "\n")
    old = only_event(text)
    after = event_after(text, old, msgspec.structs.replace(old, subject="ü" * 100))
    assert after.startswith("\ufeffBEGIN:VCALENDAR\n")
    assert "\r" not in after
    assert "X-A:" + "x" * 200 + "\n" in after
    assert all(len(line.encode()) <= 75 for line in after.split("\n") if "x" * 50 not in line)
    assert only_event(after).subject == "ü" * 100


def test_an_event_without_a_uid_keeps_the_one_that_it_is_known_by() -> None:
    text = calendar(vevent("DTSTART:20260302T100000Z")).replace("UID:1\r\n", "")
    old = only_event(text)
    assert only_event(edit(text, subject="x")).uid == old.uid


def test_an_edit_meets_one_that_was_made_elsewhere() -> None:
    old = series()
    elsewhere = SERIES.replace("SUMMARY:Anders", "SUMMARY:Ganz anders").replace(
        "X-KEPT;A=b:c", "LOCATION:Saal"
    )
    deleted = EventException(deleted=True, exception_start_time=at("2026-04-13T08:00"))
    new = msgspec.structs.replace(old, subject="Neu", exceptions=(*(old.exceptions or ()), deleted))
    after = event_after(elsewhere, old, new)
    for kept in ("SUMMARY;LANGUAGE=de:Neu", "SUMMARY:Ganz anders", "LOCATION:Saal"):
        assert kept in lines(after)
    assert "EXDATE;TZID=Europe/Berlin:20260413T100000" in lines(after)


TASK: Final = calendar(
    "BEGIN:VTODO\r\nUID:1\r\nDTSTAMP:20200101T000000Z\r\nSUMMARY:Haus\r\nPERCENT-COMPLETE:40\r\n"
    "STATUS:IN-PROCESS\r\nPRIORITY:3\r\nRELATED-TO:parent\r\nDTSTART;TZID=Europe/Berlin:20260302T100000\r\n"
    "DURATION:PT1H\r\nX-OC-HIDESUBTASKS:1\r\nEND:VTODO\r\n"
)


def task_after(**values: Any) -> str:
    [old] = read(TASK)
    assert isinstance(old, Task)
    return merged_task(TASK, old, msgspec.structs.replace(old, **values), default_zone=ZONE, now=NOW)


def test_how_far_a_task_is_survives_other_edits() -> None:
    other = task_after(subject="Garten")
    assert {"PERCENT-COMPLETE:40", "STATUS:IN-PROCESS", "PRIORITY:3", "RELATED-TO:parent"} <= set(
        lines(other)
    )
    assert "PRIORITY:9" in lines(task_after(importance=0))
    done = task_after(complete=True, date_completed=NOW)
    assert {"PERCENT-COMPLETE:100", "STATUS:COMPLETED", "COMPLETED:20261123T070000Z"} <= set(lines(done))
    due = task_after(due_date=at("2026-03-04T12:00"), utc_due_date=at("2026-03-04T11:00"))
    assert "DUE;TZID=Europe/Berlin:20260304T120000" in lines(due)
    assert "DURATION" not in due
    assert due.index("TZID:Europe/Berlin") < due.index("BEGIN:VTODO")
    day = task_after(start_date=at("2026-03-04"), utc_start_date=None, due_date=None, utc_due_date=None)
    assert "DTSTART;VALUE=DATE:20260304" in lines(day)


@needs_shared
def test_objects_of_many_programs_keep_their_lines() -> None:
    assert SHARED is not None
    for path in sorted((SHARED / "corpora/ical").glob("*.ics")):
        text = decoded(path.read_bytes())
        for item in read(text):
            if isinstance(item, Event):
                assert event_after(text, item, item) == text
                after = event_after(text, item, msgspec.structs.replace(item, subject="neu"))
            elif isinstance(item, Task):
                assert merged_task(text, item, item, default_zone=ZONE, now=NOW) == text
                new = msgspec.structs.replace(item, subject="neu")
                after = merged_task(text, item, new, default_zone=ZONE, now=NOW)
            else:
                continue
            found = {one.uid: one.subject for one in read(after) if isinstance(one, Event | Task)}
            assert found[item.uid] == "neu", path.name
            rest = iter(_plain(after))
            for line in _plain(text):
                assert line.startswith((*STAMPS, "SUMMARY")) or line in rest, (path.name, line)


def _plain(text: str) -> list[str]:
    """The lines of a text, whatever ends them."""
    return re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
