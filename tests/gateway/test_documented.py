"""The pages of docs/gateway/ that say so are tested: their configurations work together as they stand, but
for places, and phones and other clients write everything through them.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import imapclient
import pytest

from gateway.test_mail_notes import apple_note
from overair.client import SynchronousClient
from overair.client.synchronous import SynchronousCollection
from overair.items import Contact, Event, Item, ItemClass, Message, Note, Task
from overair.items.body import Body
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from support.calendar_texts import STAMP, calendar, component, event
from support.command import overair
from support.cyrus import needs_cyrus
from support.documented_servers import (
    ADDRESS,
    CYRUS_PAGE,
    DOVECOT_PAGE,
    DocumentedCyrus,
    DocumentedDovecot,
    DocumentedRadicale,
)
from support.dovecot import PASSWORD, needs_dovecot
from support.gateway import Submitted, submission
from support.mirrored_mail import simple
from support.outgoing import letter
from support.packages import needs
from support.proxies import documented, moved
from support.server import running_server
from support.vcards import card

BEGIN: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIST: Final = (
    '<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" '
    'xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/>'
    "<C:supported-calendar-component-set/></D:prop></D:propfind>"
)


@dataclass
class Stack:
    """The servers of a page, and how its overair.toml is told of their places."""

    imap: Callable[[str], AbstractContextManager[imapclient.IMAPClient]]
    port: int
    homes: Mapping[str, str]
    """The homes of the user's calendars and contacts."""
    places: tuple[tuple[str, str], ...]
    says: Mapping[str, bool]
    """What `gateway check` finds of its abilities."""
    submitted: Submitted
    trust: ssl.SSLContext | None = None
    config: Path = field(default_factory=Path)

    def dav(self, method: str, path: str, body: str = "", **headers: str) -> str:
        """One request of another client, which is done; what it answers."""
        if self.trust is None:
            connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        else:
            connection = http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=30)
        basic = b64encode(f"{ADDRESS}:{PASSWORD}".encode()).decode()
        try:
            connection.request(method, path, body.encode(), {"Authorization": f"Basic {basic}"} | headers)
            response = connection.getresponse()
            said = response.read().decode()
        finally:
            connection.close()
        assert response.status < 300, (method, path, response.status, said)
        return said

    def listed(self, path: str) -> dict[str, str]:
        """What a collection holds: paths, and what is said of them."""
        xml = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        said = self.dav("PROPFIND", path, LIST, **xml)
        parts = re.split(r"<(?:\w+:)?response[ >]", said)[1:]
        found = {href[1]: part for part in parts if (href := re.search(r"href>([^<]+)<", part))}
        return {href: part for href, part in found.items() if href.rstrip("/") != path.rstrip("/")}

    def collection(self, kind: str, component: str) -> str:
        """The first collection of a home that holds a kind of component."""
        return next(
            path
            for path, said in self.listed(self.homes[kind]).items()
            if re.search(rf":?{kind}[ />]", said) and (not component or f'"{component}"' in said)
        )

    def texts(self, collection: str) -> str:
        """Everything in a collection."""
        return "".join(self.dav("GET", path) for path in self.listed(collection))


@contextmanager
def dovecot_and_radicale() -> Iterator[Stack]:
    with ExitStack() as stack:
        radicale = stack.enter_context(DocumentedRadicale())
        dovecot = DocumentedDovecot(radicale.users_file)
        stack.callback(dovecot.remove)
        submitted = stack.enter_context(submission(dovecot, {ADDRESS: PASSWORD}))
        yield Stack(
            imap=lambda folder: dovecot.client(ADDRESS, folder),
            port=radicale.port,
            homes=dict.fromkeys(("calendar", "addressbook"), f"/{ADDRESS}/"),
            places=(
                ("imap://127.0.0.1:143", f"imap://127.0.0.1:{dovecot.port}"),
                ("submission://127.0.0.1:587", f"submission://127.0.0.1:{submitted.port}"),
                ("http://127.0.0.1:5232/", f"http://127.0.0.1:{radicale.port}/"),
            ),
            says={"NOTIFY": True, "OBJECTID": False, "sync-collection": True},
            submitted=submitted,
        )


@contextmanager
def cyrus() -> Iterator[Stack]:
    with ExitStack() as stack:
        server = DocumentedCyrus()
        stack.callback(server.remove)
        submitted = stack.enter_context(submission(server, {ADDRESS: PASSWORD}))
        yield Stack(
            imap=lambda folder: server.client(ADDRESS, folder),
            port=server.http_port,
            homes={name: f"/dav/{name}s/user/{ADDRESS}/" for name in ("calendar", "addressbook")},
            places=(
                ("[gateway]\n", f'[gateway]\nca_file = "{server.root}"\n'),
                ("imaps://mail.example.org", f"imaps://localhost:{server.tls_port}"),
                ("submissions://mail.example.org", f"submission://127.0.0.1:{submitted.port}"),
                ("https://mail.example.org/", f"https://localhost:{server.http_port}/"),
            ),
            says={"NOTIFY": False, "OBJECTID": True, "sync-collection": True},
            submitted=submitted,
            trust=server.trust,
        )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (DOVECOT_PAGE, dovecot_and_radicale),
            marks=[needs_dovecot, needs("radicale", "python3-bcrypt")],
            id="dovecot-radicale",
        ),
        pytest.param((CYRUS_PAGE, cyrus), marks=needs_cyrus, id="cyrus"),
    ],
)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    page, servers = request.param
    with servers() as found:
        found.config = tmp_path_factory.mktemp("etc") / "overair.toml"
        found.config.write_text(moved(documented(page, "toml"), *found.places))
        yield found


