"""What a unit of work does upstream: collected while it is tried, made, and known when it is run again."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from overair.items import CLASSES, Item, ItemClass
from overair.mailboxes.gateway.backend import BackendName, Known, MirroredFolder, Stood, UpstreamFolder
from overair.mailboxes.interface import FolderType, FoundItem, MailboxError
from overair.mailboxes.search_query import SearchQuery

VOLATILE: Final[Mapping[ItemClass, frozenset[str]]] = {
    ItemClass.EMAIL: frozenset(
        {
            "answers",
            "blob",
            "conversation_id",
            "conversation_index",
            "date_received",
            "index",
            "message_id",
            "terms",
        }
    ),
    ItemClass.CALENDAR: frozenset({"uid", "dt_stamp"}),
    ItemClass.TASKS: frozenset(),
    ItemClass.NOTES: frozenset({"last_modified_date"}),
}
"""What the server itself gives an item anew each time that a client's Add or Change is applied."""


class AddItem(msgspec.Struct, frozen=True):
    """A new item."""

    folder: MirroredFolder
    item: Item


class ChangeItem(msgspec.Struct, frozen=True):
    """An item with new content."""

    folder: MirroredFolder
    known: Known
    old: Item
    new: Item


class RemoveItem(msgspec.Struct, frozen=True):
    """An item deleted for good upstream; ``kept_in`` is the id of the folder, of none of its server's, into
    which it goes in the mirror, "" for none.
    """

    folder: MirroredFolder
    known: Known
    kept_in: str = ""


class MoveItem(msgspec.Struct, frozen=True):
    """An item moved within its server."""

    folder: MirroredFolder
    known: Known
    destination: MirroredFolder
    item: Item


class CreateFolder(msgspec.Struct, frozen=True):
    """A new folder."""

    parent: MirroredFolder | None
    name: str
    type: FolderType


class UpdateFolder(msgspec.Struct, frozen=True):
    """A folder renamed or moved."""

    folder: MirroredFolder
    parent: MirroredFolder | None
    name: str


class DeleteFolder(msgspec.Struct, frozen=True):
    """A folder deleted with all below it; ``below`` are the paths of those folders when an attempt is to be
    settled.
    """

    folder: MirroredFolder
    below: tuple[str, ...] = ()


class Submit(msgspec.Struct, frozen=True):
    """A message handed to the submission server; ``blob`` is the key of its bytes, ``name`` that by which a
    repetition is known, whose bytes may have another date, and ``message_id`` its Message-ID.
    """

    sender: str
    recipients: tuple[str, ...]
    blob: str
    name: str
    message_id: str | None = None


class Taken(msgspec.Struct, frozen=True):
    """What an intent holds when an item was found to have been taken from its folder: its id there, and
    where it is now, None for one that was deleted for good.
    """

    item_id: str
    to: FoundItem | None


class Added(msgspec.Struct, frozen=True):
    """What an intent holds when an item was found to have been added: its id, and the revision at which it
    came into the mirror.
    """

    item_id: str
    revision: int


UpstreamEffect = AddItem | ChangeItem | RemoveItem | MoveItem | CreateFolder | UpdateFolder | DeleteFolder
"""What a backend is asked to do."""
Effect = UpstreamEffect | Submit
Found = Taken | Added
"""What was found to have come of an effect that was settled, for whoever repeats it."""
Written = Effect | Found
"""What is written down of an effect."""
Outcome = Stood | UpstreamFolder | MailboxError | None
"""What came of an effect; None of one that has nothing to say."""


_LEFT_OUT: Final[Mapping[type[Effect], frozenset[str]]] = {
    Submit: frozenset({"blob", "message_id"}),
    RemoveItem: frozenset({"kept_in"}),
}
"""What may be another when an effect is asked for again."""


class Wanted(Exception):
    """A unit of work cannot go on with what is known; it is run again when its plan has that."""


class Plan:
    """What is known to the attempts at one unit of work, and what they lack.

    ``unavailable`` says why a backend is not to be had, by its name, or a folder, by its id.
    """

    def __init__(self, unavailable: Mapping[str, str]) -> None:
        self.unavailable: Final = unavailable
        self.outcomes: Final[dict[str, Outcome]] = {}
        self.searched: Final[dict[SearchQuery, list[FoundItem]]] = {}
        self.effects: dict[str, tuple[BackendName | None, Effect]] = {}
        """Those without an outcome, by digest, in the order in which they are to be made; and by whom."""
        self.stubs: dict[str, list[str]] = {}
        """The keys of messages of which more than the overview is wanted, by folder id."""
        self.search: tuple[SearchQuery, int] | None = None
        self.tree: BackendName | None = None
        """Whose folders nobody has asked for yet."""
        self.listed: Final[set[BackendName]] = set()
        """Whose folders were asked for, for this unit of work."""
        self.used: list[str] = []
        """The digests of the effects that this attempt has found made."""
        self.held: Final[set[asyncio.Lock]] = set()
        """The locks that the attempts hold."""
        self._seen: Counter[str] = Counter()

    def begin(self) -> None:
        """Another attempt."""
        self.effects, self.stubs, self.search, self.used = {}, {}, None, []
        self.tree = None
        self._seen.clear()

    def name(self, effect: Effect) -> str:
        """By what an effect is known that is asked for now: another one, if it is asked for once more."""
        name = digest(effect)
        self._seen[name] += 1
        return f"{name}-{self._seen[name]}"

    def outcome(
        self, effect: Effect, backend: BackendName | None, name: str | None = None
    ) -> tuple[bool, Outcome]:
        """Whether an effect was made, and what came of it; ``backend`` is to make it, None that sends mail.

        ``name`` is that which it was given already. Raises what it came to.
        """
        name = name or self.name(effect)
        if name not in self.outcomes:
            self.effects[name] = (backend, effect)
            return False, None
        self.used.append(name)
        outcome = self.outcomes[name]
        if isinstance(outcome, MailboxError):
            raise outcome
        return True, outcome

    def require_nothing(self) -> None:
        """Raise Wanted where the attempt lacked something."""
        if self.effects or self.stubs or self.search is not None or self.tree is not None:
            raise Wanted


def digest(effect: Effect) -> str:
    """The same for an effect that is asked for again, whatever the server puts into it by itself."""
    said = [type(effect).__name__]
    for name in effect.__struct_fields__:
        if name in _LEFT_OUT.get(type(effect), ()):
            continue
        value = getattr(effect, name)
        if isinstance(value, MirroredFolder):
            # Not its id: one that is made in the unit of work has another one in each attempt.
            said.append(value.path)
        elif isinstance(value, Known):
            said.append(value.key)
        elif isinstance(value, Item):
            said.append(content_of(value))
        else:
            said.append(repr(value))
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def content_of(item: Item) -> str:
    """What somebody gave an item, without what the server itself puts into it."""
    volatile = VOLATILE.get(item.item_class, frozenset())
    kept = {
        name: getattr(item, name)
        for name in CLASSES[item.item_class].__struct_fields__
        if name not in volatile
    }
    return msgspec.json.encode(kept).decode()
