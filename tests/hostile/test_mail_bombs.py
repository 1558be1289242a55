"""Messages that mean harm, as they come from outside by LMTP and from a phone by SendMail."""

from __future__ import annotations

import base64
import itertools
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from overair.protocol.http import Command
from overair.protocol.send_mail import SendMailRequest
from support.server import ANNA, BEN
from support.target import MEBIBYTE, Target
from support.tnef import MESSAGE_INTERFACE, MESSAGE_LEVEL, attribute, prop, properties, stream
from support.tnef import Attachment as TnefAttachment
from support.tnef import Letter as TnefLetter

HEADER = f"From: {ANNA}\r\nTo: {BEN}\r\nSubject: bomb\r\nMIME-Version: 1.0\r\n".encode()
MIXED = HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
NO_ADDRESS, INVALID = 116, 107
WINMAIL = (
    HEADER
    + b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)
EVENT = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:bomb\r\nORGANIZER:mailto:otto@example.net\r\n"
    b"DTSTAMP:20261120T090000Z\r\nDTSTART:20261201T100000Z\r\n"
)
OCCURRENCE = (
    b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:bomb\r\nORGANIZER:mailto:otto@example.net\r\n"
    b"RECURRENCE-ID:20261208T100000Z\r\nDTSTART:20261208T110000Z\r\n"
)
SCALES = [1, pytest.param(10, marks=pytest.mark.full)]
"""How often the repeated piece is repeated more, which must cost no more than that in proportion."""
_client_ids = itertools.count(1)


@dataclass(frozen=True)
class Letter:
    """A message: a piece repeated between two others; ``status`` is SendMail's, None where it is sent."""

    name: str
    piece: bytes
    count: int
    before: bytes | Callable[[], bytes] = HEADER
    """What takes long to make is made when it is sent."""
    after: bytes = b"\r\n\r\nend\r\n"
    status: int | None = None
    cpu: float = 2.0
    growth: int = 128 * MEBIBYTE

    def mime(self, scale: int) -> bytes:
        before = self.before if isinstance(self.before, bytes) else self.before()
        return before + self.piece * (self.count * scale) + self.after


def typed(content_type: str, encoding: str = "8bit") -> bytes:
    return HEADER + f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()


def to(more: bytes) -> bytes:
    return f"From: {ANNA}\r\nTo: {BEN}".encode() + more


