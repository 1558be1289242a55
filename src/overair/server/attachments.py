"""Attachments by their FileReference, for ItemOperations and GetAttachment."""

from __future__ import annotations

import asyncio

import msgspec

from overair.items import Item, Message
from overair.items.attachments import AttachmentBytes, attachment
from overair.mailboxes.interface import Mailbox, NoSuchFolder, Session, StoredItem
from overair.server.context import Context


class NoSuchAttachment(LookupError):
    """The FileReference names nothing that is there."""


class FileReference(msgspec.Struct, frozen=True):
    """``{folder}:{item}:{part}``: an item's ServerId and which of its parts."""

    folder_id: str
    item_id: str
    part: str

    @classmethod
    def parse(cls, text: str) -> FileReference:
        """Read a reference that the server gave out. Raises NoSuchAttachment."""
        item_id, _, part = text.rpartition(":")
        folder_id = item_id.partition(":")[0]
        if not folder_id or not part:
            raise NoSuchAttachment(f"{text[:80]!r} is no reference of ours")
        return cls(folder_id, item_id, part)


async def read_attachment(context: Context, reference_text: str) -> AttachmentBytes:
    """An attachment with its bytes. Raises NoSuchAttachment, HttpError (503)."""
    mailbox = context.mailbox
    reference = FileReference.parse(reference_text)
    stored = await read_item(mailbox, reference.folder_id, reference.item_id)
    if stored is None or not isinstance(stored.item, Message):
        raise NoSuchAttachment(f"there is no message {reference.item_id}")
    message = stored.item
    try:
        async with context.claim.for_now(size_of(message)):
            return await asyncio.to_thread(attachment, message, reference.part, mailbox.blobs)
    except KeyError:
        raise NoSuchAttachment(f"{reference.item_id} has no part {reference.part}") from None


def size_of(item: Item) -> int:
    """How many bytes an item or a part of it takes at the most, roughly, when it is shown."""
    return item.index.size if isinstance(item, Message) and item.index is not None else 0


async def read_item(mailbox: Mailbox, folder_id: str, item_id: str) -> StoredItem | None:
    """One item, None where it is not in the folder or there is no such folder."""

    async def work(session: Session) -> StoredItem | None:
        try:
            return (await session.read(folder_id, [item_id]))[0]
        except NoSuchFolder:
            return None

    return await mailbox.inspect(work)
