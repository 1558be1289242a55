"""What the server says of an event where its client says nothing, or must not say anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from items.event_meetings import V14, V16, attendee
from overair.items import Event
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.time_zones.zones import packed
from overair.protocol.data_types import COMPACT_DATE_TIME
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import Calendar
from support.events import NEW, NOW, OLD, ZONE, added, at, changed, elements_of, told

ROUNDED = at("2026-05-04T18:30")
HALF_AN_HOUR = timedelta(minutes=30)
MEETING = Event(
    subject="Meeting",
    start_time=at("2026-06-01T09:00"),
    end_time=at("2026-06-01T10:00"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    organizer_name="Ada",
    organizer_email="ada@example.org",
    meeting_status=1,
    attendees=(Attendee(email="Bob@example.org", name="Bob", status=AttendeeStatus.ACCEPTED),),
)
RECEIVED = msgspec.structs.replace(
    MEETING, organizer_name="Cyd", organizer_email="cyd@example.org", meeting_status=3, response_type=5
)


def time(tag: Tag, instant: datetime | str) -> Element:
    found = at(instant) if isinstance(instant, str) else instant
    return Element(tag, COMPACT_DATE_TIME.encode(found, V16))


def times(start: datetime | str | None, end: datetime | str | None) -> list[Element]:
    given = [(Calendar.StartTime, start), (Calendar.EndTime, end)]
    return [time(tag, instant) for tag, instant in given if instant is not None]


FUTURE, PAST = at("2026-05-04T20:00"), at("2026-05-04T17:00")


@pytest.mark.req("MS-ASCAL_R52511", "MS-ASCAL_R52514", "MS-ASCAL_R52516", "MS-ASCAL_R52517")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ((None, None), (ROUNDED, ROUNDED + HALF_AN_HOUR)),
        ((None, FUTURE), (ROUNDED, FUTURE)),
        ((None, ROUNDED), (ROUNDED, ROUNDED)),
        ((PAST, None), (PAST, ROUNDED + HALF_AN_HOUR)),
        ((PAST, FUTURE), (PAST, FUTURE)),
    ],
)
def test_missing_times_of_a_new_event(version: Version, sent: Any, stored: Any) -> None:
    event = added(version, *times(*sent))
    assert (event.start_time, event.end_time) == stored


@pytest.mark.req("MS-ASCAL_R52515", "MS-ASCAL_R5251611", "MS-ASCAL_R52518")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    "sent", [(None, PAST), (None, at("2026-05-04T18:10")), (FUTURE, None), (at("2026-05-04T18:04"), None)]
)
def test_times_that_cannot_be_made(version: Version, sent: Any) -> None:
    with pytest.raises(SchemaError):
        added(version, *times(*sent))


@pytest.mark.req("MS-ASCAL_R52511")
@pytest.mark.parametrize(
    ("now", "start"), [("18:00", "18:00"), ("18:01", "18:30"), ("18:30", "18:30"), ("23:59", "00:00")]
)
def test_the_half_hour(now: str, start: str) -> None:
    event = added(V14, now=at(f"2026-05-04T{now}"))
    assert event.start_time is not None
    assert event.start_time.strftime("%H:%M") == start


@pytest.mark.parametrize("version", SERVED)
def test_an_all_day_event_without_times_is_today(version: Version) -> None:
    event = added(version, Element(Calendar.AllDayEvent, "1"), now=at("2026-05-04T22:30"))
    # It is half past midnight in Berlin.
    assert (event.start_time, event.end_time) == (at("2026-05-05T00:00"), at("2026-05-06T00:00"))


@pytest.mark.req("MS-ASCAL_R53915")
@pytest.mark.parametrize("version", OLD)
def test_an_end_without_a_start_is_refused(version: Version) -> None:
    with pytest.raises(SchemaError) as caught:
        changed(MEETING, version, time(Calendar.EndTime, FUTURE))
    assert caught.value.tag is Calendar.StartTime


@pytest.mark.req("MS-ASCMD_R6236", "MS-ASCAL_R548")
@pytest.mark.parametrize("version", NEW)
def test_from_16_on_one_of_the_times_changes_alone(version: Version) -> None:
    later = at("2026-06-01T12:00")
    after = changed(MEETING, version, time(Calendar.EndTime, later))
    assert (after.start_time, after.end_time) == (MEETING.start_time, later)
    earlier = changed(MEETING, version, time(Calendar.StartTime, "2026-06-01T08:00"))
    assert (earlier.start_time, earlier.end_time) == (at("2026-06-01T08:00"), MEETING.end_time)
    # The end goes with a start that comes after it.
    moved = changed(MEETING, version, time(Calendar.StartTime, later))
    assert (moved.start_time, moved.end_time) == (later, at("2026-06-01T13:00"))


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("what", ["add", "change"])
def test_an_end_before_the_start_is_refused(version: Version, what: str) -> None:
    sent = times("2026-06-02T09:00", "2026-06-02T08:59")
    with pytest.raises(SchemaError) as caught:
        added(version, *sent) if what == "add" else changed(MEETING, version, *sent)
    assert caught.value.tag is Calendar.EndTime


@pytest.mark.req("MS-ASCAL_R46311", "MS-ASCAL_R2220", "MS-ASCAL_R2223")
@pytest.mark.parametrize("version", SERVED)
def test_a_uid_is_made(version: Version) -> None:
    one, other = added(version), added(version)
    assert one.uid is not None
    assert one.uid != other.uid
    assert told(one, version).uid == one.uid


@pytest.mark.req("MS-ASCAL_R2219", "MS-ASCAL_R463")
@pytest.mark.parametrize("version", OLD)
def test_a_uid_of_the_client_is_kept(version: Version) -> None:
    event = added(version, Element(Calendar.UID, "u" * 300))
    assert event.uid == "u" * 300
    assert (
        changed(event, version, Element(Calendar.UID, "other"), Element(Calendar.Subject, "x")).uid
        == event.uid
    )
    with pytest.raises(SchemaError):
        added(version, Element(Calendar.UID, "u" * 301))


@pytest.mark.req("MS-ASCAL_R2221", "MS-ASCAL_R2168", "MS-ASCAL_R2174", "MS-ASCAL_R2088")
@pytest.mark.parametrize("version", NEW)
def test_from_16_on_the_server_names_event_organizer_and_stamp(version: Version) -> None:
    sent = [
        Element(Calendar.UID, "mine"),
        Element(Calendar.OrganizerName, "Eve"),
        Element(Calendar.OrganizerEmail, "eve@example.net"),
        time(Calendar.DtStamp, "2020-01-01T00:00"),
    ]
    event = added(version, *sent)
    assert event.uid not in (None, "mine")
    assert event.dt_stamp == NOW
    assert (event.organizer_name, event.organizer_email) == ("Ada", "ada@example.org")
    assert changed(event, version, *sent) == event


@pytest.mark.req(
    "MS-ASCAL_R2169", "MS-ASCAL_R2169001", "MS-ASCAL_R2175", "MS-ASCAL_R2175001", "MS-ASCAL_R36211"
)
@pytest.mark.parametrize("version", SERVED)
def test_the_user_is_the_organizer(version: Version) -> None:
    event = told(added(version), version)
    assert (event.organizer_name, event.organizer_email) == ("Ada", "ada@example.org")


@pytest.mark.req("MS-ASCAL_R36711", "MS-ASCAL_R365", "MS-ASCAL_R370")
@pytest.mark.parametrize("version", OLD)
def test_an_organizer_that_is_sent_is_kept(version: Version) -> None:
    sent = [Element(Calendar.OrganizerName, "Eve"), Element(Calendar.OrganizerEmail, "eve@example.net")]
    event = added(version, *sent, Element(Calendar.MeetingStatus, "3"))
    assert (event.organizer_name, event.organizer_email) == ("Eve", "eve@example.net")
    # Whoever made a meeting, those who received it do not take him away.
    after = changed(event, version, Element(Calendar.Subject, "x"))
    assert (after.organizer_email, after.meeting_status) == ("eve@example.net", 3)


@pytest.mark.req("MS-ASCAL_R21911")
@pytest.mark.parametrize("version", SERVED)
def test_the_stamp_says_when_an_event_was_changed(version: Version) -> None:
    sent = [Element(Calendar.Subject, "Another"), *times(MEETING.start_time, MEETING.end_time)]
    assert changed(MEETING, version, *sent).dt_stamp == NOW
    stamp = time(Calendar.DtStamp, "2026-05-01T00:00")
    expected = at("2026-05-01T00:00") if version <= V14 else NOW
    assert changed(MEETING, version, *sent, stamp).dt_stamp == expected


def test_what_changes_nothing_has_no_stamp() -> None:
    for version in SERVED:
        assert changed(MEETING, version, *elements_of(MEETING, version)) == MEETING


@pytest.mark.req("MS-ASCAL_R310", "MS-ASCAL_R311", "MS-ASCAL_R410")
@pytest.mark.parametrize("version", SERVED)
def test_an_event_with_attendees_is_a_meeting(version: Version) -> None:
    guests = MEETING.to_children(version)
    [attendees] = [element for element in guests if element.tag is Calendar.Attendees]
    alone, with_guests = added(version), added(version, attendees)
    assert (alone.meeting_status, alone.response_type) == (0, None)
    assert (with_guests.meeting_status, with_guests.response_type) == (1, 1)
    said = added(version, attendees, Element(Calendar.MeetingStatus, "0"))
    assert said.meeting_status == 1
    received = added(version, attendees, Element(Calendar.MeetingStatus, "3"))
    assert (received.meeting_status, received.response_type) == (3, None)


@pytest.mark.req("MS-ASCAL_R92", "MS-ASCAL_R404", "MS-ASCAL_R349", "MS-ASCAL_R356")
@pytest.mark.parametrize("version", SERVED)
def test_what_only_the_server_says_is_passed_over(version: Version) -> None:
    sent = [
        Element(tag, "1")
        for tag in (
            Calendar.AppointmentReplyTime,
            Calendar.ResponseType,
            Calendar.OnlineMeetingConfLink,
            Calendar.OnlineMeetingExternalLink,
        )
        if version in tag.versions
    ]
    subject = Element(Calendar.Subject, RECEIVED.subject)
    after = changed(RECEIVED, version, subject, *sent, *times(RECEIVED.start_time, RECEIVED.end_time))
    assert (after.response_type, after.appointment_reply_time) == (5, None)
    assert after.online_meeting_conf_link is None
    made = added(version, *sent)
    assert (made.response_type, made.appointment_reply_time) == (None, None)


@pytest.mark.req("MS-ASCAL_R2028")
@pytest.mark.parametrize("version", NEW)
def test_from_16_on_only_the_server_knows_who_comes(version: Version) -> None:
    assert added(version, attendee(status=AttendeeStatus.ACCEPTED)).attendees == (
        Attendee(email="bob@example.org", name="Bob"),
    )
    after = changed(MEETING, version, attendee(status=AttendeeStatus.DECLINED, type=AttendeeType.OPTIONAL))
    assert after.attendees == (
        Attendee(
            email="bob@example.org", name="Bob", status=AttendeeStatus.ACCEPTED, type=AttendeeType.OPTIONAL
        ),
    )


@pytest.mark.req("MS-ASCAL_R11311", "MS-ASCAL_R11911")
@pytest.mark.parametrize("version", OLD)
def test_before_the_client_says_who_comes(version: Version) -> None:
    sent = attendee(status=AttendeeStatus.DECLINED, type=AttendeeType.RESOURCE)
    bob = Attendee(
        email="bob@example.org", name="Bob", status=AttendeeStatus.DECLINED, type=AttendeeType.RESOURCE
    )
    assert added(version, sent).attendees == (bob,)
    assert changed(MEETING, version, sent).attendees == (bob,)
    # What it does not say stays.
    [kept] = changed(MEETING, version, attendee()).attendees or ()
    assert kept.status == AttendeeStatus.ACCEPTED


@pytest.mark.req("MS-ASCAL_R445", "MS-ASCAL_R44511")
@pytest.mark.parametrize("version", SERVED)
def test_an_event_without_a_zone_is_in_the_user_s(version: Version) -> None:
    event = added(version, *times(PAST, FUTURE))
    assert event.zone == ZONE
    assert told(event, version).timezone == packed(ZONE, 2026)
    nothing = Element(Calendar.Timezone, "A" * 228 + "AA==")
    assert added(version, nothing, *times(PAST, FUTURE)).zone == ZONE
    there = msgspec.structs.replace(MEETING, zone="Asia/Tokyo")
    assert changed(there, version, nothing, *times(PAST, FUTURE)).zone == "Asia/Tokyo"


@pytest.mark.parametrize("blob", ["AAAA", "/" * 228 + "AA==", "no base64"])
def test_a_zone_that_is_none_is_refused(blob: str) -> None:
    with pytest.raises(SchemaError) as caught:
        added(V14, Element(Calendar.Timezone, blob))
    assert caught.value.tag is Calendar.Timezone


@pytest.mark.req("MS-ASCAL_R2235", "MS-ASCAL_R2043", "MS-ASCAL_R2044")
@pytest.mark.parametrize("version", SERVED)
def test_working_elsewhere_came_with_16(version: Version) -> None:
    sent = Element(Calendar.BusyStatus, "4")
    if version <= V14:
        with pytest.raises(SchemaError):
            added(version, sent)
    else:
        assert added(version, sent).busy_status == 4
    elsewhere = msgspec.structs.replace(MEETING, busy_status=4)
    assert told(elsewhere, version).busy_status == (0 if version <= V14 else 4)
    # An older phone that sends what it was shown does not change it; one that changes it does.
    free, busy = Element(Calendar.BusyStatus, "0"), Element(Calendar.BusyStatus, "2")
    assert changed(elsewhere, version, free).busy_status == (4 if version <= V14 else 0)
    assert changed(elsewhere, version, busy).busy_status == 2


@pytest.mark.req("MS-ASCAL_R39511", "MS-ASCAL_R3951111", "MS-ASCAL_R2185")
@pytest.mark.parametrize("version", SERVED)
def test_an_empty_reminder(version: Version) -> None:
    reminded = msgspec.structs.replace(MEETING, reminder=15)
    if version < V14:
        with pytest.raises(SchemaError):
            changed(reminded, version, Element(Calendar.Reminder, ""))
    else:
        assert changed(reminded, version, Element(Calendar.Reminder, "")).reminder is None
        assert added(version, Element(Calendar.Reminder)).reminder is None


@pytest.mark.req("MS-ASCAL_R214", "MS-ASCAL_R215")
@pytest.mark.parametrize("version", SERVED)
def test_a_new_time_may_be_proposed_unless_it_is_said_otherwise(version: Version) -> None:
    expected = False if version >= Version.V14_0 else None
    assert told(added(version), version).disallow_new_time_proposal is expected
