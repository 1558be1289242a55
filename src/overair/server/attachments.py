"""Attachments by their FileReference, for ItemOperations and GetAttachment."""

from __future__ import annotations

import asyncio

import msgspec

from overair.items import Event, Message
from overair.items.attachments import AttachmentBytes, attachment, event_attachment
from overair.mailboxes.interface import Mailbox, NoSuchFolder, Session, StoredItem
from overair.server.context import Context
from overair.storage.interface import BlobStore


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
    if stored is None or not isinstance(stored.item, Message | Event):
        raise NoSuchAttachment(f"nothing in {reference.item_id} is attached")
    try:
        async with context.claim.for_now(_size_of_attachments(stored.item)):
            return await asyncio.to_thread(_read, stored.item, reference.part, mailbox.blobs)
    except KeyError:
        raise NoSuchAttachment(f"{reference.item_id} has no part {reference.part}") from None


def _read(item: Message | Event, part: str, blobs: BlobStore) -> AttachmentBytes:
    if isinstance(item, Message):
        return attachment(item, part, blobs)
    return event_attachment(item, part, blobs)


def _size_of_attachments(item: Message | Event) -> int:
    """The most bytes that one of them takes, roughly."""
    if isinstance(item, Message):
        return size_of_message(item)
    return max((kept.size for kept in item.attachments_kept()), default=0)


def size_of_message(message: Message) -> int:
    """How many bytes a message or a part of it takes at the most, roughly, when it is shown."""
    return message.index.size if message.index is not None else 0


def size_of(stored: StoredItem) -> int:
    """How many bytes an item takes at the most, roughly, when it is shown."""
    return size_of_message(stored.item) if isinstance(stored.item, Message) else stored.size


async def read_item(mailbox: Mailbox, folder_id: str, item_id: str) -> StoredItem | None:
    """One item, None where it is not in the folder or there is no such folder."""

    async def work(session: Session) -> StoredItem | None:
        try:
            return (await session.read(folder_id, [item_id]))[0]
        except NoSuchFolder:
            return None

    return await mailbox.inspect(work)
