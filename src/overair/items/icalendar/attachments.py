"""The attachments of an event whose bytes are in the file itself."""

from __future__ import annotations

import binascii
import mimetypes
from base64 import b64decode
from collections.abc import Callable
from typing import Final

from icalendar import Event as ICalendarEvent
from icalendar import vBinary

from overair.items.calendar.event import StoredAttachment
from overair.items.icalendar.bodies import is_inline
from overair.items.icalendar.components import Component, Property
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.text import QuotedParameters, on_one_line

Put = Callable[[bytes], str]
"""Keeps the bytes of an attachment and gives their key in the BlobStore."""
Get = Callable[[str], bytes]
"""The bytes of a key. Raises KeyError."""
ATTACHMENTS: Final = 100
"""The most attachments of an event."""
NAME_CHARACTERS: Final = 255
_NAMES: Final = (
    "FILENAME",
    "X-FILENAME",
    "X-APPLE-FILENAME",
    "X-ORACLE-FILENAME",
    "X-EVOLUTION-CALDAV-ATTACHMENT-NAME",
)
"""How programs tell the name of an attached file; the first is RFC 8607's."""
_SPACE: Final = str.maketrans("", "", " \t\r\n")


def attachments_of(
    component: Component, first: int, put: Put | None, losses: Losses
) -> tuple[StoredAttachment, ...]:
    """The attachments of a component, numbered from ``first``; without ``put`` they are dropped."""
    kept: list[StoredAttachment] = []
    for found in component.all("ATTACH"):
        if not is_inline(found):
            continue
        if put is None or len(kept) >= ATTACHMENTS:
            losses.add("ATTACH", "is not kept" if put is None else f"only {ATTACHMENTS} are kept")
            continue
        try:
            data = b64decode(found.value.translate(_SPACE), validate=True)
        except (binascii.Error, ValueError):
            losses.add("ATTACH", "is not in good base64")
            continue
        content_type = found.parameters.get("FMTTYPE", "").strip().lower() or None
        number = first + len(kept)
        kept.append(
            StoredAttachment(
                number=number,
                blob=put(data),
                size=len(data),
                display_name=_name(found, number, content_type),
                content_type=content_type,
            )
        )
    return tuple(kept)


def _name(found: Property, number: int, content_type: str | None) -> str:
    for parameter in _NAMES:
        name = on_one_line(found.parameters.get(parameter, ""))
        if name:
            return name[:NAME_CHARACTERS]
    return f"attachment {number}{mimetypes.guess_extension(content_type or '') or ''}"


def add_attachments(
    event: ICalendarEvent, attachments: tuple[StoredAttachment, ...] | None, get: Get | None, losses: Losses
) -> None:
    """Write attachments; without ``get`` they are dropped."""
    for one in attachments or ():
        if get is None:
            losses.add("Attachments")
            continue
        try:
            data = get(one.blob)
        except KeyError:
            losses.add("Attachments", "the bytes are gone")
            continue
        if one.is_inline or one.content_id or one.content_location or one.method != 1:
            losses.add("Attachments", "stands beside the body, not in it")
        value = vBinary(data)
        value.params = QuotedParameters(value.params)
        if one.content_type:
            value.params["FMTTYPE"] = one.content_type
        value.params["FILENAME"] = one.display_name
        event.add("ATTACH", value)
