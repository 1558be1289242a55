"""What is looked at of an item.

It is a marker that no other item has, and registers: each is something that can be written and is written
with another value every time, the item's own value first of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

VALUE: Final = "value"
"""The register that every item has."""
WHEN: Final = "when"
PLACE: Final = "place"
PATTERN: Final = "pattern"
ZONE: Final = "zone"
"""Those of an event: when and where it is, how it recurs, in which time zone (of an all-day one in none)."""
GONE: Final = "gone"
"""What became of an occurrence that was deleted."""


def occurrence(original: str) -> str:
    """The register of an occurrence's subject, by the start that it has in its series, or that it is gone."""
    return f"@{original}"


def start_of(original: str) -> str:
    """The register of when an occurrence starts that was moved."""
    return f"@{original} start"


def place_of(original: str) -> str:
    """The register of where an occurrence is, where that is not the place of the series."""
    return f"@{original} place"


def registers_of(original: str) -> tuple[str, str, str]:
    """The registers of an occurrence; all are empty where it is as the series says."""
    return occurrence(original), start_of(original), place_of(original)


def spoken_of(names: Iterable[str]) -> list[str]:
    """The occurrences that registers are of."""
    return sorted({name[1:].partition(" ")[0] for name in names if name.startswith("@")})


@dataclass(frozen=True)
class Shown:
    """An item as the mailbox has it, or as a phone shows it."""

    marker: str
    said: Mapping[str, str] = field(default_factory=dict)
    """What is not empty, by register."""
    ticked: bool = False
    """Of mail whether it was read, of a task whether it is complete."""
    written: str = field(default="", compare=False)
    """The value in a message's subject, which it has where no flag says another."""
    zone: str = field(default="", compare=False)
    """The time zone of an event as a client was shown it, and its UID."""
    uid: str = field(default="", compare=False)
    conversation: str = field(default="", compare=False)
    """The hex of a message's ConversationId."""
    unseen: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What belongs to registers and phones up to 14.1 are not shown: the streets of places."""

    @property
    def value(self) -> str:
        """The item's own value."""
        return self.said.get(VALUE, "")


NOTHING: Final = Shown("")


def plain(
    marker: str, value: str, *, ticked: bool = False, written: str = "", conversation: str = ""
) -> Shown:
    """An item that has no other register than its value."""
    return Shown(marker, {VALUE: value} if value else {}, ticked, written, conversation=conversation)
