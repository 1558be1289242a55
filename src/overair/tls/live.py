"""The TLS of a server that runs: its certificate can be changed under it, and tls-alpn-01 answered."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Final, Self, cast

ALPN_CHALLENGE: Final = "acme-tls/1"
_OFFER: Final = b"\x00\x10\x00\x0d\x00\x0b\x0a" + ALPN_CHALLENGE.encode()
"""The ALPN extension of a validator: it offers this protocol alone (RFC 8737, 3)."""
_HANDSHAKE: Final = 22
_RECORD_HEADER: Final = 5


class LiveContext(ssl.SSLContext):
    """A server's context that hands each new connection to the current one.

    Connections that are there keep what they agreed on, so a waiting phone does not notice. While
    there are challenges, a connection that offers acme-tls/1 alone is handed to the context of the
    name that it asks for, and all others see the server's certificate, as ever.
    """

    def __new__(cls, refusing: ssl.SSLContext) -> Self:
        """``refusing`` is used until there is a certificate."""
        return super().__new__(cls, ssl.PROTOCOL_TLS_SERVER)

    def __init__(self, refusing: ssl.SSLContext) -> None:
        self.current = _prepared(refusing)
        self.challenges: dict[str, ssl.SSLContext] = {}
        """By the name that a validator asks for."""

    def change(self, context: ssl.SSLContext) -> None:
        """Use another context for the connections that come."""
        self.current = _prepared(context)

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As SSLContext's; this is what asyncio calls for a connection."""
        wrapped = self.current.wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if self.challenges:
            cast("_Connection", wrapped).look_first(incoming, self._challenge_context)
        return wrapped

    def _challenge_context(self) -> ssl.SSLContext:
        """What leads a validator to the certificate of the name that it asks for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols([ALPN_CHALLENGE])
        challenges = self.challenges

        def choose(wrapped: Any, name: str | None, _context: ssl.SSLContext) -> int | None:
            chosen = challenges.get((name or "").lower())
            if chosen is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            wrapped.context = chosen
            return None

        context.sni_callback = choose
        return context


class _Connection(ssl.SSLObject):
    """A connection that may be looked at before its handshake begins."""

    _incoming: ssl.MemoryBIO | None = None
    _challenged: Callable[[], ssl.SSLContext]

    def look_first(self, incoming: ssl.MemoryBIO, challenged: Callable[[], ssl.SSLContext]) -> None:
        """Have a validator taken to another context."""
        self._incoming, self._challenged = incoming, challenged

    def do_handshake(self) -> None:
        """As SSLObject's. Raises SSLWantReadError until the first record is there."""
        if self._incoming is not None:
            data = self._incoming.read()
            self._incoming.write(data)
            whole = _RECORD_HEADER + int.from_bytes(data[3:_RECORD_HEADER], "big")
            if data[:1] in (b"", bytes([_HANDSHAKE])) and (len(data) < _RECORD_HEADER or len(data) < whole):
                raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "the first record is not whole")
            self._incoming = None
            if _OFFER in data[:whole]:
                self.context = self._challenged()
        super().do_handshake()


def _prepared(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslobject_class = _Connection
    return context
