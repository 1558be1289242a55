"""The MeetingRequest that each version is shown of a meeting message."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from items.meetings import arrived, shown, texts
from overair.items import RenderOptions, render
from overair.items.mail.global_object_id import global_object_id
from overair.items.mail.meeting_request import InstanceType
from overair.items.mail.message import Message
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.items.time_zones.zones import TimeZoneInformation, information
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.pages import AirSyncBase, Calendar, Email, Email2, MeetingResponse
from support.invitations import (
    EXCHANGE_UID,
    OTTO,
    SHAPES,
    Invitation,
    Shape,
    bare,
    exchange,
    google,
    thunderbird,
)

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


@pytest.mark.req(
    *(f"MS-ASEMAIL_R{number}" for number in (294, 295, 365, 367, 374, 417, 423, 499, 505, 507, 509, 619)),
    *(f"MS-ASEMAIL_R{number}" for number in (625, 681, 682, 789, 870, 872)),
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
            "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8",
            {
                "Type": "5",
                "Interval": "1",
                "DayOfMonth": "8",
                "MonthOfYear": "5",
                "CalendarType": "8",
                "IsLeapMonth": "1",
            },
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
        for name, text in {"IsLeapMonth": "0", **expected}.items():
            assert found.get(name) == (text if version >= since.get(name, Version.V12_1) else None), name
        assert set(found) <= {*expected, "IsLeapMonth", "FirstDayOfWeek"}


@pytest.mark.req("MS-ASEMAIL_R527")
def test_a_place_has_the_length_that_it_may_have(blobs: FileBlobStore) -> None:
    message = arrived(bare(Invitation(location="x" * 40_000)))
    assert message.meeting_request is not None
    assert Email.Location not in shown(message, Version.V14_1, blobs)


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
