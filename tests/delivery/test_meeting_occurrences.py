"""Messages about single occurrences of a series, with it and without it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from delivery.post import Post, answered, at
from overair.items.calendar.event import Event
from overair.items.calendar.location import Location
from overair.items.mail.meeting_request import InstanceType, MeetingMessageType
from support.invitations import (
    SHAPES,
    Invitation,
    Shape,
    bare,
    exchange,
    google,
    later,
    occurrence,
    thunderbird,
)
from support.server import ANNA


@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_for_one_occurrence_is_an_exception(post: Post, series: Invitation, shape: Shape) -> None:
    post.send(shape(series))
    times = {"start": "20261209T150000", "end": "20261209T153000"}
    moved = occurrence(series, "20261208", summary="Plan more", sequence=1, **times)
    post.send(shape(moved))
    event = post.event(series.uid)
    [exception] = event.exceptions or ()
    assert exception.exception_start_time == at(8, 9)
    assert (exception.start_time, exception.end_time) == (at(9, 14), at(9, 14).replace(minute=30))
    assert exception.subject == "Plan more"
    # As in the series, so it is left out.
    assert (exception.location, exception.attendees, exception.body) == (None, None, None)
    assert (event.subject, event.start_time) == ("Plan the year", at(1, 9))
    request = post.message().meeting_request
    assert request is not None
    assert request.instance_type is InstanceType.EXCEPTION
    post.send(shape(moved))
    assert post.event(series.uid) == event
    # And what is taken away from it is not as in the series.
    post.send(shape(later(moved, sequence=2, location="", description="")))
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.location == Location()
    assert exception.body is not None
    assert exception.body.data == ""


def test_the_answer_to_an_occurrence_stands_while_its_time_does(post: Post, series: Invitation) -> None:
    moved = occurrence(series, "20261208", start="20261208T150000", end="20261208T160000")
    post.send(exchange(series))
    post.send(exchange(moved))

    def declined(event: Event) -> Event:
        exceptions = [
            msgspec.structs.replace(one, busy_status=0, response_type=4) for one in event.exceptions or ()
        ]
        return msgspec.structs.replace(event, exceptions=tuple(exceptions))

    post.change(series.uid, declined)
    post.send(exchange(later(moved, sequence=1, summary="Plan otherwise")))
    [exception] = post.event(series.uid).exceptions or ()
    assert (exception.subject, exception.busy_status, exception.response_type) == ("Plan otherwise", 0, 4)
    # A word about the whole series that says nothing of it leaves it.
    post.send(exchange(later(later(later(series, sequence=2, location="Room 6")))))
    [exception] = post.event(series.uid).exceptions or ()
    assert (exception.subject, exception.busy_status, exception.response_type) == ("Plan otherwise", 0, 4)
    again = later(later(later(moved, sequence=3, start="20261208T170000", end="20261208T180000")))
    post.send(exchange(again))
    [exception] = post.event(series.uid).exceptions or ()
    assert (exception.busy_status, exception.response_type) == (None, None)


def test_what_is_older_than_the_series_changes_no_occurrence(post: Post, series: Invitation) -> None:
    times = {"start": "20261208T150000", "end": "20261208T160000"}
    post.send(exchange(series))
    post.send(exchange(later(later(series, sequence=1, start="20261201T110000", end="20261201T120000"))))
    before = post.entries(series.uid)
    for sequence in (0, 2):
        for method in ("REQUEST", "CANCEL"):
            post.send(exchange(occurrence(series, "20261208", method=method, sequence=sequence, **times)))
            assert post.entries(series.uid) == before
    # Its sequence may be its own, so what was written later counts.
    post.send(exchange(later(later(occurrence(series, "20261208", **times)))))
    assert post.kind() is MeetingMessageType.FULL_UPDATE
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.start_time == at(8, 14)


def test_a_series_and_an_occurrence_may_be_written_at_once(post: Post, series: Invitation) -> None:
    post.send(exchange(series))
    moved = replace(occurrence(series, "20261208", summary="Plan more"), stamp=series.stamp)
    post.send(exchange(moved))
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.subject == "Plan more"
    before = post.entries(series.uid)
    post.send(exchange(moved))
    assert post.entries(series.uid) == before
    assert post.kind() is MeetingMessageType.INITIAL_REQUEST


def in_file(series: Invitation, day: str, *more: str) -> str:
    """An occurrence as a component beside its series."""
    lines = (
        *("BEGIN:VEVENT", f"UID:{series.uid}", f"RECURRENCE-ID;TZID=Europe/Berlin:{day}T100000"),
        *("ORGANIZER:mailto:otto@example.net", f"ATTENDEE:mailto:{ANNA}", "SUMMARY:Plan more"),
        *(f"DTSTART;TZID=Europe/Berlin:{day}T150000", f"DTEND;TZID=Europe/Berlin:{day}T160000"),
        *(f"DTSTAMP:{series.stamp}", *more, "END:VEVENT"),
    )
    return "\n".join(lines)


def test_the_answer_to_an_occurrence_in_a_series_stands_too(post: Post, series: Invitation) -> None:
    post.send(thunderbird(replace(series, behind=in_file(series, "20261208"))))

    def declined(event: Event) -> Event:
        [exception] = event.exceptions or ()
        exception = msgspec.structs.replace(exception, busy_status=0, response_type=4)
        return msgspec.structs.replace(event, exceptions=(exception,))

    post.change(series.uid, declined)
    post.send(thunderbird(later(series, sequence=1, behind=in_file(series, "20261208", "LOCATION:Room 6"))))
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.location == Location(display_name="Room 6")
    assert (exception.busy_status, exception.response_type) == (0, 4)


@pytest.mark.parametrize("is_later", [True, False])
def test_of_a_series_and_an_occurrence_the_later_word_counts(
    post: Post, series: Invitation, is_later: bool
) -> None:
    alone = occurrence(series, "20261208", start="20261208T170000", end="20261208T180000")
    post.send(exchange(alone))
    post.change(series.uid, answered)
    whole = replace(series, behind=in_file(series, "20261208"))
    post.send(thunderbird(whole if is_later else later(later(whole))))
    [exception] = post.event(series.uid).exceptions or ()
    # What is at another time was not answered.
    expected = (at(8, 16), 3) if is_later else (at(8, 14), None)
    assert (exception.start_time, exception.response_type) == expected


def test_a_request_may_say_that_an_occurrence_is_cancelled(post: Post, series: Invitation) -> None:
    post.send(bare(series))
    post.send(bare(occurrence(series, "20261208", more=("STATUS:CANCELLED",))))
    [exception] = post.event(series.uid).exceptions or ()
    assert (exception.meeting_status, exception.busy_status) == (7, 0)


@pytest.mark.parametrize("how", ["cancelled", "taken out"])
def test_an_occurrence_that_was_gone_is_asked_for_again(post: Post, series: Invitation, how: str) -> None:
    if how == "cancelled":
        post.send(exchange(series))
        post.send(exchange(occurrence(series, "20261208", method="CANCEL")))
    else:
        skipped = ("EXDATE;TZID=Europe/Berlin:20261208T100000",)
        post.send(exchange(replace(series, more=skipped)))
    post.send(exchange(later(occurrence(series, "20261208", sequence=1))))
    assert post.kind() is MeetingMessageType.FULL_UPDATE
    [exception] = post.event(series.uid).exceptions or ()
    assert (exception.deleted, exception.meeting_status, exception.busy_status) == (None, None, None)


@pytest.mark.req("MS-ASEMAIL_R1480", "MS-ASEMAIL_R1481", "MS-ASEMAIL_R1355", "MS-ASEMAIL_R13550")
@pytest.mark.parametrize("shape", SHAPES)
def test_occurrences_without_their_series_stand_alone(post: Post, series: Invitation, shape: Shape) -> None:
    days = ("20261208", "20261215")
    for day in days:
        post.send(shape(occurrence(series, day)))
    found = {event.original_start: event for event in post.events(series.uid)}
    assert set(found) == {at(8, 9), at(15, 9)}
    assert all((event.busy_status, event.response_type) == (1, 5) for event in found.values())
    request = post.message().meeting_request
    assert request is not None
    assert request.instance_type is InstanceType.ORPHAN
    assert request.meeting_message_type is MeetingMessageType.INITIAL_REQUEST
    post.send(shape(occurrence(series, "20261208")))
    assert len(post.events(series.uid)) == 2
    post.send(shape(later(occurrence(series, "20261208", sequence=1, summary="Plan more"))))
    assert {event.subject for event in post.events(series.uid)} == {"Plan the year", "Plan more"}


def test_a_series_takes_in_its_occurrences(post: Post, series: Invitation) -> None:
    moved = occurrence(series, "20261208", start="20261208T150000", end="20261208T160000")
    post.send(exchange(moved))
    post.change(series.uid, answered)
    post.send(exchange(replace(series, stamp=moved.stamp)))
    event = post.event(series.uid)
    [exception] = event.exceptions or ()
    assert (exception.exception_start_time, exception.start_time) == (at(8, 9), at(8, 14))
    assert (exception.busy_status, exception.response_type) == (2, 3)
    assert (event.busy_status, event.response_type) == (1, 5)
    assert event.original_start is None


@pytest.mark.parametrize("shape", SHAPES)
def test_one_occurrence_is_cancelled(post: Post, series: Invitation, shape: Shape) -> None:
    post.send(shape(series))
    post.change(series.uid, answered)
    post.send(shape(occurrence(series, "20261208", method="CANCEL")))
    event = post.event(series.uid)
    assert (event.meeting_status, event.busy_status, event.response_type) == (3, 2, 3)
    [exception] = event.exceptions or ()
    assert exception.exception_start_time == at(8, 9)
    assert (exception.meeting_status, exception.busy_status) == (7, 0)
    before = post.entries(series.uid)
    post.send(shape(later(occurrence(series, "20261208", method="CANCEL"))))
    assert post.entries(series.uid) == before


def test_occurrences_alone_are_cancelled(post: Post, series: Invitation) -> None:
    for day in ("20261208", "20261215", "20261222"):
        post.send(exchange(occurrence(series, day)))
    post.send(exchange(later(occurrence(series, "20261208", method="CANCEL"))))
    assert [event.meeting_status for event in post.events(series.uid)] == [7, 3, 3]
    post.send(exchange(later(later(series, method="CANCEL"))))
    assert [event.meeting_status for event in post.events(series.uid)] == [7, 7, 7]


def test_days_are_days(post: Post, invitation: Invitation) -> None:
    days = replace(invitation, start="20261201", end="20261203", rule="FREQ=WEEKLY;COUNT=4")
    for shape in (exchange, google):
        mine = replace(days, uid=f"{shape.__name__}-{days.uid}")
        post.send(shape(mine))
        event = post.event(mine.uid)
        assert event.all_day_event is True
        assert (event.start_time, event.end_time) == (at(1, 0), at(3, 0))
        post.send(
            shape(
                later(mine, rule="", recurrence_id="20261208", start="20261209", end="20261210", sequence=1)
            )
        )
        [exception] = post.event(mine.uid).exceptions or ()
        assert (exception.exception_start_time, exception.start_time) == (at(8, 0), at(9, 0))


def test_outlook_s_days_are_days(post: Post, series: Invitation) -> None:
    """Outlook writes them as midnights of the zone."""
    times = {"start": "20261201T000000", "end": "20261202T000000"}
    marked = {"more": ("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",)}
    post.send(thunderbird(replace(series, **times, **marked)))  # type: ignore[arg-type]  # fields by name
    one = later(series, rule="", recurrence_id="20261208T000000", sequence=1, summary="Otherwise", **marked)
    post.send(thunderbird(replace(one, start="20261208T000000", end="20261209T000000")))
    event = post.event(series.uid)
    [exception] = event.exceptions or ()
    assert (event.all_day_event, event.start_time) == (True, at(1, 0))
    assert exception.exception_start_time == at(8, 0)
    assert (exception.subject, exception.start_time, exception.all_day_event) == ("Otherwise", None, None)


def test_dates_beside_the_pattern_stand_alone(post: Post, series: Invitation) -> None:
    dates = ("RDATE;TZID=Europe/Berlin:20261203T100000,20261210T100000",)
    post.send(thunderbird(replace(series, more=dates)))
    post.send(thunderbird(later(series, more=dates, sequence=1)))
    found = post.events(series.uid)
    assert sorted(event.original_start or at(1, 0) for event in found) == [at(1, 0), at(3, 9), at(10, 9)]
    post.send(thunderbird(later(later(series, method="CANCEL", sequence=2))))
    assert [event.meeting_status for event in post.events(series.uid)] == [7, 7, 7]


def test_the_organizer_s_word_goes_before_what_others_brought(post: Post, series: Invitation) -> None:
    post.send(exchange(later(later(later(series, sender="carla@example.net")))))
    post.send(exchange(occurrence(series, "20261208", summary="Plan more")))
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.subject == "Plan more"


def test_an_occurrence_in_a_series_is_as_new_as_it(post: Post, series: Invitation) -> None:
    post.send(thunderbird(replace(series, sequence=5, behind=in_file(series, "20261208"))))
    post.send(thunderbird(occurrence(series, "20261208", summary="Plan otherwise")))
    [exception] = post.event(series.uid).exceptions or ()
    assert exception.subject == "Plan otherwise"


def test_one_occurrence_takes_the_whole_day(post: Post, series: Invitation) -> None:
    post.send(exchange(series))
    days = {"start": "20261209", "end": "20261210", "recurrence_id": "20261208"}
    post.send(exchange(occurrence(series, "20261208", **days)))
    event = post.event(series.uid)
    [exception] = event.exceptions or ()
    assert exception.exception_start_time == at(8, 9)
    assert (exception.all_day_event, exception.start_time, exception.end_time) == (True, at(9, 0), at(10, 0))
    assert event.all_day_event is False
