"""What is remembered of one device and one collection (docs/architecture.md, Sync state)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

import overair
from overair.protocol.sync_options import Options
from overair.storage.interface import Transaction
from overair.sync import tables
from overair.sync.keys import new_generation, sync_key


class AppliedAdd(msgspec.Struct, frozen=True, array_like=True):
    """An item that the client added: what it became, and what exactly was asked for.

    ``item_id`` is empty for a draft that was sent at once and is not in the collection. ``attachments``
    are the numbers of those that came with it, by ClientId. ``shown``: there was more to it than the
    client said, so it is shown the whole.
    """

    item_id: str
    revision: int
    digest: bytes
    attachments: dict[str, int] = {}
    shown: bool = False


class AppliedChange(msgspec.Struct, frozen=True, array_like=True):
    """An item that the client changed: the revision that this made.

    ``contested``: somebody else had changed it, too. ``shown``: something else became of it than the
    client can know, so it is shown the whole. ``sent``: it was a draft and left as mail. ``fields``
    name what this and the changes lost before it changed (differences.py). ``attachments`` are the numbers
    of those that came with them (attachments.py). ``refused`` has the statuses of those of the request's
    edits of the item that were refused, by their place among them.
    """

    revision: int
    digest: bytes
    contested: bool = False
    sent: bool = False
    fields: tuple[str, ...] = ()
    attachments: dict[str, int] = {}
    refused: dict[int, int] = {}
    shown: bool = False


class Applied(msgspec.Struct, array_like=True):
    """What exchanges that the client may not have heard of did on its behalf."""

    adds: dict[str, AppliedAdd] = {}
    """By ClientId."""
    changes: dict[str, AppliedChange] = {}
    """By item id."""
    deletes: dict[str, int] = {}
    """Item id to the revision of its removal."""

    def copy(self) -> Applied:
        """One that can be added to."""
        return Applied(dict(self.adds), dict(self.changes), dict(self.deletes))

    def own_change(self, item_id: str) -> dict[str, int]:
        """The revision by item id that the client itself made of an item; none where others changed it."""
        change = self.changes.get(item_id)
        if change is not None:
            return {} if change.contested else {item_id: change.revision}
        return {add.item_id: add.revision for add in self.adds.values() if add.item_id == item_id}


class Unshown(msgspec.Struct, frozen=True, array_like=True):
    """An item that could not be rendered: whether the client has an older form of it, and the last
    attempt to show it."""

    had: bool
    attempt: str


NOT_THERE: Final = Unshown(had=False, attempt="")
"""Of an item that the client has removed although it stays: it comes anew with the next answer."""


def attempt_at(now: datetime) -> str:
    """What tells attempts apart: another version may show an item, and one that was mended a day later."""
    return f"{overair.__version__} {now:%Y-%m-%d}"


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a sync key stands for."""

    key: str
    generation: int
    token: str
    """How far the mailbox's changes have been told (mailboxes/interface.py)."""
    options: tuple[Options, ...] = ()
    """The options in force, which stay until others are sent (MS-ASCMD_R3598)."""
    conversations: bool = False
    """The ConversationMode in force, which stays, too."""
    supported: tuple[int, ...] | None = None
    """Keys of the tags that the first request's Supported listed; None where it had none."""
    applied: Applied | None = None
    """What the exchange that made this state applied, and those lost before it from the same key."""
    exceptions: dict[str, Unshown] = {}
    """Items that could not be rendered, and those that have to come anew, by id."""


