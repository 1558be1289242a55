"""Telling systemd that the server is ready or leaves (sd_notify(3)).

Its protocol is one datagram to a socket that an environment variable names.
"""

from __future__ import annotations

import os
import socket
from typing import Final

import structlog

VARIABLE: Final = "NOTIFY_SOCKET"
READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"

_log = structlog.get_logger("overair.serve")


def tell_service_manager(state: str) -> None:
    """Send a state, where whoever started this process wants to know."""
    path = os.environ.get(VARIABLE, "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.connect(address)
            sender.send(state.encode("ascii"))
    except OSError as error:
        _log.warning("the service manager cannot be told", state=state, error=error.strerror)
