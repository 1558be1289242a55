"""Attendees of meetings that phones of a gateway make: told once, by whoever it is who tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overair.client import SynchronousClient
from overair.items import Event
from overair.items.calendar.attendee import Attendee, AttendeeStatus
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.versions import Version
from support.cyrus import Cyrus, needs_cyrus
from support.dav_servers import ask as dav
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import Submitted, dav_users, running_gateway, submission
from support.gateway_phones import inbox_of
from support.invitations import Invitation, exchange
from support.packages import needs
from support.radicale import Radicale
from support.server import RunningServer, running_server

DOVECOT = dovecot_fixture()
START = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
OTTO = "otto@example.net"
pytestmark = [needs_dovecot, needs("radicale")]


def meeting(subject: str, *people: str, hours: int = 0) -> Event:
    start = START + timedelta(hours=hours)
    return Event(
        subject=subject,
        start_time=start,
        end_time=start + timedelta(hours=1),
        zone="UTC",
        meeting_status=1,
        attendees=tuple(Attendee(email=one, name="Somebody") for one in people),
    )


def uid_of(event: str) -> str:
    found = re.search(r"\nUID:(\S+)", event)
    assert found is not None
    return found[1]


def accept(cyrus: Cyrus, user: str, uid: str) -> None:
    """Accept a meeting as a program of CalDAV does."""
    path = f"/dav/calendars/user/{user}/Default/"
    typed = {"Content-Type": "text/calendar; charset=utf-8"}
    listed = _ask(cyrus, user, "PROPFIND", path, headers={"Depth": "1"})
    for name in re.findall(rf"{path}([^<]+\.ics)", listed):
        text = _ask(cyrus, user, "GET", path + name).replace("\r\n ", "")
        if uid in text:
            accepted = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
            _ask(cyrus, user, "PUT", path + name, accepted, typed)


def _ask(
    cyrus: Cyrus, user: str, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> str:
    answer = dav(cyrus.http_port, method, path, body, user=user, password=PASSWORD, headers=headers)
    assert answer.status < 300, answer
    return answer.body


class Organizer:
    """A phone with a calendar."""

    def __init__(self, gateway: RunningServer, user: str, version: Version) -> None:
        address = f"{user}@example.org"
        self.client = SynchronousClient(
            gateway.url, address, PASSWORD, device_id=f"phone{version.text}", version=version
        )
        self.client.folder_sync()
        folder = self.client.asynchronous.folder_of_type(FolderType.CALENDAR)
        self.calendar = self.client.calendar(folder.server_id)
        self.calendar.sync()

    def add(self, event: Event) -> str:
        self.calendar.add(event)
        [server_id] = self.calendar.sync().created.values()
        return server_id


def sent(submitted: Submitted) -> list[tuple[str, tuple[str, ...]]]:
    """The methods of what was sent since it was last asked, and to whom."""
    found = []
    for one in submitted.taken:
        method = re.search(rb'method="?([A-Z]+)', one.content)
        found.append((method[1].decode() if method else "", tuple(one.recipients)))
    submitted.taken.clear()
    return found


def test_a_server_that_tells_nobody(tmp_path: Path, dovecot: Dovecot) -> None:
    """Overair does, by the user's submission server; up to 14.1 the phone does."""
    user = dovecot.user()
    with (
        Radicale(dav_users()) as radicale,
        submission(dovecot) as submitted,
        running_gateway(tmp_path / "data", dovecot, radicale, submitted) as gateway,
    ):
        place = radicale.make_calendar(user, "work")
        new, old = Organizer(gateway, user, Version.V16_1), Organizer(gateway, user, Version.V14_1)
        try:
            server_id = new.add(meeting("one", OTTO))
            assert sent(submitted) == [("REQUEST", (OTTO,))]
            [text] = [radicale.get(user, place + name) for name in radicale.names(place)]
            assert f"mailto:{OTTO}" in text
            assert "SCHEDULE-AGENT" not in text
            new.calendar.update(server_id, meeting("two", OTTO, "clara@example.net", hours=2))
            new.calendar.sync()
            assert sent(submitted) == [("REQUEST", (OTTO, "clara@example.net"))]
            old.add(meeting("by the phone", OTTO))
            assert sent(submitted) == []
            submitted.answers["MAIL"] = "451 4.3.0 not now"
            stood = radicale.names(place)
            new.calendar.add(meeting("not now", OTTO))
            assert [one.status for one in new.calendar.sync().refused] == [SyncStatus.SERVER_ERROR]
            assert radicale.names(place) == stood, "what nobody could be told of is not made"
            submitted.answers.clear()
            new.calendar.delete(server_id)
            new.calendar.sync()
            assert sent(submitted) == [("CANCEL", (OTTO, "clara@example.net"))]
        finally:
            new.client.close()
            old.client.close()


