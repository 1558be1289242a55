"""How a folder of the mirror names a collection, and an item an object in it.

A calendar that holds events and tasks is two folders: the path of a folder of tasks ends with a fragment.
Most objects are one item, whose key is the last segment of the object's path. Those beyond the first of
an object, such as occurrences that no rule has, have a fragment in their keys. No path has a fragment, nor
has a segment, for "#" is percent-encoded in them.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

from overair.dav.collections import EVENT, TASK
from overair.items import Event, Item, Task

_TASKS: Final = f"#{TASK}"


class Place(NamedTuple):
    """A collection, and what of it a folder shows: "" for an address book."""

    collection: str
    component: str

    @property
    def path(self) -> str:
        """The path of the folder."""
        return self.collection + (_TASKS if self.component == TASK else "")


def calendar_place(path: str) -> Place:
    """What the path of a folder of CalDAV names."""
    if path.endswith(_TASKS):
        return Place(path.removesuffix(_TASKS), TASK)
    return Place(path, EVENT)


def name_of(key: str) -> str:
    """The name of the object that an item is in."""
    return key.partition("#")[0]


def key_of(name: str, number: int, item: Item) -> str:
    """The key of an item of an object; ``number`` is its place among those, from 0."""
    if number == 0:
        return name
    # Such an item has a UID of its own, or is one occurrence of a series that is elsewhere.
    uid = item.uid if isinstance(item, Event | Task) else ""
    start = item.original_start if isinstance(item, Event) else None
    identity = f"{uid} {start or ''}".encode("utf-8", "replace")
    return f"{name}#{blake2b(identity, digest_size=8).hexdigest()}"
