"""Who may change what stands in a calendar, and what changes nothing there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from delivery.post import Post, at
from overair.items.calendar.event import Event
from overair.items.mail.meeting_request import MeetingMessageType
from overair.items.mail.meetings import LARGEST, MOST_LINES
from overair.items.mail.message import Message
from overair.mailboxes.interface import Session, View
from overair.server.administration import Mail
from overair.server.importing import Import
from support.invitations import (
    Invitation,
    Shape,
    apple,
    bare,
    exchange,
    google,
    later,
    occurrence,
    thunderbird,
)
from support.server import ANNA


@pytest.mark.parametrize("recurrence_id", ["", "20261208T100000"])
def test_what_is_not_there_cannot_be_cancelled(
    post: Post, invitation: Invitation, recurrence_id: str
) -> None:
    post.send(exchange(replace(invitation, method="CANCEL", recurrence_id=recurrence_id)))
    assert post.events(invitation.uid) == []


@pytest.mark.parametrize("method", ["PUBLISH", "", "REPLY", "COUNTER", "REFRESH", "ADD", "DECLINECOUNTER"])
@pytest.mark.parametrize("is_there", [True, False])
def test_other_methods_change_nothing(
    post: Post, invitation: Invitation, method: str, is_there: bool
) -> None:
    if is_there:
        post.send(exchange(invitation))
    before = post.entries(invitation.uid)
    post.send(exchange(later(invitation, method=method, sequence=1, summary="Other")))
    assert post.entries(invitation.uid) == before


@pytest.mark.req("MS-ASEMAIL_R543")
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_user_s_own_meeting_is_left_alone(post: Post, invitation: Invitation, method: str) -> None:
    own = replace(invitation, organizer="ANNA@Example.org", method=method)
    post.send(exchange(own))
    assert post.events(own.uid) == []
    assert post.message().message_class.startswith("IPM.Schedule.Meeting")  # type: ignore[union-attr]
    assert post.message().meeting_request is None
    # Also where somebody else says that it is theirs.
    mine = Event(uid=own.uid, organizer_email=ANNA, meeting_status=1, start_time=at(1, 9), end_time=at(1, 10))
    post.file(mine)
    for organizer in (ANNA, "otto@example.net", "mallory@example.com"):
        post.send(exchange(replace(own, organizer=organizer, sequence=9)))
        assert post.event(own.uid) == mine


def test_an_event_without_an_organizer_is_left_alone(post: Post, invitation: Invitation) -> None:
    mine = Event(uid=invitation.uid, subject="Mine", start_time=at(1, 9), end_time=at(1, 10))
    post.file(mine)
    for method in ("REQUEST", "CANCEL"):
        post.send(exchange(replace(invitation, method=method, sequence=9)))
        assert post.event(invitation.uid) == mine


STRANGERS: dict[str, dict[str, object]] = {
    "for their own event": {"organizer": "mallory@example.com"},
    "in the organizer's name": {"sender": "mallory@example.com"},
    "who names both": {"sender": "mallory@example.com>, <otto@example.net"},
    "who names nobody": {"sender": " "},
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("shape", [exchange, thunderbird])
@pytest.mark.parametrize("recurrence_id", ["", "20261208T100000"])
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_stranger_changes_nothing(
    post: Post, series: Invitation, shape: Shape, stranger: str, recurrence_id: str, method: str
) -> None:
    post.send(shape(series))
    before = post.entries(series.uid)
    forged = later(
        series,
        method=method,
        sequence=9,
        summary="Pay here",
        recurrence_id=recurrence_id,
        rule="" if recurrence_id else series.rule,
        **STRANGERS[stranger],
    )
    post.send(shape(forged))
    assert post.entries(series.uid) == before
    assert post.kind() is not MeetingMessageType.OUTDATED
    assert post.message().message_class.startswith("IPM.Schedule.Meeting")  # type: ignore[union-attr]


def test_a_stranger_cannot_hold_a_meeting(post: Post, invitation: Invitation) -> None:
    """Whoever guessed a UID and was first does not outlive the organizer's own word."""
    post.send(
        exchange(replace(invitation, sender="mallory@example.com", sequence=999_999, summary="Pay here"))
    )
    post.send(exchange(invitation))
    event = post.event(invitation.uid)
    assert event.subject == "Plan the year"
    post.send(exchange(later(invitation, sender="mallory@example.com", sequence=999_999, summary="Pay here")))
    assert post.event(invitation.uid) == event


def test_a_forwarded_invitation_follows_its_organizer(post: Post, invitation: Invitation) -> None:
    post.send(google(replace(invitation, sender="carla@example.net")))
    post.send(google(replace(invitation, sequence=1, summary="Plan more")))
    assert post.event(invitation.uid).subject == "Plan more"


def test_a_service_s_own_address_is_known_again(post: Post, invitation: Invitation) -> None:
    post.send(apple(invitation))
    post.send(apple(later(invitation, sequence=1, summary="Plan more")))
    assert post.event(invitation.uid).subject == "Plan more"
    post.send(apple(later(later(invitation, sequence=1, method="CANCEL"))))
    assert post.event(invitation.uid).meeting_status == 7


