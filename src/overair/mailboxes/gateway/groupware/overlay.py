"""What items have and their servers cannot say stays in the mirror.

A server's object is compared with what it could say of the item that the mirror has: a field in which the
two are the same has not changed upstream, so it stays as the mirror has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from overair.items import Contact, Event, Item, ItemClass
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.vcard.places import in_places
from overair.mailboxes.gateway.groupware.formats import Format

KEPT_HERE: Final[Mapping[ItemClass, tuple[str, ...]]] = {
    ItemClass.CONTACTS: (
        "alias and weighted rank",
        "which of several alike addresses and numbers is the first",
        "the time of day of birthdays and anniversaries",
        "the formatting of notes",
    ),
    ItemClass.CALENDAR: (
        "the name that a phone gave an event (ClientUid)",
        "which meeting message was the last one taken in",
        "the name of an organizer without an address",
        "the numbers of attachments",
    ),
    ItemClass.TASKS: (
        "ordinal dates",
        "the UTC form of dates that are days",
        "a reminder's time while it is switched off",
        "whether a task is made again when it is done",
        "importance beyond low, normal and high",
    ),
}
"""What no server of CalDAV or CardDAV keeps, of each class."""
_ATTACHMENTS: Final = ("stored_attachments", "next_attachment")


def overlaid(item: Item, old: Item | None, form: Format) -> Item:
    """An item as its server says it now, with what only the mirror has; ``old`` is what that has."""
    if old is None or type(old) is not type(item) or old == item:
        return item
    if isinstance(item, Contact) and isinstance(old, Contact):
        item = in_places(item, old)
    said = form.spoken(old)
    if said is None or type(said) is not type(item):
        return item
    kept = {
        name: getattr(old, name)
        for name in item.__struct_fields__
        if name not in _ATTACHMENTS and getattr(item, name) == getattr(said, name)
    }
    if isinstance(item, Event) and isinstance(old, Event) and isinstance(said, Event):
        kept.pop("exceptions", None)
        kept["exceptions"] = _exceptions(item, old, said)
        kept |= _attachments(item, old)
    return msgspec.structs.replace(item, **kept)


def _exceptions(item: Event, old: Event, said: Event) -> tuple[EventException, ...] | None:
    if item.exceptions is None:
        return None
    mine = {one.exception_start_time: one for one in old.exceptions or ()}
    spoken = {one.exception_start_time: one for one in said.exceptions or ()}
    return tuple(
        _exception(one, mine.get(one.exception_start_time), spoken.get(one.exception_start_time))
        for one in item.exceptions
    )


def _exception(
    item: EventException, old: EventException | None, said: EventException | None
) -> EventException:
    if old is None or said is None or old == item:
        return item
    kept = {
        name: getattr(old, name)
        for name in item.__struct_fields__
        if name != "stored_attachments" and getattr(item, name) == getattr(said, name)
    }
    if _blobs(item.stored_attachments) == _blobs(old.stored_attachments):
        kept["stored_attachments"] = old.stored_attachments
    return msgspec.structs.replace(item, **kept)


def _attachments(item: Event, old: Event) -> dict[str, object]:
    """An event's attachments with the numbers that they have; new ones have new numbers."""
    numbers = max(item.next_attachment, old.next_attachment)
    if _blobs(item.stored_attachments) == _blobs(old.stored_attachments):
        return {"stored_attachments": old.stored_attachments, "next_attachment": numbers}
    numbered = []
    known = {one.blob: one for one in old.stored_attachments or ()}
    for one in item.stored_attachments or ():
        mine = known.pop(one.blob, None)
        if mine is None:
            mine = msgspec.structs.replace(one, number=numbers)
            numbers += 1
        numbered.append(mine)
    return {"stored_attachments": tuple(numbered) or None, "next_attachment": numbers}


def _blobs(attachments: tuple[StoredAttachment, ...] | None) -> list[str]:
    return [one.blob for one in attachments or ()]
