"""Exceptions, answers and attachments of events as they are shown."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from items.event_showing import BASE, EXCEPTION, SERIES, tags, text, with_, with_exception
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.versions import SERVED, Version
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import at, elements_of, told

DELETED = EventException(exception_start_time=at("2026-06-04T10:00"), deleted=True)


@pytest.mark.req(
    "MS-ASCAL_R246", "MS-ASCAL_R264", "MS-ASCAL_R2106", "MS-ASCAL_R2098", "MS-ASCAL_R210", "MS-ASAIRS_R1180"
)
@pytest.mark.parametrize("version", SERVED)
def test_an_exception_is_known_by_the_start_that_it_had(version: Version) -> None:
    event = with_(SERIES, exceptions=(EXCEPTION, DELETED))
    [container] = [one for one in elements_of(event, version) if one.tag is Calendar.Exceptions]
    name, other = Calendar.ExceptionStartTime, AirSyncBase.InstanceId
    if version >= Version.V16_0:
        name, other = other, name
    starts = []
    for exception in container:
        assert exception.find(other) is None
        found = exception.find(name)
        assert found is not None
        starts.append(found.text)
    assert starts == ["20260603T100000Z", "20260604T100000Z"]
    assert tags(container.children[1].children) == [Calendar.Deleted, name]


@pytest.mark.parametrize("version", SERVED)
def test_an_exception_says_when_it_is(version: Version) -> None:
    # A client may take the times of the series for those that it lacks.
    moved = with_exception(start_time=at("2026-06-05T08:00"), end_time=at("2026-06-05T08:30"))
    shown = told(with_(SERIES, exceptions=(EXCEPTION,)), version).exceptions or ()
    assert (shown[0].start_time, shown[0].end_time) == (at("2026-06-03T10:00"), at("2026-06-03T11:00"))
    shown = told(with_(SERIES, exceptions=(moved,)), version).exceptions or ()
    assert (shown[0].start_time, shown[0].end_time) == (moved.start_time, moved.end_time)


@pytest.mark.req("MS-ASCAL_R539", "MS-ASCAL_R543", "MS-ASCAL_R2185")
@pytest.mark.parametrize("version", SERVED)
def test_what_was_taken_away_from_an_exception_is_an_empty_tag(version: Version) -> None:
    bare = with_exception(
        subject="",
        location=Location(),
        categories=(),
        attendees=(),
        reminder=NO_REMINDER,
        body=Body(type=BodyType.PLAIN_TEXT, data=""),
    )
    elements = elements_of(with_(SERIES, exceptions=(bare,)), version)
    [exception] = next(one for one in elements if one.tag is Calendar.Exceptions)
    expected = {Calendar.Subject, Calendar.Categories}
    expected.add(AirSyncBase.Location if version >= Version.V16_0 else Calendar.Location)
    if version >= Version.V14_0:
        expected.add(Calendar.Attendees)
    if version >= Version.V14_1:
        expected.add(Calendar.Reminder)
    assert {one.tag for one in exception if not one.content} == expected
    body = exception.find(AirSyncBase.Body)
    assert body is not None
    assert Body.from_element(body, version).data == ""


@pytest.mark.req("MS-ASCAL_R2023", "MS-ASCAL_R2018", "MS-ASCAL_R10611")
@pytest.mark.parametrize("version", SERVED)
def test_exceptions_have_attendees_since_14(version: Version) -> None:
    bob = Attendee(email="b@example.org", name="Bob", status=AttendeeStatus.TENTATIVE)
    shown = told(with_(SERIES, exceptions=(with_exception(attendees=(bob,)),)), version).exceptions or ()
    assert shown[0].attendees == (None if version < Version.V14_0 else (bob,))


@pytest.mark.req("MS-ASCAL_R24311")
@pytest.mark.parametrize("version", SERVED)
def test_at_most_256_exceptions_are_shown(version: Version) -> None:
    starts = [at("2026-06-01T10:00") + timedelta(days=day) for day in range(300)]
    many = tuple(EventException(exception_start_time=start, deleted=True) for start in reversed(starts))
    shown = told(with_(SERIES, recurrence=Recurrence(type=RecurrenceType.DAILY), exceptions=many), version)
    assert shown.exceptions is not None
    assert len(shown.exceptions) == 256
    assert {one.exception_start_time for one in shown.exceptions} == set(starts[44:])


@pytest.mark.req("MS-ASAIRS_R91", "MS-ASAIRS_R92", "MS-ASAIRS_R93", "MS-ASAIRS_R225")
@pytest.mark.parametrize("version", SERVED)
def test_attachments_are_shown_since_16(version: Version) -> None:
    file = StoredAttachment(
        number=3, blob="b" * 64, size=12, display_name="plan.pdf", is_inline=True, content_id="c"
    )
    event = with_(
        SERIES,
        stored_attachments=(file,),
        exceptions=(
            with_exception(stored_attachments=(msgspec.structs.replace(file, number=7),)),
            with_exception(exception_start_time=at("2026-06-05T10:00"), stored_attachments=()),
        ),
    )
    shown = told(event, version)
    if version < Version.V16_0:
        assert AirSyncBase.Attachments not in tags(elements_of(event, version))
        return
    [one] = shown.attachments or ()
    assert one == msgspec.structs.replace(
        one,
        display_name="plan.pdf",
        file_reference="7:1:3",
        method=1,
        estimated_data_size=12,
        content_id="c",
        is_inline=True,
    )
    first, second = shown.exceptions or ()
    assert first.attachments == (msgspec.structs.replace(one, file_reference="7:1:7"),)
    assert second.attachments == ()


@pytest.mark.req(
    "MS-ASCAL_R52522", "MS-ASCAL_R525221", "MS-ASCAL_R52522111", "MS-ASCAL_R88011", "MS-ASCAL_R40111"
)
@pytest.mark.parametrize("version", SERVED)
def test_an_answer_is_shown_where_there_is_one(version: Version) -> None:
    unanswered = with_(
        SERIES, meeting_status=3, response_type=5, exceptions=(with_exception(response_type=0),)
    )
    shown = told(unanswered, version)
    since_14 = version >= Version.V14_0
    assert shown.appointment_reply_time is None
    assert shown.response_type == (5 if since_14 else None)
    assert (shown.exceptions or ())[0].appointment_reply_time is None
    replied = at("2026-02-02T02:00")
    inner = with_exception(response_type=4, appointment_reply_time=replied)
    for number in range(6):
        answered = with_(
            unanswered, response_type=number, appointment_reply_time=replied, exceptions=(inner,)
        )
        shown = told(answered, version)
        assert shown.appointment_reply_time == (replied if since_14 else None)
        assert shown.response_type == (number if since_14 else None)
        [exception] = shown.exceptions or ()
        assert exception.appointment_reply_time == (replied if since_14 else None)
        assert exception.response_type == (4 if since_14 else None)


@pytest.mark.req("MS-ASAIRS_R1176")
@pytest.mark.parametrize("version", SERVED)
def test_an_orphan_says_which_occurrence_it_is(version: Version) -> None:
    orphan = with_(BASE, original_start=at("2026-05-31T10:00"))
    expected = "20260531T100000Z" if version >= Version.V16_0 else None
    assert text(orphan, version, AirSyncBase.InstanceId) == expected
