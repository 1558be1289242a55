"""Calendars on DAV servers of tests and what other clients put there."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec

from overair.items import Event, Item, Task
from support.radicale import USERS, Radicale
from support.tiny_mirror import TinyMirror, calendars

JOE: Final = "joe@example.org"
START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


def at(server: Radicale) -> AbstractAsyncContextManager[TinyMirror]:
    return calendars(server.url, JOE, USERS[JOE])


def calendar(server: Radicale, *components: str) -> tuple[str, str]:
    """A new calendar: its name and its path."""
    name = f"calendar {uuid4().hex[:8]}"
    return name, server.make_calendar(JOE, uuid4().hex, name, components or ("VEVENT",))


def an_event(subject: str, **values: object) -> Event:
    made = Event(uid=uuid4().hex, subject=subject, start_time=START, end_time=START + HOUR)
    return msgspec.structs.replace(made, **values)


def vevent(uid: str, summary: str, *lines: str) -> str:
    """The lines of one component of another client's."""
    said = [f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{summary}"]
    if not any(line.startswith("DTSTART") for line in lines):
        said += ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"]
    return "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *said, *lines, "END:VEVENT"))


def ics(*components: str) -> str:
    """An object of another client's."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n{''.join(components)}END:VCALENDAR\r\n"


def vtodo(uid: str, summary: str) -> str:
    return f"BEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{summary}\r\nEND:VTODO\r\n"


def subjects(items: dict[str, Item]) -> dict[str, str | None]:
    return {key: item.subject for key, item in items.items() if isinstance(item, Event | Task)}
