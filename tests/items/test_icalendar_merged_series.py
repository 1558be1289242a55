"""Edits of series merged into iCalendar objects: what follows of their occurrences."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from overair.items import Event
from overair.items.calendar.event import EventException
from overair.items.recurrence.occurrences import series_of
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from support.calendar_items import ZONE
from support.icalendar_edits import (
    SERIES,
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


def test_a_series_that_moves_takes_its_occurrences_along() -> None:
    old = series()
    hour = timedelta(hours=1)
    assert old.start_time is not None
    assert old.end_time is not None
    exceptions = tuple(
        msgspec.structs.replace(one, exception_start_time=one.exception_start_time + hour)
        for one in old.exceptions or ()
    )
    new = msgspec.structs.replace(
        old, start_time=old.start_time + hour, end_time=old.end_time + hour, exceptions=exceptions
    )
    after = event_after(SERIES, old, new)
    said_now = lines(after)
    assert "DTSTART;TZID=Europe/Berlin:20260302T110000" in said_now
    assert "EXDATE;TZID=Europe/Berlin:20260309T110000,20260316T110000" in said_now
    assert "RDATE:20260305T100000Z" in said_now
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260323T110000" in said_now
    assert "DTSTART;TZID=Europe/Berlin:20260323T110000" in said_now
    assert said_now.count("DURATION:PT1H") == 2
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO;WKST=MO" in said_now
    assert {"X-KEPT;A=b:c", "X-OWN:1"} <= set(said_now)


def test_a_deleted_occurrence_is_named_as_the_start_is() -> None:
    for start, exdate in (
        ("DTSTART;TZID=Europe/Berlin:20260302T100000", "EXDATE;TZID=Europe/Berlin:20260303T100000"),
        ("DTSTART;VALUE=DATE:20260302", "EXDATE;VALUE=DATE:20260303"),
        ("DTSTART:20260302T100000Z", "EXDATE:20260303T100000Z"),
        ("DTSTART:20260302T100000", "EXDATE:20260303T100000"),
    ):
        text = calendar(vevent(start, "RRULE:FREQ=DAILY"))
        old = only_event(text)
        found = series_of(old, ZONE)
        assert found is not None
        assert old.start_time is not None
        [gone] = list(
            found.between(old.start_time + timedelta(hours=1), old.start_time + timedelta(hours=30))
        )
        deleted = EventException(deleted=True, exception_start_time=gone)
        after = edit(text, exceptions=(deleted,))
        assert exdate in lines(after)
        # And it comes back.
        again = only_event(after)
        assert again.exceptions == (deleted,)
        back = event_after(after, again, msgspec.structs.replace(again, exceptions=None))
        assert lines(back)[5:] == lines(text)[5:] or "EXDATE" not in back


def test_an_occurrence_that_changes_is_a_copy_of_its_series() -> None:
    old = series()
    alarm = "BEGIN:VALARM\r\nUID:a\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nX-SOUND:x\r\nEND:VALARM\r\n"
    text = SERIES.replace("X-KEPT;A=b:c\r\n", f"X-KEPT;A=b:c\r\n{alarm}", 1)
    old = next(one for one in read(text) if isinstance(one, Event))
    start = at("2026-03-30T08:00")
    other = EventException(exception_start_time=start, subject="Neu", start_time=start + timedelta(hours=2))
    after = event_after(text, old, msgspec.structs.replace(old, exceptions=(*(old.exceptions or ()), other)))
    head, first, second, third = after.split("BEGIN:VEVENT")
    # The series and the occurrence that was otherwise before are what they were.
    assert text.startswith("BEGIN:VEVENT".join((head, first, "")))
    assert text.split("BEGIN:VEVENT")[2].removesuffix("END:VCALENDAR\r\n") in (second, third)
    made = next(one for one in (second, third) if "RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000" in one)
    assert "X-KEPT;A=b:c" in made
    assert "X-SOUND:x" in made
    assert "DTSTART;TZID=Europe/Berlin:20260330T120000\r\n" in made
    assert "SUMMARY;LANGUAGE=de:Neu\r\n" in made
    assert "RRULE" not in made
    assert "EXDATE" not in made


def test_what_only_ends_otherwise_keeps_its_rule() -> None:
    old = series()
    assert old.recurrence is not None
    ended = msgspec.structs.replace(old.recurrence, until=at("2026-05-04T08:00"))
    after = event_after(SERIES, old, msgspec.structs.replace(old, recurrence=ended))
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=10;WKST=MO;UNTIL=20260504T080000Z" in lines(after)
    other = Recurrence(type=RecurrenceType.DAILY, interval=2)
    after = event_after(SERIES, old, msgspec.structs.replace(old, recurrence=other, exceptions=None))
    assert "RRULE:FREQ=DAILY;INTERVAL=2" in lines(after)
    assert "RECURRENCE-ID" not in after
    alone = event_after(SERIES, old, msgspec.structs.replace(old, recurrence=None, exceptions=None))
    assert "RRULE" not in alone
    assert "RDATE:20260305T090000Z" in alone


def test_a_series_without_an_occurrence_is_an_event_alone() -> None:
    """As it is written where a phone has made one."""
    old = series()
    assert old.recurrence is not None
    over = msgspec.structs.replace(old.recurrence, until=at("2020-01-01T08:00"))
    none = msgspec.structs.replace(old, recurrence=over)
    after = event_after(SERIES, old, none)
    assert "RRULE" not in after
    # What phones are shown keeps the pattern, until an edit gives it another one.
    assert "RRULE:FREQ=WEEKLY" in event_after(after, none, old)


def test_an_added_date_is_edited_and_removed_as_an_occurrence() -> None:
    extra = [one for one in read(SERIES) if isinstance(one, Event)][1]
    assert extra.uid == "1/20260305T090000Z"
    after = event_after(SERIES, extra, msgspec.structs.replace(extra, subject="Einmal"))
    assert "RDATE:20260305T090000Z" in after
    found = {one.uid: one.subject for one in read(after) if isinstance(one, Event)}
    assert found == {"1": "Runde", "1/20260305T090000Z": "Einmal"}
