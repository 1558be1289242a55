"""What takes time or waits for the disk, done for a request's commands before their unit of work.

Drafts are composed and checked (drafts.py), and the contents of events' attachments brought to disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from overair.items import Item, ItemClass
from overair.mailboxes.interface import Folder, NoSuchFolder, Session
from overair.protocol.data_types import OPAQUE
from overair.protocol.sync import AddCommand, ChangeCommand, CollectionRequest
from overair.storage.interface import BlobStore
from overair.sync import state as states_of
from overair.sync.attachments import not_there_yet
from overair.sync.drafts import Drafts, PreparedDrafts, takes_drafts
from overair.sync.partner import Partner
from overair.sync.state import Applied
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Calendar

SINCE: Final = Version.V16_0
"""Clients of older versions add neither drafts nor attachments."""

Bringing = AddCommand | ChangeCommand
Placed = tuple[int, Bringing]
"""A command with its place in the request."""


@dataclass(slots=True, frozen=True)
class Prepared:
    """What is ready for the commands of one request."""

    drafts: PreparedDrafts = field(default_factory=PreparedDrafts)
    blob_keys: Mapping[bytes, str] = field(default_factory=dict)
    """The keys of the contents of attachments, which are on disk."""


async def prepare(partner: Partner, collection: CollectionRequest, drafts: Drafts) -> Prepared:
    """Make ready what the commands of a collection bring. Raises OSError where the disk takes nothing."""
    commands: list[Placed] = [
        (place, command)
        for place, command in enumerate(collection.commands)
        if isinstance(command, AddCommand | ChangeCommand)
    ]
    if not commands or partner.version < SINCE:
        return Prepared()
    found = await partner.mailbox.inspect(lambda session: _look(session, partner, collection, commands))
    if found is None:
        return Prepared()
    folder, commands, stored = found
    if takes_drafts(folder, partner.version):
        return Prepared(drafts=await asyncio.to_thread(drafts.prepare, partner, commands, stored))
    if folder.item_class is ItemClass.CALENDAR:
        contents = [content for _, command in commands for content in contents_of(command.application_data)]
        if contents:
            return Prepared(blob_keys=await asyncio.to_thread(_put, partner.mailbox.blobs, contents))
    return Prepared()


async def _look(
    session: Session, partner: Partner, collection: CollectionRequest, commands: list[Placed]
) -> tuple[Folder, list[Placed], dict[str, Item]] | None:
    """The folder, and in that of drafts those that are changed, by id, and the commands without what
    lost ones attached already. None where there is no such folder.
    """
    folder_id = collection.collection_id
    try:
        folder = await session.folder(folder_id)
    except NoSuchFolder:
        return None
    if not takes_drafts(folder, partner.version):
        return folder, commands, {}
    changed = [command.server_id for _, command in commands if isinstance(command, ChangeCommand)]
    found = await session.read(folder_id, changed)
    states = await states_of.load(session.transaction, partner.device_key, folder_id)
    base = states.find(collection.sync_key)
    lost = states.lost_after(base) if base is not None else None
    if lost is not None:
        commands = [(place, _without_lost(command, lost)) for place, command in commands]
    return folder, commands, {one.item_id: one.item for one in found if one is not None}


def _without_lost(command: Bringing, lost: Applied) -> Bringing:
    if isinstance(command, AddCommand):
        return command
    data = not_there_yet(command, lost.changes.get(command.server_id))
    return msgspec.structs.replace(command, application_data=data)


def contents_of(application_data: Sequence[Element]) -> list[bytes]:
    """The contents of the attachments that a command brings, to an event and to its exceptions."""
    of_exceptions = [
        element
        for exceptions in application_data
        if exceptions.tag is Calendar.Exceptions
        for exception in exceptions
        for element in exception
    ]
    return [
        OPAQUE.decode(content.content, SINCE)
        for element in (*application_data, *of_exceptions)
        if element.tag is AirSyncBase.Attachments
        for child in element
        if child.tag is AirSyncBase.Add and (content := child.find(AirSyncBase.Content)) is not None
        # Anything else is refused when the command is read.
        if not isinstance(content.content, list)
    ]


def _put(blobs: BlobStore, contents: Sequence[bytes]) -> dict[bytes, str]:
    return {content: blobs.put(content) for content in contents}
