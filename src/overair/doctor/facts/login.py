"""Who the server takes the user for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from overair.doctor.check import Fact


@dataclass(frozen=True)
class LoggedIn(Fact):
    """The log-in was taken."""

    user: str
    """In the form that was taken: the address, the name alone, or DOMAIN\\name."""
    authorization: str = field(repr=False)
    """The header that was taken. Secret."""
    versions: tuple[str, ...]
    """Of MS-ASProtocolVersions, as text."""
    commands: tuple[str, ...]
    headers: Mapping[str, str]
    """Of the answer to OPTIONS."""
