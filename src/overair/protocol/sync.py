"""Sync: synchronise collections (MS-ASCMD 2.2.1.21).

A request without a body repeats the device's last one (R673) and an answer without a body says
that nothing changed (R679); there is no record for either.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from overair.protocol.data_types import BOOLEAN, INTEGER, STRING, UNSIGNED_BYTE, Integer, String
from overair.protocol.schema import ELEMENTS, PRESENCE, Choices, Field, Nested, Record, Sequence
from overair.protocol.sync_options import CLASS_NAME, COLLECTION_ID, SERVER_ID, SYNC_KEY, Options
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase, Email2

CLIENT_ID: Final = String(min_length=1, max_length=64)

DEFAULT_WINDOW_SIZE: Final = 100
MAXIMUM_WINDOW_SIZE: Final = 512
WAIT_MINUTES: Final = (1, 59)
"""The least and the longest Wait (MS-ASCMD_R3227, R3228)."""
HEARTBEAT_SECONDS: Final = (60, 3540)
"""The least and the longest HeartbeatInterval of a Sync (MS-ASCMD_R3229, R3230)."""


def window_size(value: int | None) -> int:
    """How many changes a WindowSize asks for: 100 when missing, 512 for 0 and above (R4767, R4768)."""
    if value is None:
        return DEFAULT_WINDOW_SIZE
    return value if 0 < value <= MAXIMUM_WINDOW_SIZE else MAXIMUM_WINDOW_SIZE


class AddCommand(Record, kw_only=True):
    """A new item from the client; ``client_id`` names it until the server has given it an id."""

    element_tag = AirSync.Add

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    client_id: Annotated[str, Field(AirSync.ClientId, CLIENT_ID)]
    send: Annotated[bool, Field(Email2.Send, PRESENCE)] = False
    """Send the draft instead of keeping it."""
    application_data: Annotated[list[Element], Field(AirSync.ApplicationData, ELEMENTS)]


class ChangeCommand(Record):
    """An item, or one occurrence of it, that the client changed.

    A draft that only is to be sent carries no ApplicationData.
    """

    element_tag = AirSync.Change

    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING)] = None
    send: Annotated[bool, Field(Email2.Send, PRESENCE)] = False
    application_data: Annotated[list[Element], Field(AirSync.ApplicationData, ELEMENTS)] = msgspec.field(
        default_factory=list
    )


class DeleteCommand(Record):
    """An item, or one occurrence of it, that the client deleted."""

    element_tag = AirSync.Delete

    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING)] = None


class FetchCommand(Record):
    """An item that the client wants whole."""

    element_tag = AirSync.Fetch

    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]


Command = AddCommand | ChangeCommand | DeleteCommand | FetchCommand


class CollectionRequest(Record, kw_only=True):
    """A collection, its last key, what the client changed and how it wants to hear of changes."""

    ordered = True  # MS-ASCMD_R976, R4546

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, until=Version.V12_1)] = None
    sync_key: Annotated[str, Field(AirSync.SyncKey, SYNC_KEY)]
    collection_id: Annotated[str, Field(AirSync.CollectionId, COLLECTION_ID)]
    supported: Annotated[list[Element] | None, Field(AirSync.Supported, ELEMENTS)] = None
    """Empty elements, one for each property that is not ghosted."""
    deletes_as_moves: Annotated[bool | None, Field(AirSync.DeletesAsMoves, BOOLEAN)] = None
    """None is true (MS-ASCMD_R2161)."""
    get_changes: Annotated[bool | None, Field(AirSync.GetChanges, BOOLEAN)] = None
    """None is false with key 0 and true with any other (R5555, R5556)."""
    window_size: Annotated[int | None, Field(AirSync.WindowSize, Integer(minimum=0))] = None
    """As it stands; ``window_size()`` says what it means."""
    conversation_mode: Annotated[bool | None, Field(AirSync.ConversationMode, BOOLEAN)] = None
    options: Annotated[tuple[Options, ...], Field(AirSync.Options, Nested(Options), repeated=True)] = ()
    commands: Annotated[
        tuple[Command, ...],
        Field(AirSync.Commands, Choices(AddCommand, ChangeCommand, DeleteCommand, FetchCommand)),
    ] = ()


class SyncRequest(Record):
    """The collections to synchronise and how long to wait for changes.

    ``collections`` is empty where the element is missing: a partial request then changes only what
    else it says.
    """

    element_tag = AirSync.Sync

    collections: Annotated[
        tuple[CollectionRequest, ...],
        Field(AirSync.Collections, Sequence(AirSync.Collection, Nested(CollectionRequest), minimum=1)),
    ] = ()
    wait: Annotated[int | None, Field(AirSync.Wait, INTEGER)] = None
    """Minutes. Any integer is read: one out of WAIT_MINUTES is answered with status 14."""
    heartbeat_interval: Annotated[int | None, Field(AirSync.HeartbeatInterval, INTEGER)] = None
    """Seconds. Any integer is read: one out of HEARTBEAT_SECONDS is answered with status 14."""
    window_size: Annotated[int | None, Field(AirSync.WindowSize, Integer(minimum=0))] = None
    """For all collections together; ``window_size()`` says what it means."""
    partial: Annotated[bool, Field(AirSync.Partial, PRESENCE)] = False
    """What is missing is as in the last request."""


class ServerAdd(Record, kw_only=True):
    """An item that is new to the client; one that it knows already is changed (MS-ASCMD_R757)."""

    element_tag = AirSync.Add

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    """Only where it is not the collection's own (R942)."""
    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    application_data: Annotated[list[Element], Field(AirSync.ApplicationData, ELEMENTS)]


