"""Occurrences that are changed by themselves, and their series."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from items.event_occurrences import (
    DAYS,
    ORIGINAL,
    RENAME,
    SECOND,
    SERIES,
    V16,
    edit,
    only,
    own,
    remove,
    time,
    with_,
)
from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.data_types import instance_id_of
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.items.time_zones.zones import packed
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    CUT,
    NOW,
    ZONE,
    at,
    changed,
    elements_of,
    options,
    told,
    without,
)


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
