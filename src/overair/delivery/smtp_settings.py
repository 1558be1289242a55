"""``[smtp]``: the server that takes mail for everybody who is not here."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from overair.sockets import is_loopback

PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}
"""Where a server listens for each kind of TLS, unless ``port`` says otherwise."""
LONGEST_PASSWORD: Final = 4_096

Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]


class SmtpError(ValueError):
    """The settings do not fit together; the message says how."""


class Smtp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[smtp]``: where mail to others goes; without ``host`` this server sends nothing to others."""

    host: str = ""
    """The server's name, which its certificate has to show, or its address."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    """0 is the usual one: 587 with STARTTLS, 465 with implicit TLS, 25 without TLS."""
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """What the server must offer; never less is taken."""
    ca_file: str = ""
    """The certificates (PEM) that are trusted instead of the system's."""
    user: str = ""
    """The name of the log-in (PLAIN or LOGIN); empty: no log-in."""
    password: str = ""
    password_file: str = ""
    """A file whose first line is the password, which then need not stand in the settings."""
    connections: Annotated[int, msgspec.Meta(ge=1, le=50)] = 4
    """How many there may be at once."""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60
    """Seconds to connect, for an answer, and for a piece of a message to move on."""
    retries: tuple[Minutes, ...] = (1, 5, 15, 30, 60, 120)
    """Minutes to each next attempt; the last one repeats."""
    give_up_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 48
    """After how long the sender is told that a message could not be delivered."""
    delay_notice_hours: Annotated[int, msgspec.Meta(ge=0, le=720)] = 4
    """After how long the sender is told once that a message is late; 0: never."""

    @property
    def configured(self) -> bool:
        """Whether there is a server."""
        return bool(self.host)

    @property
    def actual_port(self) -> int:
        """The port to connect to."""
        return self.port or PORTS[self.tls]

    def secret(self) -> str:
        """The password, from its file where there is one. Raises SmtpError."""
        if not self.password_file:
            return self.password
        try:
            with Path(self.password_file).open(encoding="utf-8") as file:
                password = file.readline(LONGEST_PASSWORD).rstrip("\r\n")
        except OSError as error:
            raise SmtpError(f"password_file: {error.strerror}") from None
        except UnicodeDecodeError:
            raise SmtpError("password_file is not UTF-8") from None
        if not password:
            raise SmtpError("password_file is empty")
        return password

    def context(self) -> ssl.SSLContext | None:
        """Whom TLS is to trust; None without TLS. Raises SmtpError."""
        if self.tls == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except ssl.SSLError:
            raise SmtpError("ca_file holds no certificates in PEM") from None
        except OSError as error:
            raise SmtpError(f"ca_file: {error.strerror}") from None

    def check(self) -> None:
        """Raises SmtpError where the settings contradict each other or a file is of no use."""
        if not self.configured:
            if self != Smtp():
                raise SmtpError("host is missing")
            return
        if any(not character.isprintable() or character.isspace() for character in self.host):
            raise SmtpError("host is not a name or an address")
        if self.password and self.password_file:
            raise SmtpError("password and password_file exclude each other")
        if bool(self.user) != bool(self.password or self.password_file):
            raise SmtpError("user goes together with password or password_file")
        if self.user and self.tls == "none" and not is_loopback(self.host):
            raise SmtpError('a password travels over TLS only: tls = "none" is for servers without a log-in')
        if self.ca_file and self.tls == "none":
            raise SmtpError('ca_file says nothing with tls = "none"')
        if not self.retries:
            raise SmtpError("retries is empty")
        self.secret()
        self.context()
