"""VEVENTs of one UID as a series: deleted and changed occurrences, added ones, and what is there alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.items import Event
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException
from overair.items.icalendar import series as series_of_components
from overair.items.icalendar.results import Converted, Refused
from overair.items.icalendar.series import ADDED
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.occurrences import occurrences
from support.calendar_texts import NOW, ZONE, calendar, component, described, event, read, read_one, refused

BERLIN = "DTSTART;TZID=Europe/Berlin:20260302T090000"
WEEKLY = "RRULE:FREQ=WEEKLY;BYDAY=MO"
HOUR = "DURATION:PT1H"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def series(*lines: str, changed: tuple[str, ...] = (), start: str = BERLIN) -> Event:
    """The event of a weekly series, of which nothing is dropped."""
    found = read_one(event(HOUR, WEEKLY, *lines, start=start), *changed)
    assert found.dropped == ()
    assert isinstance(found.item, Event)
    return found.item


def instance(recurrence_id: str, *lines: str, start: str) -> str:
    """A VEVENT that changes an occurrence."""
    return event(HOUR, recurrence_id, *lines, start=start)


def said(exception: EventException) -> dict[str, Any]:
    """What an exception says."""
    return {
        name: value for name in exception.__struct_fields__ if (value := getattr(exception, name)) is not None
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("EXDATE;TZID=Europe/Berlin:20260309T090000", "EXDATE;TZID=Europe/Berlin:20260330T090000"),
        ("EXDATE:20260309T080000Z,20260330T070000Z",),
        ("EXDATE;VALUE=DATE:20260309,20260330",),
        ("EXDATE;TZID=America/New_York:20260309T040000,20260330T030000",),
        ("EXDATE;TZID=Europe/Berlin:20260310T090000,20260309T090000,20260330T090000,20260309T090000",),
    ],
)
def test_what_is_deleted(lines: tuple[str, ...]) -> None:
    """Across a change of the clock; what is on no occurrence is passed over."""
    exceptions = series(*lines).exceptions or ()
    assert [said(one) for one in exceptions] == [
        {"deleted": True, "exception_start_time": at(text)}
        for text in ("2026-03-09T08:00", "2026-03-30T07:00")
    ]


def test_what_is_deleted_of_days() -> None:
    for line in ("EXDATE;VALUE=DATE:20260309", "EXDATE:20260309T000000", "EXDATE:20260309T000000Z"):
        found = read_one(event(WEEKLY, line, start="DTSTART;VALUE=DATE:20260302")).item
        assert isinstance(found, Event)
        assert [one.exception_start_time for one in found.exceptions or ()] == [at("2026-03-09")]


def test_an_occurrence_that_was_moved_and_renamed() -> None:
    moved = instance(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000",
        "SUMMARY:Later",
        "LOCATION:There",
        start="DTSTART;TZID=Europe/Berlin:20260310T140000",
    )
    found = series("SUMMARY:Usually", "LOCATION:There", changed=(moved,))
    [exception] = found.exceptions or ()
    assert said(exception) == {
        "exception_start_time": at("2026-03-09T08:00"),
        "start_time": at("2026-03-10T13:00"),
        "subject": "Later",
    }
    starts = [one.start for one in occurrences(found, at("2026-03-02"), at("2026-03-20"), ZONE)]
    assert starts == [at("2026-03-02T08:00"), at("2026-03-10T13:00"), at("2026-03-16T08:00")]


def test_what_an_occurrence_has_not_is_taken_away() -> None:
    plain = instance("RECURRENCE-ID:20260309T080000Z", start="DTSTART:20260309T080000Z")
    lines = [
        "SUMMARY:x",
        "DESCRIPTION:x",
        "LOCATION:x",
        "CATEGORIES:x",
        component("VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M"),
    ]
    [exception] = series(*lines, changed=(plain,)).exceptions or ()
    assert exception.subject == ""
    assert exception.body is not None
    assert exception.body.data == ""
    assert exception.categories == ()
    assert exception.reminder == NO_REMINDER
    assert exception.location is not None
    assert exception.location.display_name is None


def test_an_occurrence_with_guests_and_files_of_its_own() -> None:
    lines = ["ATTENDEE:mailto:b@example.net", "ATTACH;ENCODING=BASE64;VALUE=BINARY:YQ=="]
    own = instance(
        "RECURRENCE-ID:20260309T080000Z",
        "ATTENDEE:mailto:b@example.net",
        "ATTENDEE:mailto:c@example.net",
        "ATTACH;ENCODING=BASE64;VALUE=BINARY:Yg==",
        start="DTSTART:20260309T080000Z",
    )
    same = instance("RECURRENCE-ID:20260316T080000Z", *lines, start="DTSTART:20260316T080000Z")
    found = series(*lines, changed=(own, same))
    first, second = found.exceptions or ()
    assert [one.email for one in first.attendees or ()] == ["b@example.net", "c@example.net"]
    assert [one.number for one in first.stored_attachments or ()] == [2]
    assert found.next_attachment == 3
    assert said(second) == {"exception_start_time": at("2026-03-16T08:00")}


def test_an_occurrence_that_was_cancelled_is_deleted() -> None:
    cancelled = instance(
        "RECURRENCE-ID:20260309T080000Z", "STATUS:CANCELLED", start="DTSTART:20260309T080000Z"
    )
    [exception] = series(changed=(cancelled,)).exceptions or ()
    assert said(exception) == {"deleted": True, "exception_start_time": at("2026-03-09T08:00")}


def test_an_occurrence_that_lasts_all_day() -> None:
    whole = event("RECURRENCE-ID:20260309T080000Z", start="DTSTART;VALUE=DATE:20260309")
    [exception] = series(changed=(whole,)).exceptions or ()
    assert exception.all_day_event is True
    assert (exception.start_time, exception.end_time) == (at("2026-03-09"), at("2026-03-10"))


def test_a_change_of_this_and_the_following_changes_one() -> None:
    moved = instance("RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T080000Z", start="DTSTART:20260309T090000Z")
    found = read_one(event(HOUR, WEEKLY, start=BERLIN), moved)
    assert [described(one) for one in found.dropped] == [
        "RECURRENCE-ID: RANGE=THISANDFUTURE: only the one occurrence is changed"
    ]
    assert isinstance(found.item, Event)
    assert len(found.item.exceptions or ()) == 1


def test_a_change_that_cannot_be_read_changes_nothing() -> None:
    broken = event("RECURRENCE-ID:20260309T080000Z", start="DTSTART:whenever")
    found = read_one(event(HOUR, WEEKLY, start=BERLIN), broken)
    assert isinstance(found.item, Event)
    assert found.item.exceptions is None
    assert [described(one) for one in found.dropped] == [
        "RECURRENCE-ID: a changed occurrence has a DTSTART that is no time, or none that can be kept"
    ]


def test_an_occurrence_of_a_series_that_is_elsewhere_stands_alone() -> None:
    orphans = [
        instance(f"RECURRENCE-ID:202603{day}T080000Z", start=f"DTSTART:202603{day}T093000Z")
        for day in ("09", "16")
    ]
    found = read(calendar(*orphans))
    events = [one.item for one in found if isinstance(one, Converted)]
    assert [(one.uid, one.original_start, one.start_time) for one in events if isinstance(one, Event)] == [
        ("one", at("2026-03-09T08:00"), at("2026-03-09T09:30")),
        ("one", at("2026-03-16T08:00"), at("2026-03-16T09:30")),
    ]


def test_dates_beyond_the_pattern_are_events_of_their_own() -> None:
    lines = [
        "RDATE;TZID=Europe/Berlin:20260304T090000,20260309T090000",
        "RDATE;VALUE=PERIOD:20260305T100000Z/PT3H,20260306T100000Z/20260306T120000Z",
        "EXDATE:20260316T080000Z",
    ]
    found = read(calendar(event(HOUR, WEEKLY, *lines, start=BERLIN)))
    events = [one.item for one in found if isinstance(one, Converted) and isinstance(one.item, Event)]
    assert [(one.uid, one.start_time, one.end_time, bool(one.recurrence)) for one in events] == [
        ("one", at("2026-03-02T08:00"), at("2026-03-02T09:00"), True),
        ("one/20260304T080000Z", at("2026-03-04T08:00"), at("2026-03-04T09:00"), False),
        ("one/20260305T100000Z", at("2026-03-05T10:00"), at("2026-03-05T13:00"), False),
        ("one/20260306T100000Z", at("2026-03-06T10:00"), at("2026-03-06T12:00"), False),
    ]
    [first, *rest] = [one for one in found if isinstance(one, Converted)]
    assert [described(one) for one in first.dropped] == ["RDATE: each date becomes an event of its own"]
    assert not any(one.dropped for one in rest)


def test_a_date_of_its_own_may_be_changed() -> None:
    lines = ["RDATE:20260304T080000Z"]
    changed = instance("RECURRENCE-ID:20260304T080000Z", "SUMMARY:x", start="DTSTART:20260304T100000Z")
    found = read(calendar(event(HOUR, WEEKLY, *lines, start=BERLIN), changed))
    [_, extra] = [one.item for one in found if isinstance(one, Converted) and isinstance(one.item, Event)]
    assert (extra.uid, extra.subject, extra.start_time) == (
        "one/20260304T080000Z",
        "x",
        at("2026-03-04T10:00"),
    )


def test_a_start_beside_the_rule_is_an_event_of_its_own() -> None:
    found = read(calendar(event(HOUR, "RRULE:FREQ=WEEKLY;BYDAY=TU", start=BERLIN)))
    first, extra = [one for one in found if isinstance(one, Converted)]
    assert [described(one) for one in first.dropped] == [
        "DTSTART: is no day of its RRULE: an event of its own"
    ]
    assert isinstance(first.item, Event)
    assert isinstance(extra.item, Event)
    assert first.item.start_time == at("2026-03-03T08:00")
    assert (extra.item.start_time, extra.item.recurrence) == (at("2026-03-02T08:00"), None)


def test_a_rule_that_no_phone_knows_refuses_the_event_alone() -> None:
    rules = ["RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYMONTHDAY=13", "RRULE:FREQ=HOURLY", "RRULE:FREQ=SOMETIMES"]
    events = [event(rule, uid=str(number)) for number, rule in enumerate(rules)]
    found = read(
        calendar(*events, event("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY", uid="two"), event(uid="good"))
    )
    assert isinstance(found[-1], Converted)
    reasons = [one.reason for one in found if isinstance(one, Refused)]
    assert len(reasons) == 4
    assert all(reason.startswith("its RRULE is none that an event can have: ") for reason in reasons[:3])
    assert reasons[3] == "recurs by several rules"


def test_the_newest_of_several_with_one_uid() -> None:
    old, new, older = (event(f"SEQUENCE:{number}", f"SUMMARY:{number}") for number in (1, 3, 2))
    found = read(calendar(old, new, older))
    assert [one.item.subject for one in found if isinstance(one, Converted)] == ["3"]
    assert refused(calendar(old, new, older)) == dict.fromkeys((1, 3), "has the UID of another component")


def test_the_newest_change_of_an_occurrence() -> None:
    changes = [
        instance(
            "RECURRENCE-ID:20260309T080000Z",
            f"SEQUENCE:{number}",
            f"SUMMARY:{number}",
            start="DTSTART:20260309T080000Z",
        )
        for number in (2, 1)
    ]
    data = calendar(event(HOUR, WEEKLY, start=BERLIN), *changes)
    [found] = [one.item for one in read(data) if isinstance(one, Converted)]
    assert isinstance(found, Event)
    assert [one.subject for one in found.exceptions or ()] == ["2"]
    assert refused(data) == {3: "is about the same occurrence as another component"}


def test_an_event_keeps_its_latest_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_of_components, "MOST_EXCEPTIONS", 20)
    start = datetime(2020, 1, 1, 9, tzinfo=UTC)
    dates = ",".join(f"{start + timedelta(day):%Y%m%dT%H%M%SZ}" for day in range(30))
    found = read_one(event("RRULE:FREQ=DAILY", f"EXDATE:{dates}", start="DTSTART:20200101T090000Z"))
    assert isinstance(found.item, Event)
    exceptions = found.item.exceptions or ()
    assert len(exceptions) == 20
    assert exceptions[0].exception_start_time == start + timedelta(10)
    assert [described(one) for one in found.dropped] == [
        "RECURRENCE-ID: only the last 20 exceptions are kept"
    ]


def test_only_so_many_dates_become_events() -> None:
    dates = ",".join(f"{at('2026-03-02T12:00') + timedelta(day):%Y%m%dT%H%M%SZ}" for day in range(ADDED + 5))
    found = read(calendar(event(f"RDATE:{dates}")))
    assert len(found) == 1 + ADDED
    assert isinstance(found[0], Converted)
    assert f"RDATE: only {ADDED} dates become events of their own" in map(described, found[0].dropped)


def test_a_changed_occurrence_is_written_as_one() -> None:
    moved = instance(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000",
        "SUMMARY:Later",
        start="DTSTART;TZID=Europe/Berlin:20260310T140000",
    )
    found = series("SUMMARY:Usually", "EXDATE:20260316T080000Z", changed=(moved,))
    written = icalendar_of(found, default_zone=ZONE, now=NOW).data.decode().replace("\r\n ", "")
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO" in written
    assert "EXDATE;TZID=Europe/Berlin:20260316T090000\r\n" in written
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000\r\n" in written
    assert "DTSTART;TZID=Europe/Berlin:20260310T140000\r\n" in written
    assert written.count("BEGIN:VEVENT") == 2
    assert written.count("BEGIN:VTIMEZONE") == 1
