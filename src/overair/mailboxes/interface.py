"""What a mailbox is: a tree of folders, folders of items, and what changed since a token.

A Session is one unit of work on one account's mailbox. The effects made in it and what the
sync engine writes through its ``transaction`` are committed together (law 2); in the embedded
store that is one database transaction.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from enum import IntEnum
from typing import Final, Protocol, TypeVar

import msgspec

from overair.items import Item, ItemClass
from overair.items.calendar.busy import Busy
from overair.mailboxes.search_query import SearchQuery
from overair.storage.interface import BlobStore, Transaction

T = TypeVar("T")


class FolderType(IntEnum):
    """The Type of a folder (MS-ASCMD 2.2.3.186.3)."""

    USER_GENERIC = 1
    INBOX = 2
    DRAFTS = 3
    DELETED_ITEMS = 4
    SENT_ITEMS = 5
    OUTBOX = 6
    TASKS = 7
    CALENDAR = 8
    CONTACTS = 9
    NOTES = 10
    JOURNAL = 11
    USER_MAIL = 12
    USER_CALENDAR = 13
    USER_CONTACTS = 14
    USER_TASKS = 15
    USER_JOURNAL = 16
    USER_NOTES = 17
    UNKNOWN = 18
    RECIPIENT_INFORMATION_CACHE = 19


class Folder(msgspec.Struct, frozen=True):
    """A folder as the hierarchy shows it. ``folder_id`` is its ServerId, ``parent_id`` "0" at the top."""

    folder_id: str
    parent_id: str
    name: str
    type: FolderType
    item_class: ItemClass


class FolderChanges(msgspec.Struct, frozen=True):
    """What became of the hierarchy since a token; with no token every folder is added."""

    added: tuple[Folder, ...]
    changed: tuple[Folder, ...]
    removed: tuple[str, ...]
    token: str


APART: Final = -(2**62)
"""The view date of an item that is not of its folder's class."""
OF_ITS_CLASS: Final = APART + 1
"""The cut-off of a view of everything that is of the folder's class."""


class View(msgspec.Struct, frozen=True):
    """What a phone has asked to see of a folder.

    Every item has one view date in microseconds UTC: when a message was received, when the last
    occurrence of an event ends, the far future for a task that is not completed and 0 for one
    that is. An item is in the view when its view date is not before the cut-off. One that is not of
    its folder's class, as a contact among deleted mail, has the view date APART.
    """

    cutoff: int | None = None
    """None for everything in the folder; OF_ITS_CLASS for all that phones can be shown of it."""
    conversations: bool = False
    """Whether a message is in the view, too, when the folder has one of its conversation that is, or
    had one while it was there. The cut-off is then the beginning of a day."""


class ItemChange(msgspec.Struct, frozen=True):
    """An item that was in the view at the token, or is in it now, or both.

    was and not is, and ``exists``: it left the view (SoftDelete); without ``exists``: it was removed.
    was and is: it was changed, and ``fields`` are the names of the fields that changed, because of a
    message whose Read flag alone changed nothing else may be told (MS-ASEMAIL_R75, R80 and its table).
    """

    item_id: str
    was_in_view: bool
    is_in_view: bool
    exists: bool
    fields: frozenset[str] | None = None
    """The attributes of the item that changed since the token; None where that is not known."""


class Changes(msgspec.Struct, frozen=True):
    """A window of changes and the token that stands after it; ``more`` says that others follow."""

    items: tuple[ItemChange, ...]
    token: str
    more: bool


class StoredItem(msgspec.Struct, frozen=True):
    """An item where it lives. ``revision`` grows with every change of it.

    ``size`` is about how many bytes the item takes by itself, without those of its blobs. ``overtaken``
    says of an item that was added that others have changed it already, as where a repetition adds it.
    """

    item_id: str
    folder_id: str
    revision: int
    item: Item
    size: int
    overtaken: bool = False


