"""A client that nobody here wrote, by its own public interface, against a running server over HTTPS, and
against one that is a gateway.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from pyactivesync import BodyType, Client, Contact, EmailChange, Folder, FolderType, SyncItem
from pyactivesync.models import ContactChange

from overair.client import SynchronousClient
from overair.items import Event, ItemClass, Note, Task
from overair.items.body import Body
from overair.items.calendar.data_types import AddEventAttachment
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType as OwnBodyType
from overair.wbxml import Tag
from overair.wbxml.pages import Calendar, Notes, Tasks
from support.dovecot import Dovecot, needs_dovecot
from support.gateway import running_gateway, submission
from support.packages import needs
from support.radicale import Radicale
from support.server import ANNA, BEN, PASSWORD, RunningServer, running_server

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


through_both = pytest.mark.parametrize(
    "server",
    ["own", pytest.param("gateway", marks=[needs_dovecot, needs("radicale")])],
    indirect=True,
    scope="module",
)
of_its_own = pytest.mark.parametrize("server", ["own"], indirect=True, scope="module")


@contextlib.contextmanager
def gateway(data_dir: Path) -> Iterator[RunningServer]:
    """A gateway in front of servers that know both users."""
    passwords = dict.fromkeys(("anna", "ben"), PASSWORD)
    with contextlib.ExitStack() as stack:
        dovecot = Dovecot()
        stack.callback(dovecot.remove)
        for name, password in passwords.items():
            dovecot.set_password(name, password)
        radicale = stack.enter_context(Radicale(passwords))
        submitted = stack.enter_context(submission(dovecot, passwords))
        submitted.users |= set(passwords)
        yield stack.enter_context(running_gateway(data_dir, dovecot, radicale, submitted, tls=True))


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    data_dir = tmp_path_factory.mktemp("data")
    running = gateway(data_dir) if request.param == "gateway" else running_server(data_dir, tls=True)
    with running as found:
        yield found


def connect(server: RunningServer, address: str, device_id: str, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.root_certificate))
    return Client(f"localhost:{server.port}", address, PASSWORD, device_id=device_id)


@pytest.fixture
def anna(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with connect(server, ANNA, "interopanna", monkeypatch) as client:
        yield client


@pytest.fixture
def ben(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with connect(server, BEN, "interopben", monkeypatch) as client:
        yield client


def folder(client: Client, kind: FolderType) -> Folder:
    return next(one for one in client.list_folders() if one.type == kind)


def everything(client: Client, folder_id: str) -> tuple[str, dict[str, SyncItem]]:
    """The key and the items of a folder, synchronised from the beginning."""
    result = client.sync_folder(folder_id)
    key = result.sync_key
    items: dict[str, SyncItem] = {}
    while True:
        result = client.sync_folder(folder_id, key, window_size=3)
        key = result.sync_key
        items |= {item.server_id: item for item in result.added}
        if not result.more_available:
            return key, items


def letter(subject: str, text: str = "Hello") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, BEN, subject
    message.set_content(text)
    return message


def find(items: dict[str, SyncItem], subject: str) -> SyncItem:
    return next(item for item in items.values() if item.fields.get("Email.Subject") == subject)


@through_both
def test_folders(anna: Client) -> None:
    types = {one.type for one in anna.list_folders()}
    assert {FolderType.INBOX, FolderType.DRAFTS, FolderType.SENT_ITEMS, FolderType.CONTACTS} <= types


@through_both
def test_a_message_with_an_attachment_goes_the_whole_way(anna: Client, ben: Client) -> None:
    message = letter("With picture", "See this")
    message.add_alternative("<p>See <b>this</b></p>", subtype="html")
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="dot.png")
    anna.send_mail(message)

    inbox = folder(ben, FolderType.INBOX)
    _, items = everything(ben, inbox.id)
    arrived = find(items, "With picture")
    assert arrived.fields["Email.Read"] == "0"
    fetched = ben.fetch_item(inbox.id, arrived.server_id, body_type=BodyType.HTML)
    assert fetched.body is not None
    assert "<b>this</b>" in str(fetched.body.data)
    plain = ben.fetch_item(inbox.id, arrived.server_id, body_type=BodyType.PLAIN_TEXT)
    assert plain.body is not None
    assert str(plain.body.data).strip() == "See this"
    mime = ben.fetch_item(inbox.id, arrived.server_id, body_type=BodyType.MIME)
    assert mime.body is not None
    assert isinstance(mime.body.data, bytes)
    assert b"Subject: With picture" in mime.body.data
    [attachment] = fetched.attachments
    assert attachment.display_name == "dot.png"
    assert ben.fetch_attachment(attachment.file_reference) == PICTURE

    _, sent = everything(anna, folder(anna, FolderType.SENT_ITEMS).id)
    assert find(sent, "With picture").fields["Email.Read"] == "1"


@of_its_own
def test_windows_bring_every_message_once(anna: Client, ben: Client) -> None:
    for number in range(8):
        anna.send_mail(letter(f"Number {number}"))
    _, items = everything(ben, folder(ben, FolderType.INBOX).id)
    numbers = [text for item in items.values() if (text := item.fields["Email.Subject"]).startswith("Number")]
    assert sorted(numbers) == [f"Number {number}" for number in range(8)]


@through_both
def test_flags_read_and_deletion(anna: Client, ben: Client) -> None:
    anna.send_mail(letter("To be read"))
    inbox = folder(ben, FolderType.INBOX)
    key, items = everything(ben, inbox.id)
    item = find(items, "To be read")
    result = ben.apply_email_changes(inbox.id, key, [EmailChange(item.server_id, read=True, flagged=True)])
    assert result.statuses == {item.server_id: "1"}
    again = ben.sync_folder(inbox.id, result.sync_key)
    assert (again.added, again.changed, again.deleted) == ([], [], [])
    fetched = ben.fetch_item(inbox.id, item.server_id)
    assert fetched.fields["Email.Read"] == "1"
    result = ben.apply_email_changes(inbox.id, again.sync_key, [EmailChange(item.server_id, delete=True)])
    assert result.statuses == {item.server_id: "1"}
    _, items = everything(ben, inbox.id)
    assert item.server_id not in items
    _, deleted = everything(ben, folder(ben, FolderType.DELETED_ITEMS).id)
    assert find(deleted, "To be read")


@through_both
def test_contacts_are_made_changed_and_deleted(anna: Client) -> None:
    contacts = folder(anna, FolderType.CONTACTS)
    key, _ = everything(anna, contacts.id)
    person = Contact(
        first_name="Ada", last_name="Lovelace", email1_address="ada@example.org", categories=("Maths",)
    )
    added = anna.create_contact(contacts.id, key, person)
    assert added.status == "1"
    assert added.server_id is not None
    later = anna.sync_folder(contacts.id, added.sync_key)
    assert later.added == []
    changed = Contact(first_name="Ada", last_name="King", job_title="Countess")
    result = anna.apply_contact_changes(
        contacts.id, later.sync_key, [ContactChange(added.server_id, contact=changed)]
    )
    assert result.statuses == {added.server_id: "1"}
    key, items = everything(anna, contacts.id)
    assert items[added.server_id].fields["Contacts.LastName"] == "King"
    result = anna.apply_contact_changes(
        contacts.id, key, [ContactChange(added.server_id, delete=True)], deletes_as_moves=False
    )
    assert result.statuses == {added.server_id: "1"}
    assert added.server_id not in everything(anna, contacts.id)[1]


@through_both
def test_drafts_are_kept_whole(anna: Client) -> None:
    drafts = folder(anna, FolderType.DRAFTS)
    key, _ = everything(anna, drafts.id)
    message = letter("Not yet", "half a thou")
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="dot.png")
    created = anna.create_email_draft(drafts.id, key, message, flagged=True)
    assert created.status == "1"
    assert created.server_id is not None
    _, items = everything(anna, drafts.id)
    assert items[created.server_id].fields["Email.Subject"] == "Not yet"
    fetched = anna.fetch_item(drafts.id, created.server_id, body_type=BodyType.PLAIN_TEXT)
    assert fetched.body is not None
    assert "half a thou" in str(fetched.body.data)
    [attachment] = fetched.attachments
    assert anna.fetch_attachment(attachment.file_reference) == PICTURE


@through_both
def test_folders_are_made_and_messages_moved_into_them(anna: Client, ben: Client) -> None:
    anna.send_mail(letter("To be filed"))
    inbox = folder(ben, FolderType.INBOX)
    made = ben.create_folder("Filed")
    key, items = everything(ben, inbox.id)
    item = find(items, "To be filed")
    new_id = ben.move_item(item.server_id, inbox.id, made.id)
    assert ben.sync_folder(inbox.id, key).deleted == [item.server_id]
    assert list(everything(ben, made.id)[1]) == [new_id]
    ben.update_folder(made.id, "Filed away")
    assert "Filed away" in {one.name for one in ben.list_folders()}
    ben.delete_folder(made.id)
    assert made.id not in {one.id for one in ben.list_folders()}


@through_both
def test_a_delivery_answers_the_ping(anna: Client, ben: Client) -> None:
    inbox = folder(ben, FolderType.INBOX)
    everything(ben, inbox.id)
    sending = threading.Timer(0.5, anna.send_mail, [letter("Wake up")])
    sending.start()
    result = ben.ping([inbox.id], heartbeat=60, timeout=30)
    sending.join()
    assert (result.status, result.changed_folder_ids) == ("2", [inbox.id])


@of_its_own
def test_an_estimate_counts_what_the_sync_brings(anna: Client, ben: Client) -> None:
    inbox = folder(ben, FolderType.INBOX)
    key, _ = everything(ben, inbox.id)
    assert ben.get_item_estimate(inbox.id, key) == 0
    anna.send_mail(letter("One more"))
    assert ben.get_item_estimate(inbox.id, key) == 1
    assert len(ben.sync_folder(inbox.id, key).added) == 1


@of_its_own
def test_the_address_list(anna: Client) -> None:
    [entry] = anna.search_gal("Ben")
    assert (entry.display_name, entry.email_address) == ("Ben Beck", BEN)
    found = anna.find_gal("Beck")
    assert [item.fields["GAL.EmailAddress"] for item in found.items] == [BEN]


def known_as(tag: Tag) -> str:
    """What that client calls a tag; of pages that it has no names for it tells the numbers."""
    named = {Tasks.Subject: "Tasks.Subject", Tasks.DueDate: "Tasks.DueDate"}
    return named.get(tag, f"page{tag.page}.0x{tag.token:02X}")


@through_both
def test_events_tasks_and_notes_are_read_filed_and_deleted(server: RunningServer, ben: Client) -> None:
    due = datetime(2027, 3, 16, tzinfo=UTC)
    plan = AddEventAttachment(
        client_id="1", method=1, content=PICTURE, display_name="dot.png", content_type="image/png"
    )
    with SynchronousClient(server.url, BEN, PASSWORD, device_id="writer", ssl=server.trust) as writer:
        writer.folder_sync()
        where = writer.asynchronous.folder_of_type
        calendar = writer.calendar(where(FolderType.CALENDAR).server_id, time_zone="Europe/Berlin")
        tasks = writer.task_list(where(FolderType.TASKS).server_id, time_zone="Europe/Berlin")
        notes = writer.collection(where(FolderType.NOTES).server_id, ItemClass.NOTES)
        agenda = Body(type=OwnBodyType.PLAIN_TEXT, data="Agenda")
        daily = Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=3)
        hour = timedelta(hours=1)
        series = Event(
            subject="Team",
            start_time=due,
            end_time=due + hour,
            recurrence=daily,
            body=agenda,
            attachments=(plan,),
        )
        added = {}
        for collection, item in (
            (calendar, series),
            (tasks, Task(subject="Call", due_date=due)),
            (notes, Note(subject="Idea", body=agenda)),
        ):
            collection.sync()
            made = collection.add(item)
            added[type(item)] = collection.sync().created[made]
        done = tasks.add(Task(subject="Done", complete=True))
        done = tasks.sync().created[done]
        moved = EventException(exception_start_time=due, start_time=due + hour, end_time=due + 2 * hour)
        calendar.change_occurrence(added[Event], moved)
        calendar.sync()

    folders = {kind: folder(ben, kind) for kind in (FolderType.CALENDAR, FolderType.TASKS, FolderType.NOTES)}
    _, events = everything(ben, folders[FolderType.CALENDAR].id)
    assert events[added[Event]].fields[known_as(Calendar.UID)]
    fetched = ben.fetch_item(folders[FolderType.CALENDAR].id, added[Event], body_type=BodyType.PLAIN_TEXT)
    assert fetched.fields[known_as(Calendar.Occurrences)] == "3"
    assert fetched.body is not None
    assert fetched.body.data == "Agenda"
    [attachment] = fetched.attachments
    assert ben.fetch_attachment(attachment.file_reference) == PICTURE

    key, items = everything(ben, folders[FolderType.TASKS].id)
    assert {done, added[Task]} <= items.keys()
    assert items[added[Task]].fields["Tasks.DueDate"] == "2027-03-16T00:00:00.000Z"
    begun = ben.sync_folder(folders[FolderType.TASKS].id, filter_type="8")
    to_do = ben.sync_folder(folders[FolderType.TASKS].id, begun.sync_key, filter_type="8")
    assert [item.server_id for item in to_do.added] == [added[Task]]
    result = ben.apply_contact_changes(
        folders[FolderType.TASKS].id, to_do.sync_key, [ContactChange(added[Task], delete=True)]
    )
    assert result.statuses == {added[Task]: "1"}
    assert added[Task] not in everything(ben, folders[FolderType.TASKS].id)[1]

    key, items = everything(ben, folders[FolderType.NOTES].id)
    assert items[added[Note]].fields[known_as(Notes.MessageClass)] == "IPM.StickyNote"
    new_id = ben.move_item(
        added[Note], folders[FolderType.NOTES].id, folder(ben, FolderType.DELETED_ITEMS).id
    )
    assert new_id
    assert ben.sync_folder(folders[FolderType.NOTES].id, key).deleted == [added[Note]]
