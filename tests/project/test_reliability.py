"""docs/reliability.md names tests, files and commands that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", PAGE)))
PLACES = sorted(set(re.findall(r"`(tests/[\w/.]+)`", PAGE)))


def test_it_names_tests_and_places() -> None:
    assert len(NAMED) > 15
    assert len(PLACES) > 10


def test_every_test_that_is_named_is_there() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("*/test_*.py"))
    there = set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
    assert set(NAMED) <= there, set(NAMED) - there


@pytest.mark.parametrize("place", PLACES)
def test_every_place_that_is_named_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_every_line_that_is_to_be_looked_for_in_the_log_is_logged() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    table = PAGE.partition("| fault | phones | in the log |")[2].partition("\n\n")[0]
    lines = [line for row in table.splitlines() for line in re.findall(r"`([^`]+)`", row.split(" | ")[-1])]
    broken = re.findall(r"`((?:message|an item) [^`]+)`", PAGE)
    assert len(lines) > 3
    assert len(broken) > 2
    assert [line for line in (*lines, *broken) if f'"{line}"' not in source] == []


def test_every_command_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", PAGE)) <= targets
