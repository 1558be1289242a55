"""Exceptions as clients up to 14.1 send them, and as they go with a series that changes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from items.event_exceptions import (
    DELETED,
    FIRST,
    FULL,
    MOVED,
    RENAMED,
    SERIES,
    THIRD,
    V12,
    V14,
    compact,
    deleted,
    exception,
    of,
    resent,
    with_,
)
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException, OrganizerRevision, StoredAttachment
from overair.items.calendar.location import Location
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    CUT,
    NEW,
    OLD,
    added,
    at,
    changed,
    elements_of,
    options,
    told,
    without,
)


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


def test_statuses_of_attendees_of_an_exception() -> None:
    bob = Attendee(email="bob@example.org", name="Bob", status=AttendeeStatus.DECLINED)
    sent = exception("2026-06-02T07:00", Element(Calendar.Attendees, [bob.to_element(V14)]))
    found = of(resent(SERIES, V14, sent), FIRST)
    assert found is not None
    assert found.attendees == (bob,)