def test_whom_the_submission_server_does_not_take_its_organizer_is_told_of(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """The meeting stands, and the others are invited, once."""
    user = dovecot.user()
    with (
        Radicale(dav_users()) as radicale,
        submission(dovecot) as submitted,
        running_gateway(tmp_path / "data", dovecot, radicale, submitted) as gateway,
    ):
        place = radicale.make_calendar(user, "work")
        phone = Organizer(gateway, user, Version.V16_1)
        with phone.client:
            inbox = inbox_of(phone.client)
            inbox.sync()
            submitted.answers["gone@example.net"] = "550 5.1.1 Nobody of that name"
            phone.add(meeting("one", OTTO, "gone@example.net"))
            assert sent(submitted) == [("REQUEST", (OTTO,))]
            assert len(radicale.names(place)) == 1
            [report] = [inbox.item(one) for one in inbox.sync().added]
            assert report.message_class == "REPORT.IPM.NOTE.NDR"
            text = (report.body.data if report.body is not None else None) or ""
            assert "gone@example.net" in text
            assert "Nobody of that name" in text
            assert OTTO not in text
            submitted.answers["MAIL"] = "550 5.7.1 Not you"
            phone.add(meeting("two", OTTO))
            assert sent(submitted) == []
            assert len(radicale.names(place)) == 2
            assert len(inbox.sync().added) == 1


@pytest.fixture(scope="module")
def cyrus() -> Iterator[Cyrus]:
    """It knows its users by the addresses that they have at the gateway."""
    server = Cyrus("calendar_user_address_set: example.org\n")
    try:
        yield server
    finally:
        server.remove()


@needs_cyrus
def test_a_server_that_tells_them_itself(tmp_path: Path, cyrus: Cyrus, dovecot: Dovecot) -> None:
    """It tells those whom a phone of 16.x invites; those of older ones are told by their phones."""
    user, ben = cyrus.user(), cyrus.user()
    place = f"http://127.0.0.1:{cyrus.http_port}/"

    def calendar(owner: str, subject: str) -> str:
        """The event of a subject in somebody's calendar."""
        path = f"/dav/calendars/user/{owner}/Default/"
        text = dav(cyrus.http_port, "GET", path, user=owner, password=PASSWORD).body.replace("\r\n ", "")
        return next((one for one in text.split("BEGIN:VEVENT") if f"SUMMARY:{subject}" in one), "")

    assert calendar(ben, "new") == ""  # which makes the calendar
    with submission(dovecot, {user: PASSWORD}) as submitted:
        settings: dict[str, Any] = {
            "gateway.imap": f"imap://127.0.0.1:{cyrus.port}",
            "gateway.caldav": place,
            "gateway.smtp": f"submission://127.0.0.1:{submitted.port}",
            "gateway.login": "{local}",
        }
        with running_server(tmp_path / "data", {}, **settings) as gateway:
            new, old = Organizer(gateway, user, Version.V16_1), Organizer(gateway, user, Version.V14_1)
            try:
                new.add(meeting("new", f"{ben}@example.org"))
                old.add(meeting("old", f"{ben}@example.org", OTTO))
                # By mail to whom it was told of by mail, and by the server.
                answered = Invitation(
                    uid=uid_of(calendar(user, "old")),
                    method="REPLY",
                    organizer=f"{user}@example.org",
                    sender=OTTO,
                    attendees=((OTTO, "ACCEPTED"),),
                )
                cyrus.deliver(user, exchange(answered))
                inbox_of(old.client).sync()
                accept(cyrus, ben, uid_of(calendar(ben, "new")))
                new.calendar.sync()
                found = [new.calendar.item(one) for one in new.calendar.elements]
                answers = {
                    (one.subject, person.email): person.status
                    for one in found
                    for person in one.attendees or ()
                }
            finally:
                new.client.close()
                old.client.close()
        assert sent(submitted) == []
        assert "SCHEDULE-AGENT" not in calendar(user, "new")
        assert f"mailto:{ben}@example.org" in calendar(ben, "new")
        assert "SCHEDULE-AGENT=CLIENT" in calendar(user, "old")
        assert calendar(ben, "old") == ""
        assert "PARTSTAT=ACCEPTED" in calendar(user, "old").partition(OTTO)[0].rpartition("ATTENDEE")[2]
    assert answers["old", OTTO] == answers["new", f"{ben}@example.org"] == AttendeeStatus.ACCEPTED
