"""An edit merged into an iCalendar object: what was edited is said, every other line stands as it stood."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overair.items import Event, Item, Task
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.icalendar.merging import Unmergeable, merged_event, merged_task, without
from overair.items.icalendar.reading import decoded, items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.occurrences import series_of
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.storage.blobs import key_of
from support.calendar_items import ME, ZONE, events, tasks
from support.calendar_items import common as common_values
from support.shared import SHARED, needs_shared

NOW: Final = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
fewer: Final = settings(max_examples=max(settings().max_examples // 3, 15))
"""Each example is written, read, edited and read again."""
HIDDEN: Final = (
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR;ACKNOWLEDGED=20200101T000000Z:AUTOMATIC\r\n"
    "COLOR:turquoise\r\n"
    "RELATED-TO;RELTYPE=PARENT:other@example.org\r\n"
    "X-LONG:" + "ü" * 30 + "\r\n " + "ü" * 30 + "\r\n"
    "this is no property\r\n"
    'X-MOZ-GENERATION;X-A="b:c":4\r\n'
)
ALARMS: Final = (
    "BEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-P1D\r\nATTENDEE:mailto:z@example.org\r\nSUMMARY:x\r\n"
    "DESCRIPTION:y\r\nEND:VALARM\r\n"
    "BEGIN:VALARM\r\nX-WR-ALARMUID:1\r\nACTION:NONE\r\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z\r\n"
    "END:VALARM\r\n"
)
STAMPS: Final = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
LINES_OF: Final[dict[str, tuple[str, ...]]] = {
    "subject": ("SUMMARY",),
    "body": ("DESCRIPTION", "X-ALT-DESC"),
    "location": ("LOCATION", "GEO", "X-APPLE-STRUCTURED-LOCATION", "X-MICROSOFT-L"),
    "categories": ("CATEGORIES",),
    "sensitivity": ("CLASS",),
    "busy_status": ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    "meeting_status": ("STATUS",),
    "reminder": ("TRIGGER", "BEGIN:VALARM", "END:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder"),
    "attendees": ("ATTENDEE",),
    "appointment_reply_time": ("X-MICROSOFT-CDO-REPLYTIME",),
    "online_meeting_conf_link": ("X-MICROSOFT-ONLINEMEETINGCONFLINK",),
    "online_meeting_external_link": ("X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",),
    "disallow_new_time_proposal": ("X-MICROSOFT-DISALLOW-COUNTER",),
    "start_time": ("DTSTART", "DTEND", "RRULE", "EXDATE", "RECURRENCE-ID", "TRIGGER"),
    "importance": ("PRIORITY",),
    "complete": ("STATUS", "COMPLETED", "PERCENT-COMPLETE"),
    "due_date": ("DUE",),
    "recurrence": ("RRULE",),
    "reminder_time": ("TRIGGER", "BEGIN:VALARM", "END:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder"),
}
"""How the lines begin that a field may change."""


def read(text: str, blobs: dict[str, bytes] | None = None) -> list[Item]:
    def put(data: bytes) -> str:
        (blobs if blobs is not None else {})[key_of(data)] = data
        return key_of(data)

    found = items_from_icalendar(text.encode(), default_zone=ZONE, addresses=[ME], put=put, now=NOW)
    return [one.item for one in found if isinstance(one, Converted)]


def only_event(text: str) -> Event:
    [event] = read(text)
    assert isinstance(event, Event)
    return event


def event_after(text: str, old: Event, new: Event, blobs: dict[str, bytes] | None = None) -> str:
    kept = blobs or {}
    return merged_event(text, old, new, default_zone=ZONE, addresses=[ME], now=NOW, get=kept.__getitem__)


def edit(text: str, **values: Any) -> str:
    """An object of one event after an edit of some fields."""
    old = only_event(text)
    return event_after(text, old, msgspec.structs.replace(old, **values))


def lines(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def with_hidden(text: str) -> str:
    """An object with lines that no field says, in each of its components."""
    for name in ("VEVENT", "VTODO"):
        begin = f"BEGIN:{name}\r\n"
        text = text.replace(begin, begin + HIDDEN).replace(f"END:{name}", f"{ALARMS}END:{name}")
    return text


def check_lines(before: str, after: str, fields: set[str]) -> None:
    """Every line whose field did not change is still there, in order."""
    free = (*STAMPS, *(start for field in fields for start in LINES_OF.get(field, ())))
    rest = iter(lines(after))
    for line in lines(before):
        if not line.upper().startswith(tuple(one.upper() for one in free)):
            assert line in rest, (line, after)


def said(event: Event) -> dict[str, Any]:
    """What is to be read again of an event, and of each of its occurrences that are otherwise."""
    values = msgspec.structs.asdict(event)
    values["exceptions"] = {
        one.exception_start_time: _occurrence(event, one) for one in event.exceptions or ()
    }
    values["stored_attachments"] = _names(event.stored_attachments)
    del values["dt_stamp"], values["next_attachment"], values["recurrence"]
    return values


def _occurrence(event: Event, exception: EventException) -> dict[str, Any] | None:
    """All that is so of an occurrence, whether it or its series says it; None of one that is deleted."""
    if exception.deleted:
        return None
    assert event.start_time is not None
    assert event.end_time is not None
    start = exception.start_time or exception.exception_start_time
    values: dict[str, Any] = {
        "start_time": start,
        "end_time": exception.end_time or start + (event.end_time - event.start_time),
    }
    for bound in EventException.fields():
        own = getattr(exception, bound.name)
        if bound.name not in ("start_time", "end_time", "dt_stamp", "exception_start_time", "deleted"):
            of_series = getattr(event, bound.name)
            values[bound.name] = of_series if own is None else None if own in TAKEN_AWAY.values() else own
    attached = exception.stored_attachments
    values["stored_attachments"] = _names(event.stored_attachments if attached is None else attached) or None
    return values


def _names(attachments: tuple[StoredAttachment, ...] | None) -> tuple[StoredAttachment, ...] | None:
    if attachments is None:
        return None
    return tuple(msgspec.structs.replace(one, number=0) for one in attachments)


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


def calendar(*components: str, zone: str = "") -> str:
    body = "".join(components)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{zone}{body}END:VCALENDAR\r\n"


def vevent(*content: str) -> str:
    inner = "".join(f"{line}\r\n" for line in content)
    return f"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20200101T000000Z\r\n{inner}END:VEVENT\r\n"


WEEKLY: Final = (
    "DTSTART;TZID=Europe/Berlin:20260302T100000",
    "DURATION:PT1H",
    "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=10;WKST=MO",
    "SUMMARY;LANGUAGE=de:Runde",
    "X-KEPT;A=b:c",
)
SERIES: Final = calendar(
    vevent(*WEEKLY, "EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000", "RDATE:20260305T090000Z"),
    vevent(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260323T100000", *WEEKLY[:2], "SUMMARY:Anders", "X-OWN:1"
    ).replace("0302T", "0323T"),
)


def series() -> Event:
    found = read(SERIES)[0]
    assert isinstance(found, Event)
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


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


def test_an_added_date_is_edited_and_removed_as_an_occurrence() -> None:
    extra = [one for one in read(SERIES) if isinstance(one, Event)][1]
    assert extra.uid == "1/20260305T090000Z"
    after = event_after(SERIES, extra, msgspec.structs.replace(extra, subject="Einmal"))
    assert "RDATE:20260305T090000Z" in after
    found = {one.uid: one.subject for one in read(after) if isinstance(one, Event)}
    assert found == {"1": "Runde", "1/20260305T090000Z": "Einmal"}


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
