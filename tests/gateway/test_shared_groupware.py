"""Calendars and address books that others share over DAV, on phones: some to read, some to write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from overair.client import SynchronousClient
from overair.client.synchronous import SynchronousCollection
from overair.items import Contact, Event, Item, ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.server.administrator import Administrator
from overair.server.device_requests import ShowDeviceFolder
from support.calendar_texts import calendar, event
from support.cyrus import PASSWORD, Cyrus, cyrus_fixture, needs_cyrus
from support.cyrus_sharing import dav, share
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway
from support.packages import needs
from support.radicale import Radicale
from support.server import RunningServer, running_server
from support.vcards import card

DOVECOT = dovecot_fixture()
CYRUS = cyrus_fixture()
BEGIN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
LET_IN: Final = """\
[home of the owner]
user: user2
collection: user1
permissions: R
[to read]
user: user2
collection: user1/(plans|people)
permissions: r
[to write]
user: user2
collection: user1/team
permissions: rw
"""


class Upstream(ABC):
    """Two users of a server: the owner has shared the calendar Plans and the address book People with the
    guest to be read, the calendar Team to be written.
    """

    owner: str
    guest: str
    gateway: RunningServer

    @abstractmethod
    def put(self, collection: str, name: str, text: str) -> None:
        """Write an object as the owner."""

    @abstractmethod
    def get(self, collection: str, name: str) -> str:
        """The text of an object as the owner reads it."""

    @abstractmethod
    def texts(self, collection: str) -> str:
        """Everything in a calendar as the owner reads it."""


class OnRadicale(Upstream):
    """The rights file is what shares."""

    owner, guest = "user1", "user2"

    def __init__(self, radicale: Radicale, gateway: RunningServer) -> None:
        self._radicale = radicale
        self.gateway = gateway
        for name in ("plans", "team"):
            radicale.make_calendar(self.owner, name, name=name.title())
        radicale.make_address_book(self.owner, "people", name="People")

    def put(self, collection: str, name: str, text: str) -> None:
        self._radicale.put(self.owner, f"/{self.owner}/{collection}/{name}", text)

    def get(self, collection: str, name: str) -> str:
        return self._radicale.get(self.owner, f"/{self.owner}/{collection}/{name}")

    def texts(self, collection: str) -> str:
        return self._radicale.get(self.owner, f"/{self.owner}/{collection}/")


class OnCyrus(Upstream):
    """The owner invites, and the guest accepts."""

    def __init__(self, cyrus: Cyrus, gateway: RunningServer) -> None:
        self._cyrus = cyrus
        self.gateway = gateway
        self.owner, self.guest = cyrus.user(), cyrus.user()
        dav(cyrus, self.guest, "PROPFIND", f"/dav/calendars/user/{self.guest}/")
        for name in ("plans", "team"):
            path = self._path(name)
            dav(cyrus, self.owner, "MKCALENDAR", path, _named("C:mkcalendar", name.title()))
            share(cyrus, self.owner, path, self.guest, writable=name == "team")
        dav(cyrus, self.owner, "MKCOL", self._path("people"), _named("D:mkcol", "People"))
        share(cyrus, self.owner, self._path("people"), self.guest, writable=False)

    def _path(self, collection: str) -> str:
        kind = "addressbooks" if collection == "people" else "calendars"
        return f"/dav/{kind}/user/{self.owner}/{collection}/"

    def put(self, collection: str, name: str, text: str) -> None:
        kind = "text/vcard" if text.startswith("BEGIN:VCARD") else "text/calendar"
        headers = {"Content-Type": f"{kind}; charset=utf-8"}
        dav(self._cyrus, self.owner, "PUT", self._path(collection) + name, text, headers)

    def get(self, collection: str, name: str) -> str:
        return dav(self._cyrus, self.owner, "GET", self._path(collection) + name).body

    def texts(self, collection: str) -> str:
        return dav(self._cyrus, self.owner, "GET", self._path(collection)).body


def _named(method: str, name: str) -> str:
    kind = "<D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>" if method == "D:mkcol" else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><{method} xmlns:D="DAV:" '
        'xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav">'
        f"<D:set><D:prop>{kind}<D:displayname>{name}</D:displayname></D:prop></D:set></{method}>"
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("radicale", marks=[needs_dovecot, needs("radicale")]),
        pytest.param("cyrus", marks=needs_cyrus),
    ],
)
def upstream(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    data = tmp_path_factory.mktemp("data")
    everything: dict[str, Any] = {"gateway.shared": "all"}
    if request.param == "radicale":
        dovecot: Dovecot = request.getfixturevalue("dovecot")
        assert [dovecot.user(), dovecot.user()] == ["user1", "user2"]
        with (
            Radicale(dav_users(), rights=LET_IN) as radicale,
            running_gateway(data, dovecot, radicale, **everything) as gateway,
        ):
            yield OnRadicale(radicale, gateway)
        return
    cyrus: Cyrus = request.getfixturevalue("cyrus")
    place = f"http://127.0.0.1:{cyrus.http_port}/"
    settings: dict[str, Any] = {
        "gateway.imap": f"imap://127.0.0.1:{cyrus.port}",
        "gateway.caldav": place,
        "gateway.carddav": place,
        "gateway.login": "{local}",
    }
    with running_server(data, {}, **settings) as gateway:
        yield OnCyrus(cyrus, gateway)


@pytest.fixture
def phone(upstream: Upstream) -> Iterator[SynchronousClient]:
    address = f"{upstream.guest}@example.org"
    with SynchronousClient(upstream.gateway.url, address, PASSWORD, device_id="phone1") as client:
        client.folder_sync()
        yield client


def replica(client: SynchronousClient, name: str, item_class: ItemClass) -> SynchronousCollection:
    """The collection of a name, as it is on the phone."""
    [folder] = [one for one in client.asynchronous.folders.values() if one.display_name == name]
    collection = client.collection(folder.server_id, item_class)
    collection.sync()
    return collection


def ics(uid: str, *lines: str) -> str:
    """A calendar object of one event, of an hour, since Cyrus takes none of no length."""
    return calendar(event("DTEND:20260302T100000Z", *lines, uid=uid)).decode()


def subject_of(item: Item) -> str | None:
    """What an event or a contact is called."""
    if isinstance(item, Event):
        return item.subject
    assert isinstance(item, Contact)
    return item.first_name


def subjects(box: SynchronousCollection) -> list[str | None]:
    """What everything is called, sorted."""
    return sorted((subject_of(box.item(one)) for one in box.elements), key=str)


def test_what_is_shared_is_shown_beside_ones_own(upstream: Upstream, phone: SynchronousClient) -> None:
    folders = {one.display_name: one.type for one in phone.asynchronous.folders.values()}
    of_owner = f" ({upstream.owner})"
    assert folders[f"Plans{of_owner}"] == folders[f"Team{of_owner}"] == FolderType.USER_CALENDAR
    assert folders[f"People{of_owner}"] == FolderType.USER_CONTACTS
    kinds = list(folders.values())
    assert kinds.count(FolderType.CALENDAR) == kinds.count(FolderType.CONTACTS) == 1, folders


@pytest.mark.req("MS-ASCMD_R4439", "MS-ASCMD_R4440")
def test_a_calendar_to_be_read_comes_back_as_it_stands(upstream: Upstream, phone: SynchronousClient) -> None:
    upstream.put("plans", "one.ics", ics("one", "SUMMARY:Theirs"))
    upstream.put("plans", "two.ics", ics("two", "SUMMARY:Other"))
    box = replica(phone, f"Plans ({upstream.owner})", ItemClass.CALENDAR)
    assert subjects(box) == ["Other", "Theirs"]
    ids = {subject_of(box.item(one)): one for one in box.elements}
    key, status = box.key, SyncStatus.CONVERSION_ERROR
    for _ in range(2):
        box.update(ids["Theirs"], Event(subject="Mine"))
        box.delete(ids["Other"])
        del box.elements[ids["Other"]]  # as phones do, who ask nobody
        box.add(Event(subject="New", start_time=BEGIN, end_time=BEGIN.replace(hour=10)))
        outcome = box.sync()
        refused = sorted((type(one.command).__name__, one.status) for one in outcome.refused)
        assert refused == [("AddCommand", status), ("ChangeCommand", status), ("DeleteCommand", status)]
        assert (outcome.added, outcome.changed) == ([ids["Other"]], [ids["Theirs"]])
        assert subjects(box) == ["Other", "Theirs"]
        box.asynchronous.key = key  # as if the answer had been lost
    assert "SUMMARY:Theirs" in upstream.get("plans", "one.ics")
    assert "SUMMARY:New" not in upstream.texts("plans")


def test_contacts_that_a_phone_removes_come_back_window_by_window(
    upstream: Upstream, phone: SynchronousClient
) -> None:
    names = [f"Person {number}" for number in range(7)]
    for name in names:
        lines = (f"UID:{name[-1]}", f"FN:{name}", f"N:;{name};;;")
        upstream.put("people", f"{name[-1]}.vcf", card(*lines))
    box = replica(phone, f"People ({upstream.owner})", ItemClass.CONTACTS)
    assert subjects(box) == names
    box.asynchronous.window_size = 3
    for one in list(box.elements):
        box.delete(one)
        del box.elements[one]
    outcome = box.sync()
    assert len(outcome.refused) == len(outcome.added) == len(names)
    assert subjects(box) == names
    box.sync()
    assert not box.sync().added


def test_a_calendar_to_be_written_is_written(upstream: Upstream, phone: SynchronousClient) -> None:
    upstream.put("team", "one.ics", ics("t1", "SUMMARY:First", "X-KEPT:1"))
    upstream.put("team", "two.ics", ics("t2", "SUMMARY:Second"))
    box = replica(phone, f"Team ({upstream.owner})", ItemClass.CALENDAR)
    ids = {subject_of(box.item(one)): one for one in box.elements}
    box.update(ids["First"], Event(subject="Edited"))
    box.delete(ids["Second"])
    box.add(Event(subject="Added", start_time=BEGIN, end_time=BEGIN.replace(hour=10)))
    outcome = box.sync()
    assert not outcome.refused
    edited = upstream.get("team", "one.ics")
    assert "SUMMARY:Edited" in edited
    assert "X-KEPT:1" in edited
    texts = upstream.texts("team")
    assert "SUMMARY:Added" in texts
    assert "SUMMARY:Second" not in texts
    upstream.put("team", "one.ics", ics("t1", "SUMMARY:Again"))
    box.sync()
    assert subjects(box) == ["Added", "Again"]


def test_what_is_shared_can_be_hidden_from_a_device(upstream: Upstream, phone: SynchronousClient) -> None:
    administrator = Administrator(upstream.gateway.application.services)
    address, name = f"{upstream.guest}@example.org", f"Plans ({upstream.owner})"
    for hidden in (True, False):
        wish = ShowDeviceFolder(address, "phone1", name, hidden=hidden)
        upstream.gateway.call(lambda wish=wish: administrator.perform(wish))  # type: ignore[misc]  # a default
        phone.folder_sync()
        names = {one.display_name for one in phone.asynchronous.folders.values()}
        assert (name in names) is not hidden
        assert f"Team ({upstream.owner})" in names
