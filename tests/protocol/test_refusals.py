"""Trees that break a message's schema are refused, with where and why."""

from __future__ import annotations

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
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    ComposeMail,
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
LATEST = Version.V16_1

REFUSED: list[tuple[str, type[Record], Version, Element, Tag, Problem]] = [
    (
        "no name",
        FolderCreateRequest,
        LATEST,
        E(
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
    ("no moves", MoveItemsRequest, LATEST, E(Move.MoveItems), Move.Move, Problem.MISSING),
    (
        "two destinations",
        MoveItemsRequest,
        LATEST,
        E(
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
        E(
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
        E(Ping.Ping, [E(Ping.Folders, [E(Ping.Folder, [E(Ping.Id, "5")])])]),
        Ping.Class,
        Problem.MISSING,
    ),
    (
        "heartbeat in words",
        PingRequest,
        LATEST,
        E(Ping.Ping, [E(Ping.HeartbeatInterval, "soon")]),
        Ping.HeartbeatInterval,
        Problem.VALUE,
    ),
    (
        "text in a container",
        PingRequest,
        LATEST,
        E(Ping.Ping, [E(Ping.Folders, "5")]),
        Ping.Folders,
        Problem.VALUE,
    ),
    (
        "backward range",
        ItemOperationsRequest,
        LATEST,
        E(
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
        E(Operations.ItemOperations, [E(Operations.Move)]),
        Operations.Move,
        Problem.NOT_IN_VERSION,
    ),
    (
        "no store",
        ItemOperationsRequest,
        LATEST,
        E(Operations.ItemOperations, [E(Operations.Fetch)]),
        Operations.Store,
        Problem.MISSING,
    ),
    (
        "photos before 14.1",
        SearchRequest,
        Version.V14_0,
        E(
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
        E(Search.Search, [E(Search.Store, [E(Search.Name, "GAL")])]),
        Search.Query,
        Problem.MISSING,
    ),
    (
        "no search id",
        FindRequest,
        LATEST,
        E(FindPage.Find, [E(FindPage.ExecuteSearch)]),
        FindPage.SearchId,
        Problem.MISSING,
    ),
    (
        "client id too long",
        SendMailRequest,
        LATEST,
        E(ComposeMail.SendMail, [E(ComposeMail.ClientId, "1" * 41), E(ComposeMail.Mime, b"")]),
        ComposeMail.ClientId,
        Problem.VALUE,
    ),
    (
        "no message",
        SendMailRequest,
        LATEST,
        E(ComposeMail.SendMail, [E(ComposeMail.ClientId, "1")]),
        ComposeMail.Mime,
        Problem.MISSING,
    ),
    (
        "model too long",
        SettingsRequest,
        LATEST,
        E(
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
        E(Provision.Provision, [E(Settings.DeviceInformation)]),
        Settings.DeviceInformation,
        Problem.NOT_IN_VERSION,
    ),
    (
        "account wipe before 16.1",
        ProvisionRequest,
        Version.V16_0,
        E(Provision.Provision, [E(Provision.AccountOnlyRemoteWipe, [E(Provision.Status, "1")])]),
        Provision.AccountOnlyRemoteWipe,
        Problem.NOT_IN_VERSION,
    ),
]


@pytest.mark.parametrize(
    ("record", "version", "tree", "tag", "problem"),
    [pytest.param(*row[1:], id=row[0]) for row in REFUSED],
)
def test_a_bad_tree_is_refused(
    record: type[Record], version: Version, tree: Element, tag: Tag, problem: Problem
) -> None:
    with pytest.raises(SchemaError) as caught:
        record.from_element(tree, version)
    assert (caught.value.tag, caught.value.problem) == (tag, problem)


def test_an_empty_list_of_folders_is_not_a_missing_one() -> None:
    # Some Android phones send the first.
    assert PingRequest.from_element(E(Ping.Ping, [E(Ping.Folders)]), LATEST).folders == ()
    assert PingRequest.from_element(E(Ping.Ping), LATEST).folders is None


@pytest.mark.req("MS-ASCMD_R193")
def test_operations_keep_their_order() -> None:
    fetch = E(Operations.Fetch, [E(Operations.Store, "Mailbox"), E(AirSync.ServerId, "5:1")])
    empty = E(Operations.EmptyFolderContents, [E(AirSync.CollectionId, "5")])
    read = ItemOperationsRequest.from_element(E(Operations.ItemOperations, [empty, fetch, empty]), LATEST)
    assert [isinstance(operation, Fetch) for operation in read.operations] == [False, True, False]
