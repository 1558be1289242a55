"""Android's mail application and Gmail, protocol versions 14.1 and 16.1, with base64 queries."""

from __future__ import annotations

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    ComposeMail,
    Contacts,
    Email,
    FolderHierarchy,
    GetItemEstimate,
    ItemOperations,
    Move,
    Ping,
    Tasks,
)
from phones.handset import Handset, body_of, e, preference, text
from phones.letters import plain, rich
from support.phone import Phone, every
from support.server import ANNA, BEN, RunningServer

USER_AGENT = "Android-Mail/2024.04.28.626938512.Release"
VERSIONS = (Version.V12_1, Version.V14_1, Version.V16_1)


@pytest.fixture(params=VERSIONS, ids=lambda version: version.text)
def version(request: pytest.FixtureRequest) -> Version:
    """The versions that its releases spoke."""
    value: Version = request.param
    return value


def android(server: RunningServer, version: Version, address: str = ANNA) -> Handset:
    """A phone whose account was validated, provisioned and listed."""
    trial = Handset(Phone(server, version, address, device_id="validate", device_type="Android"))
    trial.folder_sync("0")
    phone = Phone(server, version, address, device_type="Android", policy_key=0)
    handset = Handset(phone, base64=version >= Version.V14_1, user_agent=USER_AGENT)
    handset.provision()
    handset.folder_sync("0")
    return handset


def collection(handset: Handset, kind: FolderType, *commands: Element) -> Element:
    """A Collection as the application writes it."""
    kept = handset[kind]
    mail = kind is not FolderType.CONTACTS
    if kept.key == "0":
        supported = e(AirSync.Supported, e(Contacts.FirstName), e(Contacts.LastName), e(Contacts.Picture))
        return e(
            AirSync.Collection,
            e(AirSync.SyncKey, "0"),
            e(AirSync.CollectionId, handset.folder_id(kind)),
            None if mail else supported,
        )
    return e(
        AirSync.Collection,
        e(AirSync.SyncKey, kept.key),
        e(AirSync.CollectionId, handset.folder_id(kind)),
        e(AirSync.DeletesAsMoves, "0" if kind is FolderType.DELETED_ITEMS else "1") if mail else None,
        e(AirSync.GetChanges),
        e(AirSync.WindowSize, "10" if mail else "4"),
        e(AirSync.Options, e(AirSync.FilterType, "3"), e(AirSync.MIMESupport, "0"), preference(2, 5120))
        if mail
        else e(AirSync.Options, preference(1, 7168)),
        e(AirSync.Commands, *commands) if commands else None,
    )


def sync(handset: Handset, kind: FolderType, *commands: Element) -> list[Element]:
    """One Sync of one collection; the application never puts two in one request."""
    tree = handset.sync_tree(collection(handset, kind, *commands))
    return handset.take(handset.send(Command.SYNC, tree), commands)


def rest(handset: Handset, *kinds: FolderType) -> None:
    """Each collection until nothing more comes."""
    for kind in kinds:
        for _ in range(30):
            if not sync(handset, kind):
                break
        else:
            raise AssertionError("the phone never comes to rest")


def change(handset: Handset, kind: FolderType, name: str, *data: Element) -> Element:
    """A Change of an item."""
    return e(
        AirSync.Change,
        e(AirSync.ServerId, handset[kind].id_of(name)),
        e(AirSync.ApplicationData, *data),
    )


@pytest.mark.req("MS-ASCMD_R885")
def test_a_start_with_a_new_hierarchy_keeps_the_items(server: RunningServer, version: Version) -> None:
    for number in range(25):
        server.deliver(ANNA, plain(f"letter {number:02}"))
    phone = android(server, version)
    rest(phone, FolderType.INBOX, FolderType.CONTACTS)
    before = dict(phone[FolderType.INBOX].items)
    assert len(before) == 25
    server.deliver(ANNA, plain("new"))
    for _ in range(3):
        phone.folder_sync("0")
    assert phone.ping(480, [(FolderType.INBOX, "Email")]) == ("2", [phone.folder_id(FolderType.INBOX)])
    rest(phone, FolderType.INBOX)
    assert {item_id: phone[FolderType.INBOX].items[item_id] for item_id in before} == before
    assert len(phone[FolderType.INBOX].items) == 26


