"""Meeting messages in the shapes that the programs of organizers give them.

Each shape is a function from an Invitation to the bytes of a message::

    mime = google(Invitation(uid="1@example.net", rule="FREQ=WEEKLY;COUNT=4"))
    update = google(replace(invitation, sequence=1, start="20261201T110000"))
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from support.server import ANNA

OTTO: Final = "otto@example.net"
MAILERS_OWN: Final = "notification@calendar.example.com"
"""The address that a calendar service writes its own messages from."""

BERLIN: Final = """\
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""
APPLE_PLACE: Final = "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70"
EXCHANGE_UID: Final = (
    "040000008200E00074C5B7101A82E00800000000D0A1B2C3D4E5DC01000000000000000010000000"
    "5C6D7E8F90A1B2C3D4E5F60718293A4B"
)


@dataclass(frozen=True)
class Invitation:
    """What a meeting message says. Times are local in ``zone``, or days (``20261201``)."""

    uid: str = "meeting-1@example.net"
    method: str = "REQUEST"
    sequence: int = 0
    stamp: str = "20261120T090000Z"
    start: str = "20261201T100000"
    end: str = "20261201T110000"
    zone: str = "Europe/Berlin"
    summary: str = "Plan the year"
    location: str = "Room 5"
    description: str = "Bring your calendars."
    organizer: str = OTTO
    organizer_name: str = "Otto Ott"
    sender: str = ""
    """Who the message is from, where it is not the organizer."""
    attendees: tuple[tuple[str, str], ...] = ((ANNA, "NEEDS-ACTION"), ("carla@example.net", "ACCEPTED"))
    """Addresses and what they answered."""
    rule: str = ""
    recurrence_id: str = ""
    more: tuple[str, ...] = ()
    """Further lines of the event."""
    behind: str = ""
    """Further components, complete."""

    @property
    def is_all_day(self) -> bool:
        """Whether the times are days."""
        return "T" not in self.start

    @property
    def from_(self) -> str:
        """Whose message it is."""
        return self.sender or self.organizer

    def times(self, zone: str | None = None) -> list[str]:
        """DTSTART, DTEND and RECURRENCE-ID, in a zone that goes by another name."""
        place = ";VALUE=DATE" if self.is_all_day else f";TZID={zone or self.zone}"
        lines = [f"DTSTART{place}:{self.start}", f"DTEND{place}:{self.end}"]
        return [*lines, f"RECURRENCE-ID{place}:{self.recurrence_id}"] if self.recurrence_id else lines

    def times_in_utc(self) -> list[str]:
        """The same in UTC."""
        if self.is_all_day:
            return self.times()
        names = ("DTSTART", "DTEND", "RECURRENCE-ID")
        return [
            f"{name}:{in_utc(text, self.zone)}"
            for name, text in zip(names, (self.start, self.end, self.recurrence_id), strict=True)
            if text
        ]

    def people(self, attendee: str) -> list[str]:
        """The organizer, and the attendees by a pattern with ``status`` and ``address``."""
        return [
            f"ORGANIZER;CN={self.organizer_name}:mailto:{self.organizer}",
            *(attendee.format(status=status, address=address) for address, status in self.attendees),
        ]

    def common(self, stamp: str = "DTSTAMP") -> list[str]:
        """What every program writes."""
        return [
            f"UID:{self.uid}",
            f"SEQUENCE:{self.sequence}",
            f"{stamp}:{self.stamp}",
            f"SUMMARY:{self.summary}",
            f"LOCATION:{self.location}",
            f"DESCRIPTION:{self.description}",
            *([f"RRULE:{self.rule}"] if self.rule else []),
            *self.more,
        ]


def later(invitation: Invitation, **changed: object) -> Invitation:
    """The same, sent an hour later."""
    stamp = f"{invitation.stamp[:9]}{int(invitation.stamp[9:11]) + 1:02}0000Z"
    return replace(invitation, stamp=stamp, **changed)  # type: ignore[arg-type]  # fields by name


def occurrence(series: Invitation, day: str, **changed: object) -> Invitation:
    """A message about the occurrence of a day, an hour later than the one about the series."""
    times = {"recurrence_id": f"{day}T100000", "start": f"{day}T100000", "end": f"{day}T110000"}
    return later(series, rule="", **times | changed)


def in_utc(text: str, zone: str) -> str:
    """A local time of a zone, as it is written in UTC."""
    local = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
    return f"{local.astimezone(UTC):%Y%m%dT%H%M%SZ}"


Shape = Callable[[Invitation], bytes]


