"""When people are busy, asked by phones of a gateway: of a server that tells it, and of one that does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.client import SynchronousClient
from overair.protocol.resolve_recipients import Response
from support.cyrus import PASSWORD as CYRUS_PASSWORD
from support.cyrus import Cyrus, needs_cyrus
from support.dav_servers import ask as dav
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway
from support.packages import needs
from support.radicale import Radicale
from support.server import RunningServer, running_server

DOVECOT = dovecot_fixture()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "nobody's business"


def event(uid: str, *, start: str, end: str, more: str = "") -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261123T{start}00Z\r\nDTEND:20261123T{end}00Z\r\n"
        f"SUMMARY:{SECRET}\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


EVENTS: Mapping[str, str] = {
    "busy": event("busy", start="1200", end="1230"),
    "daily": event("daily", start="1300", end="1400", more="RRULE:FREQ=DAILY;COUNT=10\r\n"),
    "maybe": event("maybe", start="1500", end="1530", more="STATUS:TENTATIVE\r\n"),
    "off": event("off", start="1600", end="1630", more="STATUS:CANCELLED\r\n"),
    "free": event("free", start="1630", end="1700", more="TRANSP:TRANSPARENT\r\n"),
}
DIGITS = "2022001000"


@pytest.fixture(scope="module")
def cyrus() -> Iterator[Cyrus]:
    server = Cyrus("calendar_user_address_set: example.org\n")
    try:
        yield server
    finally:
        server.remove()


def ask(gateway: RunningServer, user: str, password: str, *names: str, days: int = 0) -> tuple[Response, ...]:
    start = NOON + timedelta(days=days)
    with SynchronousClient(gateway.url, f"{user}@example.org", password, device_id="phone1") as client:
        return client.resolve(names, busy_from=start, busy_until=start + timedelta(hours=5))


def told(response: Response) -> tuple[int, str | None]:
    assert response.status == 1
    availability = response.recipients[0].availability
    assert availability is not None
    return availability.status, availability.merged_free_busy


@needs_cyrus
@pytest.mark.req("MS-ASCMD_R819", "MS-ASCMD_R4624")
def test_a_server_that_tells_when_people_are_busy(
    tmp_path_factory: pytest.TempPathFactory, cyrus: Cyrus
) -> None:
    """Of everybody whom it knows, whether they have a phone at this gateway or not."""
    anna, ben = cyrus.user(), cyrus.user()
    for user in (anna, ben):
        for name, text in EVENTS.items():
            path = f"/dav/calendars/user/{user}/Default/{name}.ics"
            kind = {"Content-Type": "text/calendar; charset=utf-8"}
            answer = dav(cyrus.http_port, "PUT", path, text, user=user, password=CYRUS_PASSWORD, headers=kind)
            assert answer.status == 201
    place = f"http://127.0.0.1:{cyrus.http_port}/"
    settings: dict[str, Any] = {
        "gateway.imap": f"imap://127.0.0.1:{cyrus.port}",
        "gateway.caldav": place,
        "gateway.carddav": place,
        "gateway.login": "{local}",
    }
    with running_server(tmp_path_factory.mktemp("data"), {}, **settings) as gateway:
        names = (f"{anna}@example.org", f"{ben}@example.org", "nobody@example.org", "otto@example.net")
        own, other, nobody, elsewhere = ask(gateway, anna, CYRUS_PASSWORD, *names)
        assert (told(own), told(other)) == ((1, DIGITS), (1, DIGITS))
        assert other.recipients[0].display_name == f"{ben}@example.org"
        assert (nobody.status, elsewhere.status) == (4, 4)
        assert told(ask(gateway, anna, CYRUS_PASSWORD, f"{ben}@example.org", days=9)[0]) == (1, "0022000000")
        cyrus.stop()
        try:
            (late,) = ask(gateway, anna, CYRUS_PASSWORD, f"{anna}@example.org")
            assert told(late) == (162, None)
        finally:
            cyrus.start()


@needs_dovecot
@needs("radicale")
def test_a_server_that_tells_of_nobody(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> None:
    """The user's own calendars say when the user is busy; of others nothing is said."""
    anna, ben = dovecot.user(), dovecot.user()
    with (
        Radicale(dav_users()) as radicale,
        running_gateway(tmp_path_factory.mktemp("data"), dovecot, radicale) as gateway,
    ):
        for user in (anna, ben):
            calendar = radicale.make_calendar(user, "work")
            for name, text in EVENTS.items():
                radicale.put(user, f"{calendar}{name}.ics", text)
        names = (f"{anna}@example.org", f"{ben}@example.org")
        own, other = ask(gateway, anna, PASSWORD, *names)
        assert told(own) == (1, DIGITS)
        assert other.status == 4
        ask(gateway, ben, PASSWORD, names[1])
        own, other = ask(gateway, anna, PASSWORD, *names)
        assert told(other) == (163, None)
