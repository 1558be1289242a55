"""Connections, and who speaks at the other end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from overair.doctor.checks.ports import http, https, service
from overair.doctor.complaint import Surroundings
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Plain
from overair.doctor.host import Host
from overair.doctor.network.connecting import Connection, Silence, connect, connect_each, greeting
from overair.ward.cases.ports import silent_port
from overair.ward.ports import free_port
from support.asynchronous import run
from support.bedside import bedside_of

ADDRESS = "127.0.0.1"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
IMPATIENT = Surroundings(connect_seconds=0.3)


async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def greets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail ESMTP\r\n" * 1000)
    writer.close()


@pytest.mark.parametrize(
    ("serve", "heard"),
    [(says_nothing, Silence.WAITS), (hangs_up, Silence.CLOSED), (resets, Silence.CLOSED)],
)
def test_a_service_that_says_nothing(serve: Serve, heard: Silence) -> None:
    async def listened() -> bytes | Silence:
        async with await asyncio.start_server(serve, ADDRESS, 0) as server:
            return await greeting(IMPATIENT, ADDRESS, server.sockets[0].getsockname()[1])

    assert run(listened()) is heard


def test_a_greeting_is_heard_and_bounded() -> None:
    async def listened() -> bytes | Silence:
        async with await asyncio.start_server(greets, ADDRESS, 0) as server:
            return await greeting(Surroundings(), ADDRESS, server.sockets[0].getsockname()[1])

    said = run(listened())
    assert isinstance(said, bytes)
    assert said.startswith(b"220 mail")
    assert len(said) <= 512


def test_ports_that_do_not_take_connections() -> None:
    port = free_port()
    with silent_port(ADDRESS, port):
        assert run(connect(IMPATIENT, ADDRESS, port)) is Connection.SILENT
        assert run(greeting(IMPATIENT, ADDRESS, port)) is Silence.GONE
    assert run(connect(IMPATIENT, ADDRESS, port)) is Connection.REFUSED
    assert run(connect(IMPATIENT, "255.255.255.255", port)) is Connection.UNREACHABLE
    assert run(connect(IMPATIENT, "fe80::1", port)) is Connection.UNREACHABLE


def test_addresses_are_tried_side_by_side_at_the_port_that_stands_for_another() -> None:
    async def tried() -> dict[str, Connection]:
        async with await asyncio.start_server(says_nothing, "127.3.2.1", 0) as server:
            around = Surroundings(ports={443: server.sockets[0].getsockname()[1]})
            return await connect_each(around, ("127.3.2.1", "127.3.2.2"), 443)

    assert run(tried()) == {"127.3.2.1": Connection.OPEN, "127.3.2.2": Connection.REFUSED}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"220 ProFTPD Server\r\n", "FTP"),
        (b"220 mail.example.com ESMTP Postfix\r\n", "a mail server (SMTP)"),
        (b"* OK [CAPABILITY IMAP4rev1]\r\n", "a mail server (IMAP)"),
        (b"+OK ready\r\n", "a mail server (POP3)"),
        (b"J\x00\x00\x00\x0a8.0.36\x00", "a database (MySQL)"),
        (b"\xff\xfd\x18", "Telnet"),
        (b"hello", "something that is not TLS"),
        (b"", "something that is not TLS"),
    ],
)
def test_services_are_known_by_their_greeting(said: bytes, name: str) -> None:
    assert service.service_of(said) == name


def test_an_ipv6_address_is_not_called_dead_where_there_is_no_ipv6() -> None:
    async def examined() -> list[str]:
        async with await asyncio.start_server(says_nothing, ADDRESS, 0) as server:
            around = Surroundings(ports={443: server.sockets[0].getsockname()[1]})
            facts = (Online(ipv4=True, ipv6=False), Addresses((ADDRESS,), ("2001:db8::1",)))
            bedside = bedside_of(https.CHECK, *facts, around=around)
            await https.CHECK.examine(bedside)
            return [finding.id for finding in bedside.findings]

    assert run(examined()) == []


@pytest.mark.parametrize(
    ("answer", "finding", "location"),
    [
        (b"HTTP/1.1 301 Moved\r\nLocation: /there\r\n\r\n", None, "http://127.0.0.1/there"),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://[\r\n\r\n", None, None),
        (b"HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nDate: never\r\n\r\n", None, None),
        (b"+OK POP3\r\n\r\n", "http-strange", None),
    ],
)
def test_what_port_80_answers(answer: bytes, finding: str | None, location: str | None) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async def examined() -> tuple[Plain | None, list[str]]:
        async with await asyncio.start_server(serve, ADDRESS, 0) as server:
            around = Surroundings(ports={80: server.sockets[0].getsockname()[1]})
            bedside = bedside_of(http.CHECK, around=around, host=Host(ADDRESS))
            fact = await http.CHECK.examine(bedside)
            assert fact is None or isinstance(fact, Plain)
            return fact, [one.id for one in bedside.findings]

    fact, found = run(examined())
    assert found == ([finding] if finding is not None else [])
    if fact is not None:
        assert fact.location is None if location is None else str(fact.location) == location


def test_closed_addresses_beside_an_open_one_are_one_finding() -> None:
    async def examined() -> list[str]:
        async with await asyncio.start_server(says_nothing, ADDRESS, 0) as server:
            host = Host("mail.ward.test", server.sockets[0].getsockname()[1])
            addresses = Addresses((ADDRESS, "127.0.9.1", "127.0.9.2"), ())
            bedside = bedside_of(https.CHECK, Online(True, False), addresses, host=host)
            await https.CHECK.examine(bedside)
        return [f"{one.id}: {one.details['bad']}" for one in bedside.findings]

    assert run(examined()) == ["some-addresses-closed: 127.0.9.1, 127.0.9.2"]
