"""Phones on a gateway in front of Dovecot and Radicale, while other clients work there, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from overair.client import HttpError, StatusError, SynchronousClient
from overair.items import Contact, Message
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import Command
from overair.server.administrator import Administrator
from overair.server.device_requests import ShowDeviceFolder
from overair.versions import Version
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import Submitted, dav_users, running_gateway, submission
from support.gateway_phones import (
    TEXT,
    WAIT,
    book_of,
    contacts_of,
    inbox_of,
    letter,
    meanwhile,
    persistent,
    subjects,
)
from support.packages import needs
from support.phone import Phone as RawPhone
from support.radicale import Radicale
from support.server import RunningServer

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
CARD: Final = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nFN:Ada Lovelace\r\nN:Lovelace;Ada;;;\r\n"
    "TEL;TYPE=CELL:1\r\nitem1.X-ABRELATEDNAMES:Byron\r\nitem1.X-ABLABEL:Father\r\nEND:VCARD\r\n"
)


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale(dav_users()) as server:
        yield server


@pytest.fixture(scope="module")
def submitted(dovecot: Dovecot) -> Iterator[Submitted]:
    with submission(dovecot) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, radicale: Radicale, submitted: Submitted
) -> Iterator[RunningServer]:
    with running_gateway(tmp_path_factory.mktemp("data"), dovecot, radicale, submitted) as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    return dovecot.user()


Phone = Callable[..., SynchronousClient]


@pytest.fixture
def phone(gateway: RunningServer, user: str) -> Iterator[Phone]:
    """Makes phones of the user, which know the folders."""
    phones: list[SynchronousClient] = []

    def make(device_id: str = "phone1", version: Version | None = None) -> SynchronousClient:
        client = SynchronousClient(
            gateway.url, f"{user}@example.org", PASSWORD, device_id=device_id, version=version
        )
        phones.append(client)
        client.folder_sync()
        return client

    yield make
    for client in phones:
        client.close()


def test_mail_comes_whole_and_two_phones_and_another_client_agree(
    dovecot: Dovecot, user: str, phone: Phone
) -> None:
    for number in range(5):
        dovecot.deliver(user, letter(f"letter {number}", f"text {number}"))
    first, second = phone("phone1"), phone("phone2", Version.V12_1)
    boxes = [inbox_of(client) for client in (first, second)]
    for box in boxes:
        assert subjects(box, box.sync().added) == [f"letter {number}" for number in range(5)]
    by_subject = {boxes[0].item(one).subject: one for one in boxes[0].elements}
    body = boxes[0].item(by_subject["letter 3"]).body
    assert body is not None
    assert body.data == "text 3\r\n"

    boxes[0].update(by_subject["letter 1"], Message(read=True))
    boxes[0].delete(by_subject["letter 2"])
    boxes[0].sync()
    with dovecot.client(user, "INBOX") as imap:
        assert len(imap.search("SEEN")) == 1
        imap.add_flags(imap.search(["SUBJECT", "letter 4"]), rb"\Flagged")
        imap.delete_messages(imap.search(["SUBJECT", "letter 0"]))
        imap.expunge()
    with dovecot.client(user, "Trash") as imap:
        assert len(imap.search(["SUBJECT", "letter 2"])) == 1
    for box in boxes:
        box.sync()
        left = {box.item(one).subject: box.item(one) for one in box.elements}
        assert set(left) == {"letter 1", "letter 3", "letter 4"}
        assert left["letter 1"].read
        flag = left["letter 4"].flag
        assert flag is not None
        assert flag.status == 2


def test_a_waiting_phone_hears_of_mail_and_of_others_edits(
    dovecot: Dovecot, radicale: Radicale, user: str, phone: Phone
) -> None:
    client = phone()
    inbox = inbox_of(client)
    inbox.sync()
    waiting = meanwhile(lambda: inbox.sync(heartbeat=WAIT))
    dovecot.deliver(user, letter("pushed"))
    assert subjects(inbox, waiting.result(WAIT).added) == ["pushed"]
    waiting = meanwhile(lambda: inbox.sync(heartbeat=WAIT))
    with dovecot.client(user, "INBOX") as imap:
        imap.add_flags(imap.search("ALL"), rb"\Seen")
    assert len(waiting.result(WAIT).changed) == 1


def test_an_edit_is_merged_into_the_server_s_own_card(radicale: Radicale, user: str, phone: Phone) -> None:
    client = phone()
    contacts = contacts_of(client)
    assert contacts.sync().added == []
    path = book_of(radicale, user)
    radicale.put(user, f"{path}ada.vcf", CARD)
    [ada] = contacts.sync().added
    contacts.update(ada, Contact(mobile_phone_number="2"))
    contacts.add(Contact(first_name="Bob", last_name="Builder", file_as="Builder, Bob"))
    outcome = contacts.sync()
    assert not outcome.refused
    card = radicale.get(user, f"{path}ada.vcf")
    assert sorted(card.splitlines()) == sorted(CARD.replace("CELL:1", "CELL:2").splitlines())
    assert {"item1.X-ABRELATEDNAMES:Byron", "item1.X-ABLABEL:Father"} <= set(card.splitlines())
    assert len(radicale.names(path)) == 2
    radicale.delete(user, f"{path}ada.vcf")
    assert contacts.sync().deleted == [ada]


def test_what_another_client_undoes_at_once_is_undone(radicale: Radicale, user: str, phone: Phone) -> None:
    contacts = contacts_of(phone())
    contacts.sync()
    path = book_of(radicale, user)
    radicale.put(user, f"{path}ada.vcf", CARD)
    [ada] = contacts.sync().added
    made = contacts.add(Contact(first_name="Bob", last_name="Builder", file_as="Builder, Bob"))
    contacts.update(ada, Contact(mobile_phone_number="2"))
    bob = contacts.sync().created[made]
    [name] = set(radicale.names(path)) - {"ada.vcf"}
    radicale.delete(user, path + name)
    radicale.put(user, f"{path}ada.vcf", CARD)
    outcome = contacts.sync()  # which the server may take for a state that the gateway has known for long
    assert (outcome.deleted, outcome.changed) == ([bob], [ada])
    found = contacts.item(ada)
    assert isinstance(found, Contact)
    assert found.mobile_phone_number == "1"


def test_the_first_request_of_a_user_is_answered(gateway: RunningServer, user: str) -> None:
    first = RawPhone(gateway, address=f"{user}@example.org", password=PASSWORD.encode())
    answer = first.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
    assert answer.status == 200, answer
    assert answer.read(FolderSyncResponse).status == 1


def test_a_folder_is_hidden_from_one_device_while_nobody_is_here(
    gateway: RunningServer, dovecot: Dovecot, user: str
) -> None:
    address = f"{user}@example.org"

    def names(device: str) -> set[str]:
        raw = RawPhone(gateway, address=address, device_id=device, password=PASSWORD.encode())
        changes = raw.folder_sync().changes
        assert changes is not None
        return {entry.display_name for entry in changes.adds}

    with dovecot.client(user) as client:
        client.create_folder("Old/Older")
    assert {"Old", "Older"} <= names("phone1")
    administrator = Administrator(gateway.application.services)
    gateway.call(lambda: administrator.perform(ShowDeviceFolder(address, "phone1", "Old", hidden=True)))
    for device, shown in (("phone1", set()), ("phone2", {"Old", "Older"})):
        found = names(device)
        assert found & {"Old", "Older"} == shown
        assert {"Inbox", "Sent"} <= found


def test_a_wrong_password_is_refused_and_a_new_one_taken(
    gateway: RunningServer, dovecot: Dovecot, user: str, phone: Phone
) -> None:
    with (
        SynchronousClient(gateway.url, f"{user}@example.org", "wrong", device_id="thief") as thief,
        pytest.raises(HttpError) as refused,
    ):
        thief.folder_sync()
    assert refused.value.status == 401
    phone().folder_sync()


def test_a_server_that_is_down_fails_its_own_folders_alone(
    dovecot: Dovecot, radicale: Radicale, user: str, phone: Phone
) -> None:
    dovecot.deliver(user, letter("before"))
    client = phone()
    inbox = inbox_of(client)
    contacts = contacts_of(client)
    assert len(inbox.sync().added) == 1
    contacts.sync()
    radicale.stop()
    try:
        dovecot.deliver(user, letter("during"))
        assert subjects(inbox, inbox.sync().added) == ["during"]
        contacts.add(Contact(first_name="Late"))
        with pytest.raises(StatusError, match="16"):
            contacts.sync()
        client.folder_sync()
        assert client.asynchronous.folder_of_type(FolderType.CONTACTS)
    finally:
        radicale.start()
    outcome = persistent(contacts.sync)
    assert len(outcome.created) == 1
    assert not outcome.refused
    dovecot.kill()
    try:
        with pytest.raises(StatusError, match="16"):
            inbox.sync()
        assert contacts.sync().deleted == []
    finally:
        dovecot.start()
    again = persistent(inbox.sync)
    assert (again.added, again.deleted) == ([], [])


@pytest.mark.req("MS-ASCMD_R4848")
def test_a_message_is_sent_once_and_kept_once(
    dovecot: Dovecot, submitted: Submitted, user: str, phone: Phone
) -> None:
    submitted.users.add(user)
    client = phone()
    inbox = inbox_of(client)
    inbox.sync()
    message = (
        f"From: {user}@example.org\r\nTo: {user}@example.org\r\nBcc: hidden@example.net\r\n"
        "Subject: to myself\r\n\r\nHello\r\n"
    ).encode()
    client.send_mail(message, client_id="one")
    taken = submitted.taken[-1]
    assert taken.user == user
    assert set(taken.recipients) == {f"{user}@example.org", "hidden@example.net"}
    assert b"hidden" not in taken.content
    with pytest.raises(StatusError, match="118"):
        client.send_mail(message, client_id="one")
    with dovecot.client(user, "Sent") as imap:
        [sent] = imap.search("ALL")
        assert b"hidden@example.net" in imap.fetch(sent, "BODY[]")[sent][b"BODY[]"]
    assert subjects(inbox, inbox.sync().added) == ["to myself"]


def test_who_only_sends_need_not_ask_for_folders(
    gateway: RunningServer, dovecot: Dovecot, submitted: Submitted, user: str
) -> None:
    with SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id="sender") as client:
        client.send_mail(b"To: otto@example.net\r\nSubject: at once\r\n\r\nHello\r\n", client_id="three")
    assert b"at once" in submitted.taken[-1].content
    with dovecot.client(user, "Sent") as imap:
        assert len(imap.search("ALL")) == 1


def test_what_was_sent_and_could_not_be_kept_is_not_sent_again(
    dovecot: Dovecot, submitted: Submitted, phone: Phone
) -> None:
    """Neither as it was, nor by its phone in another version of the protocol, which has no ClientId."""
    client = phone()
    message = (
        b"To: otto@example.net\r\nSubject: but once\r\n\r\nHello\r\n"  # its date is given anew each time
    )
    known = b"Message-ID: <known@example.org>\r\n" + message.replace(b"but once", b"known")
    dovecot.kill()
    try:
        with pytest.raises(StatusError, match="111"):
            client.send_mail(message, client_id="four")
        with pytest.raises(StatusError, match="111"):
            client.send_mail(known, client_id="five")
    finally:
        dovecot.start()
    persistent(lambda: client.send_mail(message, client_id="four"))
    phone(version=Version.V12_1).send_mail(known)
    for subject in (b"but once", b"known"):
        assert [subject in taken.content for taken in submitted.taken].count(True) == 1
    sent = client.asynchronous.folder_of_type(FolderType.SENT_ITEMS)
    box = client.mail_folder(sent.server_id, options=TEXT)
    added = box.sync().added
    assert len(added) == 2
    assert set(subjects(box, added)) == {"but once", "known"}


def test_what_the_submission_server_does_not_take_is_not_sent(
    dovecot: Dovecot, submitted: Submitted, user: str, phone: Phone
) -> None:
    client = phone()
    message = f"From: {user}@example.org\r\nTo: nobody@example.net\r\nSubject: x\r\n\r\nHello\r\n".encode()
    submitted.answers["nobody@example.net"] = "550 5.1.1 Nobody"
    with pytest.raises(StatusError, match="120"):
        client.send_mail(message, client_id="two")
    with dovecot.client(user, "Sent") as imap:
        assert imap.search("ALL") == []
    del submitted.answers["nobody@example.net"]
    client.send_mail(message, client_id="two")
    with dovecot.client(user, "Sent") as imap:
        assert len(imap.search("ALL")) == 1
