"""What a backend says of the place up to which the mirror has a collection."""

from __future__ import annotations

from typing import Final

import msgspec

REMEMBERED: Final = 1_000
"""The most objects of a collection of which is remembered that they cannot be read, or are several items."""


class State(msgspec.Struct, array_like=True, frozen=True):
    """``token`` and ``ctag`` are the server's, empty where it has none.

    ``filling`` is empty, or names the chunks of a long pull that come next: what is in the mirror is then
    more than the token says. ``unreadable`` has the ETags of objects that became no item, by name;
    ``more_items`` the keys beyond the first of objects that are several.
    """

    token: str = ""
    ctag: str = ""
    filling: str = ""
    unreadable: dict[str, str] = {}
    more_items: dict[str, tuple[str, ...]] = {}


_DECODER: Final = msgspec.msgpack.Decoder(State)


def read_state(data: bytes) -> State:
    """The state that a folder carries; that of nothing known where it carries none, or an older form."""
    if not data:
        return State()
    try:
        return _DECODER.decode(data)
    except msgspec.DecodeError:
        return State()


def unsettled(data: bytes) -> bytes:
    """The state of a folder in which the gateway has done something itself.

    What others undo of that before it is asked for again is no change since the tags that are known, and
    may even bring those back: so all of the folder is compared once.
    """
    return written(msgspec.structs.replace(read_state(data), token="", ctag="")) if data else data


def written(state: State) -> bytes:
    """A state as a folder carries it."""
    return msgspec.msgpack.encode(state)
