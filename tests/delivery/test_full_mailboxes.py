"""What becomes of mail, and of what phones add, where a mailbox is full."""

from __future__ import annotations

import itertools
import smtplib
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP

import pytest

from delivery.post import Post
from overair.delivery.out_of_office.absence import AT_WORK, Absence, Replies, Reply, set_absence
from overair.delivery.out_of_office.noting import next_noted
from overair.delivery.transport import waiting_blobs
from overair.items import Message
from overair.mailboxes.embedded.usage import set_quota, usage_of
from overair.mailboxes.interface import FolderType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.settings import OofState
from overair.protocol.sync import (
    AddCommand,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    DeleteCommand,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync import Command as SyncCommand
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase, Contacts, Email
from support.invitations import Invitation, exchange
from support.phone import Answer, Phone, letter
from support.server import ANNA, BEN, DOMAIN

CARL = f"carl@{DOMAIN}"
_numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def _carl(post: Post) -> None:
    directory = post.server.application.directory
    post.server.users[CARL] = post.server.call(lambda: directory.add_user(CARL, "a good secret", "Carl"))


@pytest.fixture(autouse=True)
def _room_again(post: Post) -> Iterator[None]:
    yield
    for address in (ANNA, BEN, CARL):
        limit(post, None, address)
        post.do(lambda one: set_absence(one.transaction, one.account_id, AT_WORK), address)


def used(post: Post, address: str = ANNA) -> int:
    return post.do(lambda one: usage_of(one.transaction, one.account_id), address).used


def limit(post: Post, room: int | None, address: str = ANNA) -> None:
    """Let a mailbox have so many bytes more than it holds; None for no quota."""
    quota = None if room is None else max(1, used(post, address) + room)
    post.do(lambda one: set_quota(one.transaction, one.account_id, quota), address)


def note(size: int = 1000, to: str = ANNA) -> bytes:
    """A message of about so many bytes."""
    number = next(_numbers)
    mime = letter(f"note {number}", to, "x", From=BEN, Message_ID=f"<{number}@mail.example>").as_bytes(
        policy=SMTP
    )
    return mime + b"y" * (size - len(mime)) + b"\r\n"


def answers(post: Post, mime: bytes, *recipients: str) -> list[str]:
    """What LMTP answers for each recipient."""
    with smtplib.LMTP(str(post.directory / "lmtp.sock")) as lmtp:
        lmtp.ehlo("mail.example.org")
        lmtp.mail("otto@example.net")
        assert [lmtp.rcpt(recipient)[0] for recipient in recipients] == [250] * len(recipients)
        assert lmtp.docmd("DATA")[0] == 354
        lmtp.send(mime + b"\r\n.\r\n")
        found = [lmtp.getreply() for _ in recipients]
        return [f"{code} {text.decode().split()[0]}" for code, text in found]


def count(post: Post, folder_type: FolderType, address: str = ANNA) -> int:
    return len(post.stored(folder_type, address))


def test_by_lmtp_one_full_mailbox_holds_up_nobody(post: Post) -> None:
    post.send(note(3000))
    before = {address: count(post, FolderType.INBOX, address) for address in (ANNA, BEN, CARL)}
    limit(post, 500)
    limit(post, 100_000, CARL)
    post.do(lambda one: set_quota(one.transaction, one.account_id, 1000), CARL)
    assert answers(post, note(1500), ANNA, BEN, CARL) == ["452 4.2.2", "250 2.0.0", "552 5.2.2"]
    after = {address: count(post, FolderType.INBOX, address) for address in (ANNA, BEN, CARL)}
    assert after == {ANNA: before[ANNA], BEN: before[BEN] + 1, CARL: before[CARL]}
    assert answers(post, note(700), ANNA) == ["452 4.2.2"]
    limit(post, None)
    assert answers(post, note(1500), ANNA) == ["250 2.0.0"]


def test_a_meeting_comes_with_its_message_or_not_at_all(post: Post, invitation: Invitation) -> None:
    post.send(note(30_000))
    before, held = count(post, FolderType.INBOX), used(post)
    limit(post, 10_000)  # the event alone has room
    assert answers(post, exchange(invitation) + b"z" * 20_000, ANNA) == ["452 4.2.2"]
    assert post.events(invitation.uid) == []
    assert (count(post, FolderType.INBOX), used(post)) == (before, held)
    limit(post, 40_000)
    assert answers(post, exchange(invitation) + b"z" * 20_000, ANNA) == ["250 2.0.0"]
    assert len(post.events(invitation.uid)) == 1


def send(phone: Phone, mime: bytes, client_id: str, *, save: bool) -> Answer:
    if phone.version < Version.V14_0:
        return phone.post(Command.SEND_MAIL, mime, content_type=MIME_TYPE, save_in_sent=save)
    request = SendMailRequest(client_id=client_id, mime=mime, save_in_sent_items=save)
    return phone.post(Command.SEND_MAIL, request)


@pytest.mark.req("MS-ASCMD_R4838", "MS-ASCMD_R7553", "MS-ASHTTP_R192")
@pytest.mark.parametrize("version", SERVED)
def test_mail_whose_copy_has_no_room_is_not_sent(post: Post, version: Version) -> None:
    phone = Phone(post.server, version)
    mime = note(to=BEN)
    before = count(post, FolderType.INBOX, BEN), count(post, FolderType.SENT_ITEMS)
    limit(post, 500)
    refused = send(phone, mime, "1", save=True)
    if version < Version.V14_0:
        assert refused.status == 507
    else:
        assert refused.common_status == 113
    assert (count(post, FolderType.INBOX, BEN), count(post, FolderType.SENT_ITEMS)) == before
    # Without a copy it goes; and what was refused is not taken for sent.
    assert send(phone, note(to=BEN), "2", save=False).body == b""
    limit(post, None)
    assert send(phone, mime, "1", save=True).body == b""
    assert count(post, FolderType.INBOX, BEN) == before[0] + 2
    assert count(post, FolderType.SENT_ITEMS) == before[1] + 1


def test_mail_between_users_comes_back_from_a_full_mailbox(post: Post) -> None:
    before = {address: count(post, FolderType.INBOX, address) for address in (ANNA, BEN, CARL)}
    limit(post, 100, BEN)
    limit(post, 0)  # and the sender hears of it all the same
    phone = Phone(post.server)
    mime = letter("lunch", f"{BEN}, {CARL}", "x" * 1000, From=ANNA).as_bytes(policy=SMTP)
    assert send(phone, mime, "1", save=False).body == b""
    assert count(post, FolderType.INBOX, BEN) == before[BEN]
    assert count(post, FolderType.INBOX, CARL) == before[CARL] + 1
    assert count(post, FolderType.INBOX) == before[ANNA] + 1
    blob = post.message().blob
    assert blob is not None
    report = message_from_bytes(post.server.application.services.blobs.read(blob), policy=SMTP)
    assert report["Return-Path"] == "<>"
    assert "Status: 5.2.2" in report.as_string()
    assert BEN in report.as_string()
    assert CARL not in str(report.get_payload(1))
    assert post.server.call(lambda: waiting_blobs(post.server.application.storage.database)) == set()


def test_an_automatic_reply_to_a_full_mailbox_goes_nowhere(post: Post) -> None:
    away = Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, "I am away.")))
    post.do(lambda one: set_absence(one.transaction, one.account_id, away))
    limit(post, 0, BEN)
    before = count(post, FolderType.INBOX), count(post, FolderType.INBOX, BEN)
    post.send(note(), ANNA, sender=BEN)
    application = post.server.application
    while post.server.call(lambda: next_noted(application.storage.database, 0)) is not None:
        pass
    post.server.call(application.services.transport.deliver_waiting)
    assert (count(post, FolderType.INBOX), count(post, FolderType.INBOX, BEN)) == (before[0] + 1, before[1])
    assert post.server.call(lambda: waiting_blobs(application.storage.database)) == set()


