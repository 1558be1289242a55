"""Where an IMAP server is, and how long and how much of it is borne."""

from __future__ import annotations

import ssl
from enum import StrEnum
from typing import Final

import msgspec

LONGEST_LINE: Final = 1024 * 1024
LARGEST_LITERAL: Final = 64 * 1024 * 1024
MOST_LITERALS: Final = 10_000
LARGEST_RESPONSE: Final = 65 * 1024 * 1024
CONNECT_SECONDS: Final = 20
LOGIN_SECONDS: Final = 30
SILENCE_SECONDS: Final = 60


class Security(StrEnum):
    """How a connection is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Only where the caller says so: for loopback."""


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds."""

    connect: float = CONNECT_SECONDS
    """To the greeting, TLS included."""
    login: float = LOGIN_SECONDS
    silence: float = SILENCE_SECONDS
    """Without a byte from the server, or with nothing taken by it, while it owes an answer."""
    logout: float = 2


class Bounds(msgspec.Struct, frozen=True):
    """What more than these of is taken for garbage: the connection is closed (BrokenProtocol)."""

    line: int = LONGEST_LINE
    """Bytes of a line, without literals."""
    literal: int = LARGEST_LITERAL
    """Bytes of a literal."""
    literals: int = MOST_LITERALS
    """Literals in one response."""
    response: int = LARGEST_RESPONSE
    """Bytes of a response with its literals."""


class Server(msgspec.Struct, frozen=True):
    """An IMAP server, and how to talk to it."""

    host: str
    port: int
    security: Security = Security.TLS
    context: ssl.SSLContext | None = None
    """Whom TLS is to trust; None: the system's authorities, and the host's name in the certificate."""
    compress: bool = False
    """Whether to ask for COMPRESS=DEFLATE; a connection takes 300 KB more then."""
    master_separator: str = ""
    """Where set ("*"), a master user logs in as ``user*master``, not by SASL PLAIN's identities."""
    timeouts: Timeouts = Timeouts()
    bounds: Bounds = Bounds()
