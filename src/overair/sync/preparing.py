"""What takes time or waits for the disk, done for a request's commands before their unit of work.

Drafts are composed and checked (drafts.py), and the contents of events' attachments brought to disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from overair.items import Item, ItemClass
from overair.mailboxes.interface import Folder, NoSuchFolder, Session
from overair.protocol.data_types import OPAQUE
from overair.protocol.sync import AddCommand, ChangeCommand, CollectionRequest
from overair.storage.interface import BlobStore
from overair.sync.drafts import Drafts, PreparedDrafts, takes_drafts
from overair.sync.partner import Partner
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase

SINCE: Final = Version.V16_0
"""Clients of older versions add neither drafts nor attachments."""

Bringing = AddCommand | ChangeCommand


@dataclass(slots=True, frozen=True)
class Prepared:
    """What is ready for the commands of one request."""

    drafts: PreparedDrafts = field(default_factory=PreparedDrafts)
    blob_keys: Mapping[bytes, str] = field(default_factory=dict)
    """The keys of the contents of attachments, which are on disk."""


async def prepare(partner: Partner, collection: CollectionRequest, drafts: Drafts) -> Prepared:
    """Make ready what the commands of a collection bring. Raises OSError where the disk takes nothing."""
    commands = [
        (place, command)
        for place, command in enumerate(collection.commands)
        if isinstance(command, AddCommand | ChangeCommand)
    ]
    if not commands or partner.version < SINCE:
        return Prepared()
    folder, stored = await partner.mailbox.inspect(
        lambda session: _look(session, partner.version, collection.collection_id, commands)
    )
    if folder is None:
        return Prepared()
    if takes_drafts(folder, partner.version):
        return Prepared(drafts=await asyncio.to_thread(drafts.prepare, partner, commands, stored))
    if folder.item_class is ItemClass.CALENDAR:
        contents = [content for _, command in commands for content in contents_of(command.application_data)]
        if contents:
            return Prepared(blob_keys=await asyncio.to_thread(_put, partner.mailbox.blobs, contents))
    return Prepared()


async def _look(
    session: Session, version: Version, folder_id: str, commands: Sequence[tuple[int, Bringing]]
) -> tuple[Folder | None, dict[str, Item]]:
    """The folder, where there is one, and of drafts those that are changed, by id."""
    try:
        folder = await session.folder(folder_id)
    except NoSuchFolder:
        return None, {}
    if not takes_drafts(folder, version):
        return folder, {}
    changed = [command.server_id for _, command in commands if isinstance(command, ChangeCommand)]
    found = await session.read(folder_id, changed)
    return folder, {one.item_id: one.item for one in found if one is not None}


def contents_of(application_data: Sequence[Element]) -> list[bytes]:
    """The contents of the attachments that a command brings."""
    return [
        OPAQUE.decode(content.content, SINCE)
        for element in application_data
        if element.tag is AirSyncBase.Attachments
        for child in element
        if child.tag is AirSyncBase.Add and (content := child.find(AirSyncBase.Content)) is not None
        # Anything else is refused when the command is read.
        if not isinstance(content.content, list)
    ]


def _put(blobs: BlobStore, contents: Sequence[bytes]) -> dict[bytes, str]:
    return {content: blobs.put(content) for content in contents}
