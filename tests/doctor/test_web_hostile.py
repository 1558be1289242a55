"""Answers of somebody who means harm: the doctor takes so much of them, for so long, and goes on."""

from __future__ import annotations

import asyncio
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TypeVar

import msgspec
import pytest

from overair.doctor.answering import answer
from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.network.web import MAXIMUM_BODY, Answer, Unanswered, Why, ask
from overair.doctor.reporting.report import Report
from overair.protocol.http import PATH
from overair.ward.site import MAIL, NAMES, records
from overair.ward.ward import Ward

URL = f"https://{MAIL}{PATH}"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
PATIENCE = 1.0
"""Seconds for an answer."""
MEBIBYTE = 1024 * 1024
MOST_MEMORY = 16 * MEBIBYTE
"""Bytes that are held at once, at the most, for an answer of which MAXIMUM_BODY is taken."""
TEETH = 60.0
"""Seconds within which even a slow machine is done with what takes PATIENCE."""

T = TypeVar("T")
Piece = bytes | float
"""What is sent, or the seconds that nothing is."""
Speaking = Callable[[], AsyncIterator[Piece]]


def once(*pieces: Piece) -> Speaking:
    """Send some pieces, and hang up."""

    async def speak() -> AsyncIterator[Piece]:
        for piece in pieces:
            yield piece

    return speak


def for_ever(head: bytes, *pieces: Piece) -> Speaking:
    """Send a head, and then the same pieces again and again."""

    async def speak() -> AsyncIterator[Piece]:
        yield head
        while True:
            for piece in pieces:
                yield piece

    return speak


def chunk(data: bytes) -> bytes:
    """A chunk of a body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def bomb(head: bytes, window: int) -> Speaking:
    """Zeros, in very few bytes: with a window of 15 those of zlib, of 31 those of gzip."""

    async def speak() -> AsyncIterator[Piece]:
        packer = zlib.compressobj(9, zlib.DEFLATED, window)
        block = bytes(MEBIBYTE)
        packed = b"".join(packer.compress(block) for _ in range(UNPACKED_MEBIBYTES))
        yield whole(packed + packer.flush(), OK + head)

    return speak


UNPACKED_MEBIBYTES = 32
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><Autodiscover>&i;</Autodiscover>"
)
NESTED = b"<Autodiscover>" + b"<a>" * 100_000


def whole(body: bytes, head: bytes = OK) -> bytes:
    """An answer with a body."""
    return head + b"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body


SPEAKING: dict[str, Speaking] = {
    "headers without end": for_ever(OK, b"X-More: and more\r\n" * 100),
    "a header without end": for_ever(OK + b"X-More: ", b"more " * 1000),
    "a status without end": for_ever(b"HTTP/1.1 200 ", b"fine " * 1000),
    "interim answers without end": for_ever(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.001),
    "a body without end": for_ever(CHUNKED + b"\r\n", chunk(bytes(64 * 1024))),
    "a body that is announced to be huge": for_ever(
        OK + b"Content-Length: 99999999999999\r\n\r\n", bytes(64 * 1024)
    ),
    "a chunk without end": for_ever(CHUNKED + b"\r\nFFFFFFFFFFFF\r\n", bytes(64 * 1024)),
    "a drip": for_ever(OK + b"Content-Length: 1000\r\n\r\n", b"x", 0.05),
    "a drip of headers": for_ever(OK, b"X", 0.05),
    "a bomb of gzip": bomb(b"Content-Encoding: gzip\r\n", 31),
    "a bomb of deflate": bomb(b"Content-Encoding: deflate\r\n", 15),
    "gzip that is none": once(whole(b"\x1f\x8b" + bytes(100), OK + b"Content-Encoding: gzip\r\n")),
    "entities in entities": once(whole(LAUGHS)),
    "elements in elements": once(whole(NESTED)),
    "numbers that are none": once(OK + b"Content-Length: -1\r\n\r\n"),
    "two lengths": once(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "bytes of control": once(b"HTTP/1.1 200 \x1b[2J\r\nServer: \x00\x1b]0;x\x07\r\n\r\n"),
    "redirects to nonsense": once(
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: https://[::1/%zz\xff\x9b31m\r\n"
        b"X-MS-Location: http://a:99999999/\r\n\r\n"
    ),
    "a move to nonsense": once(
        b"HTTP/1.1 451 Moved\r\nContent-Length: 0\r\nX-MS-Location: https://[::1/%zz\r\n\r\n"
    ),
    "a rest without end": once(
        b"HTTP/1.1 503 Tired\r\nContent-Length: 0\r\nRetry-After: " + b"9" * 5000 + b"\r\n\r\n"
    ),
    "a date before all time": once(
        OK + b"Date: Mon, 00 Jan 0000 99:99:99 +9999\r\nContent-Length: 0\r\n\r\n"
    ),
    "ways to log in without end": once(
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n" + b'WWW-Authenticate: a="' + b"\\" * 8000 + b"\r\n\r\n"
    ),
}
"""What a server says, whatever it is asked."""


ASKED = (b"HTTP/1.1 401 No", b"WWW-Authenticate: Basic")
OFFERED = (b"HTTP/1.1 200 OK", b"MS-ASProtocolVersions: 14.1", b"MS-Server-ActiveSync: 14.1")


def greeting(_head: bytes) -> bytes | None:
    """Nothing is answered as it should be."""
    return None


def provision(head: bytes) -> bytes | None:
    """All is answered as it should be until a phone, logged in, asks for policies."""
    lines: tuple[bytes, ...] = ASKED
    if b"Authorization: " in head:
        if b"Cmd=Provision" in head:
            return None
        lines = OFFERED
    return b"\r\n".join((*lines, b"Content-Length: 0", b"Connection: close", b"", b""))


Manners = Callable[[bytes], bytes | None]
"""Takes the head of a request; gives the answer where a decent one is due."""


@asynccontextmanager
async def patient(ward: Ward, speaking: Speaking, manners: Manners) -> AsyncIterator[Complaint]:
    """A complaint about a server that speaks like this, over HTTPS that is trusted."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            decent = manners(await reader.readuntil(b"\r\n\r\n"))
            async for piece in speaking() if decent is None else once(decent)():
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                else:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if reader.at_eof() or writer.is_closing():
                    break
        writer.close()

    certificate = ward.authority.issue(NAMES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain_file, certificate.key_file)
    address = ward.address()
    records(ward, address)
    around = replace(ward.surroundings(), answer_seconds=PATIENCE, late_seconds=PATIENCE)
    server = await asyncio.start_server(speak, address, ward.https, ssl=context)
    try:
        yield ward.complaint(around, server=Host(MAIL))
    finally:
        server.close()