class Synced:
    """One folder on a phone."""

    def __init__(self, phone: Phone, kind: FolderType) -> None:
        self.phone = phone
        self.folder_id = phone.folders()[kind].server_id
        self.key = "0"
        self.sync()
        self.sync()

    def sync(self, *commands: SyncCommand) -> CollectionResponse | None:
        collection = CollectionRequest(
            sync_key=self.key, collection_id=self.folder_id, commands=commands, get_changes=None
        )
        answer = self.phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
        if not answer.body:
            return None
        [one] = answer.read(SyncResponse).collections
        assert one.status == 1
        self.key = one.sync_key
        return one

    def statuses(self, *commands: SyncCommand) -> list[int | None]:
        """The statuses of the answers to commands, in their order."""
        found = self.sync(*commands)
        return [one.status for one in found.responses] if found is not None else []


def person(name: str, size: int) -> list[Element]:
    body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, "n" * size)]
    return [Element(Contacts.FirstName, name), Element(AirSyncBase.Body, body)]


@pytest.mark.req("MS-ASCMD_R4450")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_sync_refuses_what_has_no_room_and_nothing_else(post: Post, version: Version) -> None:
    contacts = Synced(Phone(post.server, version), FolderType.CONTACTS)
    found = contacts.sync(AddCommand(client_id="1", application_data=person("Ada", 10)))
    assert found is not None
    server_id = found.responses[0].server_id
    assert server_id is not None
    limit(post, 1000)
    big = AddCommand(client_id="2", application_data=person("Big", 5000))
    small = AddCommand(client_id="3", application_data=person("Small", 10))
    assert contacts.statuses(big, small) == [9, 1]
    # What it holds may change and go, but not grow beyond the quota.
    limit(post, 0)
    grow = ChangeCommand(server_id=server_id, application_data=person("Ada", 3000))
    assert contacts.statuses(grow) == [9]
    shrink = ChangeCommand(server_id=server_id, application_data=person("Ada", 5))
    assert contacts.statuses(shrink) == []
    move = ItemMove(
        source_message_id=server_id,
        source_folder_id=contacts.folder_id,
        destination_folder_id=contacts.phone.folders()[FolderType.DELETED_ITEMS].server_id,
    )
    moved = contacts.phone.post(Command.MOVE_ITEMS, MoveItemsRequest(moves=(move,))).read(MoveItemsResponse)
    assert moved.responses[0].status == 3
    # The phone does not loop: it is told nothing again, and what it kept goes when there is room.
    limit(post, None)
    contacts.sync()
    assert contacts.statuses(big) == [1]
    contacts.sync(*(DeleteCommand(server_id=one) for one in _ids(post)))