class Span(msgspec.Struct, frozen=True):
    """A time that is asked about; ``time_zone`` (IANA) is that of events which name none."""

    start: datetime
    end: datetime
    time_zone: str = "UTC"


class FoundItem(msgspec.Struct, frozen=True, array_like=True):
    """Where an item is that a search found."""

    folder_id: str
    item_id: str


class MailboxError(Exception):
    """Base of what a mailbox refuses."""


class NoSuchFolder(MailboxError):
    """The folder does not exist."""


class NoSuchParent(NoSuchFolder):
    """The parent folder does not exist, or lies inside the folder that was to be moved below it."""


class NoSuchItem(MailboxError):
    """The item does not exist."""


class FolderExists(MailboxError):
    """A folder of that name is there already."""


class FolderProtected(MailboxError):
    """A default folder can be neither renamed, moved nor deleted."""


class TokenExpired(MailboxError):
    """The token is older than what the mailbox remembers, or is not one of its tokens."""


class MailboxFull(MailboxError):
    """The mailbox holds as much as its quota allows, so it takes nothing that makes it hold more.

    What was asked for had no effect, so the unit of work may go on without it. ``too_large``: the item
    alone is larger than the quota.
    """

    def __init__(self, account_id: int, *, too_large: bool = False) -> None:
        super().__init__("the mailbox is full")
        self.account_id = account_id
        self.too_large = too_large


class Refused(MailboxError):
    """The backend will not do it, however often it is asked: a read-only calendar, a name that it does
    not take. The message says which server and why, without anything that a user wrote.
    """


class MailboxUnavailable(MailboxError):
    """The backend is down; try again later (law 7)."""


