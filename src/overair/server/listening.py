"""Where the server listens, and the sockets for it."""

from __future__ import annotations

import ssl
from pathlib import Path

import msgspec

from overair.server.settings import Limits, Settings, Timeouts
from overair.sockets import Listener, is_loopback, tcp_listeners, unix_listener

BACKLOG = 4096


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """A TCP address, or a unix socket for a proxy in front."""

    host: str = "127.0.0.1"
    port: int = 8443
    """0 takes a free one."""
    unix_path: Path | None = None
    unix_mode: int = 0o660
    tls: ssl.SSLContext | None = None
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies, which are believed whom they come for (forwarded.py)."""
    proxy_protocol: bool = False
    """Whether their connections begin with a header of the PROXY protocol."""
    timeouts: Timeouts = Timeouts()
    connections: int = Limits().connections
    connections_per_address: int = Limits().connections_per_address

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it: the condition for plain HTTP."""
        return self.unix_path is not None or is_loopback(self.host)


def listening_of(settings: Settings, tls: ssl.SSLContext | None = None) -> Listening:
    """Where the settings say to listen; ``tls`` is None for plain HTTP. Raises SettingsError."""
    limits = settings.limits
    listening = Listening(
        tls=tls,
        trusted_proxies=settings.trusted_proxies,
        proxy_protocol=settings.proxy_protocol,
        timeouts=settings.timeouts,
        connections=limits.connections,
        connections_per_address=limits.connections_per_address,
    )
    if settings.unix_socket is not None:
        return msgspec.structs.replace(listening, unix_path=settings.unix_socket)
    host, port = settings.address
    return msgspec.structs.replace(listening, host=host, port=port)


def bind(listening: Listening) -> list[Listener]:
    """The bound sockets. Raises OSError."""
    if listening.unix_path is not None:
        return [unix_listener(listening.unix_path, listening.unix_mode)]
    return tcp_listeners(listening.host, listening.port)
