"""What servers of CalDAV and CardDAV answer: multistatus, errors, hrefs, busy times, odd calendar objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fuzz.discovering import XML_SHAPES
from fuzz.target import Shape, Target, repeat
from overair.dav.free_busy import ANSWER_BYTES, PERIODS, Period, periods
from overair.dav.hrefs import LONGEST, BadHref, origin, path_of, place_of
from overair.dav.multistatus import BadXml, Reader, Response, conditions_of
from overair.dav.transport import ERROR_BYTES, OBJECT_BYTES
from overair.mailboxes.gateway.groupware.scheduling import told_by_client
from overair.mailboxes.gateway.groupware.stand_ins import LEVELS, hidden, shown_again
from support.scripted_dav import NAMESPACES, calendar, response

PIECE: Final = 256 * 1024
HEAD: Final = f"<D:multistatus {NAMESPACES}>".encode()
ORIGIN: Final = "https://dav.example.org:443"


def read_multistatus(data: bytes) -> list[Response]:
    """An answer in the pieces in which the client reads it."""
    found: list[Response] = []
    reader = Reader("/home/work/", found.append)
    for start in range(0, len(data), PIECE):
        reader.feed(data[start : start + PIECE])
    reader.end()
    return found


def check_multistatus(found: list[Response]) -> None:
    for one in found:
        assert path_of(one.path, "/") == one.path
        assert 0 <= one.status < 1000


def multistatus_seeds() -> Iterator[bytes]:
    etag = "<D:getetag>&quot;1&quot;</D:getetag>"
    said = [
        response("/home/work/a%20b.ics", etag),
        response("http://other/home/work/c.ics", f"{etag}<C:calendar-data>BEGIN:VCALENDAR</C:calendar-data>"),
        response("d.ics", "", 404),
        response("/home/work/", "", 507),
        calendar("/home/work/", ctag="1", token="urn:1"),
    ]
    yield HEAD + "".join(said).encode() + b"<D:sync-token>urn:2</D:sync-token></D:multistatus>"
    yield HEAD + b"</D:multistatus>"


def read_href(data: bytes) -> tuple[str, str]:
    href = data.decode("utf-8", "replace")
    return path_of(href, "/home/work/"), place_of(href, "/home/work/", ORIGIN)


def check_href(found: tuple[str, str]) -> None:
    path, place = found
    assert path_of(path, "/") == path
    assert path.isascii()
    if not place.startswith("/"):
        assert origin(place).startswith("https://")


def read_periods(data: bytes) -> list[Period]:
    return periods(data.decode("utf-8", "replace"))


def check_periods(found: list[Period]) -> None:
    assert len(found) <= PERIODS
    assert all(one.start < one.end for one in found)


def read_object(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    for level in LEVELS:
        hidden(text, level)
    told_by_client(text, text)
    return text


def check_object(text: str) -> None:
    if "X-OVERAIR-HIDDEN-" not in text:
        for level in LEVELS:
            assert shown_again(hidden(text, level)) == text
    again = told_by_client(text)
    assert told_by_client(again) == again


RESPONSE: Final = response("/a", "<D:getetag>1</D:getetag>").encode()
CALENDAR: Final = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY\r\n"
    b'ATTENDEE;CN="a:b";PARTSTAT=ACCEPTED:mailto:ada@example.org\r\nEND:VEVENT\r\n'
    b"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260102T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
OBJECT_SHAPES: Final[dict[str, Shape]] = {
    "events that begin": repeat(b"BEGIN:VEVENT\r\n"),
    "events that end": repeat(b"END:VEVENT\r\n", b"BEGIN:VEVENT\r\n"),
    "events": repeat(b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"),
    "rules": repeat(b"RRULE:\r\n", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"),
    "people": repeat(b"ATTENDEE:a\r\n"),
    "folds": repeat(b"\r\n a", b"ATTENDEE;CN="),
    "quotes": repeat(b'"', b"ATTENDEE;CN="),
    "parameters": repeat(b";", b"ATTENDEE"),
    "blanks": repeat(b" ", b"BEGIN:VEVENT", b"x"),
}
TARGETS: Final = (
    Target(
        name="dav_multistatus",
        read=read_multistatus,
        check=check_multistatus,
        refuses=(BadXml,),
        seeds=multistatus_seeds,
        words=(
            *(b"<D:response>", b"</D:response>", b"<D:href>", b"</D:href>", b"<D:propstat>", b"<D:prop>"),
            *(
                b"<D:status>HTTP/1.1 404 x</D:status>",
                b"<D:sync-token>",
                b"<!DOCTYPE a [",
                b"<!ENTITY a 'b'>",
            ),
            *(b"<![CDATA[", b"]]>", b"&#0;", b"%2F", b"http://", b"/home/work/", b"<?xml version='1.1'?>"),
        ),
        size=4096,
        limit=8 * 1024 * 1024,
        microseconds=10,
        memory=256,
        shapes=XML_SHAPES
        | {
            "responses": repeat(RESPONSE, HEAD, b"</D:multistatus>"),
            "elements of one response": repeat(b"<a/>", HEAD + b"<D:response>"),
            "text of one response": repeat(b"a", HEAD + b"<D:response><D:href>"),
            "hrefs": repeat(b"<D:href>/a</D:href>", HEAD + b"<D:response>"),
            "a long href": repeat(b"%2F", HEAD + b"<D:response><D:href>/"),
            "a comment": repeat(b"a", HEAD + b"<!--"),
            "an attribute": repeat(b"a", HEAD + b"<a b='"),
        },
    ),
    Target(
        name="dav_error",
        read=conditions_of,
        seeds=lambda: (b'<error xmlns="DAV:"><valid-sync-token/></error>', b"<html/>"),
        words=(b"<error xmlns='DAV:'>", b"<a/>", b"</error>", b"<!DOCTYPE a [", b"&a;", b"<![CDATA["),
        size=1024,
        limit=ERROR_BYTES,
        microseconds=20,
        memory=256,
        shapes=XML_SHAPES,
    ),
    Target(
        name="dav_href",
        read=read_href,
        check=check_href,
        refuses=(BadHref,),
        seeds=lambda: (
            b"/home/work/a%20b.ics",
            b"https://p07.example.org:8443/x/",
            b"http://[::1]/a",
            b"../a",
            "//dav.example.org/ä".encode(),
        ),
        words=(
            b"%2F",
            b"%",
            b"//",
            b"..",
            b"http://",
            b"https://p.example.org",
            b"[",
            b"]",
            b":",
            b"?",
            b"#",
            b"@",
        ),
        size=512,
        limit=4 * LONGEST,
        microseconds=20,
        memory=64,
        shapes={
            "segments": repeat(b"/a"),
            "steps up": repeat(b"../"),
            "escapes": repeat(b"%41", b"/"),
            "halves of escapes": repeat(b"%", b"/"),
        },
    ),
    Target(
        name="dav_busy_times",
        read=read_periods,
        check=check_periods,
        seeds=lambda: (
            b"FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260302T090000Z/20260302T100000Z,\r\n 20260303T0900Z/PT1H\r\n",
        ),
        words=(
            b"FREEBUSY",
            b";FBTYPE=",
            b":",
            b"/",
            b"20260302T090000Z",
            b"PT1H",
            b"P1W",
            b",",
            b"\r\n ",
            b'"',
        ),
        size=1024,
        limit=ANSWER_BYTES,
        microseconds=20,
        memory=64,
        shapes={
            "periods": repeat(b"20260302T090000Z/PT1H,", b"FREEBUSY:"),
            "lines": repeat(b"FREEBUSY:20260302T090000Z/PT1H\r\n"),
            "folds": repeat(b"\r\n 1", b"FREEBUSY:"),
            "quotes": repeat(b'"', b"FREEBUSY;A="),
            "durations": repeat(b"1", b"FREEBUSY:20260302T090000Z/P"),
        },
    ),
    Target(
        name="dav_calendar_object",
        read=read_object,
        check=check_object,
        seeds=lambda: (CALENDAR,),
        words=(
            *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"RRULE:", b"ATTENDEE", b";CN=", b":", b'"', b"\r\n "),
            *(b"RECURRENCE-ID:", b"X-OVERAIR-HIDDEN-", b";SCHEDULE-AGENT=NONE", b"\r", b"\n"),
        ),
        size=2048,
        limit=OBJECT_BYTES,
        microseconds=10,
        memory=64,
        shapes=OBJECT_SHAPES,
    ),
)
