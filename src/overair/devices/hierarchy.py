"""What a device knows of the folder hierarchy, and under which key (laws 1 to 4).

Two states live: the acknowledged one and the one just handed out, beside them the first state of a
restart from key 0 until that is acknowledged. A request that repeats the older key is answered from
the older state; a change of the device's own that it repeats is recognised and answered as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from overair.devices import hiding
from overair.devices.tables import hierarchy_state
from overair.mailboxes.interface import Folder, FolderChanges, Session
from overair.storage.interface import Transaction
from overair.storage.statement import Statement, upsert

LOAD: Final = Statement(
    select(hierarchy_state.c.states).where(hierarchy_state.c.device_key == bindparam("device"))
)
STORE: Final = Statement(upsert(hierarchy_state, ("device_key",), ("states",)))


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a folder is, as the device made it: its parent and name."""

    parent_id: str
    name: str


class State(msgspec.Struct, frozen=True):
    """What a key names: the hierarchy up to a token, and the device's own changes since.

    ``own`` has the place of each folder that the device created, renamed or moved since the token,
    None for one that it deleted. ``request`` and ``answer`` are the change that led here.
    """

    key: str
    token: str
    own: dict[str, Place | None] = {}
    request: str = ""
    answer: str = ""
    hidden: frozenset[str] = frozenset()
    """The folders that the device is not shown, though they are there (devices/hiding.py)."""


class Hierarchy(msgspec.Struct):
    """The states of one device. Nothing is thrown away before its successor is acknowledged (law 3)."""

    counter: int = 0
    acknowledged: State | None = None
    handed_out: State | None = None
    restarted: State | None = None
    latest: str = ""
    """The key that the device has as far as is known: the last one handed out, unless it has named
    another since."""
    hidden: frozenset[str] = frozenset()
    """The folders that the device is not to be shown, and none below them."""

    @property
    def newest(self) -> State | None:
        """The state that the device's next FolderSync is likely to name."""
        for state in (self.restarted, self.handed_out, self.acknowledged):
            if state is not None and state.key == self.latest:
                return state
        return self.handed_out or self.acknowledged

    def acknowledge(self, key: str) -> State | None:
        """The state that a request's key names, which it acknowledges; None for an unknown key."""
        if self.restarted is not None and key == self.restarted.key:
            self.acknowledged, self.handed_out, self.restarted = self.restarted, None, None
        elif self.handed_out is not None and key == self.handed_out.key:
            self.acknowledged, self.handed_out = self.handed_out, None
        elif self.acknowledged is None or key != self.acknowledged.key:
            return None
        self.latest = key
        return self.acknowledged

    def repeated(self, state: State, request: str) -> State | None:
        """The state handed out for this very change, where the device repeats it."""
        handed_out = self.handed_out
        if state is self.acknowledged and handed_out is not None and handed_out.request == request:
            return handed_out
        return None

    def restart(self, token: str, hidden: frozenset[str] = frozenset()) -> State:
        """The first state after key 0; the old ones stay until it is acknowledged.

        A beginning that is repeated is the same one, so that any of its answers will do.
        """
        if self.restarted is None or (self.restarted.token, self.restarted.hidden) != (token, hidden):
            self.restarted = State(self._next_key(), token, hidden=hidden)
        self.latest = self.restarted.key
        return self.restarted

    def hand_out(self, token: str, hidden: frozenset[str] = frozenset()) -> State:
        """A new state: the hierarchy up to a token; the one handed out before, where it is the same."""
        if self.handed_out is None or self.handed_out != State(self.handed_out.key, token, hidden=hidden):
            self.handed_out = State(self._next_key(), token, hidden=hidden)
        self.latest = self.handed_out.key
        return self.handed_out

    def keep(self, token: str, hidden: frozenset[str] = frozenset()) -> None:
        """Move the token under an unchanged key past what was not news for the device (law 8)."""
        if self.acknowledged is not None:
            self.acknowledged = State(self.acknowledged.key, token, hidden=hidden)

    def apply(self, state: State, request: str, changed: dict[str, Place | None], answer: str = "") -> State:
        """A new state: an older one with a change that the device made itself."""
        self.handed_out = State(
            self._next_key(),
            state.token,
            {**state.own, **changed},
            request=request,
            answer=answer,
            hidden=state.hidden,
        )
        self.latest = self.handed_out.key
        return self.handed_out

    def _next_key(self) -> str:
        self.counter += 1
        return str(self.counter)


def news(
    changes: FolderChanges, own: dict[str, Place | None], current: Mapping[str, Folder]
) -> FolderChanges:
    """The changes that are news to a device: its own are not, unless somebody changed on (law 4).

    ``current`` are the folders as they are, by id; it is looked at for the device's own only.
    """
    made = {folder_id: place for folder_id, place in own.items() if place is not None}
    changed_on = [
        current[folder_id]
        for folder_id, place in made.items()
        if folder_id in current and place != Place(current[folder_id].parent_id, current[folder_id].name)
    ]
    return FolderChanges(
        added=tuple(folder for folder in changes.added if folder.folder_id not in own),
        changed=(*(folder for folder in changes.changed if folder.folder_id not in own), *changed_on),
        removed=(
            *(folder_id for folder_id in changes.removed if folder_id not in own),
            *(folder_id for folder_id in made if folder_id not in current),
        ),
        token=changes.token,
    )


async def news_since(
    session: Session, hierarchy: Hierarchy, state: State | None
) -> tuple[FolderChanges, frozenset[str]]:
    """What a device is told that is at a state, None for nothing at all, and what is hidden from it then.

    Raises TokenExpired.
    """
    changes = await session.folder_changes(None if state is None else state.token)
    own, before = ({}, frozenset[str]()) if state is None else (state.own, state.hidden)
    if not own and not before and not hierarchy.hidden:
        return changes, before
    current = {folder.folder_id: folder for folder in await session.folders()}
    if own:
        changes = news(changes, own, current)
    hidden = hiding.below(hierarchy.hidden, current)
    return hiding.shown(changes, before, hidden, current), hidden


async def load(transaction: Transaction, device_key: int) -> Hierarchy:
    """The states of a device."""
    row = await transaction.one(LOAD, device=device_key)
    if row is None:
        return Hierarchy()
    return msgspec.json.decode(str(row[0]), type=Hierarchy)


async def store(transaction: Transaction, device_key: int, hierarchy: Hierarchy) -> None:
    """Keep the states of a device."""
    await transaction.execute(STORE, device_key=device_key, states=msgspec.json.encode(hierarchy).decode())
