"""Calendars and tasks of a real CalDAV server (Radicale) as the gateway's backend has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
import pytest

from overair.credentials import Credentials
from overair.dav.transport import Connections
from overair.items import Event
from overair.mailboxes.gateway.groupware.caldav import CalDavBackend
from overair.mailboxes.gateway.groupware.polling import Polls
from support.packages import needs
from support.radicale import USERS, Radicale
from support.tiny_mirror import TinyMirror

pytestmark = needs("radicale")
JOE = "joe@example.org"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        yield server


@asynccontextmanager
async def calendars(server: Radicale, user: str = JOE) -> AsyncIterator[TinyMirror]:
    """A mirror of a user's calendars."""
    connections, polls = Connections(), Polls(0.05)

    async def locate() -> str:
        return server.url

    credentials = Credentials(user, USERS[user])
    backend = CalDavBackend(connections, locate, credentials, 7, polls, addresses=[user])
    mirror = TinyMirror(backend)
    try:
        await mirror.look()
        yield mirror
    finally:
        await polls.close()
        await connections.close()


def event(uid: str, summary: str, *lines: str) -> str:
    """An object with one event."""
    body = "".join(f"{line}\r\n" for line in lines)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z\r\n"
        f"SUMMARY:{summary}\r\n{body}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_an_event_goes_both_ways(radicale: Radicale) -> None:
    path = radicale.make_calendar(JOE, "both-ways", "Both ways")

    async def run() -> None:
        async with calendars(radicale) as mirror:
            key = await mirror.add(
                "Both ways", Event(uid="u1", subject="Dentist", start_time=START, end_time=END)
            )
            assert "SUMMARY:Dentist" in radicale.get(JOE, path + key)
            radicale.put(JOE, path + "other one.ics", event("u2", "Lunch", "X-OTHER:kept"))
            await mirror.pull("Both ways")
            found = mirror.all("Both ways")
            assert {item.subject for item in found.values() if isinstance(item, Event)} == {
                "Dentist",
                "Lunch",
            }
            lunch = found["other%20one.ics"]
            assert isinstance(lunch, Event)
            await mirror.change(
                "Both ways", "other%20one.ics", msgspec.structs.replace(lunch, subject="Late lunch")
            )
            text = radicale.get(JOE, path + "other one.ics")
            assert "SUMMARY:Late lunch" in text
            await mirror.remove("Both ways", key)
            assert radicale.names(path) == ["other one.ics"]

    asyncio.run(run())
