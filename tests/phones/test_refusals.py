"""What a phone would never write, in every version: each gets its status, and the phone goes on."""

from __future__ import annotations

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSync, AirSyncBase, ItemOperations
from phones.handset import e, preference
from phones.letters import plain
from phones.test_android import android, collection, rest
from support.phone import every
from support.server import ANNA, RunningServer

TWICE = (preference(1, 100), preference(1, 200))
DISORDER = (e(AirSyncBase.BodyPreference, e(AirSyncBase.TruncationSize, "5"), e(AirSyncBase.Type, "1")),)


@pytest.mark.req("MS-ASAIRS_R348", "MS-ASAIRS_R349", "MS-ASAIRS_R10016")
@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.text)
def test_preferences_that_contradict_each_other(server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, plain("one"))
    phone = android(server, version)
    rest(phone, FolderType.INBOX)
    server.deliver(ANNA, plain("two"))
    for preferences in (TWICE, DISORDER):
        tree = collection(phone, FolderType.INBOX)
        options = tree.find(AirSync.Options)
        assert options is not None
        options.content = list(preferences)
        answer = phone.send(Command.SYNC, phone.sync_tree(tree)).tree
        assert [one.text for one in every(answer) if one.tag is AirSync.Status] == ["4"]
        fetch = e(
            ItemOperations.Fetch,
            e(ItemOperations.Store, "Mailbox"),
            e(AirSync.CollectionId, phone.folder_id(FolderType.INBOX)),
            e(AirSync.ServerId, phone[FolderType.INBOX].id_of("one")),
            e(ItemOperations.Options, *preferences),
        )
        answer = phone.send(Command.ITEM_OPERATIONS, e(ItemOperations.ItemOperations, fetch)).tree
        assert [one.text for one in every(answer) if one.tag is ItemOperations.Status] == ["2"]
    rest(phone, FolderType.INBOX)
    assert phone[FolderType.INBOX].subjects == ["one", "two"]


def wrong(*children: Element) -> Element:
    """A preference for text with more in it."""
    return e(AirSyncBase.BodyPreference, e(AirSyncBase.Type, "1"), *children)


@pytest.mark.req(
    *("MS-ASAIRS_R350", "MS-ASAIRS_R351", "MS-ASAIRS_R347", "MS-ASAIRS_R10027", "MS-ASAIRS_R10029"),
    *("MS-ASAIRS_R345", "MS-ASAIRS_R10021", "MS-ASAIRS_R10023", "MS-ASAIRS_R346", "MS-ASAIRS_R10030"),
    *("MS-ASAIRS_R10014", "MS-ASAIRS_R10037", "MS-ASAIRS_R10039", "MS-ASAIRS_R10032", "MS-ASAIRS_R418"),
    *("MS-ASAIRS_R417", "MS-ASAIRS_R341", "MS-ASAIRS_R344"),
)
def test_preferences_that_are_malformed(server: RunningServer) -> None:
    phone = android(server, Version.V14_1)
    rest(phone, FolderType.INBOX)
    all_or_none, size = (e(tag, "1") for tag in (AirSyncBase.AllOrNone, AirSyncBase.TruncationSize))
    for status, malformed in (
        ("4", wrong(e(AirSyncBase.AllOrNone, "2"))),
        ("4", wrong(all_or_none, all_or_none)),
        ("6", wrong(e(AirSyncBase.TruncationSize, "-1"))),
        ("6", wrong(e(AirSyncBase.TruncationSize, "4294967296"))),
        ("6", wrong(size, size)),
        ("6", wrong(e(AirSyncBase.Preview, "256"))),
        ("6", wrong(e(AirSyncBase.Data, "x"))),
        ("6", e(AirSyncBase.BodyPreference, size)),
        ("6", e(AirSyncBase.BodyPreference, e(AirSyncBase.Type, "5"))),
    ):
        tree = collection(phone, FolderType.INBOX)
        options = tree.find(AirSync.Options)
        assert options is not None
        options.content = [malformed]
        answer = phone.send(Command.SYNC, phone.sync_tree(tree)).tree
        assert [one.text for one in every(answer) if one.tag is AirSync.Status] == [status]
        fetch = e(
            ItemOperations.Fetch,
            e(ItemOperations.Store, "Mailbox"),
            e(AirSync.CollectionId, phone.folder_id(FolderType.INBOX)),
            e(AirSync.ServerId, "1:1"),
            e(ItemOperations.Options, malformed),
        )
        answer = phone.send(Command.ITEM_OPERATIONS, e(ItemOperations.ItemOperations, fetch)).tree
        assert [one.text for one in every(answer) if one.tag is ItemOperations.Status] == ["2"]
    rest(phone, FolderType.INBOX)
