"""LMTP: whole sessions on a transport in memory."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Any, Final, NamedTuple

from fuzz.mail import NOW, USER
from fuzz.target import Target, repeat
from overair.delivery.lmtp import UNAVAILABLE, LmtpConnection, LmtpHandler
from overair.directory.interface import User
from overair.items.mail.message import Message

SIZE: Final = 32 * 1024 * 1024
"""The largest message; the server's default."""
_ANSWER: Final = re.compile(rb"[2-5]\d\d[ -][^\r\n]*")


class Delivery:
    """Takes what comes; nothing is indexed or stored."""

    def __init__(self) -> None:
        self.accepted: list[bytes] = []

    async def recipient(self, address: str) -> User | None:
        return USER if address.lower().endswith("@example.org") else None

    async def accept(self, mime: bytes, received: datetime | None = None) -> Message:
        self.accepted.append(mime)
        return Message(date_received=received or NOW)

    async def deliver(self, message: Message, users: list[User]) -> None:
        assert users or message


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None:
        """There is no hurry in memory."""

    def resume_reading(self) -> None:
        """As above."""


class Session(NamedTuple):
    """What a session left: the answers, the messages that were taken, and what nobody foresaw."""

    answers: bytes
    messages: list[bytes]
    failures: list[Exception]


class Handler(LmtpHandler):
    """The server's own, which keeps what nobody foresaw."""

    failures: list[Exception]

    async def handle_exception(self, error: Exception) -> str:
        self.failures.append(error)
        return UNAVAILABLE


LOOP: Final = asyncio.new_event_loop()
PIECE: Final = 64 * 1024
"""Bytes that the network brings at once."""


def converse(data: bytes, piece: int = PIECE) -> Session:
    """Everything that a peer sends, in pieces as a network brings them; then it hangs up."""
    return LOOP.run_until_complete(_converse(data, piece))


def state(protocol: LmtpConnection, wire: Wire) -> tuple[int, int]:
    """What moves while there is something to do: bytes that were answered and that wait."""
    return len(wire.written), len(vars(protocol._messages)["_buffer"])


async def _converse(data: bytes, piece: int) -> Session:
    delivery = Delivery()
    handler = Handler(delivery, "mail.example.org", 5)  # type: ignore[arg-type]  # all that it needs of one
    handler.failures = []
    protocol = LmtpConnection(
        handler, loop=LOOP, data_size_limit=SIZE, enable_SMTPUTF8=True, hostname="h", ident="i", timeout=300
    )
    wire = Wire()
    protocol.connection_made(wire)
    for place in range(0, len(data), piece):
        protocol.data_received(data[place : place + piece])
        await asyncio.sleep(0)
    # The peer hangs up when nothing moves any more.
    quiet = 0
    task = protocol._handler_coroutine
    while task is not None and not task.done() and quiet < 5:
        before = state(protocol, wire)
        await asyncio.sleep(0)
        quiet = quiet + 1 if state(protocol, wire) == before else 0
    protocol.eof_received()
    if task is not None:
        await asyncio.wait([task])
    protocol.connection_lost(None)
    return Session(bytes(wire.written), delivery.accepted, handler.failures)


def check_session(session: Session) -> None:
    """Every answer is one, and nothing went wrong that nobody foresaw."""
    for error in session.failures:
        raise error
    for line in session.answers.removesuffix(b"\r\n").split(b"\r\n"):
        assert _ANSWER.fullmatch(line), line


def read_data(data: bytes) -> tuple[Session, bytes]:
    """A message of these bytes; the first says how many the network brings at once."""
    body = data[1:]
    stream = GREETING + b"DATA\r\n" + body + b"\r\n.\r\n"
    return converse(stream, 1 + data[0] if data else 1), body


def check_data(read: tuple[Session, bytes]) -> None:
    """What was delivered is what was sent, up to the first lone dot."""
    session, body = read
    check_session(session)
    sent = b"\r\n" + body + b"\r\n.\r\n"
    sent = sent[: sent.index(b"\r\n.\r\n") + 2].replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")
    assert session.messages[0].endswith(b"\r\n" + sent)
    trace = session.messages[0].removesuffix(sent)
    assert trace.startswith(b"Return-Path: <a@b>\r\nDelivered-To: anna@example.org\r\n")
    assert trace.count(b"\n") == 5


