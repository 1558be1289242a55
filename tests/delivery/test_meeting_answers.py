"""What attendees answer by mail stands in their organizer's calendar, if it is theirs to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from delivery.post import Post, at
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.items.calendar.event import Event, EventException, OrganizerRevision
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.times import EPOCH
from support.invitations import MAILERS_OWN, OTTO, Invitation, exchange, google, thunderbird
from support.server import ANNA

CARLA = "carla@example.net"
ACCEPTED, DECLINED = AttendeeStatus.ACCEPTED, AttendeeStatus.DECLINED


def meeting(uid: str, **said: Any) -> Event:
    """Anna's meeting, to which two are invited."""
    event = Event(
        uid=uid,
        subject="Mine",
        organizer_email=ANNA,
        meeting_status=1,
        start_time=at(1, 9),
        end_time=at(1, 10),
        zone="Europe/Berlin",
        attendees=(
            Attendee(email=OTTO.title(), name="Otto"),
            Attendee(email=CARLA, name="Carla", status=AttendeeStatus.NOT_RESPONDED),
        ),
    )
    for name, value in said.items():
        setattr(event, name, value)
    return event


def answer(uid: str, answer: str = "ACCEPTED", address: str = OTTO, **said: Any) -> Invitation:
    values = {"uid": uid, "method": "REPLY", "organizer": ANNA, "sender": address}
    return Invitation(**values | {"attendees": ((address, answer),)} | said)


def answers(event: Event | EventException) -> list[AttendeeStatus | None]:
    return [one.status for one in event.attendees or ()]


@pytest.mark.parametrize("shape", [google, exchange, thunderbird])
def test_an_answer_stands_with_its_attendee_alone(post: Post, invitation: Invitation, shape: Any) -> None:
    before = meeting(invitation.uid)
    post.file(before)
    post.send(shape(answer(invitation.uid)))
    after = post.event(invitation.uid)
    assert answers(after) == [ACCEPTED, AttendeeStatus.NOT_RESPONDED]
    after.attendees = before.attendees
    assert after == before
    post.send(shape(answer(invitation.uid, "DECLINED", sequence=1)))
    post.send(shape(answer(invitation.uid, "TENTATIVE", CARLA)))
    assert answers(post.event(invitation.uid)) == [DECLINED, AttendeeStatus.TENTATIVE]


@pytest.mark.parametrize(
    "said",
    [
        {"sender": "mallory@example.com"},
        {"sender": MAILERS_OWN},
        {"address": "mallory@example.com"},
        {"organizer": "mallory@example.com"},
        {"answer": "NEEDS-ACTION"},
        {"answer": "DELEGATED"},
        {"sequence": 1},
    ],
)
def test_an_answer_that_is_not_theirs_to_give_changes_nothing(
    post: Post, invitation: Invitation, said: dict[str, Any]
) -> None:
    before = meeting(invitation.uid, organizer_revision=OrganizerRevision(2, EPOCH, ANNA))
    post.file(before)
    post.send(exchange(answer(invitation.uid, **{"sequence": 2} | said)))
    assert post.event(invitation.uid) == before


@pytest.mark.parametrize("status", [3, 5, 7])
def test_only_what_the_user_organizes_and_takes_place_is_answered(
    post: Post, invitation: Invitation, status: int
) -> None:
    before = meeting(invitation.uid, meeting_status=status)
    post.file(before)
    post.send(exchange(answer(invitation.uid)))
    assert post.event(invitation.uid) == before


def test_an_answer_for_one_occurrence(post: Post, invitation: Invitation) -> None:
    before = meeting(
        invitation.uid, recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=4)
    )
    post.file(before)
    day = replace(
        answer(invitation.uid, "DECLINED"),
        recurrence_id="20261202T100000",
        start="20261202T100000",
        end="20261202T110000",
    )
    post.send(exchange(day))
    after = post.event(invitation.uid)
    assert answers(after) == [None, AttendeeStatus.NOT_RESPONDED]
    [exception] = after.exceptions or ()
    assert exception.exception_start_time == at(2, 9)
    assert answers(exception) == [DECLINED, AttendeeStatus.NOT_RESPONDED]
    post.send(exchange(replace(day, recurrence_id="20270302T100000")))
    assert post.event(invitation.uid) == after, "there is none on that day"
