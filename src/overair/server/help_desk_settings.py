"""``[doctor]``: the doctor's web page for a help desk (`overair doctor serve`)."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Final

import msgspec

from overair.protocol.autodiscover.names import InvalidName, address_key, domain_name

SHORTEST_PASSWORD: Final = 12
"""Characters of the help desk's own password."""
LONGEST_PASSWORD: Final = 1024
HTTPS_PORT: Final = 443

Few = Annotated[int, msgspec.Meta(ge=1, le=100)]
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class HelpDeskError(ValueError):
    """The settings do not fit together; the message says which and how."""


class HelpDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[doctor]``: where the page is, who may open it, and who may be examined from there."""

    listen: str = "127.0.0.1:8480"
    """``HOST:PORT`` as in ``bind``, or ``unix:PATH``; an address that is not loopback has TLS, by
    ``[tls] certificate`` and ``private_key``, and a password."""
    names: tuple[str, ...] = ()
    """The names under which browsers reach it, beside those of this machine's loopback."""
    password_file: str = ""
    """A file whose first line is what the browser asks for; needed wherever others than this machine come."""
    allow: tuple[str, ...] = ()
    """Who may be examined: addresses, and domains as ``@example.org``."""
    servers: tuple[str, ...] = ()
    """Hosts (``HOST`` or ``HOST:PORT``) that may be named for a server beside those under the domain of the
    address at port 443; they get the password."""
    examinations_per_minute: PerMinute = 5
    """How many a client may begin, by its address; of IPv6 its /64 network."""
    examinations_per_minute_of_all: PerMinute = 20
    at_once: Few = 4
    """How many run side by side."""

    def check(self) -> None:
        """Raise HelpDeskError for what makes no sense."""
        for name in self.names:
            _require(_is_domain(name), f"names: {name!r} is no name: write helpdesk.example.org")
        for entry in self.allow:
            known = _is_domain(entry[1:]) if entry.startswith("@") else _is_address(entry)
            _require(known, f"allow: {entry!r} is neither an address nor a domain: write @example.org")
        for server in self.servers:
            _require(
                host_and_port(server) is not None,
                f"servers: {server!r} is no server: write HOST or HOST:PORT",
            )

    def secret(self) -> str:
        """The password; empty where none is asked for. Raises HelpDeskError."""
        if not self.password_file:
            return ""
        try:
            with Path(self.password_file).open(encoding="utf-8") as file:
                _require(
                    not Path(self.password_file).stat().st_mode & stat.S_IROTH,
                    "password_file: everybody on this machine can read it: chmod 600",
                )
                password = file.readline(LONGEST_PASSWORD).rstrip("\r\n")
        except OSError as error:
            raise HelpDeskError(f"password_file: {error.strerror}") from None
        except UnicodeDecodeError:
            raise HelpDeskError("password_file: is not UTF-8") from None
        _require(
            len(password) >= SHORTEST_PASSWORD,
            f"password_file: its first line has fewer than {SHORTEST_PASSWORD} characters",
        )
        return password


def host_and_port(text: str) -> tuple[str, int] | None:
    """A host as DNS has it, and its port; None for what is none."""
    name, colon, port = text.partition(":")
    if colon and not (port.isdecimal() and len(port) <= 5 and 0 < int(port) < 1 << 16):
        return None
    try:
        return domain_name(name), int(port) if colon else HTTPS_PORT
    except InvalidName:
        return None


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise HelpDeskError(message)


def _is_domain(text: str) -> bool:
    try:
        domain_name(text)
    except InvalidName:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        address_key(text)
    except InvalidName:
        return False
    return True
