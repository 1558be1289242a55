"""What the mailbox's changes are to one client: which are told, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from overair.items import Item
from overair.items.mail.message import Message
from overair.mailboxes.interface import Changes, Folder, ItemChange, Session, StoredItem, View
from overair.sync.size import ANSWER_BYTES, expected_size
from overair.sync.state import Unshown
from overair.sync.wanted import Wanted

EXAMINED: Final = 500
"""About how many changes that are not for this client one exchange reads past."""
WINDOW: Final = 100
"""How many changes are looked at together for one that is for this client."""
LATER_FIELDS: Final = frozenset({"read", "flag", "categories"})
"""What of a message is told alone when nothing else changed (MS-ASEMAIL_R80 and its table)."""


class Kind(Enum):
    """The command by which the client is told."""

    ADD = auto()
    CHANGE = auto()
    DELETE = auto()
    SOFT_DELETE = auto()


@dataclass(slots=True, frozen=True)
class Telling:
    """One thing to tell: ``stored`` is the item for ADD and CHANGE, None where it cannot be read.

    ``fields`` are the only ones to tell; None for the whole item. ``changed`` are those that changed;
    None where that is not known.
    """

    kind: Kind
    item_id: str
    stored: StoredItem | None = None
    fields: frozenset[str] | None = None
    changed: frozenset[str] | None = None


@dataclass(slots=True)
class News:
    """What a client is to be told of a collection, and the token that stands after it."""

    token: str
    tellings: list[Telling] = field(default_factory=list)
    more: bool = False
    size: int = 0
    """About how many bytes the items will be in the answer."""
    settled: set[str] = field(default_factory=set)
    """Exceptions that are none any more: tried again, or gone."""

    def __bool__(self) -> bool:
        return bool(self.tellings) or self.more


class NewsReader:
    """Reads a folder's changes for one client.

    ``exceptions`` are the items that could not be rendered. One that the client never had comes as a
    new one, and its end is not told (laws 4 and 6).
    """

    def __init__(
        self, session: Session, folder: Folder, view: View, wanted: Wanted, exceptions: Mapping[str, Unshown]
    ) -> None:
        self._session = session
        self._folder = folder
        self._view = view
        self._wanted = wanted
        self._exceptions = exceptions

    async def read(self, token: str, limit: int, room: int = ANSWER_BYTES) -> News:
        """At most ``limit`` things to tell since a token, and no more than fit into ``room`` bytes.

        Raises TokenExpired, NoSuchFolder.
        """
        news = News(token)
        examined = 0
        while examined < EXAMINED:
            changes, stored = await self._window(news.token, limit - len(news.tellings), room - news.size)
            examined += len(changes.items)
            for change in changes.items:
                telling = self._telling(change, stored.get(change.item_id))
                if telling is not None:
                    news.tellings.append(telling)
                    news.size += self._size(telling.stored)
                if change.item_id in self._exceptions:
                    news.settled.add(change.item_id)
            news.token, news.more = changes.token, changes.more
            if not news.more or len(news.tellings) >= limit or news.size >= room:
                break
        return news

    async def exist(self, token: str) -> bool:
        """Whether there is anything to tell since a token. Raises TokenExpired, NoSuchFolder."""
        limit = 1
        while True:
            changes, stored = await self._window(token, limit, ANSWER_BYTES)
            if any(self._telling(change, stored.get(change.item_id)) for change in changes.items):
                return True
            if not changes.more:
                return False
            token, limit = changes.token, WINDOW

    async def retry(self, news: News, limit: int, room: int, attempt: str) -> None:
        """Add the exceptions to what is told that this attempt has not tried, for it may show them; no more
        than ``limit`` and about ``room`` bytes altogether.
        """
        waiting = [
            item_id
            for item_id, unshown in self._exceptions.items()
            if unshown.attempt != attempt and item_id not in news.settled
        ]
        fitting = waiting[: max(0, limit - len(news.tellings))]
        told = 0
        for item_id, stored in zip(
            fitting, await self._session.read(self._folder.folder_id, fitting), strict=True
        ):
            if news.size >= room:
                break
            told += 1
            # One that has gone meanwhile is settled when its end is read.
            news.settled.add(item_id)
            kind = Kind.CHANGE if self._exceptions[item_id].had else Kind.ADD
            news.tellings.append(Telling(kind, item_id, stored))
            news.size += self._size(stored)
        news.more = news.more or told < len(waiting)

    async def _window(self, token: str, limit: int, room: int) -> tuple[Changes, dict[str, StoredItem]]:
        """A window of changes, cut where its items would make the answer too long, and the items."""
        folder_id = self._folder.folder_id
        changes = await self._session.changes(folder_id, self._view, token, limit)
        shown = [change.item_id for change in changes.items if change.is_in_view]
        found = await self._session.read(folder_id, shown) if shown else []
        stored = {one.item_id: one for one in found if one is not None}
        fitting = self._fitting(changes.items, stored, room)
        if fitting < len(changes.items):
            changes = await self._session.changes(folder_id, self._view, token, fitting)
        return changes, stored

    def _fitting(self, changes: Sequence[ItemChange], stored: Mapping[str, StoredItem], room: int) -> int:
        for index, change in enumerate(changes):
            room -= self._size(stored.get(change.item_id))
            if room < 0:
                return max(index, 1)
        return len(changes)

    def _size(self, stored: StoredItem | None) -> int:
        return 0 if stored is None else expected_size(stored, self._wanted)

    def _telling(self, change: ItemChange, stored: StoredItem | None) -> Telling | None:
        unshown = self._exceptions.get(change.item_id)
        has_it = change.was_in_view if unshown is None else unshown.had
        if not change.is_in_view:
            if not has_it:
                return None
            return Telling(Kind.SOFT_DELETE if change.exists else Kind.DELETE, change.item_id)
        if not has_it:
            return Telling(Kind.ADD, change.item_id, stored)
        fields = None if unshown or stored is None else self._fields_to_tell(change, stored.item)
        if fields is not None and not fields:
            return None
        return Telling(Kind.CHANGE, change.item_id, stored, fields, None if unshown else change.fields)

    def _fields_to_tell(self, change: ItemChange, item: Item) -> frozenset[str] | None:
        """The fields that are told alone; empty where nothing changed that this version can say."""
        if not isinstance(item, Message):
            return None
        if change.fields is None and item.is_draft:
            return None
        # Of a message that was delivered nothing else changes by itself.
        fields = LATER_FIELDS if change.fields is None else change.fields
        version = self._wanted.version
        fields &= {bound.name for bound in item.fields() if bound.field.in_version(version)}
        return fields if fields <= LATER_FIELDS else None
