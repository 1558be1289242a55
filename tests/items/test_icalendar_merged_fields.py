"""Whatever is edited of an event or a task, its fields are said and every other line stands as it stood."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from overair.items import Event, Task
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.event import EventException
from overair.items.icalendar.merging import merged_task
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.occurrences import series_of
from support.calendar_items import ME, ZONE, events, tasks
from support.calendar_items import common as common_values
from support.icalendar_edits import (
    NOW,
    check_lines,
    event_after,
    fewer,
    lines,
    only_event,
    read,
    said,
    with_hidden,
)

EDITED: Final = (
    *("subject", "body", "location", "categories", "sensitivity", "busy_status", "reminder"),
    *("appointment_reply_time", "online_meeting_conf_link", "online_meeting_external_link"),
    "disallow_new_time_proposal",
)


@fewer
@given(drawn=events(), other=events(), fields=st.sets(st.sampled_from(EDITED), min_size=1, max_size=3))
def test_fields_of_an_event_are_edited_alone(
    drawn: tuple[Event, dict[str, bytes]], other: tuple[Event, dict[str, bytes]], fields: set[str]
) -> None:
    event, blobs = drawn
    written = icalendar_of(event, default_zone=ZONE, now=NOW, get=blobs.__getitem__)
    text = with_hidden(written.data.decode())
    old = only_event(text)
    assert event_after(text, old, old) == text
    values = {name: getattr(other[0], name) for name in fields}
    values = {name: value for name, value in values.items() if value is not None or name != "busy_status"}
    new = msgspec.structs.replace(old, **values)
    after = event_after(text, old, new, blobs)
    assert said(only_event(after)) == said(new)
    check_lines(text, after, set(values))


@fewer
@given(drawn=events(), data=st.data())
def test_people_of_a_meeting_are_edited_alone(
    drawn: tuple[Event, dict[str, bytes]], data: st.DataObject
) -> None:
    event, blobs = drawn
    invited = data.draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True))
    event = msgspec.structs.replace(
        event,
        organizer_email=ME,
        organizer_name="Ada",
        meeting_status=1,
        response_type=1,
        response_requested=False,
        attendees=tuple(attendee(one, data) for one in invited),
        exceptions=None,
    )
    written = icalendar_of(event, default_zone=ZONE, now=NOW, get=blobs.__getitem__).data.decode()
    hidden = ';SCHEDULE-STATUS="2.0;x";X-NUM-GUESTS=0;CUTYPE=INDIVIDUAL:mailto:'
    text = with_hidden(written.replace("\r\n ", "").replace(":mailto:", hidden))
    old = only_event(text)
    wanted = data.draw(st.lists(st.sampled_from("abcde"), min_size=1, unique=True))
    known = {one.email: one for one in old.attendees or ()}
    stay = tuple(one for one in known.values() if one.email[0] in wanted)
    people = tuple(attendee(one, data) for one in wanted if f"{one}@example.org" not in known)
    changed = tuple(attendee(one.email[0], data) if data.draw(st.booleans()) else one for one in stay)
    new = msgspec.structs.replace(old, attendees=(*changed, *people))
    after = event_after(text, old, new, blobs)
    assert said(only_event(after)) == said(new)
    check_lines(text, after, {"attendees"})
    before = {line.rpartition(":")[2]: line for line in lines(text) if line.startswith("ATTENDEE")}
    now = {line.rpartition(":")[2]: line for line in lines(after) if line.startswith("ATTENDEE")}
    for one in new.attendees or ():
        if one in (old.attendees or ()):
            assert now[one.email] == before[one.email]
        elif one.email in before:
            assert 'SCHEDULE-STATUS="2.0;x"' in now[one.email]
            assert "X-NUM-GUESTS=0" in now[one.email]


def attendee(letter: str, data: st.DataObject) -> Attendee:
    return Attendee(
        email=f"{letter}@example.org",
        name=data.draw(st.sampled_from([f"{letter}@example.org", "B; C", "Ö: é"])),
        status=data.draw(st.sampled_from(list(AttendeeStatus)[1:])),
        type=data.draw(st.sampled_from(AttendeeType)),
    )


@fewer
@given(drawn=events(), other=events(), data=st.data())
def test_times_of_an_event_are_edited_alone(
    drawn: tuple[Event, dict[str, bytes]], other: tuple[Event, dict[str, bytes]], data: st.DataObject
) -> None:
    event, blobs = drawn
    event = msgspec.structs.replace(event, exceptions=None)
    written = icalendar_of(event, default_zone=ZONE, now=NOW, get=blobs.__getitem__)
    text = with_hidden(written.data.decode())
    old = only_event(text)
    assert old.start_time is not None
    assert old.end_time is not None
    if data.draw(st.booleans()):
        # All of it, with the zone and the pattern of another one.
        names = ("start_time", "end_time", "all_day_event", "zone", "timezone", "recurrence")
        values = {name: getattr(other[0], name) for name in names}
    else:
        step = timedelta(days=data.draw(st.integers(-3, 3)))
        longer = timedelta(days=data.draw(st.integers(0, 2)))
        values = {"start_time": old.start_time + step, "end_time": old.end_time + step + longer}
    new = msgspec.structs.replace(old, **values)
    if new.recurrence is not None and new.start_time is not None and new.end_time is not None:
        series = series_of(new, ZONE)
        first = None if series is None else series.first_after(new.start_time - timedelta(microseconds=1))
        assert first is not None
        length = new.end_time - new.start_time
        new = msgspec.structs.replace(new, start_time=first, end_time=first + length)
    after = event_after(text, old, new, blobs)
    [found] = read(after)
    assert isinstance(found, Event)
    assert said(found) == said(new)
    check_lines(text, after, {"start_time"})


@fewer
@given(drawn=events(), data=st.data())
def test_occurrences_of_a_series_are_edited_alone(
    drawn: tuple[Event, dict[str, bytes]], data: st.DataObject
) -> None:
    event, blobs = drawn
    if event.recurrence is None:
        return
    written = icalendar_of(event, default_zone=ZONE, now=NOW, get=blobs.__getitem__)
    text = with_hidden(written.data.decode())
    old = only_event(text)
    series = series_of(old, ZONE)
    assert series is not None
    assert old.start_time is not None
    starts = list(series.between(old.start_time, old.start_time + timedelta(days=366 * 8)))[:6]
    exceptions = {one.exception_start_time: one for one in old.exceptions or ()}
    for start in data.draw(st.lists(st.sampled_from(starts), min_size=1, max_size=3, unique=True)):
        kind = data.draw(st.sampled_from(["deleted", "other", "as the series"]))
        if kind == "deleted":
            exceptions[start] = EventException(deleted=True, exception_start_time=start)
        elif kind == "other":
            before = exceptions.get(start)
            if before is None or before.deleted:
                before = EventException(exception_start_time=start)
            subject = data.draw(st.sampled_from(["other", "another"]))
            place = data.draw(common_values["location"])
            exceptions[start] = msgspec.structs.replace(before, subject=subject, location=place)
            if exceptions[start].location == old.location:
                exceptions[start] = msgspec.structs.replace(exceptions[start], location=None)
        else:
            exceptions.pop(start, None)
    new = msgspec.structs.replace(
        old, exceptions=tuple(exceptions[one] for one in sorted(exceptions)) or None
    )
    after = event_after(text, old, new, blobs)
    assert said(only_event(after)) == said(new)
    # The series itself has the lines that it had, and occurrences that nobody edited all of theirs.
    before_parts, after_parts = text.split("BEGIN:VEVENT"), after.split("BEGIN:VEVENT")
    series_before, series_after = (one[1].partition("END:VEVENT")[0] for one in (before_parts, after_parts))
    check_lines(series_before, series_after, {"start_time"})
    for part in before_parts[2:]:
        key = next(line for line in lines(part) if line.startswith("RECURRENCE-ID"))
        same = [one for one in after_parts[2:] if key in lines(one)]
        was = {one.exception_start_time: one for one in old.exceptions or ()}
        untouched = [one for start, one in was.items() if exceptions.get(start) == one and not one.deleted]
        if len(untouched) == len(before_parts) - 2:
            assert same
            assert same[0].partition("END:VEVENT")[0] == part.partition("END:VEVENT")[0]


@fewer
@given(task=tasks(), other=tasks(), data=st.data())
def test_fields_of_a_task_are_edited_alone(task: Task, other: Task, data: st.DataObject) -> None:
    text = with_hidden(icalendar_of(task, default_zone=ZONE, now=NOW).data.decode())
    [old] = read(text)
    assert isinstance(old, Task)
    names = st.sampled_from(
        [
            *(["subject"], ["body"], ["categories"], ["sensitivity"], ["importance"]),
            ["complete", "date_completed"],
            ["reminder_time", "reminder_set"],
        ]
    )
    fields = [name for group in data.draw(st.lists(names, min_size=1, max_size=3)) for name in group]
    new = msgspec.structs.replace(old, **{name: getattr(other, name) for name in fields})
    after = merged_task(text, old, new, default_zone=ZONE, now=NOW)
    [found] = read(after)
    assert found == new
    check_lines(text, after, set(fields))
