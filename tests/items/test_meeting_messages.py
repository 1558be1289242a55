"""Which messages are about a meeting, in the shapes in which programs write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from items.meetings import NOW, arrived, shown, texts
from overair.items.mail.message import index_message, read_message
from overair.storage.blobs import FileBlobStore
from overair.versions import Version
from overair.wbxml.pages import Email
from support.invitations import (
    SHAPES,
    Invitation,
    Shape,
    apple,
    bare,
    exchange,
    google,
    thunderbird,
)


@pytest.mark.req("MS-ASEMAIL_R543", "MS-ASEMAIL_R544")
def test_a_message_of_one_s_own_has_nothing_to_answer() -> None:
    message = index_message(google(Invitation()), NOW)
    assert message.message_class == "IPM.Schedule.Meeting.Request"
    assert message.meeting_request is None


@pytest.mark.parametrize(
    ("shape", "names"),
    [(google, ["invite.ics"]), (exchange, []), (apple, []), (thunderbird, ["invite.ics"]), (bare, [])],
)
def test_the_calendar_part_is_no_attachment(shape: Shape, names: list[str]) -> None:
    index = arrived(shape(Invitation())).index
    assert index is not None
    assert [part.name for part in index.attachments] == names
    own = index_message(shape(Invitation()), NOW).index
    assert own is not None
    assert len(own.attachments) == len(names) + 1


@pytest.mark.req("MS-ASEMAIL_R587")
@pytest.mark.parametrize(
    ("method", "answer", "message_class"),
    [
        ("REQUEST", "NEEDS-ACTION", "IPM.Schedule.Meeting.Request"),
        ("CANCEL", "NEEDS-ACTION", "IPM.Schedule.Meeting.Canceled"),
        ("REPLY", "ACCEPTED", "IPM.Schedule.Meeting.Resp.Pos"),
        ("REPLY", "DECLINED", "IPM.Schedule.Meeting.Resp.Neg"),
        ("REPLY", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
        ("REPLY", "DELEGATED", "IPM.Schedule.Meeting.Resp.Tent"),
        ("COUNTER", "TENTATIVE", "IPM.Schedule.Meeting.Resp.Tent"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES[:-1])
def test_the_class_says_what_a_message_is_for(
    shape: Shape, method: str, answer: str, message_class: str
) -> None:
    message = arrived(shape(Invitation(method=method, attendees=(("anna@example.org", answer),))))
    assert message.message_class == message_class
    assert message.content_class == "urn:content-classes:calendarmessage"
    assert message.meeting_request is not None
    assert message.meeting_request.uid == "meeting-1@example.net"


def with_type(content_type: str, more: str = "", method: str = "REQUEST") -> bytes:
    """The calendar as the one part of a message, under another type."""
    mime = bare(Invitation(method=method))
    head, _, content = mime.partition(b"\r\n\r\n")
    lines = [line for line in head.decode().split("\r\n") if not line.startswith("Content-Type")]
    return "\r\n".join([*lines, f"Content-Type: {content_type}", *more.splitlines()]).encode() + (
        b"\r\n\r\n" + content
    )


NO_MEETINGS = {
    "published": with_type("text/calendar; method=PUBLISH", method="PUBLISH"),
    "published, of an unknown method": with_type("text/calendar", method="X-INVITE"),
    "without a method": with_type("text/calendar", method=""),
    "of two methods": with_type("text/calendar; method=CANCEL"),
    "attached": with_type("text/calendar; name=x.ics", "Content-Disposition: attachment; filename=x.ics"),
    "another type": with_type("application/ics; method=REQUEST"),
    "inside an attached message": b"Content-Type: message/rfc822\r\n\r\n" + google(Invitation()),
    "signed": google(Invitation()).replace(
        b"multipart/mixed;", b'multipart/signed; protocol="application/pkcs7-signature";'
    ),
    "a report": google(Invitation()).replace(b"multipart/mixed;", b"multipart/report;"),
    "no organizer": bare(Invitation()).replace(b"ORGANIZER", b"X-WHO"),
    "no start": bare(Invitation()).replace(b"DTSTART", b"X-START"),
    "no event": bare(Invitation()).replace(b"VEVENT", b"VFREEBUSY"),
    "no calendar": bare(Invitation())[:400],
    "a task": bare(Invitation()).replace(b"VEVENT", b"VTODO"),
}


@pytest.mark.req("MS-ASEMAIL_R342", "MS-ASEMAIL_R541")
@pytest.mark.parametrize("name", NO_MEETINGS)
def test_what_is_no_meeting_message(name: str) -> None:
    message, meeting, _ = read_message(NO_MEETINGS[name], NOW)
    assert meeting is None
    assert message.meeting_request is None
    assert message.content_class == "urn:content-classes:message"
    assert "Schedule" not in (message.message_class or "")


@pytest.mark.parametrize(
    ("content_type", "method"),
    [
        ("text/calendar", "REQUEST"),
        ("text/calendar; method=request", "REQUEST"),
        ("text/calendar; method=REQUEST", ""),
        ('text/calendar; method="REQUEST"', "request"),
    ],
)
def test_either_place_names_the_method(content_type: str, method: str) -> None:
    message = arrived(with_type(content_type, method=method))
    assert message.message_class == "IPM.Schedule.Meeting.Request"


def test_floating_times_are_in_the_zone_of_the_house() -> None:
    mime = bare(Invitation()).replace(b";TZID=Europe/Berlin", b"")
    request = arrived(mime, "Asia/Tokyo").meeting_request
    assert request is not None
    assert request.start_time == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert request.zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("method", "message_class"),
    [("CANCEL", "IPM.Schedule.Meeting.Canceled"), ("REPLY", "IPM.Schedule.Meeting.Resp.Pos")],
)
@pytest.mark.parametrize("recurrence_id", ["", "20261208T100000"])
def test_a_cancellation_and_a_reply_need_no_start(
    method: str, message_class: str, recurrence_id: str, blobs: FileBlobStore
) -> None:
    """RFC 5546 has examples without."""
    invitation = Invitation(
        method=method, attendees=(("anna@example.org", "ACCEPTED"),), recurrence_id=recurrence_id
    )
    mime = bytes(thunderbird(invitation)).replace(b"DTSTART;", b"X-A;").replace(b"DTEND;", b"X-B;")
    message = arrived(mime)
    assert message.message_class == message_class
    values = texts(shown(message, Version.V14_1, blobs))
    assert Email.StartTime not in values
    assert Email.EndTime not in values
    assert values[Email.DtStamp] == "2026-11-20T09:00:00.000Z"
    assert values.get(Email.RecurrenceId) == ("2026-12-08T09:00:00.000Z" if recurrence_id else None)
    assert values[Email.TimeZone]
