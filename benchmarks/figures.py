"""What a benchmark says."""

from __future__ import annotations

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """One measured value and what it should be."""

    name: str
    value: float
    unit: str
    target: float | None
    """None where the figure is there for comparison only."""
    higher_is_better: bool

    @property
    def met(self) -> bool:
        """Whether the value is at least as good as the target."""
        if self.target is None:
            return True
        return self.value >= self.target if self.higher_is_better else self.value <= self.target
