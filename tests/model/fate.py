"""What is known of one item and of each of its registers: what was asked for, and what was seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from model.shown import Shown


@dataclass
class Register:
    """What is known of one register of an item."""

    wanted: dict[str, str | None] = field(default_factory=dict)
    """Each value that somebody asked for, and who; None where that were several."""
    times: Counter[str] = field(default_factory=Counter)
    """How often each of them was asked for."""
    again: set[str] = field(default_factory=set)
    """The values that may come back after others, however often."""
    values: list[str] = field(default_factory=list)
    """The values that it was seen to have, one after the other."""

    def ask(self, value: str, author: str) -> None:
        """Somebody asks for a value."""
        self.wanted[value] = author if self.wanted.get(value, author) == author else None
        self.times[value] += 1

    def may_be(self, value: str) -> bool:
        """Whether it may have another value than it had."""
        return value in self.again or self.values.count(value) < max(1, self.times[value])


@dataclass
class Fate:
    """What is known of one item: what was asked for it and what was seen."""

    registers: defaultdict[str, Register] = field(default_factory=lambda: defaultdict(Register))
    reset: bool = False
    """Whether somebody asked for another time of the series."""
    places: set[str] = field(default_factory=set)
    """The folders in which it may be."""
    sources: list[Fate] = field(default_factory=list)
    """What it may be a copy of."""
    removers: set[str] = field(default_factory=set)
    movers: set[tuple[str, str]] = field(default_factory=set)
    """Who asked for a move, and where to."""
    touched: list[tuple[int, str | None]] = field(default_factory=list)
    """When it was seen to change, and by whose hand if that can be told."""
    present: tuple[str, str] | None = None
    """Folder and ServerId, while it is there."""
    seen: Shown | None = None
    gone: bool = False
    promised: bool = False

    def carried(self) -> set[str]:
        """What any exception may be where their series is moved: they go with it, or away, and what is
        said of an occurrence is said of its day."""
        exceptions = [register for name, register in self.registers.items() if name.startswith("@")]
        return {""}.union(*(register.wanted for register in exceptions)) if self.reset else set()

    def known(self) -> dict[str, int]:
        """How many values each register was seen to have."""
        return {name: len(register.values) for name, register in self.registers.items()}
