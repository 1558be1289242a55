"""Outlook 2016 for Windows, protocol version 14.0: many collections in one Sync, windows of 512,
empty and partial requests, GetItemEstimate, and a copy of its own of what it moves.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.item_operations import EmptyFolderContents, ItemOperationsRequest
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase, Contacts, Email, GetItemEstimate, Move
from phones.handset import Collection, Handset, body_of, e, preference, text
from phones.letters import plain, rich
from server.test_sync import soon
from support.phone import Phone
from support.server import ANNA, RunningServer

USER_AGENT = "Outlook/16.0 (16.0.4266.1001; MSI; x64)"
MAIL = (FolderType.INBOX, FolderType.SENT_ITEMS, FolderType.DELETED_ITEMS, FolderType.DRAFTS)
SUPPORTED = (
    Contacts.FirstName,
    Contacts.LastName,
    Contacts.FileAs,
    Contacts.MobilePhoneNumber,
    Contacts.Email1Address,
    Contacts.Picture,
)


def outlook(server: RunningServer, version: Version = Version.V14_0) -> Handset:
    """An Outlook that has its folders and has synchronised mail and contacts to the end."""
    phone = Phone(server, version, ANNA, device_type="WindowsOutlook15")
    handset = Handset(phone, user_agent=USER_AGENT)
    handset.provision()
    handset.folder_sync("0")
    first = [begin(handset, kind) for kind in (*MAIL, FolderType.CONTACTS)]
    handset.take(handset.send(Command.SYNC, handset.sync_tree(*first)))
    rest(handset)
    return handset


def begin(handset: Handset, kind: FolderType) -> Element:
    """A Collection with key 0."""
    supported = e(AirSync.Supported, *(e(tag) for tag in SUPPORTED))
    return e(
        AirSync.Collection,
        e(AirSync.SyncKey, handset[kind].key),
        e(AirSync.CollectionId, handset.folder_id(kind)),
        supported if kind is FolderType.CONTACTS else None,
        options(kind),
    )


def options(kind: FolderType) -> Element:
    """The Options of a folder."""
    if kind is FolderType.CONTACTS:
        return e(AirSync.Options, preference(1))
    return e(
        AirSync.Options,
        e(AirSync.FilterType, "0"),
        e(AirSync.MIMESupport, "2"),
        preference(4),
        preference(2),
        preference(1),
    )


def collection(handset: Handset, kind: FolderType, *commands: Element) -> Element:
    """A Collection of a later Sync: the Options stay as they were."""
    return e(
        AirSync.Collection,
        e(AirSync.SyncKey, handset[kind].key),
        e(AirSync.CollectionId, handset.folder_id(kind)),
        e(AirSync.DeletesAsMoves),
        e(AirSync.GetChanges),
        e(AirSync.WindowSize, "512"),
        e(AirSync.Commands, *commands) if commands else None,
    )


def rest(handset: Handset) -> None:
    """Sync everything in one request until nothing more comes."""
    for _ in range(20):
        trees = [collection(handset, kind) for kind in (*MAIL, FolderType.CONTACTS)]
        after = [e(AirSync.WindowSize, "512")]
        if not handset.take(handset.send(Command.SYNC, handset.sync_tree(*trees, after=after))):
            return
    raise AssertionError("Outlook never comes to rest")


def estimate(handset: Handset, *kinds: FolderType) -> dict[str, int]:
    """GetItemEstimate as 14.x writes it."""
    collections = [
        e(
            GetItemEstimate.Collection,
            e(AirSync.SyncKey, handset[kind].key),
            e(GetItemEstimate.CollectionId, handset.folder_id(kind)),
            e(AirSync.Options, e(AirSync.FilterType, "0")) if kind in MAIL else None,
        )
        for kind in kinds
    ]
    tree = e(GetItemEstimate.GetItemEstimate, e(GetItemEstimate.Collections, *collections))
    return handset.estimate(tree)


def move(handset: Handset, name: str, source: FolderType, target: FolderType) -> Element:
    """MoveItems of one message; Outlook gives its own copy the new id."""
    tree = e(
        Move.MoveItems,
        e(
            Move.Move,
            e(Move.SrcMsgId, handset[source].id_of(name)),
            e(Move.SrcFldId, handset.folder_id(source)),
            e(Move.DstFldId, handset.folder_id(target)),
        ),
    )
    [response] = handset.send(Command.MOVE_ITEMS, tree).tree
    if text(response, Move.Status) == "3":
        item = handset[source].items.pop(text(response, Move.SrcMsgId))
        handset.moved_away.add(text(response, Move.SrcMsgId))
        handset[target].items[text(response, Move.DstMsgId)] = item
    return response


def test_the_estimate_is_what_comes(server: RunningServer) -> None:
    phone = outlook(server)
    for number in range(5):
        server.deliver(ANNA, plain(f"letter {number}"))
    inbox = phone.folder_id(FolderType.INBOX)
    assert estimate(phone, FolderType.INBOX, FolderType.CONTACTS) == {
        inbox: 5,
        phone.folder_id(FolderType.CONTACTS): 0,
    }
    rest(phone)
    assert len(phone[FolderType.INBOX].items) == 5
    assert set(estimate(phone, *MAIL).values()) == {0}


def test_every_message_comes_as_mime(server: RunningServer) -> None:
    server.deliver(ANNA, rich("rich"))
    phone = outlook(server)
    kind, size, truncated, data = body_of(phone[FolderType.INBOX].item("rich"))
    assert (kind, truncated) == ("4", "0")
    assert len(data.encode()) == int(size)
    assert "multipart/mixed" in data


def test_a_partial_request_names_only_what_changed(server: RunningServer) -> None:
    phone = outlook(server)
    trees = [collection(phone, kind) for kind in (*MAIL, FolderType.CONTACTS)]
    waiting_tree = phone.sync_tree(*trees, after=[e(AirSync.Wait, "5")])
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(phone.send, Command.SYNC, waiting_tree)
        soon(server)
        server.deliver(ANNA, plain("first"))
        phone.take(waiting.result(10))
        assert phone[FolderType.INBOX].subjects == ["first"]
        # A new key was told, so the next request names it, but only that one collection.
        partial = phone.sync_tree(
            collection(phone, FolderType.INBOX), after=[e(AirSync.Wait, "5"), e(AirSync.Partial)]
        )
        waiting = threads.submit(phone.send, Command.SYNC, partial)
        soon(server)
        server.deliver(ANNA, plain("second"))
        phone.take(waiting.result(10))
    assert phone[FolderType.INBOX].subjects == ["first", "second"]


@pytest.mark.parametrize("version", [Version.V14_0, Version.V14_1, Version.V16_1])
def test_what_outlook_moves_is_not_doubled(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, plain("moved"))
    phone, other = outlook(server, version), outlook(server)
    assert text(move(phone, "moved", FolderType.INBOX, FolderType.SENT_ITEMS), Move.Status) == "3"
    rest(phone)
    rest(other)
    for handset in (phone, other):
        assert handset[FolderType.SENT_ITEMS].subjects == ["moved"]
        assert not handset[FolderType.INBOX].items
    # From then on it is an item like any other.
    read = e(
        AirSync.Change,
        e(AirSync.ServerId, other[FolderType.SENT_ITEMS].id_of("moved")),
        e(AirSync.ApplicationData, e(Email.Read, "1")),
    )
    tree = other.sync_tree(collection(other, FolderType.SENT_ITEMS, read))
    other.take(other.send(Command.SYNC, tree), [read])
    rest(phone)
    assert phone[FolderType.SENT_ITEMS].item("moved")[Email.Read].text == "1"
    # Back again, and away.
    assert text(move(phone, "moved", FolderType.SENT_ITEMS, FolderType.INBOX), Move.Status) == "3"
    rest(phone)
    delete = e(AirSync.Delete, e(AirSync.ServerId, phone[FolderType.INBOX].id_of("moved")))
    tree = phone.sync_tree(collection(phone, FolderType.INBOX, delete))
    phone.take(phone.send(Command.SYNC, tree), [delete])
    for handset in (phone, other):
        rest(handset)
        assert handset[FolderType.DELETED_ITEMS].subjects == ["moved"]
        assert not handset[FolderType.INBOX].items


@pytest.mark.req("MS-ASCMD_R5874")
def test_contacts_go_to_no_folder_of_mail_but_deleted_items(server: RunningServer) -> None:
    phone = outlook(server)
    add = e(AirSync.Add, e(AirSync.ClientId, "1"), e(AirSync.ApplicationData, e(Contacts.FirstName, "Ada")))
    phone.take(phone.send(Command.SYNC, phone.sync_tree(collection(phone, FolderType.CONTACTS, add))), [add])
    refused = move(phone, "Ada", FolderType.CONTACTS, FolderType.INBOX)
    assert text(refused, Move.Status) == "2"
    assert phone[FolderType.CONTACTS].subjects == ["Ada"]
    delete = e(AirSync.Delete, e(AirSync.ServerId, phone[FolderType.CONTACTS].id_of("Ada")))
    tree = phone.sync_tree(collection(phone, FolderType.CONTACTS, delete))
    phone.take(phone.send(Command.SYNC, tree), [delete])
    # In a folder of mail it is no news, no number of the estimate, and its end is not told either.
    deleted = phone.folder_id(FolderType.DELETED_ITEMS)
    assert estimate(phone, FolderType.DELETED_ITEMS) == {deleted: 0}
    rest(phone)
    assert phone[FolderType.DELETED_ITEMS] == Collection(key=phone[FolderType.DELETED_ITEMS].key)
    empty_folder(server, deleted)
    assert estimate(phone, FolderType.DELETED_ITEMS) == {deleted: 0}
    rest(phone)


def empty_folder(server: RunningServer, folder_id: str) -> None:
    """Empty a folder from another device."""
    request = ItemOperationsRequest(operations=(EmptyFolderContents(collection_id=folder_id),))
    answer = Phone(server, Version.V16_1).post(Command.ITEM_OPERATIONS, request)
    assert answer.common_status == 1


@pytest.mark.req("MS-ASCMD_R5907", "MS-ASCMD_R5908", "MS-ASCMD_R5911", "MS-ASCMD_R5912", "MS-ASCNTC_R461")
def test_what_is_not_supported_survives_an_edit(server: RunningServer) -> None:
    phone = outlook(server)
    full = Handset(Phone(server, Version.V16_1))
    full.folder_sync("0")
    tree = full.sync_tree(
        e(
            AirSync.Collection,
            e(AirSync.SyncKey, full[FolderType.CONTACTS].key),
            e(AirSync.CollectionId, full.folder_id(FolderType.CONTACTS)),
        )
    )
    full.take(full.send(Command.SYNC, tree))
    add = e(
        AirSync.Add,
        e(AirSync.ClientId, "1"),
        e(
            AirSync.ApplicationData,
            e(Contacts.FirstName, "Ada"),
            e(Contacts.MobilePhoneNumber, "1815"),
            e(Contacts.Spouse, "William"),
            e(AirSyncBase.Body, e(AirSyncBase.Type, "1"), e(AirSyncBase.Data, "Notes")),
        ),
    )
    full.take(full.send(Command.SYNC, full.sync_tree(collection(full, FolderType.CONTACTS, add))), [add])
    rest(phone)
    edit = e(
        AirSync.Change,
        e(AirSync.ServerId, phone[FolderType.CONTACTS].id_of("Ada")),
        e(AirSync.ApplicationData, e(Contacts.FirstName, "Ada"), e(Contacts.LastName, "King")),
    )
    tree = phone.sync_tree(collection(phone, FolderType.CONTACTS, edit))
    phone.take(phone.send(Command.SYNC, tree), [edit])
    full.take(full.send(Command.SYNC, full.sync_tree(collection(full, FolderType.CONTACTS))))
    ada = full[FolderType.CONTACTS].item("Ada")
    assert ada[Contacts.LastName].text == "King"
    assert ada[Contacts.Spouse].text == "William"
    assert Contacts.MobilePhoneNumber not in ada
    assert list(body_of(ada))[3] == "Notes"


@pytest.mark.req("MS-ASCMD_R4771", "MS-ASCMD_R3460", "MS-ASCMD_R3456")
def test_six_hundred_messages_come_in_two_answers(server: RunningServer) -> None:
    phone = outlook(server)
    for number in range(600):
        server.deliver(ANNA, plain(f"letter {number:03}", words=3))
    tree = phone.sync_tree(*(collection(phone, kind) for kind in MAIL), after=[e(AirSync.WindowSize, "512")])
    phone.take(phone.send(Command.SYNC, tree))
    assert len(phone[FolderType.INBOX].items) == 512
    assert phone[FolderType.INBOX].more
    rest(phone)
    assert len(phone[FolderType.INBOX].items) == 600
    assert not phone[FolderType.INBOX].more
