"""What a server shows while an ACME server makes sure of its names."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Responder:
    """Key authorizations by token over HTTP, and certificates by name over TLS.

    Threads that order certificates write here, the server's event loop reads.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._show: Callable[[dict[str, ssl.SSLContext]], None] = lambda _contexts: None

    def over_tls(self, show: Callable[[dict[str, ssl.SSLContext]], None]) -> None:
        """Have the contexts of tls-alpn-01 told to who accepts connections, whenever they change."""
        self._show = show

    def authorization(self, token: str) -> str | None:
        """What http-01 is answered with, at ``/.well-known/acme-challenge/TOKEN``."""
        return self._tokens.get(token)

    @contextmanager
    def token(self, token: str, authorization: str) -> Iterator[None]:
        """Show a key authorization over HTTP."""
        self._tokens[token] = authorization
        try:
            yield
        finally:
            del self._tokens[token]

    @contextmanager
    def certificate(self, asked_for: str, context: ssl.SSLContext) -> Iterator[None]:
        """Show a certificate to validators that ask for a server name."""
        self._contexts[asked_for] = context
        self._show(dict(self._contexts))
        try:
            yield
        finally:
            del self._contexts[asked_for]
            self._show(dict(self._contexts))