def at(speaking: Speaking, asked: Callable[[Complaint], Awaitable[T]], manners: Manners = greeting) -> T:
    """Ask something of a server."""

    async def go() -> T:
        async with asyncio.timeout(TEETH), Ward() as ward, patient(ward, speaking, manners) as complaint:
            return await asked(complaint)

    return asyncio.run(go())


@pytest.mark.parametrize("kind", SPEAKING)
def test_a_question_ends(kind: str) -> None:
    async def asked(complaint: Complaint) -> Answer | Why:
        try:
            return await ask(complaint, "POST", URL)
        except Unanswered as error:
            return error.why

    tracemalloc.start()
    try:
        said = at(SPEAKING[kind], asked)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < MOST_MEMORY
    if isinstance(said, Answer):
        assert len(said.body) <= MAXIMUM_BODY
    else:
        assert said in (Why.NOT_HTTP, Why.LATE, Why.CLOSED, Why.RESET)


EXAMINED = (
    ("interim answers without end", greeting),
    ("a body without end", greeting),
    ("bytes of control", greeting),
    ("redirects to nonsense", greeting),
    ("ways to log in without end", greeting),
    ("a body without end", provision),
    ("a bomb of gzip", provision),
    ("a move to nonsense", provision),
    ("a rest without end", provision),
)


@pytest.mark.parametrize(("kind", "manners"), EXAMINED)
def test_an_examination_goes_on(kind: str, manners: Manners) -> None:
    report: Report = at(SPEAKING[kind], answer, manners)

    assert not [(step.check, step.reason) for step in report.steps if step.state == "stumbled"]
    assert report.cause is not None
    assert all(character.isprintable() for character in msgspec.json.encode(report).decode())
