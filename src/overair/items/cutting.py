"""Bodies cut where a client has asked for no more: behind a character, a tag, a token.

A limit is in bytes of UTF-8 (MS-ASAIRS_R288).
"""

from __future__ import annotations

import re
from typing import Final

from overair.items import rtf, text
from overair.items.conversion import rtf_data, rtf_of
from overair.protocol.body_preferences import BodyType

_HALF_TAG: Final = re.compile(r"<(?:[a-zA-Z/!?][^<>]*)?\Z")
_LONGEST_TAG: Final = 2_048
"""Characters; a longer one, such as a picture that stands in its address, is cut itself."""
_HALF_REFERENCE: Final = re.compile(r"&#?[a-zA-Z0-9]{0,31}\Z")


def cut(data: str, body_type: BodyType, limit: int | None) -> str:
    """The start of a body that is at most ``limit`` bytes; all of it without a limit."""
    if limit is None or (len(data) <= limit and text.utf8_size(data) <= limit):
        return data
    if body_type == BodyType.RTF:
        return _cut_rtf(data, limit)
    start = text.cut(data, limit)
    return _without_half(start) if body_type == BodyType.HTML else start


def _without_half(start: str) -> str:
    """A start of HTML without the half of a tag or of a character reference at its end."""
    opened = start.rfind("<", len(start) - _LONGEST_TAG if len(start) > _LONGEST_TAG else 0)
    if opened >= 0 and _HALF_TAG.match(start, opened):
        return start[:opened]
    reference = start.rfind("&", max(0, len(start) - 34))
    return start[:reference] if reference >= 0 and _HALF_REFERENCE.match(start, reference) else start


def _cut_rtf(data: str, limit: int) -> str:
    """RTF that ends sooner; base64 is four characters for three bytes."""
    return rtf_data(rtf.cut(rtf_of(data), limit // 4 * 3))
