"""Which fields of an item a command says something of, and which it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overair.items import Item
from overair.protocol.sync import DeleteCommand
from overair.sync.digest import Edit
from overair.versions import Version
from overair.wbxml.element import Element

STAMPS: Final = frozenset({"dt_stamp", "last_modified_date"})
"""When an item was changed: no change by itself."""


def differing(before: Item, after: Item) -> frozenset[str]:
    """The names of the fields in which two forms of an item differ."""
    if type(before) is not type(after):
        return frozenset()
    before, after = before.as_stored, after.as_stored
    return frozenset(
        name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)
    )


def same(before: Item, after: Item) -> bool:
    """Whether two forms of an item say the same."""
    return type(before) is type(after) and differing(before, after) <= STAMPS


def settable(item: Item) -> frozenset[str]:
    """The names of the fields that a client can change."""
    return frozenset(bound.name for bound in item.fields() if not bound.field.read_only)


def read_only(item: Item) -> frozenset[str]:
    """The names of the fields that only the server says."""
    return frozenset(bound.name for bound in item.fields() if bound.field.read_only)


def said(item: Item, application_data: Sequence[Element]) -> frozenset[str]:
    """The names of the fields that an item's elements say something of."""
    tags = {element.tag for element in application_data}
    return frozenset(bound.name for bound in item.fields() if bound.field.tag in tags)


def said_of_occurrence(edit: Edit) -> frozenset[str]:
    """Names for what an edit says of one occurrence; no field is called so."""
    if isinstance(edit, DeleteCommand):
        return frozenset({f"{edit.instance_id} "})
    return frozenset(f"{edit.instance_id} {element.tag.name}" for element in edit.application_data)


def changed_by(edit: Edit, before: Item, after: Item, version: Version) -> frozenset[str]:
    """Names for what an edit changed of an item."""
    if isinstance(edit, DeleteCommand) or edit.instance_id is not None:
        return said_of_occurrence(edit)
    changed = differing(before, after) - STAMPS
    if after.partial_since is not None and version >= after.partial_since:
        changed &= said(after, edit.application_data)  # the rest follows from it
    return changed


def given_up(item: Item, lost: Iterable[str], edits: Sequence[Edit]) -> frozenset[str]:
    """Of the names that lost commands changed, those of which the client says nothing any more.

    ``item`` is what became of it, ``edits`` are all that a request has of the item.
    """
    left = frozenset(lost)
    for edit in edits:
        if isinstance(edit, DeleteCommand):
            left = frozenset(name for name in left if name.partition(" ")[0] != edit.instance_id)
        elif edit.instance_id is None:
            left -= said(item, edit.application_data)
        else:
            left -= said_of_occurrence(edit)
    return frozenset(name for name in left if " " in name or name in settable(item))


CAN_BE_EMPTY: Final = {
    "subject": "subject",
    "location": "location",
    "reminder": "reminder",
    "categories": "categories",
    "attendees": "attendees",
    "recurrence": "recurrence",
    "exceptions": "exceptions",
    "attachments": "stored_attachments",
}
"""What of an event an empty element takes away, and the field that the store has of it."""


def emptied(
    item: Item, shown: Sequence[Element], changed: frozenset[str] | None, version: Version
) -> list[Element]:
    """Empty elements for what an item lost, where absence says nothing of it (MS-ASCAL_R2231).

    ``shown`` is the item as it is told, ``changed`` are the fields that changed, None for any of them.
    """
    if item.partial_since is None or version < item.partial_since:
        return []
    there = {element.tag for element in shown}
    return [
        Element(bound.field.tag)
        for bound in item.fields()
        if (stored := CAN_BE_EMPTY.get(bound.name)) is not None
        and (changed is None or stored in changed)
        and bound.field.in_version(version)
        and bound.field.tag not in there
    ]
