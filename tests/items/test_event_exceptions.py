"""Exceptions as clients up to 14.1 send them, and as they go with a series that changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException, OrganizerRevision, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.recurrence.occurrences import occurrences, series_of
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import COMPACT_DATE_TIME
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    CUT,
    NEW,
    OLD,
    ZONE,
    added,
    at,
    changed,
    elements_of,
    events,
    options,
    told,
    without,
)

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
TEXT = Body(type=BodyType.PLAIN_TEXT, data="all about it")
SERIES = Event(
    subject="Stand-up",
    start_time=at("2026-06-01T07:00"),
    end_time=at("2026-06-01T07:15"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    location=Location(display_name="Office", city="Berlin"),
    reminder=10,
    categories=("work",),
    body=TEXT,
    organizer_name="Ada",
    organizer_email="ada@example.org",
    meeting_status=1,
    response_type=1,
    attendees=(Attendee(email="bob@example.org", name="Bob"),),
    recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T07:00")),
)
FIRST, SECOND, THIRD = (at(f"2026-06-0{day}T07:00") for day in (2, 3, 4))
RENAMED = EventException(exception_start_time=FIRST, subject="Walk")
MOVED = EventException(
    exception_start_time=SECOND, start_time=at("2026-06-03T09:00"), end_time=at("2026-06-03T09:30")
)
DELETED = EventException(exception_start_time=THIRD, deleted=True)
FULL = msgspec.structs.replace(SERIES, exceptions=(RENAMED, MOVED, DELETED))


def with_(event: Event, **values: Any) -> Event:
    return msgspec.structs.replace(event, **values)


def compact(text: str) -> str:
    return str(COMPACT_DATE_TIME.encode(at(text), V14))


def exception(start: str, *elements: Element) -> Element:
    return Element(Calendar.Exception, [Element(Calendar.ExceptionStartTime, compact(start)), *elements])


def deleted(start: str) -> Element:
    return exception(start, Element(Calendar.Deleted, "1"))


def resent(event: Event, version: Version, *exceptions: Element, **kwargs: Any) -> Event:
    """The event after a client sent it as it was told, with these exceptions."""
    elements = without(elements_of(event, version), Calendar.Exceptions)
    return changed(event, version, *elements, Element(Calendar.Exceptions, list(exceptions)), **kwargs)


def of(event: Event, start: Any) -> EventException | None:
    found = [one for one in event.exceptions or () if one.exception_start_time == start]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.req("MS-ASCAL_R541", "MS-ASCAL_R54111", "MS-ASCMD_R876")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("supported", [None, frozenset({Calendar.Exceptions.key})])
def test_exceptions_that_are_not_sent_stay(version: Version, supported: frozenset[int] | None) -> None:
    elements = without(elements_of(FULL, version), Calendar.Exceptions)
    assert changed(FULL, version, *elements, supported=supported).exceptions == FULL.exceptions
    assert resent(FULL, version, supported=supported).exceptions == FULL.exceptions


@pytest.mark.req("MS-ASCAL_R542", "MS-ASCMD_R877", "MS-ASCAL_R26111", "MS-ASCAL_R210", "MS-ASCAL_R264")
@pytest.mark.parametrize("version", OLD)
def test_an_exception_that_is_not_sent_stays(version: Version) -> None:
    after = resent(FULL, version, deleted("2026-06-05T07:00"), deleted("2026-06-02T07:00"))
    gone = at("2026-06-05T07:00")
    assert after.exceptions == (
        EventException(exception_start_time=FIRST, deleted=True),
        MOVED,
        DELETED,
        EventException(exception_start_time=gone, deleted=True),
    )


@pytest.mark.parametrize("version", OLD)
def test_an_occurrence_comes_back(version: Version) -> None:
    after = resent(FULL, version, exception("2026-06-04T07:00", Element(Calendar.Deleted, "0")))
    assert after.exceptions == (RENAMED, MOVED)
    changed_too = exception("2026-06-04T07:00", Element(Calendar.Subject, "Again"))
    assert of(resent(FULL, version, changed_too), THIRD) == EventException(
        exception_start_time=THIRD, subject="Again"
    )


@pytest.mark.req(
    "MS-ASCAL_R82",
    "MS-ASCAL_R108",
    "MS-ASCAL_R135",
    "MS-ASCAL_R238",
    "MS-ASCAL_R298",
    "MS-ASCAL_R306",
    "MS-ASCAL_R394",
    "MS-ASCAL_R425",
    "MS-ASCAL_R436",
    "MS-ASCAL_R442",
    "MS-ASCAL_R600",
)
@pytest.mark.parametrize("version", OLD)
def test_what_an_exception_leaves_out_is_as_in_the_series(version: Version) -> None:
    own = EventException(
        exception_start_time=FIRST,
        subject="Walk",
        location=Location(display_name="Park"),
        categories=("sport",),
        sensitivity=2,
        busy_status=1,
        reminder=5,
        meeting_status=5,
        start_time=at("2026-06-02T08:00"),
        end_time=at("2026-06-02T09:00"),
        dt_stamp=at("2026-01-02T00:00"),
        attendees=(Attendee(email="cyd@example.org", name="Cyd"),),
    )
    event = with_(SERIES, exceptions=(own,))
    after = resent(event, version, exception("2026-06-02T07:00", Element(Calendar.Subject, "Run")))
    kept = own.attendees if version == V12 else None
    assert of(after, FIRST) == EventException(exception_start_time=FIRST, subject="Run", attendees=kept)


@pytest.mark.req(
    "MS-ASCAL_R242",
    "MS-ASCAL_R13311",
    "MS-ASCAL_R17911",
    "MS-ASCAL_R18312",
    "MS-ASCAL_R22111",
    "MS-ASCAL_R29611",
    "MS-ASCAL_R30511",
    "MS-ASCAL_R39211",
    "MS-ASCAL_R42311",
    "MS-ASCAL_R44111",
)
@pytest.mark.parametrize("version", OLD)
def test_an_exception_is_shown_as_it_was_sent(version: Version) -> None:
    sent = [
        Element(Calendar.Subject, "Walk"),
        Element(Calendar.Location, "Park"),
        Element(Calendar.Categories, [Element(Calendar.Category, "sport")]),
        Element(Calendar.Sensitivity, "2"),
        Element(Calendar.BusyStatus, "1"),
        Element(Calendar.Reminder, "5"),
        Element(Calendar.MeetingStatus, "5"),
        Element(Calendar.DtStamp, compact("2026-01-02T00:00")),
        Body(type=BodyType.PLAIN_TEXT, data="shoes").to_element(version),
    ]
    after = resent(SERIES, version, exception("2026-06-02T07:00", *sent))
    own = EventException(
        exception_start_time=FIRST,
        subject="Walk",
        location=Location(display_name="Park"),
        categories=("sport",),
        sensitivity=2,
        busy_status=1,
        reminder=5,
        meeting_status=5,
        dt_stamp=at("2026-01-02T00:00"),
        body=Body(type=BodyType.PLAIN_TEXT, data="shoes"),
    )
    assert after.exceptions == (own,)
    names = ("subject", "categories", "sensitivity", "busy_status", "reminder", "meeting_status", "dt_stamp")
    for other in SERVED:
        [shown] = told(after, other).exceptions or ()
        assert [getattr(shown, name) for name in names] == [getattr(own, name) for name in names]
        assert shown.body is not None
        assert shown.body.data == "shoes"
        place = shown.location_text if other <= V14 else (shown.location or Location()).display_name
        assert place == "Park"


@pytest.mark.parametrize("version", OLD)
def test_an_exception_as_the_series_is_none(version: Version) -> None:
    absent = (*NOT_IN_EXCEPTIONS, *TIMES, *((Calendar.Attendees,) if version == V12 else ()))
    same = exception("2026-06-02T07:00", *without(elements_of(SERIES, version), *absent))
    after = resent(FULL, version, same)
    assert of(after, FIRST) is None
    # And follows the series in what it does not have of its own.
    new = exception("2026-06-08T07:00", *same.children[1:], Element(Calendar.Sensitivity, "2"))
    new.content = [one for one in new if not (one.tag is Calendar.Sensitivity and one.text == "0")]
    assert of(resent(FULL, version, new), at("2026-06-08T07:00")) == EventException(
        exception_start_time=at("2026-06-08T07:00"), sensitivity=2
    )


TIMES = (Calendar.StartTime, Calendar.EndTime)
NOT_IN_EXCEPTIONS: tuple[Tag, ...] = (
    Calendar.Timezone,
    Calendar.OrganizerName,
    Calendar.OrganizerEmail,
    Calendar.UID,
    Calendar.Recurrence,
    Calendar.ResponseRequested,
    Calendar.DisallowNewTimeProposal,
    AirSyncBase.NativeBodyType,
)


def test_exceptions_of_12_1_have_no_attendees() -> None:
    guests = Element(Calendar.Attendees)
    with pytest.raises(SchemaError):
        resent(FULL, V12, exception("2026-06-02T07:00", guests))


@pytest.mark.req("MS-ASCAL_R508", "MS-ASCAL_R2242", "MS-ASCAL_R539", "MS-ASCAL_R543")
@pytest.mark.parametrize("version", OLD)
def test_an_empty_tag_takes_away_what_is_inherited(version: Version) -> None:
    sent = [
        Element(Calendar.Subject),
        Element(Calendar.Location),
        Element(Calendar.Categories),
        Element(AirSyncBase.Body),
    ]
    expected: dict[str, Any] = {
        "subject": "",
        "location": Location(),
        "categories": (),
        "body": Body(type=BodyType.PLAIN_TEXT, data=""),
    }
    if version >= Version.V14_0:
        sent.append(Element(Calendar.Attendees))
        expected["attendees"] = ()
    if version >= Version.V14_1:
        sent.append(Element(Calendar.Reminder))
        expected["reminder"] = NO_REMINDER
    after = resent(SERIES, version, exception("2026-06-02T07:00", *sent))
    assert of(after, FIRST) == EventException(exception_start_time=FIRST, **expected)
    # It stays so for every phone that sends back what it was told.
    for other in SERVED:
        assert changed(after, other, *elements_of(after, other)) == after


@pytest.mark.req("MS-ASCAL_R510")
def test_what_is_ghosted_is_not_taken_away() -> None:
    own = msgspec.structs.replace(RENAMED, attendees=(Attendee(email="c@example.org", name="C"),))
    event = with_(SERIES, exceptions=(own,))
    supported = frozenset({Calendar.Subject.key})
    sent = exception("2026-06-02T07:00", Element(Calendar.Subject, "Run"), Element(Calendar.Attendees))
    kept = of(resent(event, V14, sent, supported=supported), FIRST)
    assert kept == msgspec.structs.replace(own, subject="Run")
    gone = of(resent(event, V14, sent), FIRST)
    assert gone == msgspec.structs.replace(own, subject="Run", attendees=())


@pytest.mark.parametrize("version", OLD)
def test_an_older_phone_keeps_what_it_cannot_see_of_an_exception(version: Version) -> None:
    hidden = EventException(
        exception_start_time=FIRST,
        subject="Walk",
        location=Location(display_name="Park", latitude=52.5),
        busy_status=4,
        stored_attachments=(StoredAttachment(number=1, blob="b" * 64, size=1, display_name="map"),),
        response_type=3,
        appointment_reply_time=at("2026-05-01T00:00"),
        online_meeting_conf_link="sip:x",
        organizer_revision=OrganizerRevision(1, at("2026-05-01T00:00"), "boss@example.org"),
    )
    event = with_(SERIES, exceptions=(hidden,))
    [container] = [one for one in elements_of(event, version) if one.tag is Calendar.Exceptions]
    [sent] = container
    sent.content = [*without(list(sent), Calendar.Subject), Element(Calendar.Subject, "Run")]
    assert of(resent(event, version, sent), FIRST) == msgspec.structs.replace(hidden, subject="Run")
    # A deletion knows no more of it, but for what the organizer said last.
    assert of(resent(event, version, deleted("2026-06-02T07:00")), FIRST) == EventException(
        exception_start_time=FIRST, deleted=True, organizer_revision=hidden.organizer_revision
    )


@pytest.mark.req("MS-ASCAL_R12611", "MS-ASAIRS_R279")
@pytest.mark.parametrize("version", OLD)
def test_a_cut_body_of_an_exception_is_not_written_back(version: Version) -> None:
    own = msgspec.structs.replace(RENAMED, body=Body(type=BodyType.PLAIN_TEXT, data="other words"))
    event = with_(SERIES, exceptions=(own,))
    for flagged in (True, None):
        cut = Body(type=BodyType.PLAIN_TEXT, data="othe", truncated=flagged).to_element(version)
        sent = exception("2026-06-02T07:00", Element(Calendar.Subject, "Run"), cut)
        after = of(resent(event, version, sent, shown=options(CUT)), FIRST)
        assert after == msgspec.structs.replace(own, subject="Run")
        # Nor is that of the series as one of the exception's own.
        of_series = Body(type=BodyType.PLAIN_TEXT, data="all ", truncated=flagged).to_element(version)
        sent = exception("2026-06-05T07:00", Element(Calendar.Subject, "Run"), of_series)
        new = of(resent(event, version, sent, shown=options(CUT)), at("2026-06-05T07:00"))
        assert new == EventException(exception_start_time=at("2026-06-05T07:00"), subject="Run")


@pytest.mark.req("MS-ASCAL_R23611", "MS-ASCAL_R43511")
@pytest.mark.parametrize("version", OLD)
def test_an_exception_at_another_time(version: Version) -> None:
    def times(start: str | None, end: str | None) -> list[Element]:
        given = [(Calendar.StartTime, start), (Calendar.EndTime, end)]
        return [Element(tag, compact(text)) for tag, text in given if text is not None]

    def after(start: str | None, end: str | None) -> tuple[Any, Any]:
        found = of(resent(SERIES, version, exception("2026-06-02T07:00", *times(start, end))), FIRST)
        return (None, None) if found is None else (found.start_time, found.end_time)

    nine, ten = at("2026-06-02T09:00"), at("2026-06-02T10:00")
    assert after("2026-06-02T09:00", "2026-06-02T10:00") == (nine, ten)
    assert after("2026-06-02T09:00", None) == (nine, at("2026-06-02T09:15"))
    assert after(None, "2026-06-02T10:00") == (None, ten)
    assert after("2026-06-02T07:00", "2026-06-02T07:15") == (None, None)
    with pytest.raises(SchemaError):
        after("2026-06-02T10:00", "2026-06-02T09:00")


@pytest.mark.req("MS-ASCAL_R56311")
@pytest.mark.parametrize("version", OLD)
def test_one_occurrence_of_hours_becomes_a_day(version: Version) -> None:
    sent = exception(
        "2026-06-02T07:00",
        Element(Calendar.AllDayEvent, "1"),
        Element(Calendar.StartTime, compact("2026-06-01T22:00")),
        Element(Calendar.EndTime, compact("2026-06-02T22:00")),
    )
    after = resent(SERIES, version, sent)
    day = EventException(
        exception_start_time=FIRST,
        all_day_event=True,
        start_time=at("2026-06-02T00:00"),
        end_time=at("2026-06-03T00:00"),
    )
    assert of(after, FIRST) == day
    bare = exception("2026-06-02T07:00", Element(Calendar.AllDayEvent, "1"))
    assert of(resent(SERIES, version, bare), FIRST) == day
    shown = (told(after, version).exceptions or ())[0]
    assert (shown.start_time, shown.end_time) == (at("2026-06-01T22:00"), at("2026-06-02T22:00"))


@pytest.mark.parametrize("version", OLD)
def test_exceptions_of_days_are_known_by_the_day(version: Version) -> None:
    daily = with_(
        SERIES,
        start_time=at("2026-06-01T00:00"),
        end_time=at("2026-06-02T00:00"),
        all_day_event=True,
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
    )
    after = resent(daily, version, deleted("2026-06-02T22:00"), deleted("2026-06-05T00:00"))
    # Midnight in Berlin, and as phones say it that know no zone.
    assert [one.exception_start_time for one in after.exceptions or ()] == [
        at("2026-06-03T00:00"),
        at("2026-06-05T00:00"),
    ]
    shown = told(after, version).exceptions or ()
    assert [one.exception_start_time for one in shown] == [at("2026-06-02T22:00"), at("2026-06-04T22:00")]


@pytest.mark.parametrize("version", OLD)
def test_exceptions_of_no_occurrence_are_passed_over(version: Version) -> None:
    after = resent(FULL, version, deleted("2026-05-31T07:00"), deleted("2026-07-01T07:00"))
    assert after == FULL
    # On a day of the series it is the occurrence of that day, whatever its hour.
    assert of(resent(FULL, version, deleted("2026-06-09T06:00")), at("2026-06-09T07:00")) is not None
    single = with_(SERIES, recurrence=None)
    assert resent(single, version, deleted("2026-06-01T07:00")) == single


@pytest.mark.req("MS-ASCAL_R243")
@pytest.mark.parametrize("version", OLD)
def test_as_many_exceptions_as_the_schema_takes(version: Version) -> None:
    endless = with_(SERIES, recurrence=Recurrence(type=RecurrenceType.DAILY))
    days = [f"{at('2026-06-01T07:00') + timedelta(days=day):%Y-%m-%dT%H:%M}" for day in range(1001)]
    series = series_of(endless, ZONE)
    assert series is not None
    assert len(resent(endless, version, *[deleted(day) for day in days[:1000]]).exceptions or ()) == 1000
    with pytest.raises(SchemaError):
        resent(endless, version, *[deleted(day) for day in days])


def test_a_series_has_a_limit_of_exceptions() -> None:
    start = at("2000-01-01T07:00")
    many = tuple(
        EventException(exception_start_time=start + timedelta(days=day), deleted=True) for day in range(5000)
    )
    endless = with_(
        SERIES,
        start_time=start,
        end_time=start,
        zone="UTC",
        recurrence=Recurrence(type=RecurrenceType.DAILY),
        exceptions=many,
    )
    assert resent(endless, V14, deleted("2000-01-02T07:00")) == endless
    with pytest.raises(SchemaError) as caught:
        resent(endless, V14, deleted("2020-01-01T07:00"))
    assert caught.value.tag is Calendar.Exceptions


def moved(event: Event, version: Version, **values: Any) -> Event:
    """The event after a client of a version changed these fields of it."""
    return changed(event, version, *elements_of(with_(event, exceptions=None, **values), version))


@pytest.mark.req("MS-ASCAL_R268")
@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_to_another_hour(version: Version) -> None:
    after = moved(FULL, version, start_time=at("2026-06-01T12:00"), end_time=at("2026-06-01T12:15"))
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T12:00") for day in (2, 3, 4)]
    shown = told(after, version).exceptions or ()
    # What had the time of the series has its new one, what had its own keeps it.
    assert (shown[0].start_time, shown[0].end_time) == (at("2026-06-02T12:00"), at("2026-06-02T12:15"))
    assert (shown[1].start_time, shown[1].end_time) == (MOVED.start_time, MOVED.end_time)


@pytest.mark.parametrize("version", OLD)
def test_a_phone_may_name_exceptions_by_the_old_hour(version: Version) -> None:
    elements = elements_of(
        with_(FULL, start_time=at("2026-06-01T12:00"), end_time=at("2026-06-01T12:15")), version
    )
    old = [one for one in elements_of(FULL, version) if one.tag is Calendar.Exceptions]
    old[0].content = [*old[0], deleted("2026-06-05T07:00")]
    after = changed(FULL, version, *without(elements, Calendar.Exceptions), *old)
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T12:00") for day in (2, 3, 4, 5)]
    assert of(after, at("2026-06-02T12:00")) == msgspec.structs.replace(
        RENAMED, exception_start_time=at("2026-06-02T12:00")
    )


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_to_another_day(version: Version) -> None:
    weekly = with_(
        FULL,
        recurrence=Recurrence(
            type=RecurrenceType.WEEKLY, day_of_week=int(DayOfWeek.MONDAY), first_day_of_week=0
        ),
        exceptions=(msgspec.structs.replace(RENAMED, exception_start_time=at("2026-06-08T07:00")),),
    )
    after = moved(
        weekly,
        version,
        start_time=at("2026-06-03T07:00"),
        end_time=at("2026-06-03T07:15"),
        recurrence=Recurrence(
            type=RecurrenceType.WEEKLY, day_of_week=int(DayOfWeek.WEDNESDAY), first_day_of_week=0
        ),
    )
    assert [one.exception_start_time for one in after.exceptions or ()] == [at("2026-06-10T07:00")]


@pytest.mark.parametrize("version", SERVED)
def test_exceptions_go_with_the_occurrences_that_go(version: Version) -> None:
    shorter = msgspec.structs.replace(SERIES.recurrence or Recurrence(), until=at("2026-06-03T07:00"))
    after = moved(FULL, version, recurrence=shorter)
    assert after.exceptions == (RENAMED, MOVED)
    single = changed(
        FULL, version, *without(elements_of(FULL, version), Calendar.Recurrence, Calendar.Exceptions)
    )
    if version >= Version.V16_0:
        single = changed(FULL, version, Element(Calendar.Recurrence))
    assert (single.recurrence, single.exceptions) == (None, None)


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_into_another_zone(version: Version) -> None:
    there = moved(
        FULL,
        version,
        zone="America/New_York",
        start_time=at("2026-06-01T11:00"),
        end_time=at("2026-06-01T11:15"),
    )
    assert there.zone == "America/New_York"
    starts = [one.exception_start_time for one in there.exceptions or ()]
    assert starts == [at(f"2026-06-0{day}T11:00") for day in (2, 3, 4)]


@pytest.mark.parametrize("version", OLD)
def test_exceptions_follow_a_series_that_becomes_one_of_days(version: Version) -> None:
    after = moved(
        FULL,
        version,
        all_day_event=True,
        start_time=at("2026-06-01T00:00"),
        end_time=at("2026-06-02T00:00"),
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T00:00")),
    )
    assert [one.exception_start_time for one in after.exceptions or ()] == [
        at(f"2026-06-0{day}T00:00") for day in (2, 3, 4)
    ]
    own = of(after, at("2026-06-03T00:00"))
    assert own is not None
    assert (own.start_time, own.end_time) == (at("2026-06-03T00:00"), at("2026-06-04T00:00"))


@pytest.mark.req("MS-ASCAL_R2097", "MS-ASCAL_R2114", "MS-ASCAL_R2180", "MS-ASCAL_R2202")
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize(
    "elements",
    [
        [Element(Calendar.StartTime, compact("2026-06-01T06:30"))],
        [Element(Calendar.EndTime, compact("2026-06-01T08:00"))],
        [Element(Calendar.Recurrence, [Element(Calendar.Type, "0"), Element(Calendar.Interval, "2")])],
        [Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")])],
        [Element(Calendar.Recurrence, [])],
    ],
)
def test_from_16_on_exceptions_go_when_the_series_moves(version: Version, elements: list[Element]) -> None:
    assert changed(FULL, version, *elements).exceptions is None


@pytest.mark.req("MS-ASCAL_R2097", "MS-ASCAL_R2114", "MS-ASCAL_R2180", "MS-ASCAL_R2202")
@pytest.mark.parametrize("version", NEW)
def test_from_16_on_exceptions_stay_when_nothing_moves(version: Version) -> None:
    same = without(elements_of(FULL, version), Calendar.Exceptions, Calendar.Subject)
    assert changed(FULL, version, *same, Element(Calendar.Subject, "x")).exceptions == FULL.exceptions
    # The same pattern in other words, and one that only ends elsewhere.
    pattern = [
        Element(Calendar.Type, "0"),
        Element(Calendar.Until, compact("2026-07-30T07:00")),
        Element(Calendar.IsLeapMonth, "0"),
    ]
    longer = changed(FULL, version, Element(Calendar.Recurrence, pattern))
    assert longer.recurrence != FULL.recurrence
    assert longer.exceptions == FULL.exceptions


@pytest.mark.parametrize("version", NEW)
def test_from_16_on_an_add_brings_exceptions(version: Version) -> None:
    sent = [
        Element(Calendar.Exception, [Element(AirSyncBase.InstanceId, start), *elements])
        for start, elements in (
            ("20260602T070000Z", [Element(Calendar.Subject, "Walk")]),
            ("2026-06-04T07:00:00.000Z", [Element(Calendar.Deleted, "1")]),
            ("20260531T070000Z", [Element(Calendar.Deleted, "1")]),
        )
    ]
    elements = without(elements_of(SERIES, version), Calendar.MeetingStatus)
    event = added(version, *elements, Element(Calendar.Exceptions, sent))
    assert event.exceptions == (RENAMED, DELETED)


@pytest.mark.req("MS-ASCAL_R2098", "MS-ASCAL_R2106")
@pytest.mark.parametrize("version", SERVED)
def test_an_exception_has_to_name_its_occurrence(version: Version) -> None:
    nameless = Element(Calendar.Exception, [Element(Calendar.Deleted, "1")])
    broken = Element(Calendar.Exception, [Element(AirSyncBase.InstanceId, "soon")])
    for one in [nameless, Element(Calendar.Exception)] + ([broken] if version >= Version.V16_0 else []):
        with pytest.raises(SchemaError) as caught:
            resent(FULL, version, one)
        expected = AirSyncBase.InstanceId if version >= Version.V16_0 else Calendar.ExceptionStartTime
        assert caught.value.tag is expected


@given(
    before=events(recurring=True, unchanging=True),
    sent=events(recurring=True, unchanging=True),
    version=st.sampled_from(SERVED),
)
def test_every_exception_is_of_an_occurrence(before: Event, sent: Event, version: Version) -> None:
    after = changed(before, version, *elements_of(sent, version))
    series = series_of(after, ZONE)
    assert series is not None
    for one in after.exceptions or ():
        assert series.contains(one.exception_start_time)
    starts = [one.exception_start_time for one in after.exceptions or ()]
    assert starts == sorted(set(starts))
    for found in occurrences(after, at("1995-01-01T00:00"), at("2012-01-01T00:00"), ZONE):
        assert found.end >= found.start


def test_statuses_of_attendees_of_an_exception() -> None:
    bob = Attendee(email="bob@example.org", name="Bob", status=AttendeeStatus.DECLINED)
    sent = exception("2026-06-02T07:00", Element(Calendar.Attendees, [bob.to_element(V14)]))
    found = of(resent(SERIES, V14, sent), FIRST)
    assert found is not None
    assert found.attendees == (bob,)