GREETING: Final = b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<anna@example.org>\r\n"
TARGETS: Final = (
    Target(
        name="lmtp",
        read=converse,
        check=check_session,
        seeds=lambda: (
            GREETING + b"RCPT TO:<x@example.net>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.x\r\n.\r\nQUIT\r\n",
            (
                b"LHLO x\r\nMAIL FROM:<> BODY=8BITMIME SMTPUTF8 SIZE=10\r\n"
                b"RCPT TO:<\xc3\xbc@example.org>\r\nRSET\r\nNOOP\r\n"
                b"VRFY a\r\nHELP MAIL\r\nEXPN\r\nETRN\r\nEHLO x\r\nHELO\r\nSTARTTLS\r\n"
                b"AUTH PLAIN AGEAYg==\r\n"
            ),
        ),
        words=(
            *(
                b"LHLO x\r\n",
                b"MAIL FROM:<",
                b">\r\n",
                b"RCPT TO:<",
                b"@example.org",
                b"DATA\r\n",
                b"\r\n.\r\n",
                b"QUIT",
            ),
            *(
                b"RSET\r\n",
                b" SIZE=",
                b" BODY=8BITMIME",
                b" SMTPUTF8",
                b"NOOP",
                b"VRFY ",
                b"AUTH ",
                b"\r\n",
                b"\n",
                b"..",
            ),
            *(b"\xff", b'"', b"@a,@b:", b"HELP ", b"PLAIN", b"LOGIN", b"=", b"*\r\n"),
        ),
        size=2048,
        limit=SIZE,
        microseconds=4,
        memory=8,
        shapes={
            "commands": repeat(b"NOOP\r\n"),
            "resets": repeat(b"RSET\r\n"),
            "empty lines": repeat(b"\r\n"),
            "a long command": repeat(b"N"),
            "transactions": repeat(GREETING.partition(b"\n")[2] + b"RSET\r\n", b"LHLO x\r\n"),
            "messages": repeat(GREETING.partition(b"\n")[2] + b"DATA\r\nx\r\n.\r\n", b"LHLO x\r\n"),
            "recipients": repeat(b"RCPT TO:<anna@example.org>\r\n", GREETING),
            "unknown recipients": repeat(b"RCPT TO:<x@y>\r\n", GREETING),
            "quotes in an address": repeat(b'"', b"LHLO x\r\nMAIL FROM:<", b">\r\n"),
            "an address": repeat(b"a", b"LHLO x\r\nMAIL FROM:<", b"@b>\r\n"),
            "parameters": repeat(b" A=B", b"LHLO x\r\nMAIL FROM:<a@b>", b"\r\n"),
            "lines of a message": repeat(b"\r\n", GREETING + b"DATA\r\n", b".\r\n"),
            "short lines of a message": repeat(b"a\r\n", GREETING + b"DATA\r\n", b".\r\n"),
            "dots": repeat(b".", GREETING + b"DATA\r\n", b"\r\n.\r\n"),
            "lines of dots": repeat(b"..\r\n", GREETING + b"DATA\r\n", b".\r\n"),
            "bare line feeds": repeat(b"\n.\n", GREETING + b"DATA\r\n", b"\r\n.\r\n"),
            "an endless line": repeat(b"a", GREETING + b"DATA\r\n"),
            "a message without an end": repeat(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", GREETING + b"DATA\r\n"),
        },
    ),
    Target(
        name="lmtp_data",
        read=read_data,
        check=check_data,
        seeds=lambda: (
            b"\x05Subject: x\r\n\r\n..\r\n.x\r\n",
            b"\x00",
            b"\x40.\r\n",
            b"\xffa\n.\n\r.\r\nb\r\n\r\n.",
        ),
        words=(b"\r\n.\r\n", b"\r\n..", b"\r\n.", b"\n.\n", b"\r", b"\n", b".", b"\r\n"),
        size=512,
    ),
)
