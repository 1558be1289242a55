"""iCalendar: files that are imported, and what is written of their items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from fuzz.mail import NOW, Blobs, check_shown, shown
from fuzz.target import Shape, Target, numbered, repeat
from fuzz.wire import VERSIONS
from overair.items import Event
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted, Refused
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.occurrences import occurrences
from overair.items.rendering import RenderOptions
from support.shared import SHARED

HEAD: Final = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
TAIL: Final = b"END:VCALENDAR\r\n"
EVENT: Final = (
    HEAD + b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260305T093000Z\r\nDTEND:20260305T100000Z\r\nSUMMARY:x\r\n"
)
END: Final = b"END:VEVENT\r\n" + TAIL
ZONE: Final = (
    b"BEGIN:VTIMEZONE\r\nTZID:%d\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\n"
    b"TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    b"DTSTART:19810329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    b"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)
FILES: Final = (
    EVENT
    + b"RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO;WKST=SU\r\nEXDATE:20260309T093000Z\r\nRDATE:20260313T093000Z\r\n"
    + b'ATTENDEE;CN="B, C";PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT:mailto:b@example.org\r\n'
    + b"ORGANIZER;CN=A:mailto:a@example.org\r\nLOCATION:here\\, there\r\nGEO:1.5;-2\r\nCATEGORIES:a,b\\,c\r\n"
    + b"CLASS:PRIVATE\r\nTRANSP:TRANSPARENT\r\nSEQUENCE:3\r\nDESCRIPTION:a\\nb\r\n"
    + b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    + b"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260312T093000Z\r\nDTSTART:20260312T103000Z\r\n"
    + b"DURATION:PT1H\r\nSUMMARY:y\r\nEND:VEVENT\r\n"
    + TAIL,
    HEAD
    + ZONE % 1
    + b"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=1:20260305T093000\r\nDTEND;TZID=1:20260305T100000\r\n"
    + b"RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101T000000Z\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:1\r\n"
    + END,
    HEAD
    + b"METHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:3\r\nDTSTART;VALUE=DATE:20260305\r\nRRULE:FREQ=YEARLY\r\n"
    + b"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:eA==\r\nATTACH:https://x/y\r\n"
    + b"EXDATE;VALUE=DATE:20270305,20280305\r\n"
    + END,
    HEAD
    + b"BEGIN:VTODO\r\nUID:4\r\nSUMMARY:x\r\nDUE;VALUE=DATE:20260305\r\nDTSTART:20260304\r\nPRIORITY:1\r\n"
    + b"RRULE:FREQ=DAILY;INTERVAL=2\r\nSTATUS:COMPLETED\r\nCOMPLETED:20260306T000000Z\r\nEND:VTODO\r\n"
    + b"BEGIN:VJOURNAL\r\nUID:5\r\nSUMMARY:n\r\nDESCRIPTION:text\r\nEND:VJOURNAL\r\n"
    + b"BEGIN:VFREEBUSY\r\nFREEBUSY:20260304T000000Z/PT1H\r\nEND:VFREEBUSY\r\n"
    + TAIL,
)
WORDS: Final = (
    *(
        HEAD,
        TAIL,
        b"BEGIN:",
        b"END:",
        b"VEVENT",
        b"VTODO",
        b"VJOURNAL",
        b"VTIMEZONE",
        b"STANDARD",
        b"DAYLIGHT",
    ),
    *(
        b"\r\n",
        b"\r\n ",
        b":",
        b";",
        b",",
        b"=",
        b'"',
        b"\\n",
        b"\\;",
        b"DTSTART",
        b"DTEND:",
        b"DURATION:-P1W",
    ),
    *(
        b"RRULE:FREQ=",
        b"SECONDLY",
        b"MONTHLY",
        b"YEARLY",
        b"COUNT=999999999",
        b"INTERVAL=0",
        b"BYDAY=-53MO,5SU",
    ),
    *(b"BYSETPOS=-1", b"BYMONTHDAY=-31", b"BYYEARDAY=366", b"BYWEEKNO=53", b"UNTIL=99991231T235959Z"),
    *(
        b"RSCALE=CHINESE",
        b"SKIP=FORWARD",
        b"BYMONTH=5L",
        b"EXDATE:",
        b"RDATE;VALUE=PERIOD:",
        b"RECURRENCE-ID:",
    ),
    *(
        b"TZID=",
        b"TZID:Europe/Berlin",
        b"TZOFFSETTO:-9999",
        b"TZOFFSETFROM:+0000",
        b"00010101T000000",
        b"240000",
    ),
    *(
        b"VALUE=DATE",
        b"VALUE=BINARY",
        b"ENCODING=BASE64",
        b"99991231",
        b"99991231T235959Z",
        b"19700101T000000Z",
    ),
    *(
        b"TRIGGER;RELATED=END:",
        b"GEO:nan;inf",
        b"PERCENT-COMPLETE:101",
        b"UID:",
        b"SEQUENCE:1",
        b"METHOD:CANCEL",
    ),
)


def read_files(data: bytes) -> list[Converted | Refused]:
    blobs = Blobs()
    return list(items_from_icalendar(data, default_zone="Europe/Berlin", put=blobs.put, now=NOW))


def check_files(found: list[Converted | Refused]) -> None:
    """An item can be kept, shown, measured, and written as a file that says the same."""
    for one in found:
        if isinstance(one, Refused):
            continue
        item = one.item
        assert msgspec.json.decode(msgspec.json.encode(item), type=type(item)) == item
        assert isinstance(item.view_date, int)
        if isinstance(item, Event):
            list(occurrences(item, NOW, datetime(2027, 3, 1, tzinfo=UTC), "UTC"))
        for version in VERSIONS[2:]:
            if version >= item.first_version:
                check_shown(shown(item, Blobs(), RenderOptions(), version), version)
        written = icalendar_of(item, default_zone="Europe/Berlin", now=NOW)
        again = read_files(written.data)
        assert [type(item)] == [type(two.item) for two in again if isinstance(two, Converted)], again


def file_seeds() -> Iterator[bytes]:
    yield from FILES
    yield FILES[0].decode().encode("utf-16")
    if SHARED is not None:
        yield from (path.read_bytes() for path in sorted((SHARED / "corpora/ical").glob("*.ics")))


def in_event(piece: bytes, before: bytes = b"", after: bytes = b"\r\n") -> Shape:
    """Pieces within an event."""
    return repeat(piece, EVENT + before, after + END)


def each_in_event(piece: bytes, before: bytes = b"", after: bytes = b"\r\n") -> Shape:
    """Pieces that differ, within an event."""
    return numbered(piece, EVENT + before, after + END)


def zoned(observances: bytes, before: bytes = b"") -> Shape:
    """A zone of many pieces, in which an event recurs."""
    event = b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Z:20260305T093000\r\nRRULE:FREQ=DAILY\r\n" + END
    return numbered(
        observances, HEAD + b"BEGIN:VTIMEZONE\r\nTZID:Z\r\n" + before, b"END:VTIMEZONE\r\n" + event
    )


def dated(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    """Pieces of one day after the other, which stands where ``piece`` has ``%b``."""

    def shape(size: int) -> bytes:
        count = max(1, (size - len(head) - len(tail)) // (len(piece) + 6))
        days = (FIRST_DAY + timedelta(days=number % LAST_DAYS) for number in range(count))
        return head + b"".join(piece % f"{day:%Y%m%d}".encode() for day in days) + tail

    return shape


FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST_DAYS: Final = 2_900_000
SERIES: Final = b"RRULE:FREQ=DAILY\r\n"
LONG: Final = EVENT.replace(b"20260305", b"19700101") + SERIES
OVERRIDE: Final = (
    b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:%bT093000Z\r\nDTSTART:20260305T093000Z\r\n"
)
SHAPES: Final[dict[str, Shape]] = {
    "events": numbered(b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20260305T093000Z\r\nEND:VEVENT\r\n", HEAD, TAIL),
    "events of one UID": repeat(
        b"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260305T093000Z\r\nEND:VEVENT\r\n", HEAD, TAIL
    ),
    "events without a UID": repeat(b"BEGIN:VEVENT\r\nDTSTART:20260305T093000Z\r\nEND:VEVENT\r\n", HEAD, TAIL),
    "tasks": numbered(b"BEGIN:VTODO\r\nUID:%d\r\nEND:VTODO\r\n", HEAD, TAIL),
    "notes": numbered(b"BEGIN:VJOURNAL\r\nUID:%d\r\nEND:VJOURNAL\r\n", HEAD, TAIL),
    "calendars": repeat(HEAD + TAIL),
    "calendars of events": repeat(EVENT + END),
    "beginnings": repeat(b"BEGIN:VEVENT\r\n"),
    "beginnings of calendars": repeat(HEAD),
    "ends": repeat(b"END:VEVENT\r\n", HEAD),
    "alarms": in_event(b"BEGIN:VALARM\r\nTRIGGER:-PT1M\r\nEND:VALARM\r\n"),
    "nested alarms": in_event(b"BEGIN:VALARM\r\n"),
    "changed occurrences": dated(OVERRIDE, LONG, END),
    "changed occurrences alone": dated(
        OVERRIDE.removeprefix(b"END:VEVENT\r\n") + b"END:VEVENT\r\n", HEAD, TAIL
    ),
    "occurrences taken out": dated(b"EXDATE:%bT093000Z\r\n", LONG, END),
    "a list of occurrences taken out": dated(b"%bT093000Z,", LONG + b"EXDATE:", b"\r\n" + END),
    "the same one taken out": in_event(b"20260306T093000Z,", SERIES + b"EXDATE:"),
    "added dates": dated(b"%bT103000Z,", LONG + b"RDATE:", b"\r\n" + END),
    "added dates without a rule": dated(b"%bT103000Z,", EVENT + b"RDATE:", b"\r\n" + END),
    "added periods": dated(b"%bT103000Z/PT1H,", EVENT + b"RDATE;VALUE=PERIOD:", b"\r\n" + END),
    "rules": in_event(b"RRULE:FREQ=DAILY\r\n"),
    "rules that exclude": in_event(b"EXRULE:FREQ=SECONDLY\r\n", SERIES),
    "parts of a rule": in_event(b"COUNT=1;", b"RRULE:FREQ=DAILY;"),
    "days of a rule": in_event(b"-1MO,", b"RRULE:FREQ=MONTHLY;BYDAY="),
    "seconds of a rule": in_event(b"59,", b"RRULE:FREQ=SECONDLY;COUNT=999999999;BYSECOND="),
    "places of a rule": in_event(b"-366,", b"RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE;BYSETPOS="),
    "a number": in_event(b"9", b"RRULE:FREQ=DAILY;COUNT="),
    "a rule that never comes": in_event(b"a", b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\nX:"),
    "a rule of seconds": in_event(b"a", b"RRULE:FREQ=SECONDLY;UNTIL=99991231T235959Z\r\nX:"),
    "attendees": each_in_event(b"ATTENDEE;CN=a:mailto:%d@example.org\r\n"),
    "one attendee": in_event(b"ATTENDEE:mailto:a@example.org\r\n"),
    "categories": each_in_event(b"%d,", b"CATEGORIES:"),
    "lines of categories": each_in_event(b"CATEGORIES:%d\r\n"),
    "attachments": in_event(b"ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA\r\n"),
    "an attachment": in_event(b"AAAA", b"ATTACH;ENCODING=BASE64;VALUE=BINARY:"),
    "properties": each_in_event(b"X-%d:a\r\n"),
    "lines": in_event(b"\r\n"),
    "bad lines": in_event(b"a\r\n"),
    "folded lines": in_event(b"a\r\n ", b"SUMMARY:"),
    "empty folded lines": in_event(b"\r\n ", b"SUMMARY:"),
    "parameters": each_in_event(b";A%d=B", b"SUMMARY", b":x\r\n"),
    "values of a parameter": in_event(b"a,", b"ATTENDEE;MEMBER=", b":mailto:x@y\r\n"),
    "quotes": in_event(b'"', b"SUMMARY;A=", b":x\r\n"),
    "quoted values": in_event(b'"a",', b"ATTENDEE;MEMBER=", b":mailto:x@y\r\n"),
    "a name": in_event(b"A"),
    "a description": in_event(b"\\n", b"DESCRIPTION:"),
    "backslashes": in_event(b"\\", b"DESCRIPTION:"),
    "tags": in_event(b"<b>", b"X-ALT-DESC;FMTTYPE=text/html:"),
    "open tags": in_event(b"<", b"DESCRIPTION:"),
    "a duration": in_event(b"9", b"DURATION:P", b"W\r\n"),
    "an offset": in_event(b"9", b"GEO:", b";1\r\n"),
    "zones": numbered(ZONE, HEAD, EVENT.removeprefix(HEAD) + END),
    "zones of one name": repeat(ZONE % 1, HEAD, EVENT.removeprefix(HEAD) + END),
    "observances": zoned(
        b"BEGIN:STANDARD\r\nDTSTART:19700101T%06d\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\n"
    ),
    "observances that recur": zoned(
        b"BEGIN:STANDARD\r\nDTSTART:19700101T%06d\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n"
        b"RRULE:FREQ=DAILY\r\nEND:STANDARD\r\n"
    ),
    "dates of an observance": zoned(
        b"RDATE:19700102T%06d\r\n",
        b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n",
    ),
    "a list of names of zones": each_in_event(b"X;TZID=%d:a\r\n"),
    "times of unknown zones": numbered(
        b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART;TZID=no/zone:20260305T093000\r\nEND:VEVENT\r\n", HEAD, TAIL
    ),
    "control characters": in_event(b"\x01\x0b\x0c\x1c\x85", b"SUMMARY:"),
    "what is no UTF-8": in_event(b"\xe9\xff", b"SUMMARY:"),
}

TARGETS: Final = (
    Target(
        name="icalendar",
        read=read_files,
        check=check_files,
        seeds=file_seeds,
        words=WORDS,
        size=4 * 1024,
        limit=32_000_000,
        microseconds=8,
        memory=60,
        shapes=SHAPES,
    ),
)
