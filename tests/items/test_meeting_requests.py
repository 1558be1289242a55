"""Meeting messages as programs write them, and the MeetingRequest that each version is shown of them."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest

from overair.items import RenderOptions, render
from overair.items.global_object_id import global_object_id
from overair.items.meeting_request import InstanceType
from overair.items.message import Message, index_message, read_message
from overair.items.recurrence import CalendarType, RecurrenceType
from overair.items.time_zones import TimeZoneInformation, information
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar, Email, Email2, MeetingResponse
from support.invitations import (
    EXCHANGE_UID,
    OTTO,
    SHAPES,
    Invitation,
    Shape,
    apple,
    bare,
    exchange,
    google,
    thunderbird,
)

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
WEEKLY = Invitation(uid=EXCHANGE_UID, rule="FREQ=WEEKLY;COUNT=4")
OCCURRENCE = Invitation(recurrence_id="20261208T100000", start="20261208T140000", end="20261208T150000")
ALWAYS = [
    Email.AllDayEvent,
    Email.StartTime,
    Email.DtStamp,
    Email.EndTime,
    Email.InstanceType,
    Email.Organizer,
    Email.Reminder,
    Email.ResponseRequested,
    Email.Recurrences,
    Email.Sensitivity,
    Email.BusyStatus,
    Email.TimeZone,
]


def arrived(mime: bytes, zone: str = "UTC") -> Message:
    return read_message(mime, NOW, zone).message


def shown(
    message: Message, version: Version, blobs: FileBlobStore, options: RenderOptions | None = None
) -> dict[Tag, Element]:
    """The elements of the MeetingRequest by their tags; none where there is none."""
    assert message.index is not None
    kept = msgspec.structs.replace(message, blob=blobs.put(b"x" * message.index.size))
    elements = render(kept, options or RenderOptions(), version, blobs, "1:1")
    found = [element for element in elements if element.tag is Email.MeetingRequest]
    return {child.tag: child for element in found for child in element.children}


def texts(elements: dict[Tag, Element]) -> dict[Tag, str]:
    return {tag: element.text for tag, element in elements.items() if isinstance(element.content, str)}


@pytest.mark.req(
    "MS-ASEMAIL_R234",
    "MS-ASEMAIL_R236",
    "MS-ASEMAIL_R264",
    "MS-ASEMAIL_R401",
    "MS-ASEMAIL_R403",
    "MS-ASEMAIL_R416",
    "MS-ASEMAIL_R490",
    "MS-ASEMAIL_R526",
    "MS-ASEMAIL_R528",
    "MS-ASEMAIL_R530",
    "MS-ASEMAIL_R546",
    "MS-ASEMAIL_R637",
    "MS-ASEMAIL_R714",
    "MS-ASEMAIL_R715",
    "MS-ASEMAIL_R729",
    "MS-ASEMAIL_R749",
    "MS-ASEMAIL_R781",
    "MS-ASEMAIL_R783",
    "MS-ASEMAIL_R897",
    "MS-ASEMAIL_R908",
    "MS-ASEMAIL_R909",
    "MS-ASEMAIL_R911",
    "MS-ASEMAIL_R1253",
    "MS-ASEMAIL_R12540",
    "MS-ASEMAIL_R1305",
    "MS-ASEMAIL_R1310",
    "MS-ASEMAIL_R1311",
    "MS-ASEMAIL_R13110",
    "MS-ASEMAIL_R13111",
    "MS-ASEMAIL_R13001",
    "MS-ASEMAIL_R13002",
)
@pytest.mark.parametrize("version", SERVED)
def test_a_request_in_every_version(version: Version, blobs: FileBlobStore) -> None:
    elements = shown(arrived(exchange(WEEKLY)), version, blobs)
    in_16 = version >= Version.V16_0
    expected = {*ALWAYS, AirSyncBase.Location if in_16 else Email.Location}
    expected.add(Calendar.UID if in_16 else Email.GlobalObjId)
    if version >= Version.V14_0:
        expected.add(Email.DisallowNewTimeProposal)
    if version >= Version.V14_1:
        expected.add(Email2.MeetingMessageType)
    assert set(elements) == expected
    values = texts(elements)
    zone = TimeZoneInformation.parse(base64.b64decode(values.pop(Email.TimeZone)))
    assert zone == information("Europe/Berlin", 2026)
    assert values == {
        Email.AllDayEvent: "0",
        Email.StartTime: "2026-12-01T09:00:00.000Z",
        Email.DtStamp: "2026-11-20T09:00:00.000Z",
        Email.EndTime: "2026-12-01T10:00:00.000Z",
        Email.InstanceType: "1",
        Email.Organizer: '"Otto Ott" <otto@example.net>',
        Email.Reminder: "900",
        Email.ResponseRequested: "1",
        Email.Sensitivity: "0",
        Email.BusyStatus: "2",
        **(
            {Calendar.UID: EXCHANGE_UID}
            if in_16
            else {
                Email.Location: "Room 5",
                Email.GlobalObjId: base64.b64encode(bytes.fromhex(EXCHANGE_UID)).decode(),
            }
        ),
        **({Email.DisallowNewTimeProposal: "0"} if version >= Version.V14_0 else {}),
        **({Email2.MeetingMessageType: "1"} if version >= Version.V14_1 else {}),
    }
    if in_16:
        [name] = elements[AirSyncBase.Location].children
        assert (name.tag, name.text) == (AirSyncBase.DisplayName, "Room 5")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_program_s_request_is_one(shape: Shape, blobs: FileBlobStore) -> None:
    message = arrived(shape(Invitation()))
    assert message.message_class == "IPM.Schedule.Meeting.Request"
    assert message.content_class == "urn:content-classes:calendarmessage"
    values = texts(shown(message, Version.V16_1, blobs))
    assert values[Email.StartTime] == "2026-12-01T09:00:00.000Z"
    assert values[Email.EndTime] == "2026-12-01T10:00:00.000Z"
    assert values[Email.Organizer] == '"Otto Ott" <otto@example.net>'
    assert values[Email.InstanceType] == "0"
    assert values[Email.BusyStatus] == "2"
    assert values[Calendar.UID] == "meeting-1@example.net"
    assert values[Email2.MeetingMessageType] == "1"
    assert values[Email.ResponseRequested] == ("0" if shape is bare else "1")


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
    message, meeting = read_message(NO_MEETINGS[name], NOW)
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


@pytest.mark.req(
    "MS-ASEMAIL_R676",
    "MS-ASEMAIL_R679",
    "MS-ASEMAIL_R680",
    "MS-ASEMAIL_R935",
    "MS-ASEMAIL_R936",
    "MS-ASEMAIL_R1350",
    "MS-ASEMAIL_R491",
)
@pytest.mark.parametrize(
    ("invitation", "instance_type", "recurrence_id", "day"),
    [
        (Invitation(), "0", None, None),
        (WEEKLY, "1", None, None),
        (OCCURRENCE, "3", "2026-12-08T09:00:00.000Z", date(2026, 12, 8)),
        # The day is that of the meeting's zone.
        (
            replace(OCCURRENCE, recurrence_id="20261208T003000"),
            "3",
            "2026-12-07T23:30:00.000Z",
            date(2026, 12, 8),
        ),
        (
            Invitation(start="20261208", end="20261209", recurrence_id="20261209"),
            "3",
            "2026-12-08T23:00:00.000Z",
            date(2026, 12, 9),
        ),
    ],
)
@pytest.mark.parametrize("shape", [exchange, thunderbird])
def test_an_occurrence_names_itself(
    shape: Shape,
    invitation: Invitation,
    instance_type: str,
    recurrence_id: str | None,
    day: date | None,
    blobs: FileBlobStore,
) -> None:
    message = arrived(shape(invitation))
    options = RenderOptions(time_zone="Europe/Berlin")
    for version in SERVED:
        values = texts(shown(message, version, blobs, options))
        assert values[Email.InstanceType] == instance_type
        assert values.get(Email.RecurrenceId) == recurrence_id
        if version < Version.V16_0:
            identifier = global_object_id(invitation.uid, day)
            assert base64.b64decode(values[Email.GlobalObjId]) == identifier


@pytest.mark.req("MS-ASEMAIL_R1258")
def test_the_word_for_orphans_is_newer_than_14_1(blobs: FileBlobStore) -> None:
    message = arrived(exchange(OCCURRENCE))
    assert message.meeting_request is not None
    message.meeting_request.instance_type = InstanceType.ORPHAN
    found = {version: texts(shown(message, version, blobs))[Email.InstanceType] for version in SERVED}
    assert found == {version: "4" if version >= Version.V16_0 else "3" for version in SERVED}


@pytest.mark.req("MS-ASEMAIL_R235")
@pytest.mark.parametrize("shape", [google, exchange, thunderbird])
def test_days_begin_in_the_zone_of_the_house(shape: Shape, blobs: FileBlobStore) -> None:
    message = arrived(shape(Invitation(start="20260701", end="20260703")))
    for version in SERVED:
        values = texts(shown(message, version, blobs, RenderOptions(time_zone="Europe/Berlin")))
        assert values[Email.AllDayEvent] == "1"
        assert values[Email.StartTime] == "2026-06-30T22:00:00.000Z"
        assert values[Email.EndTime] == "2026-07-02T22:00:00.000Z"


@pytest.mark.req("MS-ASEMAIL_R781")
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York", "UTC"])
def test_the_time_zone_is_always_filled(zone: str, blobs: FileBlobStore) -> None:
    values = texts(shown(arrived(google(Invitation())), Version.V14_1, blobs, RenderOptions(time_zone=zone)))
    found = TimeZoneInformation.parse(base64.b64decode(values[Email.TimeZone]))
    assert found == information(zone, 2026)
    nameless = RenderOptions(time_zone=zone, time_zone_names=False)
    values = texts(shown(arrived(google(Invitation())), Version.V14_1, blobs, nameless))
    assert base64.b64decode(values[Email.TimeZone]) == information(zone, 2026).pack(names=False)


def test_floating_times_are_in_the_zone_of_the_house() -> None:
    mime = bare(Invitation()).replace(b";TZID=Europe/Berlin", b"")
    request = arrived(mime, "Asia/Tokyo").meeting_request
    assert request is not None
    assert request.start_time == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert request.zone == "Asia/Tokyo"


@pytest.mark.req("MS-ASEMAIL_R687")
@pytest.mark.parametrize(
    ("trigger", "seconds"),
    [("-PT15M", "900"), ("PT0S", "0"), ("-PT18H", "64800"), ("-P1D", None), ("-P1W", None)],
)
def test_reminders_are_in_seconds_where_there_is_room(
    trigger: str, seconds: str | None, blobs: FileBlobStore
) -> None:
    mime = thunderbird(
        Invitation(more=("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", "END:VALARM"))
    )
    assert texts(shown(arrived(mime), Version.V16_1, blobs)).get(Email.Reminder) == seconds


@pytest.mark.req("MS-ASEMAIL_R265", "MS-ASEMAIL_R1152", "MS-ASEMAIL_R1153", "MS-ASEMAIL_R1154")
@pytest.mark.parametrize(
    ("lines", "status", "before_16"),
    [
        ("TRANSP:TRANSPARENT", "0", "0"),
        ("TRANSP:OPAQUE", "2", "2"),
        ("STATUS:TENTATIVE", "2", "2"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nX-MICROSOFT-CDO-INTENDEDSTATUS:OOF", "3", "3"),
        ("X-MICROSOFT-CDO-INTENDEDSTATUS:TENTATIVE", "1", "1"),
        ("X-MICROSOFT-CDO-INTENDEDSTATUS:WORKINGELSEWHERE", "4", "0"),
        ("X-MICROSOFT-CDO-INTENDEDSTATUS:NONSENSE", "2", "2"),
    ],
)
def test_the_busy_status_is_that_of_who_accepts(
    lines: str, status: str, before_16: str, blobs: FileBlobStore
) -> None:
    message = arrived(bare(Invitation(more=tuple(lines.splitlines()))))
    for version in SERVED:
        found = texts(shown(message, version, blobs))[Email.BusyStatus]
        assert found == (status if version >= Version.V16_0 else before_16)


@pytest.mark.req("MS-ASEMAIL_R390", "MS-ASEMAIL_R391", "MS-ASEMAIL_R716", "MS-ASEMAIL_R730")
def test_what_an_organizer_says_of_answers(blobs: FileBlobStore) -> None:
    invitation = Invitation(more=("X-MICROSOFT-DISALLOW-COUNTER:TRUE", "CLASS:CONFIDENTIAL"))
    values = texts(shown(arrived(bare(invitation)), Version.V14_1, blobs))
    assert values[Email.DisallowNewTimeProposal] == "1"
    assert values[Email.Sensitivity] == "3"
    assert values[Email.ResponseRequested] == "0"


@pytest.mark.req("MS-ASEMAIL_R532", "MS-ASEMAIL_R533", "MS-ASEMAIL_R535")
@pytest.mark.parametrize(
    ("method", "sequence", "kind"),
    [("REQUEST", 0, "1"), ("REQUEST", 3, "2"), ("CANCEL", 1, "0"), ("REPLY", 0, "0"), ("COUNTER", 0, "0")],
)
def test_the_message_type_is_what_the_message_says(
    method: str, sequence: int, kind: str, blobs: FileBlobStore
) -> None:
    message = arrived(exchange(Invitation(method=method, sequence=sequence)))
    assert texts(shown(message, Version.V14_1, blobs))[Email2.MeetingMessageType] == kind


@pytest.mark.req("MS-ASCMD_R69901733", "MS-ASCMD_R69901734", "MS-ASCMD_R69901731", "MS-ASCMD_R69901710")
def test_a_proposal_says_which_time(blobs: FileBlobStore) -> None:
    message = arrived(google(Invitation(method="COUNTER")))
    for version in SERVED:
        values = texts(shown(message, version, blobs))
        proposed = values.get(MeetingResponse.ProposedStartTime), values.get(MeetingResponse.ProposedEndTime)
        expected = ("20261201T090000Z", "20261201T100000Z") if version >= Version.V16_1 else (None, None)
        assert proposed == expected


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


@pytest.mark.req(
    "MS-ASEMAIL_R291",
    "MS-ASEMAIL_R369",
    "MS-ASEMAIL_R370",
    "MS-ASEMAIL_R375",
    "MS-ASEMAIL_R376",
    "MS-ASEMAIL_R377",
    "MS-ASEMAIL_R420",
    "MS-ASEMAIL_R424",
    "MS-ASEMAIL_R501",
    "MS-ASEMAIL_R508",
    "MS-ASEMAIL_R620",
    "MS-ASEMAIL_R627",
    "MS-ASEMAIL_R650",
    "MS-ASEMAIL_R652",
    "MS-ASEMAIL_R653",
    "MS-ASEMAIL_R684",
    "MS-ASEMAIL_R791",
    "MS-ASEMAIL_R792",
    "MS-ASEMAIL_R847",
    "MS-ASEMAIL_R873",
    "MS-ASEMAIL_R880",
    "MS-ASEMAIL_R912",
    "MS-ASEMAIL_R1067",
)
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=2", {"Type": "0", "Interval": "2"}),
        (
            "FREQ=WEEKLY;BYDAY=TU,TH;WKST=SU;UNTIL=20261231T120000Z",
            {
                "Type": "1",
                "Interval": "1",
                "Until": "20261231T090000Z",
                "DayOfWeek": "20",
                "FirstDayOfWeek": "0",
            },
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1;COUNT=5",
            {"Type": "2", "Interval": "1", "Occurrences": "5", "DayOfMonth": "1", "CalendarType": "0"},
        ),
        (
            "FREQ=MONTHLY;BYDAY=1TU",
            {"Type": "3", "Interval": "1", "WeekOfMonth": "1", "DayOfWeek": "4", "CalendarType": "0"},
        ),
        (
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1",
            {"Type": "5", "Interval": "1", "DayOfMonth": "1", "MonthOfYear": "12", "CalendarType": "0"},
        ),
        (
            "FREQ=YEARLY;BYMONTH=12;BYDAY=1TU",
            {
                "Type": "6",
                "Interval": "1",
                "WeekOfMonth": "1",
                "DayOfWeek": "4",
                "MonthOfYear": "12",
                "CalendarType": "0",
            },
        ),
    ],
)
def test_the_recurrence_holds_what_its_type_needs(
    rule: str, expected: dict[str, str], blobs: FileBlobStore
) -> None:
    message = arrived(thunderbird(Invitation(rule=rule)))
    since = {"CalendarType": Version.V14_0, "IsLeapMonth": Version.V14_0, "FirstDayOfWeek": Version.V14_1}
    for version in SERVED:
        [recurrence] = shown(message, version, blobs)[Email.Recurrences].children
        found = {child.tag.name: child.text for child in recurrence.children}
        for name, text in {**expected, "IsLeapMonth": "0"}.items():
            assert found.get(name) == (text if version >= since.get(name, Version.V12_1) else None), name
        assert set(found) <= {*expected, "IsLeapMonth", "FirstDayOfWeek"}


def test_what_a_client_reads_is_what_was_shown(blobs: FileBlobStore) -> None:
    message = arrived(exchange(WEEKLY))
    for version in SERVED:
        assert message.index is not None
        kept = msgspec.structs.replace(message, blob=blobs.put(b"x" * message.index.size))
        read = Message.from_children(render(kept, RenderOptions(), version, blobs, "1:1"), version)
        request = read.meeting_request
        assert request is not None
        assert request.organizer == f'"Otto Ott" <{OTTO}>'
        assert request.recurrences is not None
        assert request.recurrences[0].type is RecurrenceType.WEEKLY
        assert request.recurrences[0].calendar_type is None or CalendarType.DEFAULT
        assert (request.uid is None) == (version < Version.V16_0)
        assert (request.global_object_id is None) == (version >= Version.V16_0)
