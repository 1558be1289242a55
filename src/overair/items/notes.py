"""Notes as a client makes, changes and sees them."""

from __future__ import annotations

import msgspec

from overair.items.making import Sent
from overair.items.note import Note


def create_note(sent: Sent) -> Note:
    """The note of an Add. Raises SchemaError."""
    return Note(**sent.values)


def change_note(note: Note, sent: Sent) -> Note:
    """The note after a Change. Raises SchemaError."""
    return msgspec.structs.replace(note, **sent.values)
