"""What proxies in front say: headers of the PROXY protocol, X-Forwarded-For."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator
from typing import Final

from fuzz.target import Target, repeat
from overair.server.connection import MAXIMUM_HEAD
from overair.server.forwarded import Forwarded
from overair.server.proxy_protocol import MAXIMUM_HEADER, MalformedHeader, announced, missing

SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"
TRUSTED: Final = ("127.0.0.0/8", "2001:db8:1::/48")


def read_header(data: bytes) -> tuple[str, int] | None:
    """As a connection does, which takes as many bytes as are wanted."""
    head = b""
    while (wanted := missing(head)) > 0:
        piece = data[len(head) : len(head) + wanted]
        if not piece:
            raise MalformedHeader("the rest never comes")
        head += piece
        assert len(head) <= MAXIMUM_HEADER
    return announced(head)


def check_announced(client: tuple[str, int] | None) -> None:
    if client is not None:
        ipaddress.ip_address(client[0])
        assert 0 <= client[1] <= 65_535


def header_seeds() -> Iterator[bytes]:
    yield b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 443\r\n"
    yield b"PROXY TCP6 2001:db8::7 ::1 4711 443\r\n"
    yield b"PROXY UNKNOWN\r\n"
    ports = struct.pack("!HH", 4711, 443)
    for kind, family, client in ((0x11, socket.AF_INET, "192.0.2.7"), (0x21, socket.AF_INET6, "2001:db8::7")):
        packed = socket.inet_pton(family, client)
        for command in (0x20, 0x21):
            for more in (b"", b"\x02\0\x10mail.example.org"):
                rest = packed + packed + ports + more
                yield SIGNATURE + bytes((command, kind)) + struct.pack("!H", len(rest)) + rest
    yield SIGNATURE + b"\x21\x31" + struct.pack("!H", 216) + bytes(216)


def read_hops(data: bytes) -> str | None:
    """The client by a field of X-Forwarded-For, as a trusted proxy sends it."""
    return Forwarded(_nothing, TRUSTED, unix=True).client_of(data)


async def _nothing(scope: object, receive: object, send: object) -> None:
    """An application that is not asked."""


def check_client(client: str | None) -> None:
    if client is not None:
        assert ipaddress.ip_address(client)


TARGETS: Final = (
    Target(
        name="proxy-header",
        read=read_header,
        check=check_announced,
        refuses=(MalformedHeader,),
        seeds=header_seeds,
        words=(SIGNATURE, b"PROXY ", b"TCP4 ", b"TCP6 ", b"UNKNOWN", b"\r\n", b"\x21\x11\0\x0c", b"65536"),
        shapes={
            "a line without an end": repeat(b"1", head=b"PROXY TCP4 "),
            "a longest header": lambda size: SIGNATURE + b"\x21\x11\xff\xff" + bytes(size),
            "many TLVs": lambda size: SIGNATURE + b"\x21\x11\x0f\xf0" + bytes(size),
        },
        limit=2 * MAXIMUM_HEADER,
    ),
    Target(
        name="forwarded-for",
        read=read_hops,
        check=check_client,
        seeds=lambda: (b"198.51.100.9, 192.0.2.7:80, 127.0.0.1", b"[2001:db8::7%eth0]:80, unix:", b"<a>,,"),
        words=(
            b"192.0.2.7",
            b"::ffff:192.0.2.7",
            b"2001:db8:1::1",
            b"127.0.0.1",
            b"unix:",
            b"[",
            b"]:80",
            b"%",
            b",",
        ),
        shapes={
            "proxies": repeat(b"127.0.0.1,"),
            "sockets": repeat(b"unix:,"),
            "brackets": repeat(b"["),
            "digits": repeat(b"1"),
            "zones": repeat(b"a%", head=b"[", tail=b"]:1"),
        },
        limit=MAXIMUM_HEAD,
    ),
)
