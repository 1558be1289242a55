"""Single occurrences of a series as clients from 16.0 on change, revert and delete them."""

from __future__ import annotations

from itertools import islice

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from items.event_occurrences import (
    DAYS,
    ORIGINAL,
    RENAME,
    SECOND,
    SERIES,
    V14,
    V16,
    edit,
    only,
    own,
    remove,
    time,
    with_,
)
from overair.items import Event, NoSuchOccurrence, change_occurrence
from overair.items.body import Body
from overair.items.calendar.data_types import NO_REMINDER, instance_id_of
from overair.items.calendar.event import EventException, OrganizerRevision
from overair.items.calendar.location import Location
from overair.items.calendar.times import clock_of
from overair.items.recurrence.occurrences import series_of
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import SchemaError
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import (
    NEW,
    NOW,
    ZONE,
    at,
    author,
    events,
    options,
    told,
    without,
)


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