class ServerChange(Record, kw_only=True):
    """An item that changed on the server."""

    element_tag = AirSync.Change

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    application_data: Annotated[list[Element], Field(AirSync.ApplicationData, ELEMENTS)]


class ServerDelete(Record, kw_only=True):
    """An item that was deleted on the server."""

    element_tag = AirSync.Delete

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]


class SoftDelete(Record):
    """An item that left the filter's window; it still exists on the server."""

    element_tag = AirSync.SoftDelete

    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]


ServerCommand = ServerAdd | ServerChange | ServerDelete | SoftDelete


class AddResponse(Record, kw_only=True):
    """What became of an Add: the item's id, and what the server made of it where that matters."""

    element_tag = AirSync.Add

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    client_id: Annotated[str, Field(AirSync.ClientId, CLIENT_ID)]
    server_id: Annotated[str | None, Field(AirSync.ServerId, SERVER_ID)] = None
    status: Annotated[int, Field(AirSync.Status, UNSIGNED_BYTE)]
    """statuses.SyncStatus or CommonStatus, as in every answer of Sync."""
    application_data: Annotated[list[Element] | None, Field(AirSync.ApplicationData, ELEMENTS)] = None


class ChangeResponse(Record, kw_only=True):
    """A Change that failed, or that added an attachment."""

    element_tag = AirSync.Change

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, since=Version.V14_0)] = None
    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING)] = None
    status: Annotated[int, Field(AirSync.Status, UNSIGNED_BYTE)]
    application_data: Annotated[
        list[Element] | None, Field(AirSync.ApplicationData, ELEMENTS, since=Version.V16_0)
    ] = None


class DeleteResponse(Record, kw_only=True):
    """A Delete that failed."""

    element_tag = AirSync.Delete

    server_id: Annotated[str, Field(AirSync.ServerId, SERVER_ID)]
    instance_id: Annotated[str | None, Field(AirSyncBase.InstanceId, STRING)] = None
    status: Annotated[int, Field(AirSync.Status, UNSIGNED_BYTE)]


class FetchResponse(Record, kw_only=True):
    """The item that was fetched, whole."""

    element_tag = AirSync.Fetch

    server_id: Annotated[str | None, Field(AirSync.ServerId, SERVER_ID)] = None
    status: Annotated[int, Field(AirSync.Status, UNSIGNED_BYTE)]
    application_data: Annotated[list[Element] | None, Field(AirSync.ApplicationData, ELEMENTS)] = None


CommandResponse = AddResponse | ChangeResponse | DeleteResponse | FetchResponse


class CollectionResponse(Record, kw_only=True):
    """A collection's next key, the fate of the client's commands, and the server's changes.

    Windows Mobile needs MoreAvailable between Status and Commands.
    """

    item_class: Annotated[str | None, Field(AirSync.Class, CLASS_NAME, until=Version.V12_1)] = None
    sync_key: Annotated[str, Field(AirSync.SyncKey, SYNC_KEY)]
    collection_id: Annotated[str, Field(AirSync.CollectionId, COLLECTION_ID)]
    status: Annotated[int, Field(AirSync.Status, UNSIGNED_BYTE)]
    more_available: Annotated[bool, Field(AirSync.MoreAvailable, PRESENCE)] = False
    responses: Annotated[
        tuple[CommandResponse, ...],
        Field(AirSync.Responses, Choices(AddResponse, ChangeResponse, DeleteResponse, FetchResponse)),
    ] = ()
    commands: Annotated[
        tuple[ServerCommand, ...],
        Field(AirSync.Commands, Choices(ServerAdd, ServerChange, ServerDelete, SoftDelete)),
    ] = ()


class SyncResponse(Record):
    """The answers by collection, or the status of the whole request with its limit."""

    element_tag = AirSync.Sync

    status: Annotated[int | None, Field(AirSync.Status, UNSIGNED_BYTE)] = None
    limit: Annotated[int | None, Field(AirSync.Limit, INTEGER)] = None
    collections: Annotated[
        tuple[CollectionResponse, ...],
        Field(AirSync.Collections, Sequence(AirSync.Collection, Nested(CollectionResponse))),
    ] = ()
