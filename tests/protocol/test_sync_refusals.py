"""Requests of Sync that break its schema are refused, and those that are only odd are not."""

from __future__ import annotations

import pytest

from overair.protocol.schema import Problem, SchemaError
from overair.protocol.sync import CollectionRequest, DeleteCommand, SyncRequest, window_size
from overair.protocol.sync_options import Options
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    Contacts,
    Email,
    Ping,
)

E = Element
LATEST = Version.V16_1


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


REFUSED: list[tuple[str, Version, Element, Tag, Problem]] = [
    ("no key", LATEST, sync(collection()), AirSync.SyncKey, Problem.MISSING),
    ("no collection id", LATEST, sync(key()), AirSync.CollectionId, Problem.MISSING),
    ("two keys", LATEST, sync(key(), key(), collection()), AirSync.SyncKey, Problem.REPEATED),
    (
        "key too long",
        LATEST,
        sync(E(AirSync.SyncKey, "1" * 65), collection()),
        AirSync.SyncKey,
        Problem.VALUE,
    ),
    ("out of order", LATEST, sync(collection(), key()), AirSync.SyncKey, Problem.ORDER),
    (
        "commands before options",
        LATEST,
        sync(key(), collection(), E(AirSync.Commands), E(AirSync.Options)),
        AirSync.Options,
        Problem.ORDER,
    ),
    ("no collection", LATEST, E(AirSync.Sync, [E(AirSync.Collections)]), AirSync.Collection, Problem.MISSING),
    (
        "class of a collection",
        Version.V14_0,
        sync(E(AirSync.Class, "Email"), key(), collection()),
        AirSync.Class,
        Problem.NOT_IN_VERSION,
    ),
    (
        "class in options",
        Version.V12_1,
        options(E(AirSync.Class, "SMS")),
        AirSync.Class,
        Problem.NOT_IN_VERSION,
    ),
    (
        "conversations",
        Version.V12_1,
        sync(key(), collection(), E(AirSync.ConversationMode, "1")),
        AirSync.ConversationMode,
        Problem.NOT_IN_VERSION,
    ),
    (
        "heartbeat",
        Version.V12_1,
        E(AirSync.Sync, [E(AirSync.HeartbeatInterval, "60")]),
        AirSync.HeartbeatInterval,
        Problem.NOT_IN_VERSION,
    ),
    (
        "negative window",
        LATEST,
        sync(key(), collection(), E(AirSync.WindowSize, "-1")),
        AirSync.WindowSize,
        Problem.VALUE,
    ),
    ("filter", LATEST, options(E(AirSync.FilterType, "9")), AirSync.FilterType, Problem.VALUE),
    ("conflict", LATEST, options(E(AirSync.Conflict, "2")), AirSync.Conflict, Problem.VALUE),
    (
        "two conflicts",
        LATEST,
        options(E(AirSync.Conflict, "1"), E(AirSync.Conflict, "1")),
        AirSync.Conflict,
        Problem.REPEATED,
    ),
    (
        "MIME truncation",
        LATEST,
        options(E(AirSync.MIMETruncation, "9")),
        AirSync.MIMETruncation,
        Problem.VALUE,
    ),
    (
        "preview",
        LATEST,
        options(E(AirSyncBase.BodyPreference, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Preview, "256")])),
        AirSyncBase.Preview,
        Problem.VALUE,
    ),
    (
        "preview before 14.0",
        Version.V12_1,
        options(E(AirSyncBase.BodyPreference, [E(AirSyncBase.Type, "1"), E(AirSyncBase.Preview, "9")])),
        AirSyncBase.Preview,
        Problem.NOT_IN_VERSION,
    ),
    ("body type missing", LATEST, options(E(AirSyncBase.BodyPreference)), AirSyncBase.Type, Problem.MISSING),
    ("unknown command", LATEST, commands(E(AirSync.SoftDelete)), AirSync.SoftDelete, Problem.UNKNOWN),
    (
        "add without client id",
        LATEST,
        commands(E(AirSync.Add, [E(AirSync.ApplicationData)])),
        AirSync.ClientId,
        Problem.MISSING,
    ),
    (
        "add without data",
        LATEST,
        commands(E(AirSync.Add, [E(AirSync.ClientId, "1")])),
        AirSync.ApplicationData,
        Problem.MISSING,
    ),
    ("delete without id", LATEST, commands(E(AirSync.Delete)), AirSync.ServerId, Problem.MISSING),
    (
        "occurrence before 16.0",
        Version.V14_1,
        commands(
            E(AirSync.Delete, [E(AirSync.ServerId, "5:1"), E(AirSyncBase.InstanceId, "20260101T000000Z")])
        ),
        AirSyncBase.InstanceId,
        Problem.NOT_IN_VERSION,
    ),
    (
        "other element",
        LATEST,
        sync(key(), collection(), E(Email.Subject, "x")),
        Email.Subject,
        Problem.UNKNOWN,
    ),
    ("other command", LATEST, E(Ping.Ping), Ping.Ping, Problem.UNKNOWN),
]


@pytest.mark.parametrize(
    ("version", "tree", "tag", "problem"),
    [pytest.param(*row[1:], id=row[0]) for row in REFUSED],
)
def test_a_bad_tree_is_refused(version: Version, tree: Element, tag: Tag, problem: Problem) -> None:
    with pytest.raises(SchemaError) as caught:
        SyncRequest.from_element(tree, version)
    assert (caught.value.tag, caught.value.problem) == (tag, problem)


@pytest.mark.req("MS-ASCMD_R976")
def test_a_collection_is_written_in_the_order_that_is_enforced() -> None:
    collection = CollectionRequest(
        sync_key="1",
        collection_id="5",
        supported=[Element(Contacts.Picture)],
        deletes_as_moves=True,
        get_changes=True,
        window_size=10,
        conversation_mode=True,
        options=(Options(),),
        commands=(DeleteCommand(server_id="5:1"),),
    )
    names = [element.tag.name for element in collection.to_children(LATEST)]
    assert names == [
        "SyncKey",
        "CollectionId",
        "Supported",
        "DeletesAsMoves",
        "GetChanges",
        "WindowSize",
        "ConversationMode",
        "Options",
        "Commands",
    ]


@pytest.mark.req("MS-ASCMD_R3127", "MS-ASCMD_R2161")
def test_empty_switches_are_on() -> None:
    tree = sync(key(), collection(), E(AirSync.DeletesAsMoves), E(AirSync.GetChanges))
    (read,) = SyncRequest.from_element(tree, LATEST).collections
    assert read.get_changes is True
    assert read.deletes_as_moves is True


@pytest.mark.req("MS-ASCMD_R4767", "MS-ASCMD_R4768")
def test_window_sizes() -> None:
    sizes = {None: 100, 0: 512, 1: 1, 100: 100, 512: 512, 513: 512, 100_000: 512}
    assert {said: window_size(said) for said in sizes} == sizes


def test_intervals_out_of_range_are_read() -> None:
    # They are answered with status 14 or 5 and a limit, so they must not be refused here.
    tree = E(AirSync.Sync, [E(AirSync.Wait, "0"), E(AirSync.HeartbeatInterval, "999999")])
    read = SyncRequest.from_element(tree, LATEST)
    assert (read.wait, read.heartbeat_interval) == (0, 999_999)
