"""The ranges ``m-n`` of Search, Find and ItemOperations, both ends included and counted from 0."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from overair.protocol.data_types import text_of
from overair.protocol.schema import Content, DataType
from overair.versions import Version


class Range(msgspec.Struct, frozen=True):
    """From ``first`` to ``last``, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


class RangeType(DataType[Range]):
    """``m-n`` with at most so many digits each, m not above n."""

    def __init__(self, digits: int) -> None:
        self._pattern: Final = re.compile(rf"([0-9]{{1,{digits}}})-([0-9]{{1,{digits}}})", re.ASCII)

    def decode(self, content: Content, version: Version) -> Range:
        text = text_of(content).strip()
        match = self._pattern.fullmatch(text)
        if match is None or int(match[1]) > int(match[2]):
            raise ValueError("is not a range")
        return Range(int(match[1]), int(match[2]))

    def encode(self, value: Range, version: Version) -> Content:
        return f"{value.first}-{value.last}"


RESULT_RANGE: Final = RangeType(digits=3)
"""Of search results."""
ITEM_RANGE: Final = RangeType(digits=9)
"""Of bytes."""
