"""Ports of loopback for servers of the tests."""

from __future__ import annotations

import contextlib
import random
import socket

PORTS = range(10_240, 32_768)
"""Below those from which the kernel takes a client's own: a phone must not come to talk to itself."""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
