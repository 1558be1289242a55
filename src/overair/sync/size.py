"""How long an item will be in an answer, near enough to know when an answer is full."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import Event, Item
from overair.items.body import Body
from overair.items.mail.message import Message
from overair.mailboxes.interface import StoredItem
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.sync.wanted import Wanted

ANSWER_BYTES: Final = 8_000_000
"""About how long the items of one answer may be together; one item always fits."""
OVERHEAD: Final = 2_000
"""Bytes of an item beside its body."""


def has_room(item: Item) -> bool:
    """Whether an item that changes may have added to still fits into an answer."""
    if not isinstance(item, Event) or not (item.exceptions or item.stored_attachments):
        return True
    return len(msgspec.json.encode(item)) <= ANSWER_BYTES


def expected_size(stored: StoredItem, wanted: Wanted) -> int:
    """The item's bytes in an answer, roughly and rather too many."""
    if isinstance(stored.item, Message):
        return OVERHEAD + _message_size(stored.item, wanted)
    # What the store keeps of it is what is shown, but for the end of a body that is cut.
    body: Body | None = getattr(stored.item, "body", None)
    size = len(body.data or "") if body is not None else 0
    preferences = wanted.options.body_preferences
    shown = max((_truncated(size, preference) for preference in preferences), default=size)
    return OVERHEAD + stored.size - size + shown


def _message_size(message: Message, wanted: Wanted) -> int:
    if message.index is None:
        return 0
    sizes = {
        BodyType.PLAIN_TEXT: message.index.text_size,
        BodyType.HTML: message.index.html_size,
        BodyType.RTF: 2 * message.index.html_size,  # escaped, and in base64
        BodyType.MIME: message.index.size,
    }
    return max(
        (_truncated(sizes[preference.type], preference) for preference in wanted.options.body_preferences),
        default=message.index.text_size,
    )


def _truncated(size: int, preference: BodyPreference) -> int:
    return size if preference.truncation_size is None else min(size, preference.truncation_size)
