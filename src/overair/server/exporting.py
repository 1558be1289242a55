"""The events, tasks and notes of a mailbox for elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import structlog

from overair.items import Item
from overair.mailboxes.interface import Folder, Mailbox, Session
from overair.server.administration import Whole
from overair.server.folder_contents import FolderOfAnother, folder_at, items_of
from overair.server.importing import OF_CALENDAR_FILES, entry_of

BATCH_ITEMS: Final = 50
BATCH_BYTES: Final = 16 * 1024 * 1024
ATTACHMENTS_BYTES: Final = 48 * 1024 * 1024
"""The most of one item; what goes beyond is left out, so that the item fits into an answer."""

_log = structlog.get_logger("overair.exporting")


class Export:
    """One export out of one mailbox."""

    def __init__(self, mailbox: Mailbox, folder: str | None) -> None:
        self._mailbox = mailbox
        self._folder = folder
        self._items: AsyncIterator[Item] | None = None

    async def begin(self) -> None:
        """Look for the folders. Raises FolderUnfit, MailboxError."""
        self._items = self._all(await self._mailbox.inspect(self._folders))

    async def more(self) -> list[Whole]:
        """The next items with the bytes of their attachments; none at the end.

        Raises MailboxError, OSError.
        """
        batch: list[Whole] = []
        size = 0
        if self._items is None:
            return batch
        async for item in self._items:
            batch.append(await asyncio.to_thread(self._whole, item))
            size += batch[-1].size
            if len(batch) >= BATCH_ITEMS or size >= BATCH_BYTES:
                break
        return batch

    async def _folders(self, session: Session) -> list[Folder]:
        if self._folder is None:
            return [folder for folder in await session.folders() if folder.item_class in OF_CALENDAR_FILES]
        folder = await folder_at(session, self._folder)
        if folder.item_class not in OF_CALENDAR_FILES:
            raise FolderOfAnother(f"the folder {folder.name} holds neither events nor tasks nor notes")
        return [folder]

    async def _all(self, folders: list[Folder]) -> AsyncIterator[Item]:
        for folder in folders:
            async for stored in items_of(self._mailbox, folder.folder_id):
                if stored.item.item_class in OF_CALENDAR_FILES:
                    yield stored.item

    def _whole(self, item: Item) -> Whole:
        attachments = []
        room = ATTACHMENTS_BYTES
        for key in item.blob_keys:
            try:
                data = self._mailbox.blobs.read(key)
            except KeyError:
                _log.error("an attachment is gone", key=key)
                continue
            if len(data) <= room:
                attachments.append(data)
                room -= len(data)
        return entry_of(item, attachments)
