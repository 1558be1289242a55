"""The token of the embedded store: what a phone has been told of a folder."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.mailboxes.interface import TokenExpired

EARLIEST: Final = -(2**63)
LATEST: Final = 2**63 - 1

Edge = tuple[int, int]
"""A place in the order (view date, item id); the items from it on are those that were told."""
NOTHING_TOLD: Final[Edge] = (LATEST, LATEST)


class Known(msgspec.Struct, array_like=True, frozen=True):
    """What the phone knows of one item, where the token's position and edge do not say it.

    That is its state at ``revision``, a modseq of the journal: whether the phone ``has`` it, and its
    date then (None when it was gone). ``has`` is None for a change that the device made itself, until
    the journal is read there.
    """

    revision: int
    has: bool | None = None
    view_date: int | None = None


class Token(msgspec.Struct, array_like=True):
    """The position in the journal, the edge, and the exceptions from what they say, by item id."""

    position: int
    edge: Edge
    ahead: dict[int, Known] = {}
    conversations: bool = False
    """Whether edge and ahead are of dates of conversations."""

    @classmethod
    def decode(cls, text: str) -> Token:
        """Read a token. Raises TokenExpired for what is not one."""
        try:
            return _decoder.decode(text)
        except msgspec.DecodeError:
            raise TokenExpired("not a token of this mailbox") from None

    def encode(self) -> str:
        """The token as the sync state keeps it."""
        return _encoder.encode(self).decode()

    def revision_of(self, item_id: int) -> int:
        """The revision up to which the device knows an item."""
        known = self.ahead.get(item_id)
        return self.position if known is None else max(self.position, known.revision)

    def account(self, item_id: int, revision: int) -> None:
        """Note a change that the device made itself."""
        if revision > self.position:
            self.ahead[item_id] = Known(revision)

    def hold(self, item_id: int, revision: int) -> None:
        """Note that the device has what came at a revision that the journal is still to be read up to."""
        if revision > self.position:
            self.ahead[item_id] = Known(revision - 1)

    def note(self, item_id: int, known: Known) -> None:
        """Keep what the phone knows of an item for as long as position and edge do not say it."""
        told = known.view_date is not None and (known.view_date, item_id) >= self.edge
        if known.revision <= self.position and known.has == told:
            self.ahead.pop(item_id, None)
        else:
            self.ahead[item_id] = known


_decoder: Final = msgspec.json.Decoder(Token)
_encoder: Final = msgspec.json.Encoder()


def edge_of(cutoff: int | None) -> Edge:
    """The edge of a view that was told to its end; item ids begin at 1."""
    return (EARLIEST if cutoff is None else cutoff, 0)
