"""Invitations that come by mail to phones of a gateway: the meeting stands in the calendar, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overair.client import SynchronousClient
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.sync_options import Options
from support.cyrus import Cyrus, needs_cyrus
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway
from support.invitations import Invitation, exchange, google
from support.packages import needs
from support.radicale import Radicale
from support.server import RunningServer, running_server

DOVECOT = dovecot_fixture()
TEXT = Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=512),))
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:5\r\n"
    "DTSTAMP:20261120T080000Z\r\nDTSTART:20261202T100000Z\r\nDTEND:20261202T110000Z\r\n"
    "SUMMARY:Put there by another program\r\nORGANIZER:mailto:otto@example.net\r\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:{user}@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
OWN = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:5\r\n"
    "DTSTAMP:20261120T080000Z\r\nDTSTART:20261202T100000Z\r\nDTEND:20261202T110000Z\r\n"
    "SUMMARY:Ours\r\nX-OURS;X-A=1:kept\r\nORGANIZER:mailto:{user}@example.org\r\n"
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Otto;RSVP=TRUE:mailto:otto@example.net\r\n"
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;CN=Carla:mailto:carla@example.net\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)

pytestmark = [needs_dovecot, needs("radicale")]


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale(dav_users()) as server:
        yield server


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def gateway(data: Path, dovecot: Dovecot, radicale: Radicale) -> Iterator[RunningServer]:
    with running_gateway(data, dovecot, radicale) as server:
        yield server


@dataclass
class House:
    """A user of both servers, with a calendar, and a phone."""

    dovecot: Dovecot
    radicale: Radicale
    gateway: RunningServer
    user: str
    calendar: str

    def sync(self, device_id: str = "phone1", folder: FolderType = FolderType.INBOX) -> None:
        """Have a phone bring in the Inbox from its beginning."""
        address = f"{self.user}@example.org"
        with SynchronousClient(self.gateway.url, address, PASSWORD, device_id=device_id) as client:
            client.folder_sync()
            found = client.asynchronous.folder_of_type(folder)
            client.mail_folder(found.server_id, options=TEXT).sync()

    def invitation(self, **said: Any) -> Invitation:
        attendees = ((f"{self.user}@example.org", "NEEDS-ACTION"), ("carla@example.net", "ACCEPTED"))
        return Invitation(attendees=attendees, **said)

    def invite(self, folder: str = "INBOX", **said: Any) -> Invitation:
        invitation = self.invitation(**said)
        self.dovecot.deliver(self.user, google(invitation), folder)
        return invitation

    def objects(self) -> list[str]:
        return [
            self.radicale.get(self.user, f"{self.calendar}{name}")
            for name in self.radicale.names(self.calendar)
        ]


@pytest.fixture
def house(dovecot: Dovecot, radicale: Radicale, gateway: RunningServer) -> House:
    user = dovecot.user()
    return House(dovecot, radicale, gateway, user, radicale.make_calendar(user, "work"))


def test_a_meeting_stands_tentatively_in_the_calendar_once(house: House) -> None:
    with house.dovecot.client(house.user) as imap:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        imap.append("INBOX", google(house.invitation(uid="old")), msg_time=yesterday)
    house.sync()
    assert house.objects() == []  # it lay there before there was a phone
    house.invite(uid="new")
    house.sync()
    [text] = house.objects()
    assert "UID:new\r\n" in text
    assert "DTSTART:20261201T090000Z\r\n" in text
    assert "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE" in text
    assert "PARTSTAT=NEEDS-ACTION" in text
    house.sync("phone2")
    assert house.objects() == [text]
    # Whoever removes it does not get it again, whatever else comes.
    [name] = house.radicale.names(house.calendar)
    house.radicale.delete(house.user, f"{house.calendar}{name}")
    house.invite(uid="another")
    house.sync("phone3")
    [other] = house.objects()
    assert "UID:another\r\n" in other


def test_what_its_organizer_changes_and_cancels(house: House) -> None:
    house.sync()
    invitation = house.invite(uid="meeting")
    house.sync()
    house.invite(
        uid="meeting", sequence=1, stamp="20261121T090000Z", start="20261201T140000", end="20261201T150000"
    )
    house.sync("phone2")
    [text] = house.objects()
    assert "DTSTART:20261201T130000Z\r\n" in text
    house.dovecot.deliver(house.user, google(invitation))  # late
    house.sync("phone3")
    assert house.objects() == [text]
    house.invite(uid="meeting", method="CANCEL", sequence=2, stamp="20261122T090000Z")
    house.sync("phone4")
    [text] = house.objects()
    assert "STATUS:CANCELLED" in text


def test_what_another_program_has_put_there_stays(house: House) -> None:
    house.sync()
    text = EVENT.format(uid="theirs", user=house.user)
    house.radicale.put(house.user, f"{house.calendar}theirs.ics", text)
    stood = house.objects()
    house.invite(uid="theirs", sequence=9, stamp="20261123T090000Z")
    house.invite(uid="theirs", method="CANCEL", sequence=10, stamp="20261123T100000Z")
    house.sync()
    assert house.objects() == stood


def test_what_attendees_answer_stands_in_ones_own_meeting(house: House) -> None:
    house.sync()
    own = f"{house.user}@example.org"
    house.radicale.put(house.user, f"{house.calendar}own.ics", OWN.format(uid="own", user=house.user))

    def answer(address: str, status: str, **said: Any) -> None:
        values: dict[str, Any] = {
            "uid": "own",
            "method": "REPLY",
            "organizer": own,
            "sender": address,
            "sequence": 5,
        }
        reply = Invitation(**values | {"attendees": ((said.pop("of", address), status),)} | said)
        house.dovecot.deliver(house.user, exchange(reply))
        house.sync()

    before = set(house.objects()[0].splitlines())
    answer("otto@example.net", "ACCEPTED")
    [text] = house.objects()
    changed = {line for line in before ^ set(text.splitlines()) if not line.startswith(("DTSTAMP", "LAST-"))}
    assert {line.replace("NEEDS-ACTION", "ACCEPTED") for line in changed} < set(text.splitlines())
    assert len(changed) == 2, "one line, before and after"
    answer("mallory@example.com", "DECLINED", of="carla@example.net", stamp="20261121T090000Z")
    assert house.objects() == [text]
    answer("carla@example.net", "DECLINED", stamp="20261122T090000Z")
    [text] = house.objects()
    assert "ATTENDEE;CN=Carla;PARTSTAT=DECLINED:" in text


def test_what_lies_elsewhere_invites_to_nothing(house: House) -> None:
    house.sync()
    house.invite("Archive", uid="archived")
    address = f"{house.user}@example.org"
    with SynchronousClient(house.gateway.url, address, PASSWORD, device_id="phone1") as client:
        client.folder_sync()
        folders = client.asynchronous.folders.values()
        [archive] = [one.server_id for one in folders if one.display_name == "Archive"]
        assert len(client.mail_folder(archive, options=TEXT).sync().added) == 1
    assert house.objects() == []


def test_a_calendar_server_that_is_away_gets_it_later(
    house: House, monkeypatch: pytest.MonkeyPatch, radicale: Radicale
) -> None:
    monkeypatch.setattr("overair.server.invitations.PAUSE", 0.1)
    house.sync()
    radicale.stop()
    try:
        house.invite(uid="later")
        house.sync()
    finally:
        radicale.start()
    assert house.objects() == []
    deadline = time.monotonic() + 60
    while not house.objects() and time.monotonic() < deadline:
        time.sleep(0.3)
        house.sync()
    assert len(house.objects()) == 1


def test_a_restart_forgets_nothing(
    tmp_path: Path, dovecot: Dovecot, radicale: Radicale, gateway: RunningServer
) -> None:
    """Neither what is still to be put into a calendar, nor what was, and was removed since."""
    user = dovecot.user()
    house = House(dovecot, radicale, gateway, user, radicale.make_calendar(user, "work"))
    with running_gateway(tmp_path / "data", dovecot, radicale) as first:
        house.gateway = first
        house.sync()
        house.invite(uid="taken")
        house.sync()
        [name] = radicale.names(house.calendar)
        radicale.delete(user, f"{house.calendar}{name}")
        radicale.stop()
        house.invite(uid="waiting")
        house.sync()
    radicale.start()
    with running_gateway(tmp_path / "data", dovecot, radicale) as second:
        house.gateway = second
        house.sync()
        house.sync("phone2")
    [text] = house.objects()
    assert "UID:waiting\r\n" in text


@pytest.fixture(scope="module")
def cyrus() -> Iterator[Cyrus]:
    """It knows its users by the addresses that they have at the gateway."""
    server = Cyrus("calendar_user_address_set: example.org\n")
    try:
        yield server
    finally:
        server.remove()


@needs_cyrus
def test_a_server_that_does_it_itself_is_left_to_it(tmp_path: Path, cyrus: Cyrus) -> None:
    user = cyrus.user()
    place = f"http://127.0.0.1:{cyrus.http_port}/"
    settings: dict[str, Any] = {
        "gateway.imap": f"imap://127.0.0.1:{cyrus.port}",
        "gateway.caldav": place,
        "gateway.login": "{local}",
    }
    with (
        running_server(tmp_path / "data", {}, **settings) as gateway,
        SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id="phone1") as client,
    ):
        client.folder_sync()
        folder = client.asynchronous.folder_of_type
        inbox = client.mail_folder(folder(FolderType.INBOX).server_id, options=TEXT)
        inbox.sync()
        attendees = ((f"{user}@example.org", "NEEDS-ACTION"),)
        cyrus.deliver(user, google(Invitation(attendees=attendees)))
        assert len(inbox.sync().added) == 1
        assert not client.calendar(folder(FolderType.CALENDAR).server_id).sync().added
