"""Items from elsewhere into a mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from overair.items import CLASSES, Item, ItemClass
from overair.items.calendar.event import Event
from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import Message, index_message, read_message
from overair.items.note import Note
from overair.items.task import Task
from overair.mailboxes.interface import Folder, FolderType, Mailbox, Session
from overair.server.administration import Entry, Outcome, Whole
from overair.server.folder_contents import FolderOfAnother, folder_at, items_of
from overair.sync.size import ANSWER_BYTES, has_room

REPLIED, FORWARDED = 1, 3
"""LastVerbExecuted (MS-ASEMAIL 2.2.2.44)."""
_DECODERS: Final[dict[ItemClass, msgspec.json.Decoder[Item]]] = {
    item_class: msgspec.json.Decoder(record)
    for item_class, record in CLASSES.items()
    if item_class is not ItemClass.EMAIL
}
FOLLOW_UP: Final = Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up")


class Import:
    """One import into one mailbox: a place for each class of items, and what is there already."""

    def __init__(self, mailbox: Mailbox, folder: str | None, turn: asyncio.Lock | None = None) -> None:
        """``turn`` is that of all imports of the process: where a command is killed while its last batch is
        added, the one that begins anew waits for that, and knows what it brought.
        """
        self._mailbox = mailbox
        self._turn = turn or asyncio.Lock()
        self._folder = folder
        self._places: dict[ItemClass, _Place | FolderOfAnother] = {}

    async def add(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Add a batch in one transaction; what cannot be read is refused, the rest added.

        Raises FolderUnfit, MailboxError, OSError; then nothing of the batch was added.
        """
        read = await asyncio.to_thread(lambda: [self._read(entry) for entry in entries])
        async with self._turn:
            return await self._add(read)

    async def _add(self, read: Sequence[Item | str]) -> list[Outcome]:
        classes = {one.item_class for one in read if isinstance(one, Item)}
        for item_class in _FOLDER_TYPES:  # a new folder is for the first of them
            if item_class in classes and item_class not in self._places:
                self._places[item_class] = await self._place_or_not(item_class)
        outcomes = []
        new: list[tuple[_Place, bytes, Item]] = []
        coming: set[tuple[str, bytes]] = set()
        for one in read:
            if isinstance(one, str):
                outcomes.append(Outcome(refused=one))
                continue
            place = self._places[one.item_class]
            if isinstance(place, FolderOfAnother):
                outcomes.append(Outcome(refused=str(place)))
                continue
            identity = identity_of(one)
            known = identity in place.known or (place.folder_id, identity) in coming
            if not known:
                coming.add((place.folder_id, identity))
                new.append((place, identity, one))
            outcomes.append(Outcome(added=not known, known=known))

        async def work(session: Session) -> None:
            for place, _, item in new:
                await session.add(place.folder_id, item)

        if new:
            await self._mailbox.transact(work)
        for place, identity, _ in new:
            place.known.add(identity)
        return outcomes

    def _read(self, entry: Entry) -> Item | str:
        """The item of an entry, or why it is refused."""
        if isinstance(entry, Whole):
            return self._whole(entry)
        if entry.draft:
            message = index_message(entry.mime, entry.received)
        else:  # shown as it was when it came; what it asked for is past, or comes with a calendar
            message = read_message(entry.mime, entry.received).message
        verb = REPLIED if entry.answered else FORWARDED if entry.forwarded else None
        return msgspec.structs.replace(
            message,
            blob=self._mailbox.blobs.put(entry.mime),
            read=entry.read,
            flag=FOLLOW_UP if entry.flagged else message.flag,
            is_draft=True if entry.draft else message.is_draft,
            last_verb_executed=verb,
            last_verb_execution_time=entry.received if verb else None,
        )

    def _whole(self, entry: Whole) -> Item | str:
        try:
            item = item_of(entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, KeyError) as error:
            return f"is no item: {error}"
        if not set(item.blob_keys) <= {self._mailbox.blobs.put(data) for data in entry.attachments}:
            return "is no item: it names attachments that are not with it"
        if not has_room(item):
            return f"is larger than {ANSWER_BYTES // 1_000_000} MB without its files"
        return item

    async def _place_or_not(self, item_class: ItemClass) -> _Place | FolderOfAnother:
        """Raises FolderUnfit, for a folder of another class only where items come alone in a file."""
        try:
            return await self._place(item_class)
        except FolderOfAnother as error:
            if item_class not in OF_CALENDAR_FILES:
                raise
            return error

    async def _place(self, item_class: ItemClass) -> _Place:
        default, own = _FOLDER_TYPES[item_class]

        async def find(session: Session) -> Folder:
            if self._folder is None:
                return await session.folder_of_type(default)
            return await folder_at(session, self._folder, own)

        folder = await self._mailbox.transact(find)
        if folder.item_class != item_class:
            raise FolderOfAnother(f"the folder {folder.name} does not hold {_WORDS[item_class]}")
        known = {identity_of(stored.item) async for stored in items_of(self._mailbox, folder.folder_id)}
        return _Place(folder.folder_id, known)


class _Place(msgspec.Struct):
    folder_id: str
    known: set[bytes]


_FOLDER_TYPES: Final = {
    ItemClass.EMAIL: (FolderType.INBOX, FolderType.USER_MAIL),
    ItemClass.CONTACTS: (FolderType.CONTACTS, FolderType.USER_CONTACTS),
    ItemClass.CALENDAR: (FolderType.CALENDAR, FolderType.USER_CALENDAR),
    ItemClass.TASKS: (FolderType.TASKS, FolderType.USER_TASKS),
    ItemClass.NOTES: (FolderType.NOTES, FolderType.USER_NOTES),
}
"""Where items of a class go when no folder is named, and the type of one that is made for them."""
_WORDS: Final = {
    ItemClass.EMAIL: "messages",
    ItemClass.CONTACTS: "contacts",
    ItemClass.CALENDAR: "events",
    ItemClass.TASKS: "tasks",
    ItemClass.NOTES: "notes",
}
OF_CALENDAR_FILES: Final = (ItemClass.CALENDAR, ItemClass.TASKS, ItemClass.NOTES)
"""The classes that come in one file of iCalendar."""


def entry_of(item: Item, attachments: Iterable[bytes] = ()) -> Whole:
    """An item that is no message as an entry of an import, with the bytes of its attachments."""
    return Whole(item.item_class.value, msgspec.Raw(msgspec.json.encode(item)), tuple(attachments))


def item_of(entry: Whole) -> Item:
    """The item of an entry. Raises msgspec.DecodeError, KeyError, ValueError."""
    return _DECODERS[ItemClass(entry.item_class)].decode(entry.item)


def identity_of(item: Item) -> bytes:
    """What is the same in two copies of an item.

    A message's bytes; the UID of an event or a task, and which occurrence of a series it is where that
    is not there; what a note says; everything in a contact, and in a task that has no UID.
    """
    if isinstance(item, Message):
        return (item.blob or "").encode()
    if isinstance(item, Event | Task) and item.uid is not None:
        start = item.original_start if isinstance(item, Event) else None
        return f"{item.uid}\n{start or ''}".encode("utf-8", "replace")
    if isinstance(item, Note):
        return msgspec.json.encode((item.subject, item.body, item.categories))
    return msgspec.json.encode(item)
