"""Listening sockets and what the system lets a process do with them."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import resource
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

MAXIMUM_DESCRIPTORS: Final = 1_048_576
"""More is of no use to one process, and some systems refuse it."""
LONGEST_PATH: Final = 100
EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Why no connection can be taken now, though one is there."""
REFUSED_AT_ONCE: Final = 100
"""Connections that a gate refused, after which the event loop goes on with something else."""
REST_SECONDS: Final = 0.5
"""How long a listener that could take no connection reports none; asyncio tries again after one."""


class Gate(Protocol):
    """Who is let in: it counts connections by the addresses that they come from."""

    def enter(self, address: str) -> str | None:
        """The network under which a connection is counted; None where it is not let in."""

    def leave(self, network: str) -> None:
        """A connection that was let in has ended."""


class Counted(socket.socket):
    """A connection that says when it ends."""

    __slots__ = ("_gate", "_network")

    def __init__(self, connection: socket.socket, gate: Gate | None, network: str) -> None:
        super().__init__(connection.family, connection.type, connection.proto, connection.detach())
        self._gate = gate
        self._network = network

    def close(self) -> None:
        """Close it, and say so once."""
        super().close()
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.leave(self._network)


class Listener(socket.socket):
    """A listening socket that fails once where there is no descriptor left, and then has nothing to give.

    asyncio asks as many times in a row as the backlog is long, and in Python 3.11 goes on asking after
    such an error, with one log line and one timer for each. A ``gate`` is asked about each connection.
    """

    _rests_until = 0.0
    gate: Gate | None = None
    kind: Callable[[str], type[Counted]] = staticmethod(lambda _address: Counted)
    """As what a connection is read, by the address that it comes from ("" on a unix socket)."""

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection. Raises BlockingIOError for none, OSError."""
        if time.monotonic() < self._rests_until:
            raise BlockingIOError(errno.EAGAIN, "no descriptor was left a moment ago")
        for _ in range(REFUSED_AT_ONCE):
            try:
                connection, address = super().accept()
            except OSError as error:
                if error.errno in EXHAUSTED:
                    self._rests_until = time.monotonic() + REST_SECONDS
                raise
            if self.family == socket.AF_UNIX:
                return self.kind("")(connection, None, ""), address
            network = "" if self.gate is None else self.gate.enter(address[0])
            if network is not None:
                return self.kind(address[0])(connection, self.gate, network), address
            connection.close()
        raise BlockingIOError(errno.EAGAIN, "others get their turn")


def is_loopback(host: str) -> bool:
    """Whether every address of a host is this machine's own loopback."""
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


def tcp_listeners(host: str, port: int) -> list[Listener]:
    """A bound socket for each address of a host; port 0 takes a free one. Raises OSError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[Listener] = []
    missing: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(entries):
        try:
            listener = _tcp_listener(family, (str(address[0]), port))
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                for listener in listeners:
                    listener.close()
                raise
            missing = error  # such as ::1 of localhost where there is no IPv6
            continue
        port = listener.getsockname()[1]
        listeners.append(listener)
    if not listeners and missing is not None:
        raise missing
    return listeners


def _tcp_listener(family: int, address: tuple[str, int]) -> Listener:
    # asyncio turns Nagle's algorithm off for sockets that name their protocol only; with it an answer's
    # body waits until its headers were acknowledged, which clients put off by 40 ms.
    listener = Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address[0] == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def unix_listener(path: Path, mode: int) -> Listener:
    """A unix socket with a mode; a dead one in its place is removed. Raises OSError when one is alive."""
    listener = Listener(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as name:
            if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
                if _answers(name):
                    raise OSError(errno.EADDRINUSE, "another server listens there", str(path))
                path.unlink()
            listener.bind(name)
        path.chmod(mode)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of the path that is short enough for the system, which takes some 100 bytes."""
    if len(bytes(path)) < LONGEST_PATH:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


def _answers(name: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        try:
            caller.connect(name)
        except ConnectionRefusedError:
            return False
    return True


def raise_descriptor_limit() -> int:
    """Let this process open as many files as it may: each phone is one. Returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAXIMUM_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAXIMUM_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
