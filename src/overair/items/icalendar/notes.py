"""VJOURNAL and notes."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import msgspec
from icalendar import Journal

from overair.items.icalendar.bodies import PROPERTIES as BODY_PROPERTIES
from overair.items.icalendar.bodies import add_body, body_of, is_inline
from overair.items.icalendar.components import Component
from overair.items.icalendar.fields import (
    Reader,
    Unreadable,
    Writer,
    add_common,
    categories_of,
    instant,
    name_losses,
    stamp_of,
    subject_of,
)
from overair.items.note import Note
from overair.items.notes import STICKY_NOTE

MODIFIED: Final = "LAST-MODIFIED"
_READ: Final = (
    frozenset({"UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "CATEGORIES", MODIFIED, "RECURRENCE-ID"})
    | BODY_PROPERTIES
)


def note_of(component: Component, reader: Reader) -> Note:
    """The note of a VJOURNAL. Raises Unreadable."""
    losses = reader.losses
    note = Note(
        subject=subject_of(component, losses),
        body=body_of(component, losses),
        categories=categories_of(component, losses),
        message_class=STICKY_NOTE,
        last_modified_date=instant(component, MODIFIED, reader) or stamp_of(component, reader),
    )
    if any(map(is_inline, component.all("ATTACH"))):
        losses.add("ATTACH", "a note keeps no files")
    name_losses(component, _READ, losses)
    if note.subject is None and note.body is None:
        raise Unreadable("says nothing that a note holds")
    return note


def write_note(note: Note, writer: Writer) -> Journal:
    """The VJOURNAL of a note."""
    component = Journal()
    modified = note.last_modified_date or writer.now
    identity = blake2b(msgspec.json.encode(note), digest_size=16).hexdigest()
    add_common(
        component,
        uid=f"{identity}@note",
        stamp=modified,
        subject=note.subject,
        categories=note.categories,
    )
    component.add(MODIFIED, modified.replace(microsecond=0))
    add_body(component, note.body)
    if note.message_class not in (None, STICKY_NOTE):
        writer.losses.add("MessageClass")
    return component