def calendar(invitation: Invitation, product: str, event: list[str], zones: str = "") -> bytes:
    """An iCalendar object with one event, its lines folded as RFC 5545 has it."""
    lines = [
        *("BEGIN:VCALENDAR", f"PRODID:{product}", "VERSION:2.0", "CALSCALE:GREGORIAN"),
        *([f"METHOD:{invitation.method}"] if invitation.method else []),
        *zones.splitlines(),
        *("BEGIN:VEVENT", *event, "END:VEVENT"),
        *invitation.behind.splitlines(),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line.encode()) for line in lines)


def _folded(line: bytes) -> bytes:
    pieces = [line[:70], *(line[place : place + 69] for place in range(70, len(line), 69))]
    return b"\r\n ".join(pieces) + b"\r\n"


def head(invitation: Invitation, message_type: str, sender: str = "", more: str = "") -> bytes:
    """The header of a message with one meeting in it."""
    subject = {"CANCEL": "Canceled: ", "REPLY": "Accepted: "}.get(invitation.method, "") + invitation.summary
    return (
        f"From: {sender or f'{invitation.organizer_name} <{invitation.from_}>'}\r\n"
        f"To: {', '.join(address for address, _ in invitation.attendees)}\r\n"
        f"Subject: {subject}\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n"
        f"Message-ID: <{invitation.uid}.{invitation.sequence}.{invitation.stamp}@example.net>\r\n"
        f"{more}MIME-Version: 1.0\r\nContent-Type: {message_type}\r\n"
    ).encode()


def part(content_type: str, content: bytes, encoding: str = "8bit", more: str = "") -> bytes:
    """A part of a multipart, encoded for transfer."""
    encoded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(
        content
    )
    return (
        f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}\r\n".encode()
        + encoded
    )


def parts(boundary: str, *inner: bytes) -> bytes:
    """What follows the header of a multipart."""
    marks = b"".join(b"--" + boundary.encode() + b"\r\n" + one + b"\r\n" for one in inner)
    return b"\r\n" + marks + b"--" + boundary.encode() + b"--\r\n"


def google(invitation: Invitation) -> bytes:
    """Google Calendar: three alternatives, the last one again as a file; single meetings are in UTC."""
    event = [
        *(invitation.times() if invitation.rule else invitation.times_in_utc()),
        *invitation.people(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP=TRUE;"
            "CN={address};X-NUM-GUESTS=0:mailto:{address}"
        ),
        *("X-GOOGLE-CONFERENCE:https://meet.example.com/abc", "X-MICROSOFT-CDO-OWNERAPPTID:-1130203112"),
        *("CREATED:20261101T080000Z", "LAST-MODIFIED:20261120T090000Z"),
        *invitation.common(),
        *(
            f"STATUS:{'CANCELLED' if invitation.method == 'CANCEL' else 'CONFIRMED'}",
            "TRANSP:OPAQUE",
        ),
    ]
    zones = BERLIN.format(zone=invitation.zone) if invitation.rule else ""
    content = calendar(invitation, "-//Google Inc//Google Calendar 70.9054//EN", event, zones)
    alternative = parts(
        "in",
        part("text/plain; charset=utf-8; format=flowed; delsp=yes", b"You have been invited.\r\n", "base64"),
        part("text/html; charset=utf-8", b"<p>You have been invited.</p>\r\n", "quoted-printable"),
        part(f'text/calendar; charset="UTF-8"; method={invitation.method}', content, "7bit"),
    )
    return head(
        invitation,
        "multipart/mixed; boundary=out",
        more=f"Reply-To: {invitation.organizer}\r\nSender: Calendar <{MAILERS_OWN}>\r\n",
    ) + parts(
        "out",
        b"Content-Type: multipart/alternative; boundary=in\r\n" + alternative,
        part(
            'application/ics; name="invite.ics"',
            content,
            "base64",
            'Content-Disposition: attachment; filename="invite.ics"\r\n',
        ),
    )


