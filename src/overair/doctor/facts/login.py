"""Who the server takes the user for, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from overair.doctor.attempts import Login
from overair.doctor.check import Fact
from overair.versions import Version


@dataclass(frozen=True)
class LoggedIn(Fact):
    """The log-in was taken."""

    login: Login
    """In the form that was taken: the address, the name alone, or DOMAIN\\name."""
    versions: tuple[str, ...]
    """Of MS-ASProtocolVersions, as text; empty where the header is not there."""
    commands: tuple[str, ...]
    headers: Mapping[str, str]
    """Of the answer to OPTIONS."""

    @property
    def authorization(self) -> str:
        """The header that was taken. Secret."""
        return self.login.header()


@dataclass(frozen=True)
class Spoken(Fact):
    """There is a protocol version that both sides know."""

    version: Version
    """The newest of them."""
