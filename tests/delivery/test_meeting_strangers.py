"""Who may change what stands in a calendar, and what changes nothing there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delivery.post import Post, at
from overair.items.event import Event
from overair.mailboxes.interface import FolderType, Session
from support.invitations import (
    Invitation,
    Shape,
    apple,
    exchange,
    google,
    later,
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

    async def add(session: Session) -> None:
        await session.add((await session.folder_of_type(FolderType.CALENDAR)).folder_id, mine)

    post.do(add)
    for organizer in (ANNA, "otto@example.net", "mallory@example.com"):
        post.send(exchange(replace(own, organizer=organizer, sequence=9)))
        assert post.event(own.uid) == mine


def test_an_event_without_an_organizer_is_left_alone(post: Post, invitation: Invitation) -> None:
    mine = Event(uid=invitation.uid, subject="Mine", start_time=at(1, 9), end_time=at(1, 10))

    async def add(session: Session) -> None:
        await session.add((await session.folder_of_type(FolderType.CALENDAR)).folder_id, mine)

    post.do(add)
    for method in ("REQUEST", "CANCEL"):
        post.send(exchange(replace(invitation, method=method, sequence=9)))
        assert post.event(invitation.uid) == mine


STRANGERS = {
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
