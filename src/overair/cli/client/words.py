"""What options may say. Apart, so that help needs no client to be loaded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec


class Kind(StrEnum):
    """A class of items."""

    EMAIL = "email"
    CONTACTS = "contacts"
    CALENDAR = "calendar"
    TASKS = "tasks"
    NOTES = "notes"


class Since(StrEnum):
    """How far back a folder is asked for."""

    ONE_DAY = "1d"
    THREE_DAYS = "3d"
    ONE_WEEK = "1w"
    TWO_WEEKS = "2w"
    ONE_MONTH = "1m"
    THREE_MONTHS = "3m"
    SIX_MONTHS = "6m"
    ALL = "all"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say of the server and of who asks."""

    address: str
    url: str | None = None
    user: str | None = None
    """What to log in with where it is not the address."""
    password_stdin: bool = False
    ca: Path | None = None
    insecure: bool = False
    protocol: str | None = None
