"""What a row of the table of defects is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from model.laws import Law


@dataclass(frozen=True)
class Defect:
    """A defect: its name, how to put it in, and the laws of which the model has to name one."""

    name: str
    put_in: Callable[[pytest.MonkeyPatch], None]
    laws: frozenset[Law]

    @property
    def story(self) -> str:
        """The name of the story that shows it."""
        return self.name.replace(" ", "_").replace("'", "")

    def __str__(self) -> str:
        return self.name


def defect(name: str, put_in: Callable[[pytest.MonkeyPatch], None], *laws: Law) -> Defect:
    """A row."""
    return Defect(name, put_in, frozenset(laws))
