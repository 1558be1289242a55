"""Mail and Contacts of iOS 17, protocol version 16.1."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import MULTIPART_TYPE, Command
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    Contacts,
    Email,
    ItemOperations,
    Move,
    Settings,
)
from phones.handset import Handset, body_of, device_information, e, preference, text
from phones.letters import PDF, plain, rich, signed
from server.test_sync import soon
from support.phone import Phone, every
from support.server import ANNA, RunningServer

USER_AGENT = "iOS/17.4 (21E219) dataaccessd/1.0"
WATCHED = (
    (FolderType.INBOX, "Email"),
    (FolderType.CALENDAR, "Calendar"),
    (FolderType.CONTACTS, "Contacts"),
)
"""What it pings; the calendar it has not synchronised by then."""


def iphone(server: RunningServer, address: str = ANNA, version: Version = Version.V16_1) -> Handset:
    """An iPhone that was given its account, as far as the list of folders."""
    phone = Phone(server, version, address, device_type="iPhone")
    handset = Handset(phone, user_agent=USER_AGENT)
    options = phone.http("OPTIONS", "/Microsoft-Server-ActiveSync", phone.request(Command.SYNC).to_headers())
    assert version.text in options.headers["ms-asprotocolversions"].split(",")
    handset.folder_sync("0")
    handset.provision()
    answer = handset.send(Command.SETTINGS, e(Settings.Settings, device_information())).tree
    assert [one.text for one in every(answer) if one.tag is Settings.Status] == ["1", "1"]
    handset.folder_sync("0")
    handset.folder_sync()
    return handset


def mail(handset: Handset, kind: FolderType, *commands: Element, window: int = 25) -> Element:
    """A Collection of mail as iOS writes it."""
    kept = handset[kind]
    begun = kept.key != "0"
    return e(
        AirSync.Collection,
        e(AirSync.SyncKey, kept.key),
        e(AirSync.CollectionId, handset.folder_id(kind)),
        e(AirSync.DeletesAsMoves, "1") if begun else None,
        e(AirSync.GetChanges) if begun else None,
        e(AirSync.WindowSize, window) if begun else None,
        e(
            AirSync.Options,
            e(AirSync.FilterType, "5"),
            e(AirSync.MIMETruncation, "1"),
            e(AirSync.MIMESupport, "1"),
            preference(1, 500, preview=255),
            preference(2, 32_768),
            preference(4, 500),
        ),
        e(AirSync.Commands, *commands) if commands else None,
    )


def contacts(handset: Handset, *commands: Element) -> Element:
    """The Collection of contacts as iOS writes it."""
    kept = handset[FolderType.CONTACTS]
    begun = kept.key != "0"
    return e(
        AirSync.Collection,
        e(AirSync.SyncKey, kept.key),
        e(AirSync.CollectionId, handset.folder_id(FolderType.CONTACTS)),
        e(AirSync.GetChanges) if begun else None,
        e(AirSync.WindowSize, "50") if begun else None,
        e(AirSync.Options, preference(1, 32_768)) if begun else None,
        e(AirSync.Commands, *commands) if commands else None,
    )


def sync(handset: Handset, *collections: Element) -> list[Element]:
    """One Sync with these collections."""
    commands = [one for collection in collections for one in collection.find(AirSync.Commands) or ()]
    tree = handset.sync_tree(*collections)
    return handset.take(handset.send(Command.SYNC, tree), commands)


def rest(handset: Handset) -> None:
    """Sync the Inbox, Deleted Items and Contacts together until nothing more comes."""
    for _ in range(20):
        trees = [mail(handset, kind) for kind in (FolderType.INBOX, FolderType.DELETED_ITEMS)]
        if not sync(handset, *trees, contacts(handset)):
            return
    raise AssertionError("the phone never comes to rest")


@pytest.mark.req("MS-ASCMD_R3408", "MS-ASCMD_R3409", "MS-ASCMD_R3410", "MS-ASAIRS_R250")
def test_a_new_account(server: RunningServer) -> None:
    for number in range(60):
        server.deliver(ANNA, plain(f"letter {number:02}"))
    server.deliver(ANNA, rich("rich"))
    server.deliver(ANNA, signed("signed"))
    phone = iphone(server)
    rest(phone)
    inbox = phone[FolderType.INBOX]
    assert len(inbox.items) == 62
    assert not inbox.more
    body_type, size, truncated, data = body_of(inbox.item("rich"))
    assert body_type == "2"
    assert int(size) == len(data.encode())
    assert not truncated
    assert "wörd" in data
    attachments = inbox.item("rich")[AirSyncBase.Attachments]
    names = sorted(text(one, AirSyncBase.DisplayName) for one in attachments)
    assert names == ["Pläne 2026.pdf", "picture.png"]
    body_type, size, truncated, data = body_of(inbox.item("signed"))
    assert (body_type, truncated) == ("4", "1" if int(size) > 500 else "0")
    assert data.startswith("From: Ben Beck")


@pytest.mark.req("MS-ASCMD_R3365", "MS-ASCMD_R3366", "MS-ASCMD_R3367", "MS-ASCMD_R3368", "MS-ASAIRS_R176")
def test_bodies_are_fetched_whole(server: RunningServer) -> None:
    server.deliver(ANNA, plain("long", words=9000))
    server.deliver(ANNA, rich("rich", words=9000))
    server.deliver(ANNA, signed("signed"))
    phone = iphone(server)
    rest(phone)
    inbox = phone[FolderType.INBOX]
    _, size, truncated, data = body_of(inbox.item("long"))
    assert truncated == "1"
    assert len(data.encode()) <= 500 < int(size)
    assert len(text(inbox.item("long")[AirSyncBase.Body], AirSyncBase.Preview)) <= 255

    def fetch(name: str, kind: int, support: str, **more: object) -> tuple[Element, list[bytes]]:
        tree = e(
            ItemOperations.ItemOperations,
            e(
                ItemOperations.Fetch,
                e(ItemOperations.Store, "Mailbox"),
                e(AirSync.CollectionId, phone.folder_id(FolderType.INBOX)),
                e(AirSync.ServerId, inbox.id_of(name)),
                e(ItemOperations.Options, e(AirSync.MIMESupport, support), preference(kind)),
            ),
        )
        answer = phone.send(Command.ITEM_OPERATIONS, tree, **more)
        response = next(one for one in every(answer.tree) if one.tag is ItemOperations.Fetch)
        assert text(response, ItemOperations.Status) == "1"
        properties = response.find(ItemOperations.Properties)
        assert properties is not None
        body = properties.find(AirSyncBase.Body)
        assert body is not None
        return body, answer.parts if answer.headers["content-type"] == MULTIPART_TYPE else []

    body, _ = fetch("long", 1, "0")
    assert text(body, AirSyncBase.Data).split() == ["word"] * 9000
    assert text(body, AirSyncBase.EstimatedDataSize) == size
    body, _ = fetch("rich", 2, "0")
    assert text(body, AirSyncBase.Data).count("wörd") == 9000
    body, [part] = fetch("rich", 4, "2", accept_multipart=True)
    assert body.find(AirSyncBase.Data) is None
    assert part == rich_bytes(server, inbox.id_of("rich"))
    body, _ = fetch("signed", 4, "1")
    assert text(body, AirSyncBase.Type) == "4"
    assert text(body, AirSyncBase.Data).encode() == signed("signed")


def rich_bytes(server: RunningServer, item_id: str) -> bytes:
    """The bytes of a message as the mailbox keeps them."""
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work() -> bytes:
        [stored] = await mailbox.inspect(lambda session: session.read(item_id.partition(":")[0], [item_id]))
        assert stored is not None
        return mailbox.blobs.read(stored.item.blob_keys[0])

    return server.call(work)


def test_attachments_are_fetched(server: RunningServer) -> None:
    server.deliver(ANNA, rich("rich"))
    phone = iphone(server)
    rest(phone)
    for attachment in phone[FolderType.INBOX].item("rich")[AirSyncBase.Attachments]:
        tree = e(
            ItemOperations.ItemOperations,
            e(
                ItemOperations.Fetch,
                e(ItemOperations.Store, "Mailbox"),
                e(AirSyncBase.FileReference, text(attachment, AirSyncBase.FileReference)),
            ),
        )
        answer = phone.send(Command.ITEM_OPERATIONS, tree, accept_multipart=True)
        # iOS 10 stumbles over a Range that it did not ask for.
        assert not [one for one in every(answer.tree) if one.tag is ItemOperations.Range]
        [part] = answer.parts
        assert len(part) == int(text(attachment, AirSyncBase.EstimatedDataSize))
        if text(attachment, AirSyncBase.DisplayName) == "Pläne 2026.pdf":
            assert part == PDF


def test_reading_flagging_moving_and_deleting(server: RunningServer) -> None:
    for name in ("read", "flagged", "archived", "deleted"):
        server.deliver(ANNA, plain(name))
    phone, other = iphone(server), iphone(server)
    rest(phone)
    rest(other)
    inbox = phone[FolderType.INBOX]

    def change(name: str, *data: Element) -> Element:
        return e(AirSync.Change, e(AirSync.ServerId, inbox.id_of(name)), e(AirSync.ApplicationData, *data))

    flag = e(Email.Flag, e(Email.Status, "2"), e(Email.FlagType, "for Follow Up"))
    sync(
        phone,
        mail(
            phone,
            FolderType.INBOX,
            change("read", e(Email.Read, "1")),
            change("flagged", flag),
            e(AirSync.Delete, e(AirSync.ServerId, inbox.id_of("deleted"))),
        ),
    )
    moved = e(
        Move.Move,
        e(Move.SrcMsgId, inbox.id_of("archived")),
        e(Move.SrcFldId, phone.folder_id(FolderType.INBOX)),
        e(Move.DstFldId, phone.folder_id(FolderType.SENT_ITEMS)),
    )
    answer = phone.send(Command.MOVE_ITEMS, e(Move.MoveItems, moved)).tree
    assert [one.text for one in every(answer) if one.tag is Move.Status] == ["3"]
    for handset in (phone, other):
        rest(handset)
        assert handset[FolderType.INBOX].subjects == ["flagged", "read"]
        assert handset[FolderType.DELETED_ITEMS].subjects == ["deleted"]
        assert handset[FolderType.INBOX].item("read")[Email.Read].text == "1"
        assert text(handset[FolderType.INBOX].item("flagged")[Email.Flag], Email.Status) == "2"
        while sync(handset, mail(handset, FolderType.SENT_ITEMS)):
            pass
        assert handset[FolderType.SENT_ITEMS].subjects == ["archived"]
    # The flag goes as it came.
    sync(phone, mail(phone, FolderType.INBOX, change("flagged", e(Email.Flag))))
    rest(other)
    assert not other[FolderType.INBOX].item("flagged")[Email.Flag].children


@pytest.mark.req("MS-ASAIRS_R386", "MS-ASAIRS_R105")
def test_contacts_are_edited_with_an_empty_picture(server: RunningServer) -> None:
    phone, other = iphone(server), iphone(server)
    rest(phone)
    rest(other)
    photo = "/9j/4AAQSkZJRg=="
    add = e(
        AirSync.Add,
        e(AirSync.ClientId, "1001"),
        e(
            AirSync.ApplicationData,
            e(Contacts.FirstName, "Ada"),
            e(Contacts.LastName, "Lovelace"),
            e(Contacts.FileAs, "Lovelace, Ada"),
            e(Contacts.MobilePhoneNumber, "+44 20 7946 0000"),
            e(Contacts.Email1Address, '"Ada" <ada@example.org>'),
            e(Contacts.Birthday, "1815-12-10T11:59:00.000Z"),
            e(AirSyncBase.Body, e(AirSyncBase.Type, "1"), e(AirSyncBase.Data, "Met in Turin")),
            e(Contacts.Picture, photo),
        ),
    )
    sync(phone, contacts(phone, add))
    rest(other)
    ada = other[FolderType.CONTACTS].item("Ada")
    assert ada[Contacts.Picture].text == photo
    assert ada[Contacts.Birthday].text == "1815-12-10T11:59:00.000Z"
    edit = e(
        AirSync.Change,
        e(AirSync.ServerId, other[FolderType.CONTACTS].id_of("Ada")),
        e(
            AirSync.ApplicationData,
            e(Contacts.FirstName, "Ada"),
            e(Contacts.LastName, "King"),
            e(Contacts.FileAs, "King, Ada"),
            e(Contacts.Picture),
            e(AirSyncBase.Body, e(AirSyncBase.Type, "1"), e(AirSyncBase.Data)),
        ),
    )
    sync(other, contacts(other, edit))
    for handset in (phone, other):
        rest(handset)
        [ada] = handset[FolderType.CONTACTS].items.values()
        assert ada[Contacts.LastName].text == "King"
    ada = phone[FolderType.CONTACTS].item("Ada")
    assert ada[Contacts.Picture].text == photo
    assert Contacts.MobilePhoneNumber not in ada
    # The notes were emptied, and only a Body that is empty says so.
    assert list(body_of(ada)) == ["1", "0", "", ""]


def test_ping_grows_and_a_delivery_answers(server: RunningServer) -> None:
    phone = iphone(server)
    sync(phone, mail(phone, FolderType.INBOX))
    while sync(phone, mail(phone, FolderType.INBOX)):
        pass
    with ThreadPoolExecutor(2) as threads:
        for seconds in (470, 470 + 180, None):
            waiting = threads.submit(phone.ping, seconds, WATCHED if seconds else ())
            soon(server)
            server.deliver(ANNA, plain(f"during {seconds}"))
            assert waiting.result(10) == ("2", [phone.folder_id(FolderType.INBOX)])
            sync(phone, mail(phone, FolderType.INBOX))
            assert f"during {seconds}" in phone[FolderType.INBOX].subjects


@pytest.mark.parametrize("known", [True, False])
def test_a_lost_answer_is_asked_for_again(server: RunningServer, known: bool) -> None:
    server.deliver(ANNA, plain("first"))
    phone = iphone(server)
    rest(phone)
    server.deliver(ANNA, plain("second"))
    add = e(AirSync.Add, e(AirSync.ClientId, "7"), e(AirSync.ApplicationData, e(Contacts.FirstName, "Ada")))
    tree = phone.sync_tree(mail(phone, FolderType.INBOX), contacts(phone, add))
    assert phone.send(Command.SYNC, tree).status == 200  # and the answer is lost on its way
    if known:
        server.deliver(ANNA, plain("third"))
    phone.take(phone.send(Command.SYNC, tree), [add])
    rest(phone)
    assert phone[FolderType.INBOX].subjects == ["first", "second"] + ["third"] * known
    assert phone[FolderType.CONTACTS].subjects == ["Ada"]
