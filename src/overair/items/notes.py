"""Notes as a client makes, changes and sees them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import msgspec

from overair.items.making import Sent
from overair.items.note import Note
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import Notes

STICKY_NOTE: Final = "IPM.StickyNote"
"""The MessageClass of a note that names none."""
_MESSAGE_CLASSES: Final = re.compile(r"IPM\.StickyNote(\..*)?", re.DOTALL)
"""MS-ASNOTE_R57."""


def create_note(sent: Sent) -> Note:
    """The note of an Add. Raises SchemaError."""
    _check(sent)
    return _filled_in(Note(**sent.values), sent.author.second)


def change_note(note: Note, sent: Sent) -> Note:
    """The note after a Change; changed now, unless nothing changed. Raises SchemaError."""
    _check(sent)
    after = msgspec.structs.replace(note, **sent.values)
    if after == note:
        return note
    return msgspec.structs.replace(after, last_modified_date=sent.author.second)


def _filled_in(note: Note, now: datetime) -> Note:
    """A new note with what every note has (MS-ASNOTE_R54, MS-ASNOTE_R125)."""
    return msgspec.structs.replace(
        note,
        message_class=note.message_class or STICKY_NOTE,
        last_modified_date=note.last_modified_date or now,
    )


def _check(sent: Sent) -> None:
    """Refuse a MessageClass that is no note's (MS-ASNOTE_R119); an empty one is None here."""
    values = sent.values
    if "message_class" in values and _MESSAGE_CLASSES.fullmatch(values["message_class"] or "") is None:
        raise SchemaError(Notes.MessageClass, Problem.VALUE, f"is not of {STICKY_NOTE}")


def shown_note(note: Note) -> Note:
    """The note, its body apart, as every client is shown it.

    Only empty Categories and Data say that there are none any more; Data is required besides
    (MS-ASNOTE_R123).
    """
    body = note.body
    if body is not None and body.data is None:
        body = msgspec.structs.replace(body, data="")
    return msgspec.structs.replace(note, categories=note.categories or (), body=body)
