"""Addresses and ports of loopback for the servers of a ward; any user may listen there."""

from __future__ import annotations

import contextlib
import ipaddress
import random
import socket
from collections.abc import Sequence
from typing import Final

PORTS: Final = range(10_240, 32_768)
"""Below those from which the kernel takes a client's own: nobody must come to talk to itself."""
ANYWHERE: Final = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - to see whether somebody listens there
IPV6_LOOPBACK: Final = "::1"
_LOOPBACK: Final = ipaddress.IPv4Address("127.0.0.0")


def free_port(addresses: Sequence[str] = (), *, datagrams: bool = False) -> int:
    """A port that nobody listens on at the addresses, or at any without one; with datagrams, UDP's, too."""
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM) if datagrams else (socket.SOCK_STREAM,)
    while True:
        port = random.choice(PORTS)  # noqa: S311 - no secret
        with contextlib.suppress(OSError):
            for address in addresses or (ANYWHERE[4],):
                for kind in kinds:
                    _bind(address, port, kind)
            return port


def _bind(address: str, port: int, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind) as listener:
        listener.bind((address, port))


def has_ipv6() -> bool:
    """Whether this machine has loopback in IPv6."""
    try:
        _bind(IPV6_LOOPBACK, 0, socket.SOCK_STREAM)
    except OSError:
        return False
    return True


class Addresses:
    """Addresses of 127.0.0.0/8, each given once; two processes hardly ever give the same."""

    def __init__(self) -> None:
        self._next = random.randrange(1 << 16, 1 << 24)  # noqa: S311 - no secret

    def next(self) -> str:
        """One that nobody has yet."""
        self._next = self._next % ((1 << 24) - 1) + 1
        if self._next < 1 << 16:  # 127.0.x.x, where other programs are
            self._next = 1 << 16
        return str(_LOOPBACK + self._next)
