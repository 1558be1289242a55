"""What a Change leaves of an event: by absence, by what the version can say, by what was told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.event_changes import FULL, PLACE, V12, V16, only
from overair.items import Event, RenderOptions
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.location import Location
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
    at,
    changed,
    elements_of,
    events,
    options,
    told,
    without,
)

REQUIRED = (Calendar.StartTime, Calendar.EndTime, Calendar.Subject)


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


def test_empty_forms_are_known() -> None:
    # What the strategies take for an empty value is what an empty element is read as.
    for name, empty in EMPTY.items():
        bound = next(one for one in Event.fields() if one.name == name)
        value: Any = bound.field.type.decode(None, V16)
        assert value == empty