def subject_of(item: Item) -> str | None:
    """What an item is called."""
    if isinstance(item, Contact):
        return item.first_name
    assert isinstance(item, Event | Task | Note | Message)
    return item.subject


def subjects(box: SynchronousCollection) -> set[str | None]:
    """What everything is called."""
    return {subject_of(box.item(one)) for one in box.elements}


def checked(stack: Stack) -> None:
    """What `overair gateway check` says of the servers of a page."""
    done = overair(
        "gateway", "check", ADDRESS, "--config", stack.config, "--password-stdin", "--json",
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done
    found = json.loads(done.stdout)
    assert [server["setting"] for server in found["servers"]] == ["imap", "smtp", "caldav", "carddav"]
    abilities = {name: has for server in found["servers"] for name, has, _ in server["can"]}
    assert {name: abilities[name] for name in stack.says} == stack.says
    folders = {one["name"]: (one["server"], one["state"]) for one in found["folders"]}
    for name in ("Drafts", "Sent", "Trash", "Junk", "Archive"):
        assert folders[name] == ("imap", "there"), folders
    servers = {one["type"]: one["server"] for one in found["folders"]}
    assert (servers["calendar"], servers["tasks"], servers["contacts"]) == ("caldav", "caldav", "carddav")


def test_phones_and_other_clients_write_everything_through_a_page(stack: Stack, tmp_path: Path) -> None:
    with (
        running_server(tmp_path, {}, config=stack.config) as server,
        SynchronousClient(server.url, ADDRESS, PASSWORD, device_id="phone1") as phone,
    ):
        phone.folder_sync()

        def replica(kind: FolderType, item_class: ItemClass) -> SynchronousCollection:
            collection = phone.collection(phone.asynchronous.folder_of_type(kind).server_id, item_class)
            collection.sync()
            return collection

        mail = replica(FolderType.INBOX, ItemClass.EMAIL)
        with stack.imap("INBOX") as client:
            client.append("INBOX", simple("from elsewhere"))
        mail.sync()
        [message] = mail.elements
        assert subjects(mail) == {"from elsewhere"}
        mail.update(message, Message(read=True))
        mail.sync()
        with stack.imap("INBOX") as client:
            assert len(client.search("SEEN")) == 1
        phone.send_mail(letter("otto@example.net", Subject="from the phone"))
        assert stack.submitted.recipients == ["otto@example.net"]
        with stack.imap("Sent") as client:
            assert len(client.search(["SUBJECT", "from the phone"])) == 1

        notes = replica(FolderType.NOTES, ItemClass.NOTES)
        notes.add(Note(subject="a note", body=Body(type=BodyType.PLAIN_TEXT, data="said here")))
        notes.sync()
        with stack.imap("Notes") as client:
            assert len(client.search(["SUBJECT", "a note"])) == 1
            client.append("Notes", apple_note("another", "<p>said there</p>", "OTHER"))
        notes.sync()
        assert subjects(notes) == {"a note", "another"}

        events = replica(FolderType.CALENDAR, ItemClass.CALENDAR)
        tasks = replica(FolderType.TASKS, ItemClass.TASKS)
        contacts = replica(FolderType.CONTACTS, ItemClass.CONTACTS)
        events.add(Event(subject="Mine", start_time=BEGIN, end_time=BEGIN.replace(hour=10)))
        tasks.add(Task(subject="Do mine"))
        contacts.add(Contact(first_name="Ada"))
        for box in (events, tasks, contacts):
            assert not box.sync().refused
        theirs = calendar(event("DTEND:20260302T100000Z", "SUMMARY:Theirs", uid="theirs")).decode()
        todo = calendar(component("VTODO", "UID:todo", STAMP, "SUMMARY:Do theirs")).decode()
        person = card("UID:otto", "FN:Otto", "N:;Otto;;;")
        for box, kind, holds, mine, name, text in (
            (events, "calendar", "VEVENT", "SUMMARY:Mine", "Theirs", theirs),
            (tasks, "calendar", "VTODO", "SUMMARY:Do mine", "Do theirs", todo),
            (contacts, "addressbook", "", "FN:Ada", "Otto", person),
        ):
            collection = stack.collection(kind, holds)
            assert mine in stack.texts(collection)
            type_ = "text/vcard" if kind == "addressbook" else "text/calendar"
            ending = "vcf" if kind == "addressbook" else "ics"
            content = {"Content-Type": f"{type_}; charset=utf-8"}
            stack.dav("PUT", f"{collection}theirs-{holds}.{ending}", text, **content)
            box.sync()
            assert name in subjects(box)
    checked(stack)
