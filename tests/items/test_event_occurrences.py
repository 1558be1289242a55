"""Single occurrences of a series as clients from 16.0 on change, revert and delete them."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from overair.items import Event, NoSuchOccurrence, RenderOptions, change_occurrence, delete_occurrence
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.data_types import NO_REMINDER, instance_id_of
from overair.items.calendar.event import EventException, OrganizerRevision
from overair.items.calendar.location import Location
from overair.items.calendar.times import clock_of
from overair.items.recurrence.occurrences import series_of
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.items.time_zones.zones import packed
from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import COMPACT_DATE_TIME
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    CUT,
    NEW,
    NOW,
    ZONE,
    at,
    author,
    changed,
    elements_of,
    events,
    options,
    told,
    without,
)

V14, V16 = Version.V14_1, Version.V16_1
SERIES = Event(
    subject="Stand-up",
    start_time=at("2026-06-01T07:00"),
    end_time=at("2026-06-01T07:15"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    location=Location(display_name="Office"),
    reminder=10,
    categories=("work",),
    body=Body(type=BodyType.PLAIN_TEXT, data="all about it"),
    organizer_email="ada@example.org",
    meeting_status=1,
    attendees=(Attendee(email="bob@example.org", name="Bob", status=AttendeeStatus.ACCEPTED),),
    recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T07:00")),
)
DAYS = msgspec.structs.replace(
    SERIES,
    start_time=at("2026-06-01T00:00"),
    end_time=at("2026-06-02T00:00"),
    all_day_event=True,
    recurrence=Recurrence(type=RecurrenceType.DAILY),
)
SECOND = "20260602T070000Z"
ORIGINAL = at("2026-06-02T07:00")


def with_(event: Event, **values: Any) -> Event:
    return msgspec.structs.replace(event, **values)


def edit(
    event: Event,
    *elements: Element,
    instance_id: str = SECOND,
    version: Version = V16,
    shown: RenderOptions | None = None,
) -> Event:
    return change_occurrence(event, instance_id, list(elements), author(version), shown or options())


def time(tag: Tag, text: str) -> Element:
    return Element(tag, COMPACT_DATE_TIME.encode(at(text), V16))


def only(event: Event) -> EventException | None:
    found = event.exceptions or ()
    assert len(found) <= 1
    return found[0] if found else None


def own(**values: Any) -> EventException:
    return EventException(exception_start_time=ORIGINAL, dt_stamp=NOW, **values)


RENAME = Element(Calendar.Subject, "Walk")


@pytest.mark.req("MS-ASCMD_R6238", "MS-ASCAL_R24111", "MS-ASCAL_R44111", "MS-ASCAL_R2083", "MS-ASAIRS_R1179")
@pytest.mark.parametrize("version", NEW)
def test_an_occurrence_is_changed(version: Version) -> None:
    after = edit(SERIES, RENAME, version=version)
    assert after == with_(SERIES, exceptions=(own(subject="Walk"),), dt_stamp=NOW)
    [shown] = told(after, version).exceptions or ()
    assert (shown.subject, shown.exception_start_time) == ("Walk", ORIGINAL)
    [older] = told(after, V14).exceptions or ()
    assert (older.subject, older.exception_start_time) == ("Walk", ORIGINAL)


@pytest.mark.req("MS-ASCAL_R548", "MS-ASCMD_R6236")
def test_what_is_not_sent_stays() -> None:
    after = edit(edit(SERIES, RENAME), Element(Calendar.Sensitivity, "2"))
    assert only(after) == own(subject="Walk", sensitivity=2)
    assert edit(after, Element(Calendar.Sensitivity, "2")) == after


@pytest.mark.parametrize(
    "text",
    [
        SECOND,
        "2026-06-02T07:00:00.000Z",
        "2026-06-02T07:00:00Z",
        # As a phone has it that reckons daylight saving time otherwise, on the same day in Berlin.
        "20260602T060000Z",
        "20260601T220000Z",
    ],
)
def test_how_an_occurrence_is_named(text: str) -> None:
    assert only(edit(SERIES, RENAME, instance_id=text)) == own(subject="Walk")


@pytest.mark.parametrize("text", ["20260602T000000Z", "2026-06-02T00:00:00.000Z"])
def test_how_a_day_is_named(text: str) -> None:
    after = edit(DAYS, RENAME, instance_id=text)
    assert only(after) == msgspec.structs.replace(
        own(subject="Walk"), exception_start_time=at("2026-06-02T00:00")
    )
    [shown] = told(after, V16).exceptions or ()
    assert shown.exception_start_time == at("2026-06-02T00:00")


@pytest.mark.parametrize(
    "text", ["", "soon", "20260602", "20260602T070000", "2026-06-02", "20260230T070000Z"]
)
@pytest.mark.parametrize("attempt", ["change", "delete"])
def test_a_name_that_is_none(text: str, attempt: str) -> None:
    with pytest.raises(SchemaError) as caught:
        edit(SERIES, RENAME, instance_id=text) if attempt == "change" else remove(SERIES, text)
    assert caught.value.tag is AirSyncBase.InstanceId


@pytest.mark.parametrize(
    "text", ["20260531T070000Z", "20260701T070000Z", "20260701T060000Z", "20260531T215959Z"]
)
@pytest.mark.parametrize("attempt", ["change", "delete"])
def test_no_such_occurrence(text: str, attempt: str) -> None:
    with pytest.raises(NoSuchOccurrence):
        edit(SERIES, RENAME, instance_id=text) if attempt == "change" else remove(SERIES, text)


def test_a_single_event_has_no_occurrences() -> None:
    single = with_(SERIES, recurrence=None)
    with pytest.raises(NoSuchOccurrence):
        edit(single, RENAME, instance_id="20260601T070000Z")


def remove(event: Event, instance_id: str = SECOND, version: Version = V16) -> Event:
    return delete_occurrence(event, instance_id, author(version))


@pytest.mark.req("MS-ASCMD_R6420", "MS-ASCAL_R20611", "MS-ASCAL_R210")
@pytest.mark.parametrize("version", NEW)
def test_an_occurrence_is_deleted(version: Version) -> None:
    gone = EventException(exception_start_time=ORIGINAL, deleted=True)
    assert remove(SERIES, version=version) == with_(SERIES, exceptions=(gone,), dt_stamp=NOW)
    revision = OrganizerRevision(1, NOW, "boss@example.org")
    revised = with_(SERIES, exceptions=(own(subject="Walk", organizer_revision=revision),))
    assert only(remove(revised)) == msgspec.structs.replace(gone, organizer_revision=revision)
    with pytest.raises(NoSuchOccurrence):
        remove(remove(SERIES))
    with pytest.raises(NoSuchOccurrence):
        edit(remove(SERIES), RENAME)


def test_an_occurrence_is_as_the_series_again() -> None:
    after = edit(
        SERIES,
        RENAME,
        time(Calendar.StartTime, "2026-06-02T09:00"),
        time(Calendar.EndTime, "2026-06-02T10:00"),
        Element(Calendar.Categories),
        Element(Calendar.Reminder),
        Location(city="Paris").to_element(V16),
        Element(AirSyncBase.Body),
    )
    assert only(after) == own(
        subject="Walk",
        start_time=at("2026-06-02T09:00"),
        end_time=at("2026-06-02T10:00"),
        categories=(),
        reminder=NO_REMINDER,
        location=Location(city="Paris"),
        body=Body(type=BodyType.PLAIN_TEXT, data=""),
    )
    back = edit(
        after,
        Element(Calendar.Subject, "Stand-up"),
        time(Calendar.StartTime, "2026-06-02T07:00"),
        time(Calendar.EndTime, "2026-06-02T07:15"),
        Element(Calendar.Categories, [Element(Calendar.Category, "work")]),
        Element(Calendar.Reminder, "10"),
        Location(display_name="Office").to_element(V16),
        Body(type=BodyType.PLAIN_TEXT, data="all about it").to_element(V16),
    )
    assert back.exceptions is None


@given(event=events(recurring=True), version=st.sampled_from(NEW))
def test_any_exception_sent_as_it_was_told_stays(event: Event, version: Version) -> None:
    for exception in told(event, version).exceptions or ():
        name = instance_id_of(exception.exception_start_time)
        elements = without(exception.to_children(version), AirSyncBase.InstanceId)
        if not exception.deleted:
            assert change_occurrence(event, name, elements, author(version), options()) == event


@given(event=events(recurring=True), version=st.sampled_from(NEW), data=st.data())
def test_any_occurrence_is_changed_and_reverted(event: Event, version: Version, data: st.DataObject) -> None:
    series = series_of(event, ZONE)
    assert series is not None
    taken = {one.exception_start_time for one in event.exceptions or ()}
    free = [start for start in islice(series.before(at("2045-01-01T00:00")), 9) if start not in taken]
    assume(free)
    clock = clock_of(event, version, ZONE)
    name = instance_id_of(clock.shown(data.draw(st.sampled_from(free)), all_day=bool(event.all_day_event)))
    renamed = edit(event, Element(Calendar.Subject, "renamed"), instance_id=name, version=version)
    assert len(renamed.exceptions or ()) == len(taken) + 1
    again = Element(Calendar.Subject, event.subject or "")
    assert edit(renamed, again, instance_id=name, version=version).exceptions == event.exceptions


@pytest.mark.req("MS-ASCAL_R508")
@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (Element(Calendar.Subject), {"subject": ""}),
        (Element(AirSyncBase.Location), {"location": Location()}),
        (Element(Calendar.Attendees), {"attendees": ()}),
        (Element(Calendar.Categories), {"categories": ()}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_empty_tag_takes_away_what_is_inherited(element: Element, expected: dict[str, Any]) -> None:
    assert only(edit(SERIES, element)) == own(**expected)
    bare = Event(
        start_time=SERIES.start_time, end_time=SERIES.end_time, recurrence=SERIES.recurrence, zone=ZONE
    )
    assert edit(bare, element) == bare


def test_one_of_the_times_alone() -> None:
    later = edit(SERIES, time(Calendar.EndTime, "2026-06-02T08:00"))
    assert only(later) == own(end_time=at("2026-06-02T08:00"))
    moved = edit(SERIES, time(Calendar.StartTime, "2026-06-02T09:00"))
    assert only(moved) == own(start_time=at("2026-06-02T09:00"), end_time=at("2026-06-02T09:15"))
    longer = edit(later, time(Calendar.StartTime, "2026-06-02T09:00"))
    assert only(longer) == own(start_time=at("2026-06-02T09:00"), end_time=at("2026-06-02T10:00"))
    with pytest.raises(SchemaError) as caught:
        edit(SERIES, time(Calendar.EndTime, "2026-06-02T06:00"))
    assert caught.value.tag is Calendar.EndTime


@pytest.mark.req("MS-ASCAL_R2009")
def test_an_occurrence_is_all_day_with_its_series() -> None:
    for event, name, text in ((SERIES, SECOND, "1"), (DAYS, "20260602T000000Z", "0")):
        with pytest.raises(SchemaError) as caught:
            edit(event, Element(Calendar.AllDayEvent, text), instance_id=name)
        assert caught.value.tag is Calendar.AllDayEvent
    assert edit(SERIES, Element(Calendar.AllDayEvent, "0")) == SERIES
    moved = edit(
        DAYS,
        Element(Calendar.AllDayEvent, "1"),
        time(Calendar.StartTime, "2026-06-03T00:00"),
        time(Calendar.EndTime, "2026-06-04T00:00"),
        instance_id="20260602T000000Z",
    )
    found = only(moved)
    assert found is not None
    assert (found.start_time, found.end_time) == (at("2026-06-03T00:00"), at("2026-06-04T00:00"))


@pytest.mark.parametrize("tag", [Calendar.Recurrence, Calendar.Exceptions])
def test_an_occurrence_has_no_occurrences(tag: Tag) -> None:
    with pytest.raises(SchemaError) as caught:
        edit(SERIES, Element(tag))
    assert caught.value.tag is tag


@pytest.mark.req("MS-ASCAL_R2028", "MS-ASCAL_R404", "MS-ASCAL_R92", "MS-ASCAL_R2088")
def test_what_only_the_server_says_of_an_occurrence() -> None:
    sent = [
        time(Calendar.DtStamp, "2020-01-01T00:00"),
        Element(Calendar.ResponseType, "3"),
        Element(Calendar.AppointmentReplyTime, "20200101T000000Z"),
        Element(Calendar.UID, "x"),
        Element(Calendar.OrganizerEmail, "eve@example.org"),
        Element(Calendar.Timezone, "AAAA"),
    ]
    assert edit(SERIES, *sent) == SERIES
    cyd = Attendee(email="cyd@example.org", name="Cyd", status=AttendeeStatus.ACCEPTED)
    bob = Attendee(email="Bob@example.org", name="Bob")
    after = edit(SERIES, Element(Calendar.Attendees, [one.to_element(V16) for one in (bob, cyd)]))
    assert only(after) == own(
        attendees=(
            msgspec.structs.replace(bob, status=AttendeeStatus.ACCEPTED),
            msgspec.structs.replace(cyd, status=None),
        )
    )


@pytest.mark.req("MS-ASAIRS_R279")
def test_a_cut_body_is_not_written_back() -> None:
    cut = Body(type=BodyType.PLAIN_TEXT, data="all ", truncated=True).to_element(V16)
    unsaid = Body(type=BodyType.PLAIN_TEXT, data="all ").to_element(V16)
    for body in (cut, unsaid):
        assert edit(SERIES, body, shown=options(CUT)) == SERIES
    written = edit(SERIES, Body(type=BodyType.PLAIN_TEXT, data="else").to_element(V16), shown=options(CUT))
    assert only(written) == own(body=Body(type=BodyType.PLAIN_TEXT, data="else"))


def test_an_exception_is_that_of_its_day() -> None:
    # As one may be imported that somebody wrote who reckons daylight saving time otherwise.
    off = EventException(exception_start_time=at("2026-06-02T06:00"), subject="Walk")
    event = with_(SERIES, exceptions=(off,))
    again = edit(event, Element(Calendar.Subject, "Run"))
    assert only(again) == msgspec.structs.replace(off, subject="Run", dt_stamp=NOW)
    assert edit(event, Element(Calendar.Subject, "Stand-up")).exceptions is None
    assert only(remove(event)) == EventException(exception_start_time=off.exception_start_time, deleted=True)
    for version in SERVED:
        assert changed(event, version, *elements_of(event, version)) == event
        renamed = Element(Calendar.Exception, [*name_of(version), Element(Calendar.Subject, "Run")])
        after = changed(event, version, *kept(event, version), Element(Calendar.Exceptions, [renamed]))
        assert [one.subject for one in after.exceptions or ()] == ["Run"]


def kept(event: Event, version: Version) -> list[Element]:
    return without(elements_of(event, version), Calendar.Exceptions)


def name_of(version: Version) -> list[Element]:
    """The occurrence as an exception names it."""
    tag = AirSyncBase.InstanceId if version >= Version.V16_0 else Calendar.ExceptionStartTime
    return [Element(tag, SECOND)]


def test_an_occurrence_has_its_own_subject_when_the_series_changes() -> None:
    after = changed(edit(SERIES, RENAME), V16, Element(Calendar.Subject, "Daily"))
    assert after.subject == "Daily"
    assert only(after) == own(subject="Walk")


def test_a_series_that_began_before_a_change_of_rules() -> None:
    # In 2006 daylight time began in April in New York, since 2007 in March.
    weekly = Event(
        start_time=at("2006-01-02T14:00"),
        end_time=at("2006-01-02T15:00"),
        zone="America/New_York",
        recurrence=Recurrence(type=RecurrenceType.WEEKLY, day_of_week=2),
    )
    in_march_2006, in_march_2026 = "20060327T130000Z", "20260323T130000Z"
    assert told(weekly, V16).timezone == packed("America/New_York", 2026)
    after = edit(weekly, RENAME, instance_id=in_march_2026)
    assert only(after) == EventException(
        exception_start_time=at("2026-03-23T13:00"), subject="Walk", dt_stamp=NOW
    )
    # A phone that reckons by today's rules takes nine o'clock in March 2006 for 13:00.
    after = edit(weekly, RENAME, instance_id=in_march_2006)
    assert only(after) == EventException(
        exception_start_time=at("2006-03-27T14:00"), subject="Walk", dt_stamp=NOW
    )
    [shown] = told(after, V16).exceptions or ()
    assert instance_id_of(shown.exception_start_time) == in_march_2006


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
    with pytest.raises(SchemaError) as caught:
        remove(endless, "20200101T070000Z")
    assert caught.value.tag is Calendar.Exceptions
    with pytest.raises(SchemaError):
        edit(endless, RENAME, instance_id="20200101T070000Z")


@pytest.mark.parametrize("version", SERVED)
def test_all_versions_see_what_one_changed(version: Version) -> None:
    after = remove(edit(SERIES, RENAME, instance_id="20260603T070000Z"))
    first, second = told(after, version).exceptions or ()
    assert (first.deleted, second.subject) == (True, "Walk")
    assert (first.exception_start_time, second.exception_start_time) == (
        ORIGINAL,
        ORIGINAL + timedelta(days=1),
    )
