"""What a Change leaves of an event: by absence, by what the version can say, by what was told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import Event, RenderOptions
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.event import StoredAttachment
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.time_zones.zones import packed
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    CUT,
    EMPTY,
    HTML,
    NEW,
    OLD,
    PLAIN,
    SHOWN,
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
PLACE = Location(display_name="Café", street="Rue 1", latitude=48.85, longitude=2.5, location_uri="geo:1")
FULL = Event(
    subject="Lunch",
    start_time=at("2026-06-01T10:00"),
    end_time=at("2026-06-01T11:00"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    busy_status=3,
    organizer_name="Ada",
    organizer_email="ada@example.org",
    location=PLACE,
    reminder=15,
    sensitivity=2,
    meeting_status=1,
    attendees=(
        Attendee(
            email="bob@example.org",
            name="Bob",
            status=AttendeeStatus.TENTATIVE,
            proposed_start_time=at("2026-06-01T12:00"),
        ),
    ),
    categories=("food", "friends"),
    recurrence=Recurrence(
        type=RecurrenceType.MONTHLY, day_of_month=1, calendar_type=CalendarType.HEBREW_LUNAR, is_leap_month=0
    ),
    response_requested=True,
    response_type=1,
    disallow_new_time_proposal=True,
    body=Body(type=BodyType.HTML, data="<p>bring money</p>"),
    client_uid="client's",
    stored_attachments=(StoredAttachment(number=1, blob="b" * 64, size=1, display_name="menu"),),
    next_attachment=2,
)
REQUIRED = (Calendar.StartTime, Calendar.EndTime, Calendar.Subject)


def only(event: Event, version: Version, *tags: Tag) -> list[Element]:
    return [element for element in elements_of(event, version) if element.tag in tags]


def differing(one: Event, other: Event) -> set[str]:
    return {name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)}


@given(event=events(), version=st.sampled_from(SERVED), shown=SHOWN)
def test_what_is_sent_as_it_was_told_changes_nothing(
    event: Event, version: Version, shown: RenderOptions
) -> None:
    assert changed(event, version, *elements_of(event, version, shown), shown=shown) == event


SERVER_S = {"uid", "organizer_name", "organizer_email", "dt_stamp", "meeting_status", "native_body_type"}
"""What the server decides, or keeps as it is."""
PIECEWISE = {"exceptions", "attachments", "body", "attendees", "timezone"}
"""What has tests of its own."""


@pytest.mark.req("MS-ASCAL_R23311", "MS-ASCAL_R42911", "MS-ASCAL_R37211", "MS-ASCAL_R470", "MS-ASCAL_R46011")
@given(before=events(unchanging=True), sent=events(unchanging=True), version=st.sampled_from(SERVED))
def test_a_change_is_shown_as_it_was_sent_and_leaves_what_its_version_lacks(
    before: Event, sent: Event, version: Version
) -> None:
    after = changed(before, version, *elements_of(sent, version))
    expected, shown, was = told(sent, version), told(after, version), told(before, version)
    for bound in Event.fields():
        name, field = bound.name, bound.field
        if not field.in_version(version):
            if name not in ("location", "location_text", "timezone", "response_type"):
                assert getattr(after, name) == getattr(before, name)
        elif not field.read_only and name not in SERVER_S | PIECEWISE:
            value = getattr(expected, name)
            if value is None and (version >= Version.V16_0 or field.kept):
                value = getattr(was, name)
            assert getattr(shown, name) == value, name
    assert after.stored_attachments == before.stored_attachments
    assert after.client_uid == before.client_uid


@pytest.mark.req("MS-ASCMD_R879", "MS-ASCMD_R5906", "MS-ASCMD_R5912", "MS-ASCAL_R301")
@pytest.mark.parametrize("version", OLD)
def test_absence_deletes_up_to_14(version: Version) -> None:
    after = changed(FULL, version, *only(FULL, version, *REQUIRED))
    gone = {"busy_status", "location", "reminder", "sensitivity", "attendees", "categories", "recurrence"}
    gone |= {"meeting_status", "organizer_name", "organizer_email"}
    if version >= Version.V14_0:
        gone |= {"response_requested", "disallow_new_time_proposal"}
    # An organizer and a status are made again, of an event without attendees.
    assert differing(FULL, after) == gone - {"organizer_name", "organizer_email"} | {"dt_stamp"}
    assert after.meeting_status == 0
    assert after.organizer_email == "ada@example.org"


@pytest.mark.req(
    "MS-ASCAL_R96",
    "MS-ASCAL_R111",
    "MS-ASCAL_R217",
    "MS-ASCAL_R319",
    "MS-ASCAL_R352",
    "MS-ASCAL_R360",
    "MS-ASCAL_R419",
    "MS-ASCAL_R365",
    "MS-ASCAL_R370",
    "MS-ASCAL_R399",
    "MS-ASCAL_R548",
    "MS-ASCMD_R5907",
    "MS-ASCMD_R5908",
    "MS-ASCMD_R5911",
)
@pytest.mark.parametrize("version", OLD)
def test_absence_keeps_what_is_ghosted(version: Version) -> None:
    event = msgspec.structs.replace(
        FULL,
        organizer_name="Boss",
        organizer_email="boss@example.org",
        appointment_reply_time=at("2026-01-02T00:00"),
        online_meeting_conf_link="sip:x",
        online_meeting_external_link="https://example.org",
    )
    supported = frozenset({Calendar.Subject.key, Calendar.Attendees.key})
    after = changed(event, version, *only(event, version, *REQUIRED), supported=supported)
    kept = {"organizer_name", "organizer_email", "meeting_status"}
    kept |= {"response_requested", "disallow_new_time_proposal"}
    kept |= {"response_type", "appointment_reply_time"}
    kept |= {"online_meeting_conf_link", "online_meeting_external_link"}
    assert differing(event, after).isdisjoint(kept)
    # What is listed is not ghosted, what cannot be ghosted is not either.
    assert (after.attendees, after.location, after.reminder) == (None, None, None)
    nothing = changed(event, version, *only(event, version, *REQUIRED), supported=frozenset())
    assert nothing.attendees == event.attendees


@pytest.mark.req("MS-ASCAL_R128", "MS-ASCMD_R878")
@pytest.mark.parametrize("version", SERVED)
def test_absence_keeps_the_body(version: Version) -> None:
    assert changed(FULL, version, *only(FULL, version, *REQUIRED)).body == FULL.body
    typed = Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1")])
    assert changed(FULL, version, *only(FULL, version, *REQUIRED), typed).body == FULL.body


@pytest.mark.parametrize("version", OLD)
def test_absence_keeps_what_an_event_cannot_be_without(version: Version) -> None:
    after = changed(FULL, version, Element(Calendar.Subject, "Dinner"))
    names = ("start_time", "end_time", "zone", "uid")
    assert differing(FULL, after).isdisjoint(names)


@pytest.mark.req("MS-ASCMD_R6236", "MS-ASCMD_R7309", "MS-ASCAL_R548")
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("supported", [None, frozenset(), frozenset({Calendar.Subject.key})])
def test_absence_deletes_nothing_from_16_on(version: Version, supported: frozenset[int] | None) -> None:
    after = changed(FULL, version, Element(Calendar.Subject, "Dinner"), supported=supported)
    assert differing(FULL, after) == {"subject", "dt_stamp"}


EMPTIED = {
    Calendar.Subject: "subject",
    AirSyncBase.Location: "location",
    Calendar.Reminder: "reminder",
    Calendar.Categories: "categories",
    Calendar.Attendees: "attendees",
    Calendar.Recurrence: "recurrence",
    AirSyncBase.Body: "body",
}


@pytest.mark.req("MS-ASCAL_R2180002", "MS-ASAIRS_R1001013", "MS-ASCAL_R3951111")
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize(("tag", "name"), EMPTIED.items(), ids=EMPTIED.values())
def test_an_empty_element_deletes_from_16_on(version: Version, tag: Tag, name: str) -> None:
    after = changed(FULL, version, Element(tag))
    assert differing(FULL, after) == {name, "dt_stamp"}
    assert getattr(after, name) is None


@pytest.mark.req("MS-ASCAL_R12411")
@pytest.mark.parametrize("version", SERVED)
def test_a_body_is_written_back_only_where_it_was_changed(version: Version) -> None:
    times = only(FULL, version, *REQUIRED)
    for shown in (options(PLAIN), options(CUT), options(HTML), options()):
        body = [one for one in elements_of(FULL, version, shown) if one.tag is AirSyncBase.Body]
        assert changed(FULL, version, *times, *body, shown=shown).body == FULL.body
        # As a client has it that does not say that it was cut.
        bare = [Element(AirSyncBase.Body, without(list(body[0]), AirSyncBase.Truncated))]
        assert changed(FULL, version, *times, *bare, shown=shown).body == FULL.body
    written = Body(type=BodyType.PLAIN_TEXT, data="bring more")
    assert changed(FULL, version, *times, written.to_element(version), shown=options(CUT)).body == written


@pytest.mark.req("MS-ASCAL_R2135", "MS-ASCAL_R2135001")
@pytest.mark.parametrize("version", OLD)
def test_a_place_is_kept_whole_unless_an_older_phone_names_another(version: Version) -> None:
    times = only(FULL, version, *REQUIRED)
    same = changed(FULL, version, *times, Element(Calendar.Location, "Café"))
    assert same.location == PLACE
    other = changed(FULL, version, *times, Element(Calendar.Location, "Bar"))
    assert other.location == Location(display_name="Bar")
    assert changed(FULL, version, *times, Element(Calendar.Location)).location is None
    with pytest.raises(SchemaError):
        changed(FULL, version, *times, PLACE.to_element(V16))


@pytest.mark.parametrize("version", NEW)
def test_a_place_of_newer_phones(version: Version) -> None:
    place = Location(city="Paris", altitude=35.0)
    assert changed(FULL, version, place.to_element(version)).location == place
    with pytest.raises(SchemaError):
        changed(FULL, version, Element(Calendar.Location, "Bar"))


@pytest.mark.parametrize("version", OLD)
def test_an_older_phone_keeps_the_calendar_that_it_cannot_see(version: Version) -> None:
    elements = elements_of(FULL, version)
    if version == V12:
        [pattern] = [one for one in elements if one.tag is Calendar.Recurrence]
        assert pattern.find(Calendar.CalendarType) is None
    renamed = [*without(elements, Calendar.Subject), Element(Calendar.Subject, "Dinner")]
    assert differing(FULL, changed(FULL, version, *renamed)) == {"subject", "dt_stamp"}


@pytest.mark.parametrize("version", SERVED)
def test_proposals_of_attendees_stay(version: Version) -> None:
    renamed = Attendee(email="BOB@example.org", name="Robert").to_element(version)
    after = changed(FULL, version, *only(FULL, version, *REQUIRED), Element(Calendar.Attendees, [renamed]))
    [bob] = after.attendees or ()
    assert bob.name == "Robert"
    assert (bob.status, bob.proposed_start_time) == (AttendeeStatus.TENTATIVE, at("2026-06-01T12:00"))


@pytest.mark.req("MS-ASCAL_R2180001", "MS-ASCAL_R374001", "MS-ASCAL_R448001")
@pytest.mark.parametrize("version", NEW)
def test_a_pattern_without_type_changes_the_one_there_is(version: Version) -> None:
    pattern = Recurrence(
        type=RecurrenceType.WEEKLY, day_of_week=2, first_day_of_week=1, until=at("2026-12-31T11:00")
    )
    weekly = msgspec.structs.replace(FULL, recurrence=pattern)

    def after(*elements: Element) -> Recurrence | None:
        return changed(weekly, version, Element(Calendar.Recurrence, list(elements))).recurrence

    assert after(Element(Calendar.Interval, "2")) == msgspec.structs.replace(pattern, interval=2)
    assert after(Element(Calendar.Occurrences, "7")) == msgspec.structs.replace(
        pattern, occurrences=7, until=None
    )
    counted = msgspec.structs.replace(
        weekly, recurrence=msgspec.structs.replace(pattern, until=None, occurrences=7)
    )
    ended = Element(Calendar.Recurrence, [Element(Calendar.Until, "20261130T110000Z")])
    assert changed(counted, version, ended).recurrence == msgspec.structs.replace(
        pattern, until=at("2026-11-30T11:00")
    )
    # With its type it is another one, and has an end only if it says so.
    whole = after(Element(Calendar.Type, "1"), Element(Calendar.DayOfWeek, "4"))
    assert whole == Recurrence(type=RecurrenceType.WEEKLY, day_of_week=4, first_day_of_week=0)
    with pytest.raises(SchemaError):
        after(Element(Calendar.DayOfMonth, "3"))
    single = msgspec.structs.replace(weekly, recurrence=None)
    with pytest.raises(SchemaError) as caught:
        changed(single, version, Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")]))
    assert caught.value.tag is Calendar.Type


@pytest.mark.req("MS-ASCAL_R374", "MS-ASCAL_R448")
@pytest.mark.parametrize("version", OLD)
def test_a_pattern_has_a_type_up_to_14(version: Version) -> None:
    with pytest.raises(SchemaError) as caught:
        changed(FULL, version, Element(Calendar.Recurrence, [Element(Calendar.Interval, "2")]))
    assert caught.value.tag is Calendar.Type


@pytest.mark.req("MS-ASCAL_R53911", "MS-ASCAL_R5391111", "MS-ASCAL_R341", "MS-ASCAL_R467", "MS-ASCAL_R5")
@pytest.mark.parametrize("version", SERVED)
def test_a_pattern_that_says_too_much(version: Version) -> None:
    pattern = [
        Element(Calendar.Type, "0"),
        Element(Calendar.Interval, "0"),
        Element(Calendar.Occurrences, "3"),
        Element(Calendar.Until, "20261231T000000Z"),
    ]
    times = only(FULL, version, Calendar.StartTime, Calendar.EndTime)
    event = added(version, *times, Element(Calendar.Recurrence, pattern))
    assert event.recurrence == Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=3)


@pytest.mark.req(
    "MS-ASCAL_R53912",
    "MS-ASCAL_R53913",
    "MS-ASCAL_R53914",
    "MS-ASCAL_R453",
    "MS-ASCAL_R277",
    "MS-ASCAL_R28311",
    "MS-ASCAL_R201",
    "MS-ASCAL_R193",
    "MS-ASCAL_R326",
    "MS-ASCAL_R476",
    "MS-ASCAL_R292",
    "MS-ASCAL_R345",
)
@pytest.mark.parametrize(
    ("tag", "text"),
    [
        *[(Calendar.CalendarType, str(number)) for number in (13, 16, 17, 18, 19, 21, 22, 23, 24)],
        (Calendar.FirstDayOfWeek, "7"),
        (Calendar.FirstDayOfWeek, "-1"),
        (Calendar.Interval, "1000"),
        (Calendar.DayOfMonth, "0"),
        (Calendar.DayOfMonth, "32"),
        (Calendar.Occurrences, "1000"),
        (Calendar.IsLeapMonth, "2"),
        (Calendar.DayOfWeek, "128"),
        (Calendar.MonthOfYear, "13"),
        (Calendar.WeekOfMonth, "6"),
        (Calendar.Type, "4"),
        (Calendar.Type, "2"),
    ],
)
def test_a_pattern_with_broken_values_is_refused(tag: Tag, text: str) -> None:
    pattern = [Element(Calendar.Type, "2"), Element(Calendar.CalendarType, "0"), Element(tag, text)]
    if tag is Calendar.Type and text == "4":
        pattern = [Element(tag, text)]
    with pytest.raises(SchemaError):
        added(V16, *only(FULL, V16, Calendar.StartTime), Element(Calendar.Recurrence, pattern))


def test_two_calendars_are_refused() -> None:
    calendar = Element(Calendar.CalendarType, "0")
    pattern = Element(Calendar.Recurrence, [Element(Calendar.Type, "2"), calendar, calendar])
    with pytest.raises(SchemaError) as caught:
        changed(FULL, V16, pattern)
    assert caught.value.tag is Calendar.CalendarType


def test_a_day_becomes_an_hour_and_an_hour_a_day() -> None:
    single = msgspec.structs.replace(FULL, recurrence=None)
    day = changed(single, V16, Element(Calendar.AllDayEvent, "1"))
    assert (day.start_time, day.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))
    hours = changed(day, V16, Element(Calendar.AllDayEvent, "0"))
    assert (hours.start_time, hours.end_time) == (at("2026-05-31T22:00"), at("2026-06-01T22:00"))
    late = msgspec.structs.replace(single, start_time=at("2026-06-01T23:00"), end_time=at("2026-06-02T22:30"))
    days = changed(late, V16, Element(Calendar.AllDayEvent, "1"))
    assert (days.start_time, days.end_time) == (at("2026-06-02T00:00"), at("2026-06-04T00:00"))


def test_an_older_phone_makes_a_day_of_hours_at_the_same_instants() -> None:
    midnight = msgspec.structs.replace(
        FULL, recurrence=None, start_time=at("2026-05-31T22:00"), end_time=at("2026-06-01T22:00")
    )
    for version in OLD:
        elements = without(elements_of(midnight, version), Calendar.AllDayEvent)
        day = changed(midnight, version, *elements, Element(Calendar.AllDayEvent, "1"))
        assert (day.start_time, day.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))
        again = without(elements_of(day, version), Calendar.AllDayEvent)
        hours = changed(day, version, *again, Element(Calendar.AllDayEvent, "0"))
        assert (hours.start_time, hours.end_time) == (midnight.start_time, midnight.end_time)


@pytest.mark.parametrize("version", SERVED)
def test_a_series_in_another_zone_begins_when_its_phone_says(version: Version) -> None:
    # It began before the rules of New York changed: nine o'clock then is 13:00 by those of today.
    series = Event(
        start_time=at("2005-03-21T14:00"),
        end_time=at("2005-03-21T15:00"),
        zone="America/New_York",
        recurrence=Recurrence(type=RecurrenceType.WEEKLY, day_of_week=2, first_day_of_week=0),
    )
    shown = told(series, version)
    assert shown.start_time == at("2005-03-21T13:00")
    there = msgspec.structs.replace(shown, timezone=packed("Europe/London", 2026))
    after = changed(series, version, *there.to_children(version))
    assert (after.zone, after.start_time) == ("Europe/London", at("2005-03-21T13:00"))


@pytest.mark.parametrize("version", SERVED)
def test_a_day_without_length_takes_a_day(version: Version) -> None:
    start = "20260601T000000Z" if version >= Version.V16_0 else "20260531T220000Z"
    times = [Element(tag, start) for tag in (Calendar.StartTime, Calendar.EndTime)]
    event = added(version, Element(Calendar.AllDayEvent, "1"), *times)
    assert (event.start_time, event.end_time) == (at("2026-06-01T00:00"), at("2026-06-02T00:00"))


@pytest.mark.parametrize("version", SERVED)
def test_times_are_kept_to_the_second(version: Version) -> None:
    times = [
        Element(Calendar.StartTime, "20260601T100000.750Z"),
        Element(Calendar.EndTime, "20260601T110000.750Z"),
    ]
    event = added(version, *times)
    assert (event.start_time, event.end_time) == (at("2026-06-01T10:00"), at("2026-06-01T11:00"))


def test_empty_forms_are_known() -> None:
    # What the strategies take for an empty value is what an empty element is read as.
    for name, empty in EMPTY.items():
        bound = next(one for one in Event.fields() if one.name == name)
        value: Any = bound.field.type.decode(None, V16)
        assert value == empty
