"""Who takes connections."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from yarl import URL

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Open(Fact):
    """The addresses of a host that take a connection at its port of HTTPS; at least one."""

    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Plain(Fact):
    """What a host answers over unencrypted HTTP at port 80."""

    status: int
    location: URL | None
    """Where a redirect leads to, absolute."""
    date: dt.datetime | None
    """What the server takes for the time."""
