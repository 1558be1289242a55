"""docs/limits.md says what the code does."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from overair.server.settings import Limits, Settings, Timeouts

DOCUMENT = Path(__file__).parents[2] / "docs" / "limits.md"
UNITS = {"": 1, " KB": 1024, " MB": 1024 * 1024}
ROW = re.compile(r"^\| (.+) \| ([0-9,]+)( [KM]B)? \| (.+) \| `(.+)` \|$", re.MULTILINE)


class Row(NamedTuple):
    """A bound as the document has it."""

    what: str
    value: float
    place: str


def rows() -> list[Row]:
    found = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    return [
        Row(what, int(number.replace(",", "")) * UNITS[unit], place) for what, number, unit, _, place in found
    ]


def value_of(place: str) -> object:
    """The value of a setting or of a constant."""
    setting = re.fullmatch(r"\[(\w+)\] (\w+)", place)
    if setting is not None:
        return getattr(getattr(Settings(), setting[1]), setting[2])
    module, _, name = place.rpartition(".")
    return getattr(importlib.import_module(f"overair.{module}"), name)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.what)
def test_a_bound_is_as_documented(row: Row) -> None:
    assert value_of(row.place) == row.value


def test_every_row_is_read_and_every_setting_is_there() -> None:
    lines = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    headings = [line for line in lines if line.startswith(("| What ", "| --- "))]
    assert len(rows()) == len(lines) - len(headings)
    places = {row.place for row in rows()}
    assert {f"[limits] {name}" for name in Limits.__struct_fields__} <= places
    assert {f"[timeouts] {name}" for name in Timeouts.__struct_fields__} <= places
