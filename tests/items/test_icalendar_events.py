"""VEVENTs as events: what each property becomes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overair.items import Event
from overair.items.calendar.attendee import AttendeeStatus, AttendeeType
from overair.items.calendar.location import Location
from overair.items.icalendar.results import Converted
from overair.protocol.body_preferences import BodyType
from support.calendar_texts import (
    ME,
    calendar,
    component,
    described,
    dropped,
    event,
    event_of,
    read,
    read_one,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_texts_are_what_they_were() -> None:
    found = event_of(
        r"SUMMARY:C:\\New\, folder\; é",
        r"DESCRIPTION:one\ntwo\Nthree \\n",
        "  folded",
        r"LOCATION:Room 1\, 2nd floor",
        r"CATEGORIES:a\,b,c",
        "CATEGORIES:d,c",
    )
    assert found.subject == r"C:\New, folder; é"
    assert found.body is not None
    assert (found.body.type, found.body.data) == (
        BodyType.PLAIN_TEXT,
        "one\r\ntwo\r\nthree \\n folded",
    )
    assert found.location == Location(display_name="Room 1, 2nd floor")
    assert found.categories == ("a,b", "c", "d")


@pytest.mark.parametrize(
    "line", ["X-ALT-DESC;FMTTYPE=text/html:<p>a\\, b</p>", "STYLED-DESCRIPTION;VALUE=TEXT:<p>a\\, b</p>"]
)
def test_html_goes_before_text(line: str) -> None:
    body = event_of("DESCRIPTION:a b", line).body
    assert body is not None
    assert (body.type, body.data) == (BodyType.HTML, "<p>a, b</p>")


def test_links_go_below_the_text() -> None:
    lines = ["URL:https://example.net/?a=1,2", "ATTACH:https://example.net/plan.pdf"]
    body = event_of("DESCRIPTION:See https://example.net/?a=1\\,2", *lines).body
    assert body is not None
    assert body.data == "See https://example.net/?a=1,2\r\n\r\nhttps://example.net/plan.pdf"
    body = event_of("X-ALT-DESC;FMTTYPE=text/html:<body><p>x</p></body>", "URL:https://example.net/<b>").body
    assert body is not None
    link = "https://example.net/&lt;b&gt;"
    assert body.data == f'<body><p>x</p><p><a href="{link}">{link}</a></p></body>'


def test_a_place_on_earth() -> None:
    found = event_of(
        "LOCATION:Apple Park",
        'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="One Way\\n1";X-TITLE="Visitors":geo:37.33,-122.01',
    )
    assert found.location is not None
    assert (found.location.display_name, found.location.latitude, found.location.longitude) == (
        "Apple Park",
        37.33,
        -122.01,
    )
    assert event_of("GEO:50.1;8.6").location == Location(latitude=50.1, longitude=8.6)
    outlook = ["X-MICROSOFT-LOCATIONDISPLAYNAME:Room", "X-MICROSOFT-LATITUDE:0", "X-MICROSOFT-LONGITUDE:0"]
    assert event_of(*outlook).location == Location(display_name="Room")
    assert dropped(event("GEO:91;0")) == ["GEO: is no place on Earth"]
    assert dropped(event("GEO:here")) == ["GEO: cannot be read"]


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        ([], 2),
        (["TRANSP:TRANSPARENT"], 0),
        (["TRANSP:OPAQUE"], 2),
        (["STATUS:TENTATIVE"], 1),
        (["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"], 3),
        (["TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], 4),
    ],
)
def test_how_busy_one_is(lines: list[str], busy: int) -> None:
    assert event_of(*lines).busy_status == busy


@pytest.mark.parametrize(
    ("lines", "sensitivity"),
    [
        ([], 0),
        (["CLASS:PUBLIC"], 0),
        (["CLASS:PRIVATE"], 2),
        (["CLASS:CONFIDENTIAL"], 3),
        (["CLASS:SECRET"], 2),
    ],
)
def test_how_private_it_is(lines: list[str], sensitivity: int) -> None:
    assert event_of(*lines).sensitivity == sensitivity


def alarm(*lines: str, action: str = "DISPLAY") -> str:
    return component("VALARM", f"ACTION:{action}", "DESCRIPTION:x", *lines)


HOUR = "DTEND:20260302T100000Z"


@pytest.mark.parametrize(
    ("alarms", "minutes", "reasons"),
    [
        ([alarm("TRIGGER:-PT15M")], 15, []),
        ([alarm("TRIGGER:PT0S")], 0, []),
        ([alarm("TRIGGER:-P1DT30S")], 1441, []),
        ([alarm("TRIGGER;RELATED=END:-PT90M")], 30, []),
        ([alarm("TRIGGER;VALUE=DATE-TIME:20260302T083000Z")], 30, []),
        ([alarm("TRIGGER:-PT1H"), alarm("TRIGGER:-PT1H", action="AUDIO")], 60, []),
        (
            [alarm("TRIGGER:-PT1H"), alarm("TRIGGER:-PT5M")],
            5,
            ["VALARM: only the nearest one to the start is kept"],
        ),
        ([alarm("TRIGGER:PT5M")], None, ["VALARM: is not before the start"]),
        ([alarm("TRIGGER;RELATED=END:-PT5M")], None, ["VALARM: is not before the start"]),
        ([alarm("TRIGGER:-PT5M", action="EMAIL")], None, ["VALARM: is neither shown nor heard"]),
        ([alarm("TRIGGER:soon")], None, ["VALARM: has a TRIGGER that cannot be read"]),
        ([alarm()], None, ["VALARM: has no TRIGGER"]),
        # Apple's way to say that there is none, not even the usual one.
        ([alarm("TRIGGER;VALUE=DATE-TIME:19760401T005545Z", action="NONE")], None, []),
    ],
)
def test_the_reminder(alarms: list[str], minutes: int | None, reasons: list[str]) -> None:
    found = read_one(event(HOUR, *alarms))
    assert isinstance(found.item, Event)
    assert found.item.reminder == minutes
    assert [described(one) for one in found.dropped] == reasons


def test_what_an_alarm_says_besides_is_named() -> None:
    lines = ["TRIGGER:-PT5M", "REPEAT:3", "DURATION:PT1M", "PROXIMITY:ARRIVE", "X-MOZ-LASTACK:x"]
    names = ("REPEAT", "DURATION", "PROXIMITY", "X-MOZ-LASTACK")
    assert dropped(event(alarm(*lines))) == [f"VALARM {name}" for name in names]


def test_a_series_has_no_reminder_at_one_time() -> None:
    lines = ["RRULE:FREQ=DAILY", alarm("TRIGGER;VALUE=DATE-TIME:20260302T083000Z")]
    assert dropped(event(*lines)) == ["VALARM: is at a time of its own, in a series"]


GUESTS = (
    f"ATTENDEE;CN=Ada;PARTSTAT=TENTATIVE:mailto:{ME}",
    'ATTENDEE;CN="Lovelace, B.";ROLE=OPT-PARTICIPANT;PARTSTAT=DECLINED;RSVP=TRUE:MAILTO:b@example.net',
    "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED;EMAIL=room@example.net:urn:uuid:1",
    "ATTENDEE:mailto:c@example.net",
)


def test_a_meeting_that_was_received() -> None:
    found = event_of("ORGANIZER;CN=Boss:mailto:boss@example.net", *GUESTS)
    assert (found.organizer_name, found.organizer_email) == ("Boss", "boss@example.net")
    assert (found.meeting_status, found.response_type, found.response_requested) == (3, 2, True)
    assert [(one.email, one.name, one.status, one.type) for one in found.attendees or ()] == [
        (ME, "Ada", AttendeeStatus.TENTATIVE, AttendeeType.REQUIRED),
        ("b@example.net", "Lovelace, B.", AttendeeStatus.DECLINED, AttendeeType.OPTIONAL),
        ("room@example.net", "room@example.net", AttendeeStatus.ACCEPTED, AttendeeType.RESOURCE),
        ("c@example.net", "c@example.net", AttendeeStatus.NOT_RESPONDED, AttendeeType.REQUIRED),
    ]


@pytest.mark.parametrize("organizer", [[f"ORGANIZER:mailto:{ME.upper()}"], []])
def test_a_meeting_of_ones_own(organizer: list[str]) -> None:
    found = event_of(*organizer, "ATTENDEE:mailto:b@example.net")
    assert (found.meeting_status, found.response_type) == (1, 1)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["STATUS:CANCELLED"], 5),
        (["STATUS:CANCELLED", "ATTENDEE:mailto:b@example.net"], 5),
        (["STATUS:CANCELLED", "ATTENDEE:mailto:b@example.net", "ORGANIZER:mailto:c@example.net"], 7),
        (["ORGANIZER:mailto:c@example.net"], 0),
    ],
)
def test_the_status_of_a_meeting(lines: list[str], status: int) -> None:
    assert event_of(*lines).meeting_status == status


def test_what_attendees_say_besides_is_named() -> None:
    lines = [
        "ATTENDEE:https://example.net/somebody",
        'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:d@example.net":mailto:c@example.net',
    ]
    assert dropped(event(*lines)) == [
        "ATTENDEE: has no mail address",
        "ATTENDEE: has an answer of another kind",
        "ATTENDEE: an event keeps no DELEGATED-TO",
    ]


def test_what_microsoft_says_besides() -> None:
    found = event_of(
        "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
        "X-MICROSOFT-CDO-REPLYTIME:20260301T100000Z",
        "X-MICROSOFT-ISRESPONSEREQUESTED:TRUE",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.net/1",
        "ATTENDEE:mailto:b@example.net",
    )
    assert found.disallow_new_time_proposal is True
    assert found.response_requested is True
    assert found.appointment_reply_time == at("2026-03-01T10:00")
    assert found.online_meeting_external_link == "https://meet.example.net/1"


def test_files_in_the_file() -> None:
    blobs: dict[str, bytes] = {}
    lines = [
        "ATTACH;FMTTYPE=application/pdf;FILENAME=a b.pdf;ENCODING=BASE64;VALUE=BINARY:YWJj",
        "ATTACH;FMTTYPE=text/plain;VALUE=BINARY;ENCODING=BASE64:eA==",
        "ATTACH;VALUE=BINARY;ENCODING=BASE64:not base64",
    ]
    [found] = read(calendar(event(*lines)), blobs)
    assert isinstance(found, Converted)
    assert isinstance(found.item, Event)
    first, second = found.item.stored_attachments or ()
    assert (first.display_name, first.content_type, first.size, first.number) == (
        "a b.pdf",
        "application/pdf",
        3,
        1,
    )
    assert (second.display_name, second.number) == ("attachment 2.txt", 2)
    assert [blobs[key] for key in found.item.blob_keys] == [b"abc", b"x"]
    assert found.item.next_attachment == 3
    assert [described(one) for one in found.dropped] == ["ATTACH: is not in good base64"]


def test_what_has_no_field_is_named_without_its_content() -> None:
    lines = [
        "PRIORITY:1",
        "CREATED:20260101T000000Z",
        "X-SECRET:the butler did it",
        "X-EMPTY:",
        "a line of a text: that was not folded",
        "and: another one",
        component("VLOCATION", "NAME:x"),
    ]
    assert dropped(event(*lines)) == [
        "PRIORITY",
        "CREATED",
        "X-SECRET",
        "VEVENT: has properties that are not known",
        "VLOCATION",
        "VEVENT: has lines that are no properties",
    ]


def test_a_long_uid_is_another_one_and_always_the_same() -> None:
    long = event(uid="x" * 301)
    first, again = (read_one(long).item for _ in range(2))
    assert isinstance(first, Event)
    assert isinstance(again, Event)
    assert first.uid == again.uid
    assert len(first.uid or "") == 32
    assert dropped(long) == ["UID: is longer than 300 characters: another one in its place"]


def test_an_event_without_a_uid_has_that_of_its_content() -> None:
    def uid(*lines: str) -> str | None:
        found = read_one(component("VEVENT", "DTSTART:20260302T090000Z", *lines)).item
        assert isinstance(found, Event)
        return found.uid

    assert uid("SUMMARY:a") == uid("SUMMARY:a") != uid("SUMMARY:b")
