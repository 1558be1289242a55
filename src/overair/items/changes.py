"""Items made and changed by what a client sends, as the fields are declared: what may be set, and
what absence means. What is special about a class is the business of its Maker.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from overair.items import bodies, notes, tasks
from overair.items.author import Author
from overair.items.body import Body
from overair.items.calendar import events
from overair.items.calendar.event import Event
from overair.items.contact import Contact
from overair.items.item import Item, ItemClass
from overair.items.mail.message import Message
from overair.items.mail.messages import change_message
from overair.items.making import NO_KEYS, Maker, Sent, is_ghosted, said
from overair.items.note import Note
from overair.items.render_options import WHOLE, RenderOptions
from overair.items.task import Task
from overair.protocol.schema import Problem, SchemaError
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync

CLASSES: Final[dict[ItemClass, type[Item]]] = {
    ItemClass.EMAIL: Message,
    ItemClass.CONTACTS: Contact,
    ItemClass.CALENDAR: Event,
    ItemClass.TASKS: Task,
    ItemClass.NOTES: Note,
}
"""The classes that can be synchronised."""


def in_version(item_class: ItemClass, version: Version) -> bool:
    """Whether clients of a version know a class: notes came with 14.0 (MS-ASCMD_R6298)."""
    model = CLASSES.get(item_class)
    return model is None or version >= model.first_version


def create(
    item_class: ItemClass,
    application_data: list[Element],
    author: Author,
    *,
    blob_keys: Mapping[bytes, str] = NO_KEYS,
) -> Item:
    """The item that an Add's ApplicationData says.

    ``blob_keys`` holds the keys of the contents of its attachments, which are in the BlobStore
    already. Raises SchemaError, for every Email too: only drafts can be added (MS-ASCMD_R755), and
    those are made by ``drafts.write``.
    """
    model = CLASSES.get(item_class)
    if model is None or model is Message:
        raise SchemaError(AirSync.ApplicationData, Problem.UNKNOWN, f"as a new item of {item_class}")
    values = {name: _normal(value) for name, value in said(model, application_data, author.version).items()}
    if "body" in values:
        types = bodies.types_of(item_class, author.version)
        values["body"] = bodies.to_store(values["body"], None, (), types)
    return _MAKERS[model].new(Sent(values, author, blob_keys=blob_keys))


def apply_change(
    item: Item,
    application_data: list[Element],
    author: Author,
    supported: frozenset[int] | None,
    options: RenderOptions = WHOLE,
    *,
    blob_keys: Mapping[bytes, str] = NO_KEYS,
) -> Item:
    """The item after a Change; a new object.

    ``supported`` holds the tag keys of the collection's Supported element, None where it had
    none. ``options`` are those in force when the client was last told of the item: a body that
    is what they cut off is not written back. ``blob_keys`` is as in ``create``. Raises SchemaError.
    """
    if isinstance(item, Message):
        return change_message(item, application_data, author.version)
    values = said(type(item), application_data, author.version)
    deleted = deleted_by_absence(type(item), author.version, supported)
    after: dict[str, Any] = {}
    for bound in type(item).fields():
        if bound.name in values:
            after[bound.name] = _normal(values[bound.name])
        elif bound.field.tag.key in deleted:
            after[bound.name] = None
    if "body" in after:
        types = bodies.types_of(item.item_class, author.version)
        before: Body | None = getattr(item, "body", None)
        after["body"] = bodies.to_store(after["body"], before, options.body_preferences, types)
    return _MAKERS[type(item)].changed(item, Sent(after, author, supported, options, blob_keys))


@lru_cache(maxsize=256)
def deleted_by_absence(
    model: type[Item], version: Version, supported: frozenset[int] | None
) -> frozenset[int]:
    """The keys of the tags without which a Change deletes what they say (MS-ASCMD_R879, R5906 to R5912).

    ``supported`` is as in ``apply_change``. Of a message only what is said changes (MS-ASEMAIL_R41).
    """
    if model is Message or (model.partial_since is not None and version >= model.partial_since):
        return frozenset()
    fields = [bound.field for bound in model.fields()]
    return frozenset(
        field.tag.key
        for field in fields
        if field.in_version(version) and not (field.kept or field.read_only or is_ghosted(field, supported))
    )


def _normal(value: Any) -> Any:
    """An empty value is no value; what a client sent is otherwise kept as it is."""
    return None if value in ("", (), b"") else value


def _new_contact(sent: Sent) -> Contact:
    return Contact(**sent.values)


def _changed_contact(contact: Contact, sent: Sent) -> Contact:
    values = sent.values
    if sent.author.ignores_empty_picture and values.get("picture", b"") is None:
        values = {name: value for name, value in values.items() if name != "picture"}
    return msgspec.structs.replace(contact, **values)


_MAKERS: Final[dict[type[Item], Maker]] = {
    Contact: Maker(_new_contact, _changed_contact),
    Event: Maker(events.create_event, events.change_event),
    Task: Maker(tasks.create_task, tasks.change_task),
    Note: Maker(notes.create_note, notes.change_note),
}
