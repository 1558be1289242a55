"""What a SmartReply or SmartForward is about: the Source of its request, found in the mailbox."""

from __future__ import annotations

from typing import Final, NamedTuple

from overair.items import Event, Message, NoSuchOccurrence
from overair.items.author import Author
from overair.items.calendar.data_types import instant_of
from overair.items.item import Item
from overair.items.mail.replying.meetings import occurrence_of
from overair.mailboxes.interface import FolderType, NoSuchFolder, Session, StoredItem
from overair.protocol.http import Request
from overair.protocol.schema import SchemaError
from overair.protocol.send_mail import Source
from overair.protocol.statuses import CommonStatus
from overair.server.attachments import size_of_message
from overair.server.long_ids import item_of
from overair.server.responses import Refused

_NOT_FOUND: Final = "there is no such item"


class Place(NamedTuple):
    """Where an item is said to be. ``folder_id`` None stands for the Inbox (MS-ASCMD_R3203)."""

    folder_id: str | None
    item_id: str
    instance_id: str | None = None

    @property
    def name(self) -> str:
        """What tells it from others, whether it was said by a LongId or not."""
        return f"{self.item_id} {self.instance_id or ''} "


def place_of(source: Source) -> Place:
    """Where the item of a Source is said to be. Raises Refused."""
    item = (source.folder_id, source.item_id, source.instance_id)
    if source.instance_id is not None:
        try:
            instant_of(source.instance_id)
        except ValueError as error:
            raise Refused(CommonStatus.INVALID_DATE_TIME, str(error)) from None  # MS-ASCMD_R541, R578
    if source.long_id is not None:
        if item != (None, None, None):  # MS-ASCMD_R3243
            raise Refused(CommonStatus.INVALID_COMBINATION_OF_IDS, "a LongId beside other ids")
        try:
            return Place(*item_of(source.long_id))
        except LookupError as error:
            raise Refused(CommonStatus.ITEM_NOT_FOUND, str(error)) from None
    if source.item_id is None:  # MS-ASCMD_R3091
        raise Refused(CommonStatus.INVALID_COMBINATION_OF_IDS, "no ItemId and no LongId")
    return Place(source.folder_id, source.item_id, source.instance_id)


def source_of(request: Request) -> Source:
    """The Source that a request's query names, up to 12.1."""
    return Source(
        folder_id=request.collection_id or None,
        item_id=request.item_id or None,
        long_id=request.long_id or None,
        instance_id=request.occurrence or None,
    )


async def find(session: Session, place: Place) -> StoredItem:
    """The item that is there. Raises Refused (150, MS-ASCMD_R4930)."""
    try:
        folder_id = place.folder_id
        if folder_id is None:
            folder_id = (await session.folder_of_type(FolderType.INBOX)).folder_id
        [stored] = await session.read(folder_id, [place.item_id])
    except NoSuchFolder:
        stored = None
    if stored is None:
        raise Refused(CommonStatus.ITEM_NOT_FOUND, _NOT_FOUND)
    return stored


def occurrence(item: Item, place: Place, author: Author) -> Message | Event:
    """What of an item is meant: a message, an event, or one occurrence of it. Raises Refused."""
    if not isinstance(item, Message | Event):
        raise Refused(
            CommonStatus.UNEXPECTED_ITEM_CLASS, f"{item.item_class} is neither answered nor forwarded"
        )
    if place.instance_id is None:
        return item
    if not _recurs(item):
        raise Refused(CommonStatus.NO_RECURRENCE_IN_CALENDAR, "the item does not recur")  # MS-ASCMD_R4919
    if isinstance(item, Message):
        return item  # a meeting message is answered as a whole, whichever of its occurrences is meant
    try:
        return occurrence_of(item, place.instance_id, author)
    except (NoSuchOccurrence, SchemaError) as error:
        raise Refused(CommonStatus.ITEM_NOT_FOUND, str(error)) from None


def _recurs(item: Message | Event) -> bool:
    if isinstance(item, Event):
        return item.recurrence is not None
    return item.meeting_request is not None and bool(item.meeting_request.recurrences)


def size_of_source(item: Message | Event) -> int:
    """How many bytes an item brings to a message at the most, roughly."""
    if isinstance(item, Message):
        return size_of_message(item)
    return sum(kept.size for kept in item.stored_attachments or ())
