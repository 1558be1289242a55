"""How far the mirror of a mailbox has come: what is kept as ``Delta.state``."""

from __future__ import annotations

from typing import Final

import msgspec


class Place(msgspec.Struct, frozen=True, array_like=True):
    """What the mirror has of a mailbox: the messages with UIDs from ``floor`` to below ``uid_next``.

    ``floor`` is 1 when all of them have come. ``skew`` is how many more messages the mailbox had than the
    mirror when both were compared: those that are marked as deleted. ``former``: messages may still have
    keys of an earlier UIDVALIDITY.
    """

    uid_validity: int
    uid_next: int
    floor: int
    modseq: int = 0
    """HIGHESTMODSEQ when the mirror was as the mailbox; 0 where it has none."""
    exists: int = 0
    unseen: int = -1
    """Messages without ``\\Seen``, where there is no modseq; -1 where that was not counted."""
    skew: int = 0
    compared: int = 0
    """When all flags were compared last, in seconds since 1970."""
    former: bool = False


_DECODER: Final = msgspec.msgpack.Decoder(Place)


def read_place(state: bytes) -> Place | None:
    """The place of a state; None where nothing is known, or another release wrote what it was."""
    if not state:
        return None
    try:
        return _DECODER.decode(state)
    except msgspec.DecodeError:
        return None


def state_of(place: Place) -> bytes:
    """The place as a state."""
    return msgspec.msgpack.encode(place)