def _ids(post: Post) -> list[str]:
    return [one.item_id for one in post.stored(FolderType.CONTACTS)]


@pytest.mark.req("MS-ASCMD_R4450")
def test_a_draft_that_has_no_room_is_neither_kept_nor_sent(post: Post) -> None:
    drafts = Synced(Phone(post.server, Version.V16_1), FolderType.DRAFTS)
    before = count(post, FolderType.INBOX, BEN), count(post, FolderType.SENT_ITEMS)
    limit(post, 100)
    body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, "text")]
    data = [Element(Email.To, BEN), Element(Email.Subject, "x"), Element(AirSyncBase.Body, body)]
    kept = AddCommand(client_id="1", application_data=data)
    gone = AddCommand(client_id="2", application_data=data, send=True)
    assert drafts.statuses(kept, gone) == [9, 9]
    post.server.call(post.server.application.services.transport.deliver_waiting)
    assert (count(post, FolderType.INBOX, BEN), count(post, FolderType.SENT_ITEMS)) == before
    limit(post, None)
    assert drafts.statuses(kept, gone) == [1, 1]
    assert (count(post, FolderType.INBOX, BEN), count(post, FolderType.SENT_ITEMS)) == (
        before[0] + 1,
        before[1] + 1,
    )


def test_marking_a_message_takes_no_room(post: Post) -> None:
    post.send(note())
    limit(post, -500)
    inbox = Synced(Phone(post.server), FolderType.INBOX)
    [*_, last] = post.stored(FolderType.INBOX)
    assert isinstance(last.item, Message)
    held = used(post)
    read = ChangeCommand(server_id=last.item_id, application_data=[Element(Email.Read, "1")])
    assert inbox.statuses(read) == []
    assert (post.message().read, used(post)) == (True, held)
    assert inbox.statuses(DeleteCommand(server_id=last.item_id)) == []
    assert used(post) == held  # it lies in Deleted Items