def meeting(name: str, piece: bytes, count: int, before: bytes = b"", after: bytes = b"\r\n") -> Letter:
    """An invitation with something again and again in it."""
    head = typed("text/calendar; method=REQUEST").replace(ANNA.encode(), b"otto@example.net") + EVENT
    return Letter(name, piece, count, head + before, after + b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def tnef(name: str, piece: bytes, count: int) -> Letter:
    """A winmail.dat of an attribute again and again, behind one that makes whole groups of base64 of it."""
    head = stream(attribute(MESSAGE_LEVEL, 0, b""))
    head = stream(attribute(MESSAGE_LEVEL, 0, bytes(-len(head) % 3)))
    return Letter(name, encodebytes(piece * 3), count, WINMAIL + encodebytes(head))


def embedded(depth: int) -> bytes:
    """A winmail.dat with messages attached to each other."""
    found = TnefLetter("x", "text").stream()
    for _ in range(depth):
        inside = TnefAttachment("m", method=5, object=MESSAGE_INTERFACE + found)
        found = TnefLetter("x", attachments=(inside,)).stream()
    return WINMAIL + encodebytes(found)


def encodebytes(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def nested(depth: int) -> bytes:
    """Multiparts inside each other, each with a boundary of its own."""
    open_ = b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n'
    return HEADER + b"".join(open_ % (level, level) for level in range(depth))


LETTERS = [
    # Nesting and number
    Letter("multiparts", b"", 1, before=nested(20_000)),
    Letter("one boundary", b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", 20_000, MIXED),
    Letter("messages", b"Content-Type: message/rfc822\r\n\r\n", 20_000),
    Letter("parts", b"--b\r\n\r\nx\r\n", 100_000, MIXED),
    Letter("attachments", b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n", 10_000, MIXED),
    Letter("headers", b"X: y\r\n", 50_000, status=INVALID),
    Letter("continuations", b" y\r\n", 60_000, HEADER + b"X: y\r\n"),
    Letter("more continuations", b" y\r\n", 100_000, HEADER + b"X: y\r\n", status=INVALID),
    Letter("a header of one line", b"y", 900_000, HEADER + b"X: ", status=INVALID),
    Letter("references", b"\r\n <a@b>", 20_000, HEADER + b"References: <a@b>"),
    Letter("prefixes", b"Re: ", 10_000, f"From: {ANNA}\r\nTo: {BEN}\r\nSubject: ".encode()),
    Letter("encoded words", b"\r\n =?utf-8?q?a?=", 10_000, to(b"\r\nSubject: x")),
    Letter("a name", b"n", 900_000, HEADER + b"Content-Disposition: attachment; filename=", status=INVALID),
    # TNEF
    tnef("attributes of TNEF", attribute(MESSAGE_LEVEL, 0x2800C, b"x"), 30_000),
    tnef("attachments in TNEF", TnefAttachment("a.txt", b"x").attributes(), 10_000),
    tnef("properties in TNEF", attribute(MESSAGE_LEVEL, 0x69003, properties(*[prop(1, 3, 1)] * 500)), 60),
    Letter("messages in TNEF", b"", 1, before=lambda: embedded(1_000)),
    # Addresses
    Letter("recipients", b",\r\n u@example.org", 12_000, to(b"")),
    Letter("angles", b"\r\n <", 40_000, to(b"")),
    Letter("comments", b"(", 100_000, to(b"")),
    Letter("groups", b"\r\n a:", 40_000, to(b", "), status=NO_ADDRESS),
    Letter("routes", b"\r\n <@a,", 25_000, to(b", ")),
    Letter("IDN", b"", 1, to(b", x@xn--" + b"a" * 1000), status=NO_ADDRESS),
    # HTML
    Letter("nested elements", b"<div>\r\n", 100_000, typed("text/html")),
    Letter("overlapping elements", b"<b><p></b>\r\n", 100_000, typed("text/html")),
    Letter("open signs", b"<\r\n", 500_000, typed("text/html"), cpu=4.0, growth=256 * MEBIBYTE),
    Letter("open quotes", b"<a b='\r\n", 100_000, typed("text/html")),
    Letter("open comments", b"<!--\r\n", 200_000, typed("text/html")),
    Letter("open scripts", b"<script>\r\n", 100_000, typed("text/html")),
    Letter("a long number", b"1", 900_000, typed("text/html") + b"&#"),
    # Text
    Letter("a long line", b"x", 900_000, typed("text/plain")),
    Letter("empty lines", b"\r\n", 1_000_000, typed("text/plain"), growth=160 * MEBIBYTE),
    Letter("dots", b"..\r\n", 500_000, typed("text/plain"), growth=160 * MEBIBYTE),
    Letter("utf-7", b"+AGE-\r\n", 200_000, typed("text/plain; charset=utf-7")),
    Letter("utf-16 without end", b"\xd8", 900_001, typed("text/plain; charset=utf-16")),
    Letter("no charset", b"\xff\xfe\x80\r\n", 200_000, typed("text/plain; charset=klingon")),
    Letter("idna", b"xn--\r\n", 200_000, typed("text/plain; charset=idna")),
    Letter("punycode", b"a-b", 300_000, typed("text/plain; charset=punycode")),
    Letter("escapes", b"\x1b$B\r\n", 200_000, typed("text/plain; charset=iso-2022-jp")),
    Letter("uuencode", b"M\r\n", 300_000, typed("text/plain", "x-uuencode") + b"begin 6 x\r\n"),
    Letter("padding", b"AA==", 200_000, typed("text/plain", "base64")),
    Letter("soft breaks", b"=\r\n", 300_000, typed("text/plain", "quoted-printable")),
    # Meetings
    meeting("attendees", b"ATTENDEE;CN=a:mailto:a@example.net\r\n", 9_000),
    meeting("occurrences", OCCURRENCE, 1_500),
    meeting("dates that are taken out", b"20261208T100000Z,", 25_000, b"RRULE:FREQ=DAILY\r\nEXDATE:"),
    meeting("dates beside the pattern", b"20261208T100000Z,", 25_000, b"RDATE:"),
    meeting("components", b"BEGIN:X\r\n", 9_000),
    meeting("alarms", b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n", 3_000),
    meeting("parameters", b";A=B", 120_000, b"ATTENDEE", b":mailto:a@example.net\r\n"),
    meeting("folded lines", b"a\r\n ", 9_000, b"DESCRIPTION:"),
    meeting("categories", b"a,", 250_000, b"CATEGORIES:"),
    meeting("a rule that never comes", b"9", 1, b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=99"),
]
STRUCTURED = LETTERS[: [letter.name for letter in LETTERS].index("nested elements")]
"""Those with a header or structure that SendMail looks into."""
ENDLESS = [
    Letter("a line without end", b"x", 12 * MEBIBYTE, typed("text/plain")),
    Letter("a header without end", b"y", 12 * MEBIBYTE, HEADER + b"X: "),
]
"""Lines that no mail server sends."""


def command(connection: socket.socket, line: bytes) -> bytes:
    connection.sendall(line + b"\r\n")
    return reply(connection)


def reply(connection: socket.socket) -> bytes:
    """The last line of a reply."""
    received = b""
    while not received.endswith(b"\r\n") or received.splitlines()[-1][3:4] == b"-":
        received += connection.recv(65536)
    return received.splitlines()[-1]


def delivered(server: Target, mime: bytes, address: str = BEN) -> bytes:
    """Deliver over LMTP; what it is answered."""
    with server.connect_lmtp(120) as connection:
        reply(connection)
        command(connection, b"LHLO outside")
        command(connection, b"MAIL FROM:<>")
        command(connection, b"RCPT TO:<" + address.encode() + b">")
        command(connection, b"DATA")
        return command(connection, mime.replace(b"\r\n.", b"\r\n..") + b"\r\n.")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_a_message_from_outside_is_delivered_whatever_it_is(
    server: Target, letter: Letter, scale: int
) -> None:
    mime = letter.mime(scale)
    with server.measured() as cost:
        answer = delivered(server, mime)
    endless = max(map(len, mime.split(b"\n"))) >= MEBIBYTE
    assert answer.startswith(b"500" if endless else b"250"), answer
    cost.assert_within(cpu=letter.cpu * scale, growth=letter.growth * scale)


@pytest.mark.parametrize("letter", ENDLESS, ids=lambda letter: letter.name)
def test_a_line_without_end_is_refused_and_the_rest_taken_no_notice_of(
    server: Target, letter: Letter
) -> None:
    with server.measured() as cost:
        answer = delivered(server, letter.mime(1))
    assert answer.startswith(b"500 ")
    cost.assert_within(cpu=0.6, growth=64 * MEBIBYTE)


@pytest.mark.parametrize("letter", STRUCTURED, ids=lambda letter: letter.name)
def test_a_message_that_is_sent_costs_little_too(server: Target, letter: Letter) -> None:
    message = SendMailRequest(client_id=f"{next(_client_ids)}", mime=letter.mime(1))
    with server.measured() as cost:
        answer = server.phone().post(Command.SEND_MAIL, message)
    assert answer.status == 200
    assert (answer.common_status if answer.body else None) == letter.status
    cost.assert_within(cpu=letter.cpu * 1.5, growth=letter.growth)


def test_commands_over_lmtp_have_a_length_and_take_turns(server: Target) -> None:
    with server.measured() as cost, server.connect_lmtp() as connection:
        reply(connection)
        assert command(connection, b"NOOP " + b"x" * 100_000).startswith(b"500 ")
        connection.sendall(b"NOOP\r\n" * 20_000 + b"QUIT\r\n")
        while connection.recv(65536):
            pass
    cost.assert_within(cpu=6.0)


def test_a_message_beyond_the_limit_is_refused_and_forgotten(server: Target) -> None:
    line = b"x" * 998 + b"\r\n"
    with server.measured() as cost:
        answer = delivered(server, HEADER + b"\r\n" + line * (40 * 1024))
    assert answer.startswith(b"552 ")
    cost.assert_within(cpu=1.5, growth=80 * MEBIBYTE)


@pytest.mark.parametrize(
    ("count", "size"), [(6, 6), pytest.param(12, 20, marks=pytest.mark.full)], ids=["six", "twelve"]
)
def test_many_large_messages_at_once_are_worked_on_in_turns(server: Target, count: int, size: int) -> None:
    mime = HEADER + b"Content-Transfer-Encoding: base64\r\n\r\n" + (b"A" * 76 + b"\r\n") * (size * 13_000)
    answers: list[int] = []
    server.phone().folder_sync()  # the log-in is known

    def send(number: int) -> None:
        message = SendMailRequest(client_id=f"large {number}", mime=mime)
        phone = server.phone(device_id=f"sender{number}")
        while (status := phone.post(Command.SEND_MAIL, message).status) == 503:
            time.sleep(0.5)  # there is no room for all at once
        answers.append(status)

    senders = [threading.Thread(target=send, args=(number,)) for number in range(count)]
    with server.measured() as cost:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert answers == [200] * count
    # Each body waits as it came and decoded (three times its size), and two messages are taken apart
    # (fourteen times); the holes between them grow where the machine is busy and they overlap more.
    cost.assert_within(cpu=count * size * 0.3, growth=(count * 4 + 2 * 14) * size * MEBIBYTE)
