"""Servers at which the handshake of TLS fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program, Start
from overair.ward.site import LISTEN, MAIL, NAMES, healthy_site, records
from overair.ward.ward import Ward

SORTING: Final = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend sorting
    bind {address}:{port}
    tcp-request inspect-delay 1h
    tcp-request content {rule}
"""
"""HAProxy as a firewall that looks into each connection."""


def _sorting(rule: str) -> Start:
    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address = ward.address()
        records(ward, address)
        async with ward.haproxy(SORTING.format(address=address, port=ward.https, rule=rule)):
            yield ward.complaint()

    return start


@contextlib.asynccontextmanager
async def _plain(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, listen=LISTEN.removeprefix("ssl ")):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _another_protocol(ward: Ward) -> AsyncIterator[Complaint]:
    """It waits to be spoken to, and then does not understand, as many services of appliances do."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            writer.write(b"ERROR 1 unknown command\r\n")
        writer.close()

    address = ward.address()
    records(ward, address)
    async with await asyncio.start_server(answer, address, ward.https):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _old_protocols(ward: Ward) -> AsyncIterator[Complaint]:
    """What Debian's OpenSSL refuses by itself is all that nginx may speak."""
    async with healthy_site(ward, protocols="TLSv1"):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _wrong_ciphers(ward: Ward) -> AsyncIterator[Complaint]:
    """Ciphers for RSA keys, and a key that is none."""
    async with healthy_site(ward, protocols="TLSv1.2", server="    ssl_ciphers aRSA;"):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _name_refused(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, names=("www.ward.test",), server=_REJECTING):
        yield ward.complaint()


_REJECTING: Final = "    ssl_reject_handshake on;"


@contextlib.asynccontextmanager
async def _half_plain(ward: Ward) -> AsyncIterator[Complaint]:
    """The name has two addresses, and TLS was forgotten at one of them."""
    address, forgotten = ward.address(), ward.address()
    records(ward, address)
    ward.zone.add(MAIL, "A", forgotten)
    certificate = ward.authority.issue(NAMES)
    async with (
        healthy_site(ward, address=address, certificate=certificate, dns=False),
        healthy_site(
            ward, address=forgotten, certificate=certificate, listen=LISTEN.removeprefix("ssl "), dns=False
        ),
    ):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="https-without-tls",
        title="“It listens at 443, I can see it. What more does it want?”",
        illness="tls-plain-http",
        program=Program.NGINX,
        start=_plain,
    ),
    Case(
        id="not-tls",
        title="“The router sends the port to the right machine, or to the box beside it.”",
        illness="tls-not-spoken",
        program=Program.SCRIPTED,
        start=_another_protocol,
    ),
    Case(
        id="tls-silent",
        title="“The phone says Connecting, and Connecting, until the battery is empty.”",
        illness="tls-silent",
        program=Program.HAPROXY,
        start=_sorting("accept if { req_len ge 100000 }"),
    ),
    Case(
        id="tls-cut",
        title="“Since the new firewall looks into everything, nothing works.”",
        illness="tls-cut",
        program=Program.HAPROXY,
        start=_sorting("reject if { req_ssl_hello_type 1 }"),
    ),
    Case(
        id="no-common-version",
        title="“We have updated the server, and kept our old configuration.”",
        illness="tls-no-common-version",
        program=Program.NGINX,
        start=_old_protocols,
    ),
    Case(
        id="no-common-cipher",
        title="“We copied a list of safe ciphers, and renewed the certificate.”",
        illness="tls-no-common-cipher",
        program=Program.NGINX,
        start=_wrong_ciphers,
    ),
    Case(
        id="name-refused",
        title="“The web site on the same server works.”",
        illness="tls-name-refused",
        program=Program.NGINX,
        start=_name_refused,
    ),
    Case(
        id="half-without-tls",
        title="“Every other attempt works.”",
        illness="tls-some-addresses",
        program=Program.NGINX,
        start=_half_plain,
    ),
)
"""No certificate is seen in any of them, but for the last."""
