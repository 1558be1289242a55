"""What a conversion could not keep, gathered while it goes on."""

from __future__ import annotations

from typing import Final

from overair.items.icalendar.results import Dropped

MOST: Final = 100
"""The most losses of one item that are told apart."""


class Losses:
    """The losses of one item, each once, in the order in which they were met."""

    def __init__(self) -> None:
        self._found: dict[Dropped, None] = {}

    def add(self, name: str, reason: str = "") -> None:
        """Something was dropped: what, and why where that is not plain."""
        if len(self._found) < MOST:
            self._found.setdefault(Dropped(name, reason))

    @property
    def all(self) -> tuple[Dropped, ...]:
        """Those that were met."""
        return tuple(self._found)