class CollectionStates(msgspec.Struct, omit_defaults=True):
    """The keys that live: the acknowledged one, the one just handed out, and that of a restart.

    Where only one lives it is ``handed_out``. ``restart`` is the first state of a restart from key
    0, beside the old ones until its key comes back.
    """

    counter: int = 0
    acknowledged: State | None = None
    handed_out: State | None = None
    restart: State | None = None
    doubled: State | None = None
    """What was handed out before ``handed_out`` to a request with the same key: where that request was
    doubled on its way, the client has either of the two."""
    latest: str = ""
    """The key that the client has as far as is known: the last one handed out, unless it has named
    an older one since and there was nothing to tell."""

    @property
    def newest(self) -> State | None:
        """The state that the client's next request is likely to name."""
        return self.find(self.latest)

    @property
    def last_asked(self) -> State | None:
        """The state whose key the client's last request named; None where that was 0."""
        if self.restart is not None and self.restart.key == self.latest:
            return None
        return self.acknowledged or self.handed_out

    def find(self, key: str) -> State | None:
        """The state that a key names; None where the key is not one of those that live."""
        for state in (self.handed_out, self.restart, self.acknowledged, self.doubled):
            if state is not None and state.key == key:
                return state
        return None

    def repeats(self, state: State) -> bool:
        """Whether a request with this state's key means that a later answer was lost."""
        return state is self.acknowledged

    def lost_after(self, state: State) -> Applied | None:
        """What was applied since, if a request with this state's key means that answers were lost."""
        return self.handed_out.applied if self.repeats(state) and self.handed_out is not None else None

    def settled_on(self, state: State) -> bool:
        """Whether it is known that the client has this key and no other."""
        return state is self.handed_out and self.acknowledged is None and self.latest == state.key

    def primed(
        self,
        token: str,
        options: tuple[Options, ...],
        supported: tuple[int, ...] | None,
        *,
        conversations: bool,
    ) -> State:
        """Begin a new life beside what there is; returns its first state.

        A beginning that is repeated keeps its key: any of its answers will do, and whoever has the
        first of them is told nothing else by it than whoever has the last.
        """
        begun = self.restart
        if begun is None:
            generation = new_generation()
            self.counter += 1
            begun = State(key=sync_key(generation, self.counter), generation=generation, token=token)
        begun = msgspec.structs.replace(
            begun, token=token, options=options, supported=supported, conversations=conversations
        )
        self.restart, self.latest = begun, begun.key
        return begun

    def next_key(self, base: State) -> str:
        """A key that was never handed out."""
        self.counter += 1
        return sync_key(base.generation, self.counter)

    def hand_out(self, base: State, state: State) -> None:
        """The client named ``base``; its answer carries the key of ``state``."""
        before = self.handed_out if self.repeats(base) else None
        if before is None or before.key != state.key:
            self.doubled = before
        self.acknowledged = msgspec.structs.replace(base, applied=None)
        self.handed_out, self.latest = state, state.key
        self._settle_restart(base)

    def keep(self, base: State, state: State) -> None:
        """The client named ``base`` and keeps its key, under which ``state`` now stands."""
        self.acknowledged = self.doubled = None
        self.handed_out, self.latest = state, state.key
        self._settle_restart(base)

    def go_back(self, base: State, options: tuple[Options, ...], *, conversations: bool) -> bool:
        """The client named the older key again and there was nothing to tell; whether that is new.

        What was lost is kept for commands that are yet to be repeated, so the token stays, too.
        """
        wanted = msgspec.structs.replace(base, options=options, conversations=conversations)
        if self.latest == base.key and base == wanted:
            return False
        self.acknowledged, self.latest = wanted, base.key
        return True

    def replace_tokens(self, successor: Callable[[str], str]) -> None:
        """Put another token in the place of each one that lives."""

        def moved_on(state: State | None) -> State | None:
            return state and msgspec.structs.replace(state, token=successor(state.token))

        self.acknowledged = moved_on(self.acknowledged)
        self.handed_out = moved_on(self.handed_out)
        self.doubled = moved_on(self.doubled)

    def _settle_restart(self, base: State) -> None:
        if self.restart is not None and self.restart.key == base.key:
            self.restart = None


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(CollectionStates).decode


def _read(value: object) -> CollectionStates:
    if not isinstance(value, bytes):
        raise TypeError(f"sync states are bytes, not {type(value).__name__}")
    return _decode(value)


async def load(transaction: Transaction, device_key: int, collection_id: str) -> CollectionStates:
    """The states of one collection; empty ones where there are none."""
    row = await transaction.one(
        tables.STATES_OF_COLLECTION, device_key=device_key, collection_id=collection_id
    )
    return CollectionStates() if row is None else _read(row[0])


async def load_all(transaction: Transaction, device_key: int) -> dict[str, CollectionStates]:
    """The states of every collection that the device has synchronised, by collection id."""
    rows = await transaction.all(tables.STATES_OF_DEVICE, device_key=device_key)
    return {str(collection_id): _read(states) for collection_id, states in rows}


async def forget(transaction: Transaction, device_key: int, collection_ids: Iterable[str]) -> None:
    """Drop the states of collections that are gone for ever: no folder gets their id again."""
    await transaction.many(
        tables.FORGET_STATES,
        [{"device_key": device_key, "collection_id": collection_id} for collection_id in collection_ids],
    )


async def save(
    transaction: Transaction, device_key: int, collection_id: str, states: CollectionStates
) -> None:
    """Put the states in the place of what was there."""
    await transaction.execute(
        tables.SAVE_STATES, device_key=device_key, collection_id=collection_id, states=_encode(states)
    )
