"""Ping: wait for changes (MS-ASCMD 2.2.1.13). A Ping without a body repeats the last one (R335)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import INTEGER, UNSIGNED_BYTE, String
from overair.protocol.schema import Field, Nested, Record, Sequence
from overair.wbxml.pages import Ping

FOLDER_ID = String(max_length=64)


class PingFolder(Record):
    """A folder to watch, and the class of what it holds."""

    id: Annotated[str, Field(Ping.Id, FOLDER_ID)]
    item_class: Annotated[str, Field(Ping.Class, String())]


class PingRequest(Record):
    """What to watch and how long; what is missing is taken from the last Ping (R3152).

    ``folders`` is None where the element is missing and empty where it is empty, which some
    Android phones send and mean nothing by.
    """

    element_tag = Ping.Ping

    heartbeat_interval: Annotated[int | None, Field(Ping.HeartbeatInterval, INTEGER)] = None
    """Seconds. Any integer is read: one out of range is answered with status 5."""
    folders: Annotated[
        tuple[PingFolder, ...] | None, Field(Ping.Folders, Sequence(Ping.Folder, Nested(PingFolder)))
    ] = None


class PingResponse(Record):
    """Why the wait ended, and with status 2 in which folders."""

    element_tag = Ping.Ping

    status: Annotated[int, Field(Ping.Status, UNSIGNED_BYTE)]
    """statuses.PingStatus or CommonStatus."""
    folders: Annotated[tuple[str, ...], Field(Ping.Folders, Sequence(Ping.Folder, FOLDER_ID))] = ()
    max_folders: Annotated[int | None, Field(Ping.MaxFolders, INTEGER)] = None
    heartbeat_interval: Annotated[int | None, Field(Ping.HeartbeatInterval, INTEGER)] = None
