"""Items made and changed by what a client sends: what may be set, and what absence means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from overair.items import bodies
from overair.items.body import Body
from overair.items.contact import Contact
from overair.items.flag import flag_after
from overair.items.item import Item, ItemClass
from overair.items.message import Message
from overair.items.rendering import RenderOptions
from overair.protocol.body_preferences import BodyType
from overair.protocol.schema import BoundField, Problem, SchemaError
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, AirSyncBase, Email, Email2, RightsManagement

CLASSES: Final[dict[ItemClass, type[Item]]] = {
    ItemClass.EMAIL: Message,
    ItemClass.CONTACTS: Contact,
}
"""The classes that can be synchronised."""

_REFUSED: Final = ("conversation_id", "conversation_index", "um_caller_id", "um_user_notes")
"""Must not be in a Change (MS-ASEMAIL_R347, MS-ASCON_R94, MS-ASEMAIL_R817, MS-ASEMAIL_R835)."""
_FIXED: Final = ("received_as_bcc", "sender")
"""May be in a Change as they are, but not with another value (MS-ASEMAIL_R648, MS-ASEMAIL_R723)."""
_PASSED_OVER: Final = frozenset(
    tag.key for tag in (Email.MeetingRequest, Email2.Send, RightsManagement.RightsManagementLicense)
)
"""Elements of the class that a Change may carry without effect (MS-ASCMD_R875)."""


def create(item_class: ItemClass, application_data: list[Element], version: Version) -> Item:
    """The item that an Add's ApplicationData says.

    Raises SchemaError, for every Email too: only drafts can be added (MS-ASCMD_R755), and those
    are made by ``drafts.draft_from``.
    """
    model = CLASSES.get(item_class)
    if model is None or model is Message:
        raise SchemaError(AirSync.ApplicationData, Problem.UNKNOWN, f"as a new item of {item_class}")
    values = model.values_of(application_data, version)
    writable = {bound.name for bound in model.fields() if not bound.field.read_only}
    values = {name: _normal(value) for name, value in values.items() if name in writable}
    if "body" in values:
        values["body"] = _stored_body(values["body"], None, None)
    return model(**values)


def apply_change(
    item: Item,
    application_data: list[Element],
    version: Version,
    supported: frozenset[int] | None,
    options: RenderOptions | None = None,
    *,
    ignore_empty_picture: bool = False,
) -> Item:
    """The item after a Change; a new object.

    ``supported`` holds the tag keys of the collection's Supported element, None where it had
    none. ``options`` are those in force when the client was last told of the item: a body that
    is what they cut off is not written back. ``ignore_empty_picture`` is for clients that mean
    nothing by one (devices/quirks.py). Raises SchemaError.
    """
    if isinstance(item, Message):
        return _changed_message(item, application_data, version)
    values = type(item).values_of(application_data, version)
    after: dict[str, Any] = {}
    for bound in type(item).fields():
        if bound.name in values and not bound.field.read_only:
            after[bound.name] = _normal(values[bound.name])
        elif bound.name not in values and _deleted_by_absence(bound, version, supported):
            after[bound.name] = None
    if isinstance(item, Contact):
        if ignore_empty_picture and "picture" in after and after["picture"] is None:
            del after["picture"]
        if "body" in after:
            after["body"] = _stored_body(after["body"], item.body, options)
    return msgspec.structs.replace(item, **after)


def _deleted_by_absence(bound: BoundField, version: Version, supported: frozenset[int] | None) -> bool:
    """Whether a Change without a field deletes it (MS-ASCMD_R879, MS-ASCMD_R5906 to R5912)."""
    field = bound.field
    if field.kept or field.read_only or not field.in_version(version):
        return False
    ghosted = field.ghosted and supported is not None and field.tag.key not in supported
    return not ghosted


def _normal(value: Any) -> Any:
    """An empty value is no value; what a client sent is otherwise kept as it is."""
    return None if value in ("", (), b"") else value


def _stored_body(sent: Body | None, before: Body | None, options: RenderOptions | None) -> Body | None:
    """The body to keep: whole, and without what only an answer holds.

    A body without Data changes nothing (MS-ASCMD_R878), nor does one that is cut: the rest of
    it is on the server only.
    """
    if sent is None or sent.data is None or (sent.truncated and before is not None):
        return before
    if sent.type not in (BodyType.PLAIN_TEXT, BodyType.HTML):
        raise SchemaError(AirSyncBase.Type, Problem.VALUE, f"{sent.type.name} is not kept")
    if before is not None and options is not None:
        told = bodies.body(bodies.StoredBody(before), options.body_preferences)
        if told.truncated and (told.type, told.data) == (sent.type, sent.data):
            return before
    return Body(type=sent.type, data=sent.data) if sent.data else None


def _changed_message(message: Message, application_data: Iterable[Element], version: Version) -> Message:
    """Read, Flag and Categories change; other elements have no effect (MS-ASEMAIL_R41, MS-ASCMD_R875)."""
    return msgspec.structs.replace(
        message, **state_of(message_values(message, application_data, version), message.subject)
    )


def message_values(
    message: Message | None, application_data: Iterable[Element], version: Version
) -> dict[str, Any]:
    """The values that a client sends of a message, by attribute. Raises SchemaError for the server's own."""
    known = [
        element
        for element in application_data
        if element.tag.key not in _PASSED_OVER or version not in element.tag.versions
    ]
    values = Message.values_of(known, version)
    tags = {bound.name: bound.field.tag for bound in Message.fields()}
    for name in _REFUSED:
        if name in values:
            raise SchemaError(tags[name], Problem.VALUE, "is the server's")
    for name in _FIXED:
        if name in values and (values[name] or None) != getattr(message, name, None):
            raise SchemaError(tags[name], Problem.VALUE, "is the server's")
    return values


def state_of(values: dict[str, Any], subject: str | None) -> dict[str, Any]:
    """Of the values that a client sends, those that every message takes; ``subject`` is its own."""
    after: dict[str, Any] = {name: values[name] for name in ("read", "categories") if name in values}
    if "flag" in values:
        after["flag"] = flag_after(values["flag"], subject)
    return after
