"""Sets of UIDs as IMAP writes them: ``1:3,7``. Ranges are kept as ranges, for a server may name billions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

LARGEST: Final = 4_294_967_295


class UidSet:
    """An immutable set of UIDs, in ascending ranges that do not touch."""

    __slots__ = ("_ranges",)

    def __init__(self, uids: Iterable[int] = ()) -> None:
        self._ranges = _joined((uid, uid) for uid in uids)

    @classmethod
    def of_ranges(cls, ranges: Iterable[tuple[int, int]]) -> UidSet:
        """The UIDs from each first to each last one, both included."""
        made = cls()
        made._ranges = _joined(ranges)
        return made

    @classmethod
    def parse(cls, text: str) -> UidSet:
        """As it stands in a response ("" is none). Raises ValueError."""
        return cls.of_ranges(_range(part) for part in text.split(",")) if text else cls()

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """First and last UID of each range, ascending."""
        return self._ranges

    def within(self, last: int) -> UidSet:
        """Those up to a UID."""
        return UidSet.of_ranges((low, min(high, last)) for low, high in self._ranges if low <= last)

    def texts(self, longest: int) -> Iterator[str]:
        """The set as texts of at most so many characters each (at least one range in each)."""
        part: list[str] = []
        size = 0
        for low, high in self._ranges:
            text = str(low) if low == high else f"{low}:{high}"
            if part and size + len(text) > longest:
                yield ",".join(part)
                part, size = [], 0
            part.append(text)
            size += len(text) + 1
        if part:
            yield ",".join(part)

    def __contains__(self, uid: int | None) -> bool:
        if uid is None:
            return False
        place = bisect_right(self._ranges, (uid, LARGEST + 1)) - 1
        return place >= 0 and uid <= self._ranges[place][1]

    def __iter__(self) -> Iterator[int]:
        for low, high in self._ranges:
            yield from range(low, high + 1)

    def __len__(self) -> int:
        return sum(high - low + 1 for low, high in self._ranges)

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __or__(self, other: UidSet) -> UidSet:
        return UidSet.of_ranges((*self._ranges, *other._ranges))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UidSet) and self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(self._ranges)

    def __str__(self) -> str:
        return ",".join(self.texts(LARGEST))

    def __repr__(self) -> str:
        return f"UidSet.parse({str(self)!r})"


def _range(text: str) -> tuple[int, int]:
    first, colon, last = text.partition(":")
    low = _number(first)
    high = _number(last) if colon else low
    return (low, high) if low <= high else (high, low)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= LARGEST):
        raise ValueError("not a set of UIDs")
    return int(text)


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def highest(uids: UidSet, number: int) -> UidSet:
    """The highest of some UIDs."""
    ranges: list[tuple[int, int]] = []
    for low, high in reversed(uids.ranges):
        if number <= 0:
            break
        ranges.append((max(low, high - number + 1), high))
        number -= high - low + 1
    return UidSet.of_ranges(ranges)


def lowest(uids: UidSet, number: int) -> UidSet:
    """The lowest of some UIDs."""
    ranges: list[tuple[int, int]] = []
    for low, high in uids.ranges:
        if number <= 0:
            break
        ranges.append((low, min(high, low + number - 1)))
        number -= high - low + 1
    return UidSet.of_ranges(ranges)
