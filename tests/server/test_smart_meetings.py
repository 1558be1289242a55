"""Events that are answered and forwarded, as a whole and an occurrence of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from overair.protocol.http import Command
from overair.protocol.send_mail import ForwardBody, Forwardee, SmartForwardRequest, Source
from overair.versions import SERVED, Version
from support.answering import CARL, USERS, answering, delivered, inbox, put, refused, sent, smart
from support.mailboxes import messages_in
from support.phone import Phone
from support.server import ANNA, BEN, RunningServer, running_server

START = datetime(2027, 3, 15, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Three users; every phone of a test is a device of its own."""
    settings: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(tmp_path_factory.mktemp("smart"), USERS, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def series(server: RunningServer) -> Source:
    """A weekly meeting of Ben's."""
    event = Event(
        subject="Team",
        uid="team-1",
        zone="Europe/Berlin",
        start_time=START,
        end_time=START.replace(hour=9),
        organizer_email=BEN,
        organizer_name="Ben Beck",
        attendees=(Attendee(email=ANNA, name="Anna"),),
        meeting_status=3,
        reminder=15,
        categories=("Private",),
        body=Body(type=BodyType.PLAIN_TEXT, data="Bring the plan"),
        recurrence=Recurrence(type=RecurrenceType.WEEKLY, interval=1, day_of_week=2, occurrences=10),
    )
    return put(server, FolderType.CALENDAR, event)


def calendar_of(message: EmailMessage) -> str:
    """The calendar part of a message, its lines unfolded."""
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    return str(part.get_content()).replace("\r\n", "\n").replace("\n ", "")


@pytest.mark.req("MS-ASCMD_R539", "MS-ASCMD_R5834", "MS-ASCMD_R7487", "MS-ASCMD_R538")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0, Version.V16_1])
def test_a_meeting_is_forwarded(server: RunningServer, series: Source, version: Version) -> None:
    sent(smart(Phone(server, version), Command.SMART_FORWARD, answering(CARL, "Come, too"), series))
    message = inbox(server, CARL)[0]
    body = message.get_body(("plain",))
    assert body is not None
    assert "Come, too" in body.get_content()
    assert "When: Mon, 15 Mar 2027 09:00 - 10:00 (Europe/Berlin)" in body.get_content()
    assert "Bring the plan" in body.get_content()
    calendar = calendar_of(message)
    assert "RRULE:" in calendar
    assert f"mailto:{BEN}" in calendar
    assert f"mailto:{CARL}" in calendar
    assert "VALARM" not in calendar
    assert "Private" not in calendar


@pytest.mark.req("MS-ASCMD_R538")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_an_occurrence_is_forwarded(server: RunningServer, series: Source, version: Version) -> None:
    second = Source(
        folder_id=series.folder_id, item_id=series.item_id, instance_id="2027-03-22T08:00:00.000Z"
    )
    sent(smart(Phone(server, version), Command.SMART_FORWARD, answering(CARL, "Only this"), second))
    calendar = calendar_of(inbox(server, CARL)[0])
    assert "RRULE" not in calendar.partition("BEGIN:VEVENT")[2]
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20270322T090000" in calendar
    nothing = Source(
        folder_id=series.folder_id, item_id=series.item_id, instance_id="2027-03-23T08:00:00.000Z"
    )
    refused(smart(Phone(server, version), Command.SMART_FORWARD, answering(CARL), nothing), 150, 404)


@pytest.mark.req("MS-ASCMD_R576", "MS-ASCMD_R5420")
@pytest.mark.parametrize("version", SERVED)
def test_a_meeting_is_answered(server: RunningServer, series: Source, version: Version) -> None:
    sent(smart(Phone(server, version), Command.SMART_REPLY, answering(BEN, "I am late"), series))
    message = inbox(server, BEN)[0]
    assert message.get_content_type() == "text/plain"
    assert "> Bring the plan" in message.get_content()


def invite(phone: Phone, source: Source, *people: str, client_id: str = "i", **fields: Any) -> Any:
    """A SmartForward with Forwardees."""
    forwardees = tuple(Forwardee(email=address, name="Carl") for address in people)
    request = SmartForwardRequest(client_id=client_id, source=source, forwardees=forwardees, **fields)
    return phone.post(Command.SMART_FORWARD, request)


@pytest.mark.req("MS-ASAIRS_R1332")
@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
def test_the_server_composes_what_forwardees_get(
    server: RunningServer, series: Source, version: Version
) -> None:
    phone = Phone(server, version)
    before = len(inbox(server, CARL))
    copies = len(messages_in(server, ANNA, FolderType.SENT_ITEMS))
    body = ForwardBody(type=BodyType.PLAIN_TEXT, data="Please come")
    sent(invite(phone, series, CARL, body=body))
    assert invite(phone, series, CARL, body=body).common_status == 118
    message = inbox(server, CARL)[0]
    assert len(inbox(server, CARL)) == before + 1
    assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == copies + 1
    assert message["Subject"] == "FW: Team"
    text = message.get_body(("plain",))
    assert text is not None
    assert "Please come" in text.get_content()
    assert f"mailto:{CARL}" in calendar_of(message)


@pytest.mark.req("MS-ASCMD_R7467", "MS-ASCMD_R7468", "MS-ASCMD_R7470")
def test_forwardees_that_are_wrong(server: RunningServer, series: Source) -> None:
    phone = Phone(server, Version.V16_1)
    mime = b"To: carl@example.org\r\n\r\nx"
    for fields in (
        {"mime": mime},
        {"save_in_sent_items": True},
        {"replace_mime": True},
        {"template_id": "1"},
    ):
        assert invite(phone, series, CARL, **fields).common_status == 178
    body = ForwardBody(type=BodyType.PLAIN_TEXT, data="x")
    assert invite(phone, series, CARL, body=body, mime=mime).common_status == 178
    assert invite(phone, series, "").common_status == 179
    assert invite(phone, series, "nobody at all").common_status == 116
    assert invite(phone, series, body=body).common_status == 119
    assert invite(phone, series).common_status == 103
    assert invite(phone, delivered(server, "No event"), CARL).common_status == 179
