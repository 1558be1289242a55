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
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MAXIMUM_DESCRIPTORS: Final = 1_048_576
"""More is of no use to one process, and some systems refuse it."""
LONGEST_PATH: Final = 100
EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Why no connection can be taken now, though one is there."""
REST_SECONDS: Final = 0.5
"""How long a listener that could take no connection reports none; asyncio tries again after one."""


class Listener(socket.socket):
    """A listening socket that fails once where there is no descriptor left, and then has nothing to give.

    asyncio asks as many times in a row as the backlog is long, and in Python 3.11 goes on asking after
    such an error, with one log line and one timer for each.
    """

    _rests_until = 0.0

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection. Raises BlockingIOError for none, OSError."""
        if time.monotonic() < self._rests_until:
            raise BlockingIOError(errno.EAGAIN, "no descriptor was left a moment ago")
        try:
            return super().accept()
        except OSError as error:
            if error.errno in EXHAUSTED:
                self._rests_until = time.monotonic() + REST_SECONDS
            raise


def is_loopback(host: str) -> bool:
    """Whether every address of a host is this machine's own loopback."""
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


def tcp_listeners(host: str, port: int) -> list[socket.socket]:
    """A bound socket for each address of a host; port 0 takes a free one. Raises OSError."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[socket.socket] = []
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


def _tcp_listener(family: int, address: tuple[str, int]) -> socket.socket:
    listener = Listener(family, socket.SOCK_STREAM)
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


def unix_listener(path: Path, mode: int) -> socket.socket:
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