def exchange(invitation: Invitation) -> bytes:
    """Exchange and Outlook: base64, the zone by its Windows name, folded parameters, its own properties."""
    name = "W. Europe Standard Time"
    busy = "FREE" if invitation.method == "CANCEL" else "TENTATIVE"
    event = [
        *invitation.people(
            'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP=TRUE;CN="{address}":mailto:{address}'
        ),
        *invitation.common(),
        *invitation.times(name),
        *("CLASS:PUBLIC", "PRIORITY:5", "TRANSP:OPAQUE"),
        f"STATUS:{'CANCELLED' if invitation.method == 'CANCEL' else 'CONFIRMED'}",
        f"X-MICROSOFT-CDO-APPT-SEQUENCE:{invitation.sequence}",
        *("X-MICROSOFT-CDO-OWNERAPPTID:2114117385", f"X-MICROSOFT-CDO-BUSYSTATUS:{busy}"),
        *("X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY", "X-MICROSOFT-CDO-IMPORTANCE:1"),
        f"X-MICROSOFT-CDO-ALLDAYEVENT:{'TRUE' if invitation.is_all_day else 'FALSE'}",
        f"X-MICROSOFT-CDO-INSTTYPE:{1 if invitation.rule else 3 if invitation.recurrence_id else 0}",
        *("X-MICROSOFT-DONOTFORWARDMEETING:FALSE", "X-MICROSOFT-DISALLOW-COUNTER:FALSE"),
        *(
            "BEGIN:VALARM",
            "DESCRIPTION:REMINDER",
            "TRIGGER;RELATED=START:-PT15M",
            "ACTION:DISPLAY",
            "END:VALARM",
        ),
    ]
    zones = BERLIN.format(zone=name)
    content = calendar(invitation, "Microsoft Exchange Server 2010", event, zones)
    return head(
        invitation, 'multipart/alternative; boundary="_000_"', more="Thread-Topic: Plan the year\r\n"
    ) + parts(
        "_000_",
        part('text/plain; charset="iso-8859-1"', b"Bring your calendars.\r\n", "quoted-printable"),
        part('text/html; charset="iso-8859-1"', b"<p>Bring your calendars.</p>\r\n", "quoted-printable"),
        part(f'text/calendar; charset="utf-8"; method={invitation.method}', content, "base64"),
    )


def apple(invitation: Invitation) -> bytes:
    """Apple's Calendar by iCloud: from the service's own address, the calendar part as an attachment."""
    event = [
        *invitation.times(),
        *invitation.people(
            'ATTENDEE;CUTYPE=INDIVIDUAL;EMAIL="{address}";PARTSTAT={status};ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{address}'
        ),
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
        *(
            [f'{APPLE_PLACE};X-TITLE="{invitation.location}":geo:52.517100,13.388800']
            if invitation.location
            else []
        ),
        *invitation.common(),
        *("CREATED:20261101T080000Z", "TRANSP:OPAQUE"),
    ]
    content = calendar(
        invitation, "-//Apple Inc.//macOS 15.1//EN", event, BERLIN.format(zone=invitation.zone)
    )
    kind = f"text/calendar; charset=utf-8; method={invitation.method}; name=iCal-20261120-100000.ics"
    return head(
        invitation,
        'multipart/mixed; boundary="Apple-Mail=_1"',
        f"{invitation.organizer_name} <{MAILERS_OWN}>",
        f"Reply-To: {invitation.organizer}\r\n",
    ) + parts(
        "Apple-Mail=_1",
        part("text/plain; charset=utf-8", b"Otto invited you.\r\n", "quoted-printable"),
        part(
            kind,
            content,
            "quoted-printable",
            "Content-Disposition: attachment; filename=iCal-20261120-100000.ics\r\n",
        ),
    )


def thunderbird(invitation: Invitation) -> bytes:
    """Thunderbird: an alternative beside the same as a file."""
    event = [
        *invitation.common(),
        *invitation.people("ATTENDEE;RSVP=TRUE;PARTSTAT={status};ROLE=REQ-PARTICIPANT:mailto:{address}"),
        *invitation.times(),
        *("X-MOZ-SEND-INVITATIONS:TRUE", "X-MOZ-SEND-INVITATIONS-UNDISCLOSED:FALSE", "TRANSP:OPAQUE"),
    ]
    content = calendar(
        invitation,
        "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        event,
        BERLIN.format(zone=invitation.zone),
    )
    kind = f"text/calendar; charset=utf-8; method={invitation.method}"
    alternative = parts(
        "b2", part("text/plain; charset=utf-8", b"Otto invited you.\r\n"), part(kind, content)
    )
    return head(
        invitation, "multipart/mixed; boundary=b1", more="User-Agent: Mozilla Thunderbird\r\n"
    ) + parts(
        "b1",
        b"Content-Type: multipart/alternative; boundary=b2\r\n" + alternative,
        part(
            'application/ics; name="invite.ics"',
            content,
            more='Content-Disposition: attachment; filename="invite.ics"\r\n',
        ),
    )


def bare(invitation: Invitation) -> bytes:
    """A script: the message is the calendar part itself."""
    event = [*invitation.common(), *invitation.people("ATTENDEE:mailto:{address}"), *invitation.times()]
    content = calendar(invitation, "-//a script//EN", event)
    return head(invitation, f"text/calendar; charset=utf-8; method={invitation.method}") + b"\r\n" + content


SHAPES: Final[tuple[Shape, ...]] = (google, exchange, apple, thunderbird, bare)
