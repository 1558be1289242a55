"""Meeting messages as they arrive, and the MeetingRequest that a client is shown of them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from overair.items import RenderOptions, render
from overair.items.mail.message import Message, read_message
from overair.storage.blobs import FileBlobStore
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import Email

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def arrived(mime: bytes, zone: str = "UTC") -> Message:
    return read_message(mime, NOW, zone).message


def shown(
    message: Message, version: Version, blobs: FileBlobStore, options: RenderOptions | None = None
) -> dict[Tag, Element]:
    """The elements of the MeetingRequest by their tags; none where there is none."""
    assert message.index is not None
    kept = msgspec.structs.replace(message, blob=blobs.put(b"x" * message.index.size))
    elements = render(kept, options or RenderOptions(), version, blobs, "1:1")
    found = [element for element in elements if element.tag is Email.MeetingRequest]
    return {child.tag: child for element in found for child in element.children}


def texts(elements: dict[Tag, Element]) -> dict[Tag, str]:
    return {tag: element.text for tag, element in elements.items() if isinstance(element.content, str)}
