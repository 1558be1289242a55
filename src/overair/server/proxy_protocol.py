"""The PROXY protocol, versions 1 and 2: who a proxy that passes bytes on says is connected.

https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt. aiosmtpd's parser reads a header; what is
here finds where it ends, without taking a byte of what follows.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from aiosmtpd.proxy_protocol import AF, PROTO, V2_CMD, V2_SIGNATURE, ProxyData, get_proxy

T = TypeVar("T")

VERSION_1: Final = b"PROXY "
LONGEST_LINE: Final = 107
"""Bytes of a header of version 1 with its line end."""
FIXED_PART: Final = 16
"""Bytes of a header of version 2 before its addresses."""
MAXIMUM_HEADER: Final = 4 * 1024
"""Bytes of a header; what comes beside the addresses, such as the name in TLS, is passed over."""

logging.getLogger("mail.debug").setLevel(logging.CRITICAL)  # aiosmtpd says there what is raised here


class MalformedHeader(ValueError):
    """A connection of a proxy begins with no header of the PROXY protocol, or with a broken one."""


class Reader:
    """Bytes that are there, as aiosmtpd's parser reads them."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    async def read(self, n: int = -1) -> bytes:
        """Up to ``n`` bytes."""
        taken, self._rest = self._rest[:n], self._rest[n:]
        return taken

    async def readexactly(self, n: int) -> bytes:
        """``n`` bytes, or as many as there are."""
        return await self.read(n)

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """What stands before a separator, with it."""
        return await self.read(self._rest.index(separator) + len(separator))


def missing(head: bytes) -> int:
    """How many bytes more a header has at the least that begins so; 0 when it is whole.

    A header of version 1 is whole with its line end. Raises MalformedHeader.
    """
    if V2_SIGNATURE.startswith(head[: len(V2_SIGNATURE)]):
        if len(head) < FIXED_PART:
            return FIXED_PART - len(head)
        size = FIXED_PART + int(struct.unpack_from("!H", head, FIXED_PART - 2)[0])
        if size > MAXIMUM_HEADER:
            raise MalformedHeader("the header is too long")
        return size - len(head)
    if VERSION_1.startswith(head[: len(VERSION_1)]):
        if head.endswith(b"\r\n"):
            return 0
        if len(head) >= LONGEST_LINE or head.endswith(b"\n"):
            raise MalformedHeader("the line does not end as it has to")
        return 1
    raise MalformedHeader("no header of the PROXY protocol")


def announced(header: bytes) -> tuple[str, int] | None:
    """The client's address and port by a whole header, None where it speaks of the proxy itself
    (LOCAL, UNKNOWN) or of what has no such address. Raises MalformedHeader.
    """
    data: ProxyData = _driven(get_proxy(Reader(header)))
    if not data.valid:
        raise MalformedHeader("the header is broken")
    if data.version == 2 and data.command == V2_CMD.LOCAL:
        return None
    if data.family not in (AF.INET, AF.INET6):
        return None
    if data.protocol != PROTO.STREAM:
        raise MalformedHeader("the header is of no TCP connection")
    return str(data.src_addr), int(data.src_port or 0)


def _driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("the header was read before it was whole")
