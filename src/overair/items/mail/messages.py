"""What a client may change of a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from overair.items.mail.flag import flag_after
from overair.items.mail.message import Message
from overair.protocol.schema import Problem, SchemaError
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Email, Email2, RightsManagement

_REFUSED: Final = ("conversation_id", "conversation_index", "um_caller_id", "um_user_notes")
"""Must not be in a Change (MS-ASEMAIL_R347, MS-ASCON_R94, MS-ASEMAIL_R817, MS-ASEMAIL_R835)."""
_FIXED: Final = ("received_as_bcc", "sender")
"""May be in a Change as they are, but not with another value (MS-ASEMAIL_R648, MS-ASEMAIL_R723)."""
_PASSED_OVER: Final = frozenset(
    tag.key for tag in (Email.MeetingRequest, Email2.Send, RightsManagement.RightsManagementLicense)
)
"""Elements of the class that a Change may carry without effect (MS-ASCMD_R875)."""


def change_message(message: Message, application_data: Iterable[Element], version: Version) -> Message:
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
