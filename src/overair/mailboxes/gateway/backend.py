"""What the gateway asks of a kind of server, for one account.

A backend keeps no state of its own about what phones have: it says what changed upstream since a
place, brings the content of messages, and makes effects. The mirror (mirror.py) writes down what it
says, and everything that phones ask is answered from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from overair.items import Item
from overair.mailboxes.interface import FolderType, MailboxError, MailboxUnavailable
from overair.mailboxes.search_query import SearchQuery

if TYPE_CHECKING:
    from overair.mailboxes.gateway.effects import UpstreamEffect


class BackendName(StrEnum):
    """The kinds of server; a folder of the mirror belongs to one, or to none and is kept here."""

    IMAP = "imap"
    CALDAV = "caldav"
    CARDDAV = "carddav"


class Stale(MailboxError):
    """What an effect was to change is not any more as the mirror has it: pull, and think again."""


class UpstreamFolder(msgspec.Struct, frozen=True):
    """A folder as a server lists it.

    ``path`` names it to the backend: the mailbox's name as IMAP says it, decoded, or the URL path of a
    collection. ``parent`` is the path of the folder above it, None at the top. ``identity`` stays when
    it is renamed, "" where the server has nothing of the kind. ``type`` is a default folder's type where
    it is that one; a calendar collection with both components is listed twice, as calendar and as tasks
    (``component`` in its path's stead is not told to phones).
    """

    path: str
    parent: str | None
    name: str
    type: FolderType
    identity: str = ""
    selectable: bool = True
    """Whether it can hold items."""
    writable: bool = True


class MirroredFolder(msgspec.Struct, frozen=True):
    """A folder of the mirror; ``state`` is what the backend last said of its place (``Delta.state``)."""

    folder_id: str
    account_id: int
    path: str
    type: FolderType
    state: bytes = b""
    writable: bool = True


class Known(msgspec.Struct, frozen=True, array_like=True):
    """Of an item in the mirror: its key upstream, which names no other item ever (UIDVALIDITY and UID, or
    the last part of the href), and its tag (the ETag of an object, the flags of a message).
    """

    key: str
    tag: str


class Upsert(msgspec.Struct, frozen=True):
    """An item that is new upstream or has changed there.

    ``make`` gives it from what the mirror has of it, None where it has nothing; what upstream cannot say
    of it (the overlay) is taken over from there. It runs within a transaction: quick, and without side
    effects. ``earlier`` is the key that it had before where that changed.
    """

    key: str
    tag: str
    make: Callable[[Item | None], Item]
    earlier: str | None = None


class Delta(msgspec.Struct, frozen=True):
    """What became of a folder since its state. ``more`` says that the next pull goes on at once.

    ``upserts`` are newest first. ``whole`` says that items which ``upserts`` and ``kept`` do not name
    are gone, as after a changed UIDVALIDITY; ``removed`` is then empty.
    """

    state: bytes
    upserts: tuple[Upsert, ...] = ()
    removed: tuple[str, ...] = ()
    more: bool = False
    whole: bool = False
    kept: frozenset[str] = frozenset()


class Mirror(Protocol):
    """What a backend may ask of the mirror while it pulls a folder; no network."""

    async def known(self, folder: MirroredFolder) -> list[Known]:
        """Every item that the mirror has of a folder. Costs as much as the folder holds."""

    async def count(self, folder: MirroredFolder) -> int:
        """How many items the mirror has of a folder."""

    async def items(self, folder: MirroredFolder, keys: Collection[str]) -> Mapping[str, Item]:
        """Items of the mirror by their keys; those that it lacks are left out."""

    async def with_message_ids(
        self, folder: MirroredFolder, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[tuple[Known, Item]]]:
        """The messages of a folder that are known to have these Message-IDs (``Message.keys``), by those."""

    async def received_at(
        self, folder: MirroredFolder, dates: Collection[datetime]
    ) -> Mapping[datetime, Sequence[tuple[Known, Item]]]:
        """The messages of a folder that were received at these times, by those."""


class Stood(msgspec.Struct, frozen=True):
    """Where an item stands upstream after an effect, and the item as it is there.

    ``item`` is what the mirror is to keep in place of what was given, None for that itself. A message's
    ``blob`` need not be set: the mirror gives it its own key.
    """

    key: str
    tag: str = ""
    item: Item | None = None
    overtaken: bool = False
    """Whether an earlier attempt has made it, and others have changed it since."""


class Watching(Protocol):
    """A watch that runs."""

    def hears(self, folder: MirroredFolder) -> bool:
        """Whether the server tells of what changes in a folder, and nothing of it has gone untold."""

    async def close(self) -> None:
        """End it, and whatever it holds open."""


class Backend(Protocol):
    """One server, for one account. Whatever reaches for the network raises MailboxUnavailable when the
    server cannot be reached, is too slow, or answers what makes no sense; and Refused.

    The gateway calls ``pull`` and the effects of one backend one after the other; ``read``, ``contents``
    and ``search`` may run beside them.

    An effect may have been made already, by a process that died before it could write that down.
    ``token`` is the same for every attempt at one effect and for no other (32 hexadecimal digits), so an
    effect that creates something finds what an earlier attempt has made: an object's name, a header or
    the Message-ID, whatever the server can be asked for.
    """

    @property
    def name(self) -> BackendName:
        """Which kind of server it is."""

    async def tree(self) -> Sequence[UpstreamFolder]:
        """Every folder, parents before children."""

    async def changed(self, folders: Sequence[MirroredFolder]) -> Sequence[MirroredFolder]:
        """Those folders that may have changed since their states, by the cheapest question there is: one
        for all of them where the server can answer that.
        """

    async def pull(self, folder: MirroredFolder, mirror: Mirror) -> Delta:
        """What became of a folder since its state. An empty state means that nothing is known.

        Raises NoSuchFolder.
        """

    async def contents(self, folder: MirroredFolder, keys: Sequence[str]) -> Mapping[str, Item]:
        """Messages whole (with their index), by key, for stubs: messages of the mirror that have a blob
        and no index. What is gone is left out; what cannot be parsed is a stand-in, never left out.

        Read, flag, verb and categories are as they are upstream now: the mirror keeps what its stub says
        of them, so that a change of them meanwhile comes as a change.
        """

    async def read(self, folder: MirroredFolder, key: str, offset: int, length: int | None) -> bytes:
        """Bytes of a message, or of a section of it where ``key`` names one (SECTION). Raises KeyError
        where it is gone.
        """

    async def add(self, folder: MirroredFolder, item: Item, token: str) -> Stood:
        """A new item. Raises NoSuchFolder, MailboxFull."""

    async def change(self, folder: MirroredFolder, known: Known, old: Item, new: Item, token: str) -> Stood:
        """An item with new content; ``old`` is what the mirror has.

        Raises Stale where it is gone or is not as ``known`` says, MailboxFull.
        """

    async def remove(self, folder: MirroredFolder, known: Known, token: str) -> None:
        """Delete for good; nothing happens to what is gone. Raises Stale."""

    async def move(
        self, folder: MirroredFolder, known: Known, destination: MirroredFolder, item: Item, token: str
    ) -> Stood:
        """Move within this server. Raises Stale where it is gone, NoSuchFolder, MailboxFull."""

    async def create_folder(
        self, parent: MirroredFolder | None, name: str, kind: FolderType
    ) -> UpstreamFolder:
        """A new folder; one of that name that is there counts as made. Raises FolderExists."""

    async def update_folder(
        self, folder: MirroredFolder, parent: MirroredFolder | None, name: str
    ) -> UpstreamFolder:
        """Rename or move a folder. Raises NoSuchFolder, FolderExists."""

    async def delete_folder(self, folder: MirroredFolder) -> None:
        """Delete a folder with all below it; nothing happens to one that is gone."""

    async def begun(self, effect: UpstreamEffect, token: str) -> bool:
        """Whether an earlier attempt at an effect has changed anything upstream: all of it, or a part. The
        effect can be made again then, which finishes it. False where nobody can tell whose work it is.
        """

    async def holds(self, folder: MirroredFolder, message_id: str) -> bool:
        """Whether a folder holds a message that came in the last days, by its Message-ID."""

    async def search(
        self, folders: Sequence[MirroredFolder], query: SearchQuery, limit: int
    ) -> Sequence[tuple[str, str]] | None:
        """(folder_id, key) of the items that match, newest first; None where the mirror itself is to be
        searched, because it has all of the items.
        """

    def watch(
        self,
        folders: Callable[[], Collection[MirroredFolder]],
        changed: Callable[[Collection[MirroredFolder] | None], None],
    ) -> Watching:
        """Call ``changed`` when something may have changed in one of the folders that ``folders()`` gives
        (it may give others later), with None for the tree of folders. It begins with those that may
        have changed since their states. Reconnects by itself, and calls ``changed`` for all of them when
        it has, for what it may have missed.
        """

    async def check(self) -> None:
        """Log in, or show in another way that the credentials are right. Raises WrongCredentials."""

    async def close(self) -> None:
        """Let go of connections."""


class WrongCredentials(MailboxError):
    """The server does not take the account's log-in."""


class FolderUnavailable(MailboxUnavailable):
    """The server fails at one folder, which says nothing of the others."""


class NobodyHere(MailboxUnavailable):
    """Nobody of the account is here, whose log-in a server could be asked with."""