def test_an_estimate_and_the_loop_of_status_4(server: RunningServer, version: Version) -> None:
    phone = android(server, version)
    rest(phone, FolderType.INBOX)
    server.deliver(ANNA, plain("one"))
    inbox = phone.folder_id(FolderType.INBOX)

    def ask(key: str) -> dict[str, int]:
        children = (
            [
                e(AirSync.SyncKey, key),
                e(GetItemEstimate.CollectionId, inbox),
                e(AirSync.Options, e(AirSync.FilterType, "3")),
            ]
            if version >= Version.V14_0
            else [
                e(GetItemEstimate.CollectionId, inbox),
                e(AirSync.FilterType, "3"),
                e(AirSync.SyncKey, key),
            ]
        )
        collections = e(GetItemEstimate.Collections, e(GetItemEstimate.Collection, *children))
        return phone.estimate(e(GetItemEstimate.GetItemEstimate, collections))

    assert ask(phone[FolderType.INBOX].key) == {inbox: 1}
    # It does not look at the status of an estimate, only at that of the Sync that follows.
    assert ask("123456789") == {inbox: 1}
    tree = collection(phone, FolderType.INBOX)
    for child in tree:
        if child.tag is AirSync.SyncKey:
            child.content = "123456789"
    refused = phone.send(Command.SYNC, phone.sync_tree(tree)).tree
    assert [one.text for one in every(refused) if one.tag is AirSync.Status] == ["3"]
    rest(phone, FolderType.INBOX)
    assert phone[FolderType.INBOX].subjects == ["one"]


def test_flags_reading_and_moving(server: RunningServer, version: Version) -> None:
    for name in ("read", "flagged", "moved"):
        server.deliver(ANNA, plain(name))
    phone, other = android(server, version), android(server, version)
    for handset in (phone, other):
        rest(handset, FolderType.INBOX, FolderType.DELETED_ITEMS)
    flag = e(
        Email.Flag,
        e(Email.Status, "2"),
        e(Email.FlagType, "FollowUp"),
        e(Tasks.StartDate, "2026-11-22T10:00:00.000Z"),
        e(Tasks.UtcStartDate, "2026-11-22T09:00:00.000Z"),
        e(Tasks.DueDate, "2026-11-29T10:00:00.000Z"),
        e(Tasks.UtcDueDate, "2026-11-29T09:00:00.000Z"),
    )
    sync(
        phone,
        FolderType.INBOX,
        change(phone, FolderType.INBOX, "read", e(Email.Read, "1")),
        change(phone, FolderType.INBOX, "flagged", flag),
    )
    tree = e(
        Move.MoveItems,
        e(
            Move.Move,
            e(Move.SrcMsgId, phone[FolderType.INBOX].id_of("moved")),
            e(Move.SrcFldId, phone.folder_id(FolderType.INBOX)),
            e(Move.DstFldId, phone.folder_id(FolderType.DELETED_ITEMS)),
        ),
    )
    first, second = (phone.send(Command.MOVE_ITEMS, tree).tree for _ in range(2))
    assert first == second  # the answer was lost, and it asked again
    for handset in (phone, other):
        rest(handset, FolderType.INBOX, FolderType.DELETED_ITEMS)
        assert handset[FolderType.INBOX].subjects == ["flagged", "read"]
        assert handset[FolderType.DELETED_ITEMS].subjects == ["moved"]
    told = other[FolderType.INBOX].item("flagged")[Email.Flag]
    assert (text(told, Email.Status), text(told, Tasks.UtcDueDate)) == ("2", "2026-11-29T09:00:00.000Z")
    # Emptying the trash: DeletesAsMoves is 0 there.
    delete = e(AirSync.Delete, e(AirSync.ServerId, phone[FolderType.DELETED_ITEMS].id_of("moved")))
    sync(phone, FolderType.DELETED_ITEMS, delete)
    rest(other, FolderType.DELETED_ITEMS)
    assert not other[FolderType.DELETED_ITEMS].items


def test_contacts_and_their_pictures(server: RunningServer, version: Version) -> None:
    phone, other = android(server, version), android(server, version)
    rest(phone, FolderType.CONTACTS)
    rest(other, FolderType.CONTACTS)
    for number in range(9):
        # Its ClientIds begin anew with every request.
        sync(
            phone,
            FolderType.CONTACTS,
            e(
                AirSync.Add,
                e(AirSync.ClientId, "new_0"),
                e(
                    AirSync.ApplicationData,
                    e(Contacts.FirstName, f"Person {number}"),
                    e(Contacts.Picture, "/9j/4AAQSkZJRg=="),
                    e(AirSyncBase.Body, e(AirSyncBase.Type, "1"), e(AirSyncBase.Data, "Notes")),
                ),
            ),
        )
    rest(other, FolderType.CONTACTS)
    assert len(other[FolderType.CONTACTS].items) == 9
    edit = (e(Contacts.FirstName, "Person 3"), e(Contacts.LastName, "Renamed"), e(Contacts.Picture))
    sync(other, FolderType.CONTACTS, change(other, FolderType.CONTACTS, "Person 3", *edit))
    rest(phone, FolderType.CONTACTS)
    told = phone[FolderType.CONTACTS].item("Person 3")
    assert told[Contacts.LastName].text == "Renamed"
    assert Contacts.Picture not in told
    assert list(body_of(told))[3] == "Notes"


