"""Parts that are TNEF, most often named winmail.dat, as the parts that they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from overair.items import text
from overair.items.file_types import UNKNOWN_TYPE
from overair.items.mail.attachment_names import invented, message_name
from overair.items.mail.contents import html_bytes
from overair.items.mail.parts import Form, Inside, Part
from overair.items.mail.structure import safe_name
from overair.items.mail.tnef.message_files import TNEF_TYPE, message_file, type_of
from overair.items.mail.tnef.reading import File, Text, Wrapped
from overair.items.mail.tnef.stream import Broken

_TYPES: Final = (TNEF_TYPE, "application/vnd.ms-tnef")
_NAME: Final = "winmail.dat"


@dataclass(slots=True)
class Opened:
    """What a TNEF part holds, as parts with places inside it; bodies with their text."""

    text: tuple[Part, str] | None = None
    html: tuple[Part, str] | None = None
    attachments: list[Part] = field(default_factory=list)
    next_number: int = 0


def is_tnef(part: Part) -> bool:
    """Whether a part says that it is TNEF."""
    return part.content_type in _TYPES or (part.content_type == UNKNOWN_TYPE and part.name.lower() == _NAME)


def opened(part: Part, data: bytes, number: int) -> Opened | None:
    """What a part with its decoded content holds, numbered from ``number`` on.

    None where it is broken, beyond the limits, or holds nothing that a reader sees: then it is a file
    as any other.
    """
    try:
        wrapped = Wrapped(data)
    except Broken:
        return None
    found = Opened(next_number=number)
    found.text = _text(found, part, wrapped, "text/plain", wrapped.text)
    found.html = _text(found, part, wrapped, "text/html", wrapped.html) or _rtf(found, part, wrapped)
    found.attachments = [_attached(found, part, wrapped, file) for file in wrapped.files]
    return found if found.attachments or found.text or found.html else None


def _within(found: Opened, outer: Part, content_type: str, inside: Inside, size: int) -> Part:
    """A part within another, without what only some kinds have."""
    number, found.next_number = found.next_number, found.next_number + 1
    return Part(number, content_type, outer.offset, outer.length, outer.encoding, size, inside=inside)


def _text(
    found: Opened, outer: Part, wrapped: Wrapped, content_type: str, place: Text | None
) -> tuple[Part, str] | None:
    if place is None:
        return None
    inside = Inside(place.span.start, place.span.length)
    return _read(_within(found, outer, content_type, inside, 0), place.codec, wrapped.read(place))


def _rtf(found: Opened, outer: Part, wrapped: Wrapped) -> tuple[Part, str] | None:
    """The body that is kept as RTF, as HTML; None where it is empty."""
    if wrapped.rtf is None:
        return None
    html = html_bytes(wrapped.data[wrapped.rtf.start : wrapped.rtf.end]).decode()
    if not html:
        return None
    inside = Inside(wrapped.rtf.start, wrapped.rtf.length, Form.RTF)
    return _read(_within(found, outer, "text/html", inside, 0), "utf-8", html)


def _read(part: Part, codec: str, read: str) -> tuple[Part, str]:
    clean = text.is_clean(read)
    shown = read if clean else text.cleaned(read)
    size = text.utf8_size(shown)
    return msgspec.structs.replace(part, charset=codec, clean=clean, size=size), shown


def _attached(found: Opened, outer: Part, wrapped: Wrapped, file: File) -> Part:
    form, size, kind = Form.BYTES, file.span.length, type_of(file)
    name = safe_name(file.name)
    if file.is_message:
        try:
            size = len(message_file(wrapped.data, file.span))
            form, kind, name = Form.MESSAGE, "message/rfc822", message_name(name, "")
        except Broken:
            kind = TNEF_TYPE
    part = _within(found, outer, kind, Inside(*_place(file), form), size)
    return msgspec.structs.replace(
        part,
        name=name or invented(kind, part.number),
        content_id=file.content_id[:500],
        content_location=file.content_location[:500],
    )


def _place(file: File) -> tuple[int, int]:
    return file.span.start, file.span.length