@pytest.mark.parametrize("header", ["X-Spam-Flag: YES", "X-Spam: Yes", "X-Spam-Status: Yes, score=9.1"])
def test_spam_comes_into_no_calendar(post: Post, invitation: Invitation, header: str) -> None:
    post.send(header.encode() + b"\r\n" + exchange(invitation))
    assert post.events(invitation.uid) == []
    assert post.message().meeting_request is not None
    post.send(exchange(invitation))
    before = post.entries(invitation.uid)
    post.send(header.encode() + b"\r\n" + exchange(later(invitation, method="CANCEL")))
    assert post.entries(invitation.uid) == before
    post.send(b"X-Spam-Status: No, score=-1\r\n" + exchange(later(invitation, method="CANCEL")))
    assert post.event(invitation.uid).meeting_status == 7


def test_an_imported_invitation_is_shown_and_comes_into_no_calendar(
    post: Post, invitation: Invitation
) -> None:
    mailbox = post.server.application.services.mailbox(post.server.users[ANNA].account_id)
    mails = [
        Mail(mime=exchange(replace(invitation, summary=name)), received=at(1, 0), draft=name == "Draft")
        for name in ("Came", "Draft")
    ]
    post.server.call(lambda: Import(mailbox, "Old mail").add(mails))

    async def look(session: Session) -> dict[str, Message]:
        [folder] = [folder for folder in await session.folders() if folder.name == "Old mail"]
        since = await session.start(folder.folder_id)
        changes = await session.changes(folder.folder_id, View(), since, 10)
        stored = await session.read(folder.folder_id, [change.item_id for change in changes.items])
        messages = [one.item for one in stored if one is not None and isinstance(one.item, Message)]
        return {message.subject or "": message for message in messages}

    found = post.do(look)
    assert {name: message.meeting_request is not None for name, message in found.items()} == {
        "Came": True,
        "Draft": False,
    }
    assert post.events(invitation.uid) == []


def test_a_message_without_a_calendar_part_costs_no_statement_more(
    post: Post, invitation: Invitation
) -> None:
    def cost(mime: bytes) -> int:
        delivery = post.server.application.delivery
        database = post.server.application.storage.database

        async def work() -> int:
            arrived = await delivery.accept(mime)
            before = database.statements
            await delivery.deliver(arrived, [post.server.users[ANNA]])
            return database.statements - before

        return post.server.call(work)

    plain = cost(b"From: otto@example.net\r\nMessage-ID: <x@example.net>\r\nSubject: x\r\n\r\nHello\r\n")
    assert plain == 12  # nothing for meetings: the item with its keys, words and size
    assert cost(exchange(replace(invitation, method="REPLY"))) == plain
    assert cost(exchange(invitation)) <= plain + 10
    assert cost(exchange(later(invitation, sequence=1))) <= plain + 11


def test_an_organizer_stays_the_organizer(post: Post, invitation: Invitation) -> None:
    post.send(exchange(invitation))
    before = post.entries(invitation.uid)
    other = replace(invitation, organizer="mallory@example.com", sender="otto@example.net")
    for method in ("REQUEST", "CANCEL"):
        post.send(exchange(later(other, method=method, sequence=1)))
        assert post.entries(invitation.uid) == before


def test_nobody_is_known_again(post: Post, invitation: Invitation) -> None:
    """Two messages that name no one sender need not be of the same one."""
    post.send(exchange(replace(invitation, sender=" ")))
    before = post.entries(invitation.uid)
    post.send(exchange(later(invitation, sender=" ", sequence=1, summary="Pay here")))
    assert post.entries(invitation.uid) == before


@pytest.mark.parametrize("sender", ["mallory@example.com", ""])
def test_a_meeting_that_came_otherwise_follows_its_organizer(
    post: Post, invitation: Invitation, sender: str
) -> None:
    event = Event(
        uid=invitation.uid,
        subject="From a file",
        organizer_email="Otto@Example.net",
        meeting_status=3,
        start_time=at(1, 9),
        end_time=at(1, 10),
    )
    post.file(event)
    post.send(exchange(replace(invitation, sender=sender)))
    assert post.event(invitation.uid).subject == ("From a file" if sender else "Plan the year")


def test_an_occurrence_of_another_organizer_stays_alone(post: Post, series: Invitation) -> None:
    forged = occurrence(series, "20261208", organizer="mallory@example.com", summary="Pay here")
    post.send(exchange(forged))
    post.send(exchange(series))
    found = {event.organizer_email: event.exceptions for event in post.events(series.uid)}
    assert found == {"mallory@example.com": None, "otto@example.net": None}


@pytest.mark.parametrize("more", [{"description": "x" * LARGEST}, {"more": ("X-A:1",) * MOST_LINES}])
def test_a_part_that_is_too_large_is_a_file(post: Post, invitation: Invitation, more: dict[str, Any]) -> None:
    post.send(bare(replace(invitation, **more)))
    assert post.events(invitation.uid) == []
    message = post.message()
    assert message.message_class == "IPM.Note"
    assert message.index is not None
    assert [part.content_type for part in message.index.attachments] == ["text/calendar"]