class Session(Protocol):
    """One unit of work. Methods raise the errors above; nothing is kept when the work raises."""

    account_id: int
    transaction: Transaction

    async def folders(self) -> tuple[Folder, ...]:
        """Every folder, parents before children."""

    async def folder(self, folder_id: str) -> Folder:
        """One folder. Raises NoSuchFolder."""

    async def folder_of_type(self, folder_type: FolderType) -> Folder:
        """The default folder of a type, such as the Inbox. Raises NoSuchFolder."""

    async def folder_changes(self, since: str | None) -> FolderChanges:
        """The hierarchy's changes. Raises TokenExpired."""

    async def create_folder(self, parent_id: str, name: str, folder_type: FolderType) -> str:
        """A new folder; returns its id. Raises NoSuchParent, FolderExists.

        FolderProtected when the type is a default folder's, of which a mailbox has one.
        """

    async def update_folder(self, folder_id: str, parent_id: str, name: str) -> None:
        """Rename or move. Raises NoSuchFolder, NoSuchParent, FolderExists, FolderProtected."""

    async def delete_folder(self, folder_id: str) -> None:
        """Delete with all it holds. Raises NoSuchFolder, FolderProtected."""

    async def start(self, folder_id: str) -> str:
        """The token of a first Sync: nothing has been told yet."""

    async def changes(self, folder_id: str, view: View, since: str, limit: int) -> Changes:
        """At most ``limit`` changes since a token, newest first in a first Sync. Raises TokenExpired."""

    async def count_changes(self, folder_id: str, view: View, since: str) -> int:
        """How many changes would follow, for GetItemEstimate."""

    def accounted(self, token: str, applied: Mapping[str, int]) -> str:
        """The token with the device's own changes known (item id to the revision that it made).

        ``changes`` does not tell of an item again up to that revision (law 4).
        """

    def held(self, token: str, item_id: str, revision: int) -> str:
        """The token of a device that has the item which was new at ``revision``, in an older form.

        ``changes`` tells of it as of one that was there before.
        """

    async def news_of(self, folder_id: str, since: str, item_id: str) -> bool:
        """Whether the item changed or went since the token, other than accounted: a conflict."""

    async def changed_since(self, since: str, item_id: str) -> frozenset[str] | None:
        """The fields of an item that changed since the token, other than accounted.

        None where that is not known of each change.
        """

    async def read(self, folder_id: str, item_ids: Sequence[str]) -> list[StoredItem | None]:
        """The items in the order asked for; None where there is none.

        So is one whose stored form cannot be read, which is logged.
        """

    async def upcoming(self, folder_id: str, since: int, limit: int) -> list[str]:
        """The ids of the items whose view date is not before ``since``, at most ``limit``."""

    async def with_key(self, folder_id: str, key: str) -> StoredItem | None:
        """The item of a folder that has a key (``Item.keys``), the oldest where several have it."""

    async def all_with_key(self, folder_id: str, key: str, limit: int) -> list[StoredItem]:
        """The items of a folder that have a key, the oldest first, at most ``limit``."""

    async def add(self, folder_id: str, item: Item, *, beyond_quota: bool = False) -> StoredItem:
        """A new item. Raises MailboxFull, but not of one that the user must have (``beyond_quota``)."""

    async def change(self, folder_id: str, item_id: str, item: Item) -> StoredItem:
        """The item with new content. Raises NoSuchItem and, where it grows, MailboxFull."""

    async def remove(self, folder_id: str, item_id: str) -> int:
        """Delete for good; returns the revision of the removal. Raises NoSuchItem."""

    async def move(self, folder_id: str, item_id: str, destination_id: str) -> StoredItem:
        """Move to another folder, where it gets a new id. Raises NoSuchItem, NoSuchFolder."""

    async def conversation_folder(self, key: str) -> str | None:
        """The folder that what comes in a conversation goes to instead of the Inbox, by its key."""

    async def move_always(self, key: str, folder_id: str | None) -> None:
        """From now on move what comes in a conversation to a folder; None for the Inbox again.

        It ends, too, with the folder, and where too many other conversations were moved since.
        Raises NoSuchFolder.
        """

    async def last_revision(self, folder_id: str, item_id: str) -> int:
        """The revision of the item's last change, its removal from this folder included."""

    async def taken_to(self, item_id: str) -> str | None:
        """Where an item went that a unit of work took from its folder, of which nobody heard: a folder's
        id, "" for one that was deleted for good, None where nothing of the kind is known.
        """

    async def search(self, query: SearchQuery, limit: int) -> list[FoundItem]:
        """The items that match, newest first, at most ``limit``.

        Only such as phones are shown in their folders; none of the recipient information cache.
        """


class Mailbox(Protocol):
    """One account's mailbox."""

    account_id: int
    blobs: BlobStore
    takes_mail: bool
    """Whether mail for the account comes in here, so that this server can answer it."""

    @property
    def tells_attendees(self) -> bool:
        """Whether it is told by mail from here what becomes of meetings: no server of its calendars does
        that itself (RFC 6638), and there is a way out.
        """

    async def refresh(self, folder_ids: Collection[str] | None, max_age: float = 0.0) -> None:
        """Have what is elsewhere brought here: of these folders, or with None of the tree of folders.

        Nothing is asked about a folder that was brought here at most ``max_age`` seconds ago. A server
        that is not to be had is no error here, but where its folders are read or changed.
        """

    def watch(self, folder_ids: Collection[str]) -> AbstractContextManager[None]:
        """Have changes of these folders noticed, also those that are made elsewhere, while it is open."""

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that may write; it awaits only its session."""

    async def inspect(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that only reads, beside the writer."""

    async def busy(self, people: Mapping[str, int | None], span: Span) -> Mapping[str, Sequence[Busy]]:
        """When people are busy, by their addresses; left out is of whom the owner may not be told.

        ``people`` are addresses in small letters with the accounts that they are of, None of whoever has
        none here. Nothing is said of what they do. Raises MailboxUnavailable.
        """

    def session(self, transaction: Transaction) -> Session:
        """A unit of work inside a transaction that is under way already, as when one message is
        delivered to several mailboxes at once.
        """
