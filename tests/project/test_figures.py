"""The figures in docs/reliability.md are those of the runs that were recorded, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tools import figures

from fuzz.__main__ import FIGURES as FUZZ
from fuzz.targets import TARGETS
from model.soak import FIGURES as SOAK

RECORDED = pytest.mark.parametrize("path", [SOAK, FUZZ], ids=lambda path: path.stem)


def test_the_page_has_what_the_runs_left() -> None:
    page = figures.PAGE.read_text(encoding="utf-8")
    assert figures.put_in(page, figures.section_of_files()) == page, "run make figures"


@RECORDED
def test_a_run_says_when_and_with_what_seed_it_was(path: Path) -> None:
    said: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    for run in said.get("targets", [said]):
        date = datetime.fromisoformat(run["date"])
        assert datetime(2026, 1, 1, tzinfo=UTC) < date < datetime.now(UTC)
        assert 0 <= run["seed"] < 2**31
    assert "cores" in said["machine"]


def test_every_target_was_fuzzed() -> None:
    assert [one["name"] for one in msgspec.json.decode(FUZZ.read_bytes())["targets"]] == list(TARGETS)


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(figures.NoMarks):
        figures.put_in("no marks", "figures")