def test_the_rest_of_a_message_is_loaded(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, rich("rich", words=4000))
    phone = android(server, version)
    rest(phone, FolderType.INBOX)
    kind, _, truncated, data = body_of(phone[FolderType.INBOX].item("rich"))
    assert (kind, truncated) == ("2", "1")
    assert len(data.encode()) <= 5120
    tree = e(
        ItemOperations.ItemOperations,
        e(
            ItemOperations.Fetch,
            e(ItemOperations.Store, "mailbox"),
            e(AirSync.CollectionId, phone.folder_id(FolderType.INBOX)),
            e(AirSync.ServerId, phone[FolderType.INBOX].id_of("rich")),
            e(ItemOperations.Options, preference(2), e(AirSync.MIMESupport, "0")),
        ),
    )
    answer = phone.send(Command.ITEM_OPERATIONS, tree).tree
    body = next(one for one in every(answer) if one.tag is AirSyncBase.Body)
    assert text(body, AirSyncBase.Data).count("wörd") == 4000
    assert body.find(AirSyncBase.Truncated) is None


def test_mail_is_sent(server: RunningServer, version: Version) -> None:
    phone, receiver = android(server, version), android(server, version, BEN)
    mime = plain("sent", to=BEN)
    if version >= Version.V14_0:
        tree = e(
            ComposeMail.SendMail,
            e(ComposeMail.ClientId, "SendMail-1732270000"),
            e(ComposeMail.SaveInSentItems),
            e(ComposeMail.Mime, mime),
        )
        answer = phone.send(Command.SEND_MAIL, tree)
    else:
        answer = phone.phone.post(
            Command.SEND_MAIL, mime, content_type="message/rfc822", save_in_sent=True, user_agent=USER_AGENT
        )
    assert (answer.status, answer.body) == (200, b"")
    rest(phone, FolderType.SENT_ITEMS)
    rest(receiver, FolderType.INBOX)
    assert phone[FolderType.SENT_ITEMS].subjects == receiver[FolderType.INBOX].subjects == ["sent"]


@pytest.mark.req("MS-ASCMD_R3152", "MS-ASCMD_R5836", "MS-ASCMD_R4257")
def test_pings_of_every_kind(server: RunningServer, version: Version) -> None:
    phone = android(server, version)
    rest(phone, FolderType.INBOX)
    server.deliver(ANNA, plain("one"))
    watched = [(FolderType.INBOX, "Email"), (FolderType.OUTBOX, "Email"), (FolderType.CONTACTS, "Contacts")]
    inbox = phone.folder_id(FolderType.INBOX)
    assert phone.ping(480, watched) == ("2", [inbox])
    assert phone.ping(1680) == ("2", [inbox])
    assert phone.ping(None) == ("2", [inbox])
    # An empty list of folders is no change of the list.
    answer = phone.send(Command.PING, e(Ping.Ping, e(Ping.HeartbeatInterval, "480"), e(Ping.Folders))).tree
    assert text(answer, Ping.Status) == "2"
    answer = phone.send(Command.PING, e(Ping.Ping, e(Ping.HeartbeatInterval, "5"))).tree
    assert (text(answer, Ping.Status), text(answer, Ping.HeartbeatInterval)) == ("5", "60")
    # Another phone makes a folder: this one is sent to FolderSync, and then it is quiet about it.
    other = android(server, version)
    made = e(
        FolderHierarchy.FolderCreate,
        e(FolderHierarchy.SyncKey, other.hierarchy_key),
        e(FolderHierarchy.ParentId, "0"),
        e(FolderHierarchy.DisplayName, "Garden"),
        e(FolderHierarchy.Type, "12"),
    )
    assert text(other.send(Command.FOLDER_CREATE, made).tree, FolderHierarchy.Status) == "1"
    assert phone.ping(480, watched)[0] == "7"
    phone.folder_sync()
    assert "Garden" in [name for _, name in phone.folders.values()]
    assert phone.ping(480, watched) == ("2", [inbox])
