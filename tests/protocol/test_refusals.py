"""Trees that break a message's schema are refused, with where and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from overair.protocol.find import FindRequest
from overair.protocol.folder_create import FolderCreateRequest
from overair.protocol.get_item_estimate import GetItemEstimateRequest
from overair.protocol.item_operations import Fetch, ItemOperationsRequest
from overair.protocol.move_items import MoveItemsRequest
from overair.protocol.ping import PingRequest
from overair.protocol.provision import ProvisionRequest
from overair.protocol.schema import Problem, Record, SchemaError
from overair.protocol.search import SearchRequest
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.settings import SettingsRequest
from overair.protocol.sync import SyncRequest, window_size
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    ComposeMail,
    Email,
    FolderHierarchy,
    GetItemEstimate,
    Move,
    Ping,
    Provision,
    Search,
    Settings,
)
from overair.wbxml.pages import Find as FindPage
from overair.wbxml.pages import ItemOperations as Operations

E = Element


def sync(*children: Element) -> Element:
    """A Sync of one collection with these children."""
    return E(AirSync.Sync, [E(AirSync.Collections, [E(AirSync.Collection, list(children))])])


def key() -> Element:
    return E(AirSync.SyncKey, "1")


def collection() -> Element:
    return E(AirSync.CollectionId, "5")


def commands(*children: Element) -> Element:
    return sync(key(), collection(), E(AirSync.Commands, list(children)))


def options(*children: Element) -> Element:
    return sync(key(), collection(), E(AirSync.Options, list(children)))


LATEST = Version.V16_1

REFUSED: list[tuple[str, type[Record], Version, Callable[[], Element], Tag, Problem]] = [
    ("no key", SyncRequest, LATEST, lambda: sync(collection()), AirSync.SyncKey, Problem.MISSING),
    ("no collection id", SyncRequest, LATEST, lambda: sync(key()), AirSync.CollectionId, Problem.MISSING),
    (
        "two keys",
        SyncRequest,
        LATEST,
        lambda: sync(key(), key(), collection()),
        AirSync.SyncKey,
        Problem.REPEATED,
    ),
    (
        "key too long",
        SyncRequest,
        LATEST,
        lambda: sync(E(AirSync.SyncKey, "1" * 65), collection()),
        AirSync.SyncKey,
        Problem.VALUE,
    ),
    ("out of order", SyncRequest, LATEST, lambda: sync(collection(), key()), AirSync.SyncKey, Problem.ORDER),
    (
        "commands before options",
        SyncRequest,
        LATEST,
        lambda: sync(key(), collection(), E(AirSync.Commands), E(AirSync.Options)),
        AirSync.Options,
        Problem.ORDER,
    ),
    (
        "no collection",
        SyncRequest,
        LATEST,
        lambda: E(AirSync.Sync, [E(AirSync.Collections)]),
        AirSync.Collection,
        Problem.MISSING,
    ),
    (
        "class of a collection",
        SyncRequest,
        Version.V14_0,
        lambda: sync(E(AirSync.Class, "Email"), key(), collection()),
        AirSync.Class,
        Problem.NOT_IN_VERSION,
    ),
    (
        "class in options",
        SyncRequest,
        Version.V12_1,
        lambda: options(E(AirSync.Class, "SMS")),
        AirSync.Class,
        Problem.NOT_IN_VERSION,
    ),
    (
        "conversations",
        SyncRequest,
        Version.V12_1,
        lambda: sync(key(), collection(), E(AirSync.ConversationMode, "1")),
        AirSync.ConversationMode,
        Problem.NOT_IN_VERSION,
    ),
    (
        "heartbeat",
        SyncRequest,
        Version.V12_1,
        lambda: E(AirSync.Sync, [E(AirSync.HeartbeatInterval, "60")]),
        AirSync.HeartbeatInterval,
        Problem.NOT_IN_VERSION,
    ),
    (
        "negative window",
        SyncRequest,
        LATEST,
        lambda: sync(key(), collection(), E(AirSync.WindowSize, "-1")),
        AirSync.WindowSize,
        Problem.VALUE,
    ),
    (
        "filter",
        SyncRequest,
        LATEST,
        lambda: options(E(AirSync.FilterType, "9")),
        AirSync.FilterType,
        Problem.VALUE,
    ),
    (
        "conflict",
        SyncRequest,
        LATEST,
        lambda: options(E(AirSync.Conflict, "2")),
        AirSync.Conflict,
        Problem.VALUE,
    ),
    (
        "two conflicts",
        SyncRequest,
        LATEST,
        lambda: options(E(AirSync.Conflict, "1"), E(AirSync.Conflict, "1")),
        AirSync.Conflict,
        Problem.REPEATED,
    ),
    (
        "MIME truncation",
        SyncRequest,
        LATEST,
        lambda: options(E(AirSync.MIMETruncation, "9")),
        AirSync.MIMETruncation,
        Problem.VALUE,
    ),
    (
        "preview",
        SyncRequest,
        LATEST,
        lambda: options(
            E(AirSyncBase.BodyPreference, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Preview, "256")])
        ),
        AirSyncBase.Preview,
        Problem.VALUE,
    ),
    (
        "preview before 14.0",
        SyncRequest,
        Version.V12_1,
        lambda: options(
            E(AirSyncBase.BodyPreference, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Preview, "9")])
        ),
        AirSyncBase.Preview,
        Problem.NOT_IN_VERSION,
    ),
    (
        "body type missing",
        SyncRequest,
        LATEST,
        lambda: options(E(AirSyncBase.BodyPreference)),
        AirSyncBase.Type,
        Problem.MISSING,
    ),
    (
        "unknown command",
        SyncRequest,
        LATEST,
        lambda: commands(E(AirSync.SoftDelete)),
        AirSync.SoftDelete,
        Problem.UNKNOWN,
    ),
    (
        "add without client id",
        SyncRequest,
        LATEST,
        lambda: commands(E(AirSync.Add, [E(AirSync.ApplicationData)])),
        AirSync.ClientId,
        Problem.MISSING,
    ),
    (
        "add without data",
        SyncRequest,
        LATEST,
        lambda: commands(E(AirSync.Add, [E(AirSync.ClientId, "1")])),
        AirSync.ApplicationData,
        Problem.MISSING,
    ),
    (
        "delete without id",
        SyncRequest,
        LATEST,
        lambda: commands(E(AirSync.Delete)),
        AirSync.ServerId,
        Problem.MISSING,
    ),
    (
        "occurrence before 16.0",
        SyncRequest,
        Version.V14_1,
        lambda: commands(
            E(AirSync.Delete, [E(AirSync.ServerId, "5:1"), E(AirSyncBase.InstanceId, "20260101T000000Z")])
        ),
        AirSyncBase.InstanceId,
        Problem.NOT_IN_VERSION,
    ),
    (
        "other element",
        SyncRequest,
        LATEST,
        lambda: sync(key(), collection(), E(Email.Subject, "x")),
        Email.Subject,
        Problem.UNKNOWN,
    ),
    ("other command", SyncRequest, LATEST, lambda: E(Ping.Ping), Ping.Ping, Problem.UNKNOWN),
    (
        "no name",
        FolderCreateRequest,
        LATEST,
        lambda: E(
            FolderHierarchy.FolderCreate,
            [
                E(FolderHierarchy.SyncKey, "1"),
                E(FolderHierarchy.ParentId, "0"),
                E(FolderHierarchy.DisplayName, ""),
                E(FolderHierarchy.Type, "12"),
            ],
        ),
        FolderHierarchy.DisplayName,
        Problem.VALUE,
    ),
    ("no moves", MoveItemsRequest, LATEST, lambda: E(Move.MoveItems), Move.Move, Problem.MISSING),
    (
        "two destinations",
        MoveItemsRequest,
        LATEST,
        lambda: E(
            Move.MoveItems,
            [
                E(
                    Move.Move,
                    [
                        E(Move.SrcMsgId, "1"),
                        E(Move.SrcFldId, "2"),
                        E(Move.DstFldId, "3"),
                        E(Move.DstFldId, "4"),
                    ],
                )
            ],
        ),
        Move.DstFldId,
        Problem.REPEATED,
    ),
    (
        "301 collections",
        GetItemEstimateRequest,
        LATEST,
        lambda: E(
            GetItemEstimate.GetItemEstimate,
            [
                E(
                    GetItemEstimate.Collections,
                    [
                        E(
                            GetItemEstimate.Collection,
                            [E(AirSync.SyncKey, "1"), E(GetItemEstimate.CollectionId, "5")],
                        )
                        for _ in range(301)
                    ],
                )
            ],
        ),
        GetItemEstimate.Collections,
        Problem.VALUE,
    ),
    (
        "folder without class",
        PingRequest,
        LATEST,
        lambda: E(Ping.Ping, [E(Ping.Folders, [E(Ping.Folder, [E(Ping.Id, "5")])])]),
        Ping.Class,
        Problem.MISSING,
    ),
    (
        "heartbeat in words",
        PingRequest,
        LATEST,
        lambda: E(Ping.Ping, [E(Ping.HeartbeatInterval, "soon")]),
        Ping.HeartbeatInterval,
        Problem.VALUE,
    ),
    (
        "text in a container",
        PingRequest,
        LATEST,
        lambda: E(Ping.Ping, [E(Ping.Folders, "5")]),
        Ping.Folders,
        Problem.VALUE,
    ),
    (
        "backward range",
        ItemOperationsRequest,
        LATEST,
        lambda: E(
            Operations.ItemOperations,
            [
                E(
                    Operations.Fetch,
                    [E(Operations.Store, "Mailbox"), E(Operations.Options, [E(Operations.Range, "9-1")])],
                )
            ],
        ),
        Operations.Range,
        Problem.VALUE,
    ),
    (
        "move before 14.0",
        ItemOperationsRequest,
        Version.V12_1,
        lambda: E(Operations.ItemOperations, [E(Operations.Move)]),
        Operations.Move,
        Problem.NOT_IN_VERSION,
    ),
    (
        "no store",
        ItemOperationsRequest,
        LATEST,
        lambda: E(Operations.ItemOperations, [E(Operations.Fetch)]),
        Operations.Store,
        Problem.MISSING,
    ),
    (
        "photos before 14.1",
        SearchRequest,
        Version.V14_0,
        lambda: E(
            Search.Search,
            [
                E(
                    Search.Store,
                    [E(Search.Name, "GAL"), E(Search.Query, "a"), E(Search.Options, [E(Search.Picture)])],
                )
            ],
        ),
        Search.Picture,
        Problem.NOT_IN_VERSION,
    ),
    (
        "no query",
        SearchRequest,
        LATEST,
        lambda: E(Search.Search, [E(Search.Store, [E(Search.Name, "GAL")])]),
        Search.Query,
        Problem.MISSING,
    ),
    (
        "no search id",
        FindRequest,
        LATEST,
        lambda: E(FindPage.Find, [E(FindPage.ExecuteSearch)]),
        FindPage.SearchId,
        Problem.MISSING,
    ),
    (
        "client id too long",
        SendMailRequest,
        LATEST,
        lambda: E(ComposeMail.SendMail, [E(ComposeMail.ClientId, "1" * 41), E(ComposeMail.Mime, b"")]),
        ComposeMail.ClientId,
        Problem.VALUE,
    ),
    (
        "no message",
        SendMailRequest,
        LATEST,
        lambda: E(ComposeMail.SendMail, [E(ComposeMail.ClientId, "1")]),
        ComposeMail.Mime,
        Problem.MISSING,
    ),
    (
        "model too long",
        SettingsRequest,
        LATEST,
        lambda: E(
            Settings.Settings,
            [E(Settings.DeviceInformation, [E(Settings.Set, [E(Settings.Model, "m" * 1025)])])],
        ),
        Settings.Model,
        Problem.VALUE,
    ),
    (
        "device in Provision before 14.1",
        ProvisionRequest,
        Version.V14_0,
        lambda: E(Provision.Provision, [E(Settings.DeviceInformation)]),
        Settings.DeviceInformation,
        Problem.NOT_IN_VERSION,
    ),
    (
        "account wipe before 16.1",
        ProvisionRequest,
        Version.V16_0,
        lambda: E(Provision.Provision, [E(Provision.AccountOnlyRemoteWipe, [E(Provision.Status, "1")])]),
        Provision.AccountOnlyRemoteWipe,
        Problem.NOT_IN_VERSION,
    ),
]


@pytest.mark.parametrize(
    ("record", "version", "tree", "tag", "problem"),
    [pytest.param(*row[1:], id=row[0]) for row in REFUSED],
)
@pytest.mark.req("MS-ASCMD_R4545", "MS-ASCMD_R4546", "MS-ASCMD_R976")
def test_a_bad_tree_is_refused(
    record: type[Record], version: Version, tree: Callable[[], Element], tag: Tag, problem: Problem
) -> None:
    with pytest.raises(SchemaError) as caught:
        record.from_element(tree(), version)
    assert (caught.value.tag, caught.value.problem) == (tag, problem)


@pytest.mark.req("MS-ASCMD_R3127", "MS-ASCMD_R2161")
def test_empty_switches_are_on() -> None:
    tree = sync(key(), collection(), E(AirSync.DeletesAsMoves), E(AirSync.GetChanges))
    (read,) = SyncRequest.from_element(tree, LATEST).collections
    assert read.get_changes is True
    assert read.deletes_as_moves is True


def test_an_empty_list_of_folders_is_not_a_missing_one() -> None:
    # Some Android phones send the first.
    assert PingRequest.from_element(E(Ping.Ping, [E(Ping.Folders)]), LATEST).folders == ()
    assert PingRequest.from_element(E(Ping.Ping), LATEST).folders is None


@pytest.mark.req("MS-ASCMD_R4767", "MS-ASCMD_R4768")
def test_window_sizes() -> None:
    sizes = {None: 100, 0: 512, 1: 1, 100: 100, 512: 512, 513: 512, 100_000: 512}
    assert {said: window_size(said) for said in sizes} == sizes


def test_intervals_out_of_range_are_read() -> None:
    # They are answered with status 14 or 5 and a limit, so they must not be refused here.
    tree = E(AirSync.Sync, [E(AirSync.Wait, "0"), E(AirSync.HeartbeatInterval, "999999")])
    read = SyncRequest.from_element(tree, LATEST)
    assert (read.wait, read.heartbeat_interval) == (0, 999_999)


@pytest.mark.req("MS-ASCMD_R193")
def test_operations_keep_their_order() -> None:
    fetch = E(Operations.Fetch, [E(Operations.Store, "Mailbox"), E(AirSync.ServerId, "5:1")])
    empty = E(Operations.EmptyFolderContents, [E(AirSync.CollectionId, "5")])
    read = ItemOperationsRequest.from_element(E(Operations.ItemOperations, [empty, fetch, empty]), LATEST)
    assert [isinstance(operation, Fetch) for operation in read.operations] == [False, True, False]
