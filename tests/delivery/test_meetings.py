"""Meetings that come by LMTP stand tentatively in the calendar, and follow what their organizer says."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from delivery.post import Post, answered, at
from overair.items.calendar.attendee import AttendeeStatus
from overair.items.calendar.event import Event
from overair.items.mail.meeting_request import MeetingMessageType
from overair.items.mail.message import Message
from overair.items.recurrence.pattern import RecurrenceType
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.http import Command
from overair.protocol.send_mail import SendMailRequest
from overair.storage.interface import MailboxChange
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
from support.phone import Phone
from support.server import ANNA, BEN


@pytest.mark.req(
    "MS-ASCAL_R312", "MS-ASCAL_R418", "MS-ASCAL_R52522", "MS-ASEMAIL_R534", "MS-ASCAL_R130", "MS-ASCAL_R2042"
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_stands_tentatively_in_the_calendar(
    post: Post, invitation: Invitation, shape: Shape
) -> None:
    post.send(shape(invitation))
    event = post.event(invitation.uid)
    assert (event.busy_status, event.meeting_status, event.response_type) == (1, 3, 5)
    assert event.appointment_reply_time is None
    assert (event.start_time, event.end_time) == (at(1, 9), at(1, 10))
    assert (event.subject, event.organizer_email) == ("Plan the year", "otto@example.net")
    assert event.organizer_name == "Otto Ott"
    assert event.location is not None
    assert event.location.display_name == "Room 5"
    assert event.body is not None
    assert event.body.data == "Bring your calendars."
    people = {one.email: one.status for one in event.attendees or ()}
    expected = AttendeeStatus.NOT_RESPONDED if shape is bare else AttendeeStatus.ACCEPTED
    assert people == {ANNA: AttendeeStatus.NOT_RESPONDED, "carla@example.net": expected}
    assert event.reminder == (15 if shape is exchange else None)
    assert event.zone == ("Europe/Berlin" if shape is not google else event.zone)
    assert post.kind() is MeetingMessageType.INITIAL_REQUEST


def test_a_series_comes_whole(post: Post, series: Invitation) -> None:
    moved = "\n".join(
        (
            *("BEGIN:VEVENT", f"UID:{series.uid}", "RECURRENCE-ID;TZID=Europe/Berlin:20261208T100000"),
            *("DTSTART;TZID=Europe/Berlin:20261208T150000", "DTEND;TZID=Europe/Berlin:20261208T160000"),
            *("SUMMARY:Plan the year", "ORGANIZER:mailto:otto@example.net", f"ATTENDEE:mailto:{ANNA}"),
            *("DTSTAMP:20261120T090000Z", "END:VEVENT"),
        )
    )
    skipped = "EXDATE;TZID=Europe/Berlin:20261215T100000"
    post.send(thunderbird(replace(series, behind=moved, more=(skipped,))))
    event = post.event(series.uid)
    assert event.recurrence is not None
    assert (event.recurrence.type, event.recurrence.occurrences) == (RecurrenceType.WEEKLY, 8)
    [one, other] = event.exceptions or ()
    assert (one.exception_start_time, one.start_time, one.deleted) == (at(8, 9), at(8, 14), None)
    assert (other.exception_start_time, other.deleted) == (at(15, 9), True)
    assert (one.busy_status, one.response_type, one.meeting_status) == (None, None, None)


def test_one_calendar_part_is_for_every_recipient(post: Post, invitation: Invitation) -> None:
    post.send(exchange(invitation), ANNA, BEN)
    assert post.event(invitation.uid, ANNA) == post.event(invitation.uid, BEN)
    assert post.message(ANNA).blob == post.message(BEN).blob


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_request_again_changes_nothing(post: Post, series: Invitation, shape: Shape) -> None:
    post.send(shape(series))
    [before] = post.entries(series.uid)
    post.send(shape(series))
    assert post.entries(series.uid) == [before]
    assert post.kind() is MeetingMessageType.INITIAL_REQUEST


@pytest.mark.req("MS-ASEMAIL_R531", "MS-ASEMAIL_R536")
@pytest.mark.parametrize("shape", SHAPES)
def test_an_answer_stands_while_the_time_does(post: Post, series: Invitation, shape: Shape) -> None:
    post.send(shape(series))
    post.change(series.uid, answered)
    post.send(shape(later(series, sequence=1, location="Room 6", description="Bring nothing.")))
    event = post.event(series.uid)
    assert event.location is not None
    assert event.location.display_name == "Room 6"
    assert event.body is not None
    assert event.body.data == "Bring nothing."
    assert (event.busy_status, event.response_type, event.meeting_status) == (2, 3, 3)
    assert event.appointment_reply_time == at(21, 9, 11)
    assert event.categories == ("Mine",)
    assert post.kind() is MeetingMessageType.INFORMATIONAL_UPDATE
    # The message before it stays what it was when it came.
    first = post.stored(FolderType.INBOX)[-2].item
    assert isinstance(first, Message)
    assert first.meeting_request is not None
    assert first.meeting_request.meeting_message_type is MeetingMessageType.INITIAL_REQUEST


@pytest.mark.req("MS-ASEMAIL_R535")
@pytest.mark.parametrize(
    "changed",
    [
        {"start": "20261201T103000"},
        {"end": "20261201T120000"},
        {"rule": "FREQ=WEEKLY;COUNT=9"},
        {"rule": ""},
        {"start": "20261201", "end": "20261202"},
        {"zone": "America/New_York", "start": "20261201T040000", "end": "20261201T050000"},
    ],
)
def test_another_time_needs_another_answer(
    post: Post, series: Invitation, changed: dict[str, object]
) -> None:
    post.send(thunderbird(series))
    post.send(thunderbird(occurrence(series, "20261208", summary="Otherwise")))
    post.change(series.uid, answered)
    post.send(thunderbird(later(later(series, sequence=1, **changed))))
    event = post.event(series.uid)
    assert (event.busy_status, event.response_type, event.meeting_status) == (1, 5, 3)
    assert event.appointment_reply_time is None
    assert event.exceptions is None
    assert event.categories == ("Mine",)
    assert post.kind() is MeetingMessageType.FULL_UPDATE


def test_what_the_user_set_stays(post: Post, invitation: Invitation) -> None:
    post.send(exchange(invitation))
    mine = {"reminder": 5, "categories": ("Mine",)}
    post.change(invitation.uid, lambda event: msgspec.structs.replace(event, **mine))
    post.send(exchange(later(invitation, sequence=1, start="20261201T103000")))
    event = post.event(invitation.uid)
    assert (event.reminder, event.categories, event.start_time) == (5, ("Mine",), at(1, 9).replace(minute=30))


@pytest.mark.req("MS-ASEMAIL_R537", "MS-ASEMAIL_R1070")
@pytest.mark.parametrize(("sequence", "stamp"), [(0, "20261120T235959Z"), (1, "20261120T085959Z")])
def test_an_older_request_is_outdated(post: Post, invitation: Invitation, sequence: int, stamp: str) -> None:
    post.send(exchange(replace(invitation, sequence=1)))
    [before] = post.entries(invitation.uid)
    post.send(exchange(replace(invitation, sequence=sequence, stamp=stamp, summary="Of old")))
    assert post.entries(invitation.uid) == [before]
    assert post.kind() is MeetingMessageType.OUTDATED


@pytest.mark.req("MS-ASCAL_R314")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("sequence", "stamp"), [(0, "20261120T090000Z"), (0, "20261120T100000Z"), (1, "20261120T080000Z")]
)
def test_a_cancelled_meeting_stays_and_takes_no_time(
    post: Post, series: Invitation, shape: Shape, sequence: int, stamp: str
) -> None:
    post.send(shape(series))
    post.change(series.uid, answered)
    cancel = replace(later(series, method="CANCEL", sequence=sequence), stamp=stamp)
    post.send(shape(cancel))
    event = post.event(series.uid)
    [before] = post.entries(series.uid)
    post.send(shape(later(cancel)))
    assert post.entries(series.uid) == [before]
    assert (event.meeting_status, event.busy_status) == (7, 0)
    assert event.subject == "Plan the year"
    assert post.message().message_class == "IPM.Schedule.Meeting.Canceled"
    # What was sent before it stays without effect, what comes after it is a new question.
    post.send(shape(series))
    assert post.event(series.uid) == event
    post.send(shape(later(later(series, sequence=2))))
    event = post.event(series.uid)
    assert (event.meeting_status, event.busy_status, event.response_type) == (3, 1, 5)


def test_a_meeting_is_found_where_its_user_put_it(post: Post, invitation: Invitation) -> None:
    post.send(exchange(invitation))
    [stored] = post.entries(invitation.uid)

    async def move(session: Session) -> str:
        name = f"Work {invitation.uid}"
        folder = await session.create_folder("0", name, FolderType.USER_CALENDAR)
        await session.move(stored.folder_id, stored.item_id, folder)
        return folder

    folder = post.do(move)
    post.send(exchange(later(invitation, sequence=1, summary="Plan more")))
    assert post.events(invitation.uid) == []

    async def look(session: Session) -> list[str | None]:
        keyed = await session.with_key(folder, f"uid:{invitation.uid}")
        return [keyed.item.subject] if keyed is not None and isinstance(keyed.item, Event) else []

    assert post.do(look) == ["Plan more"]


def test_what_a_user_here_sends_goes_the_same_way(post: Post, invitation: Invitation) -> None:
    own = replace(invitation, organizer=BEN, organizer_name="Ben", attendees=((ANNA, "NEEDS-ACTION"),))
    phone = Phone(post.server, address=BEN)
    for number, mime in enumerate((exchange(own), exchange(later(own, sequence=1, summary="Plan more")))):
        request = SendMailRequest(client_id=f"{own.uid}.{number}", mime=mime, save_in_sent_items=True)
        answer = phone.post(Command.SEND_MAIL, request)
        assert (answer.status, answer.body) == (200, b"")
    event = post.event(own.uid)
    assert (event.subject, event.busy_status, event.response_type) == ("Plan more", 1, 5)
    assert event.organizer_email == BEN
    assert post.message().meeting_request is not None
    assert post.events(own.uid, BEN) == []
    sent = post.stored(FolderType.SENT_ITEMS, BEN)[-1].item
    assert isinstance(sent, Message)
    assert (sent.message_class, sent.meeting_request) == ("IPM.Schedule.Meeting.Request", None)


def test_a_meeting_wakes_who_waits_for_the_calendar(post: Post, invitation: Invitation) -> None:
    heard: list[MailboxChange] = []
    post.server.application.storage.database.listen(heard.append)
    [calendar] = {one.folder_id for one in post.stored(FolderType.CALENDAR)} or {""}
    post.send(exchange(invitation))
    account = post.server.users[ANNA].account_id
    assert MailboxChange(account, calendar) in heard
