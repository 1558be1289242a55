"""How long an item will be in an answer, near enough to know when an answer is full."""

from __future__ import annotations

from typing import Final

from overair.items import Item
from overair.items.contact import Contact
from overair.items.message import Message
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.sync.wanted import Wanted

ANSWER_BYTES: Final = 8_000_000
"""About how long the items of one answer may be together; one item always fits."""
OVERHEAD: Final = 2_000
"""Bytes of an item apart from its body and picture."""


def expected_size(item: Item, wanted: Wanted) -> int:
    """The item's bytes in an answer, roughly and rather too many."""
    if isinstance(item, Message):
        return OVERHEAD + _body_size(item, wanted)
    if isinstance(item, Contact):
        return OVERHEAD + len(item.picture or b"") * 4 // 3
    return OVERHEAD


def _body_size(message: Message, wanted: Wanted) -> int:
    if message.index is None:
        return 0
    sizes = {
        BodyType.PLAIN_TEXT: message.index.text_size,
        BodyType.HTML: message.index.html_size,
        BodyType.RTF: message.index.html_size,
        BodyType.MIME: message.index.size,
    }
    return max(
        (_truncated(sizes[preference.type], preference) for preference in wanted.options.body_preferences),
        default=message.index.text_size,
    )


def _truncated(size: int, preference: BodyPreference) -> int:
    return size if preference.truncation_size is None else min(size, preference.truncation_size)
