"""Each check of machine, names and ports has its page, with a part for each illness and each program."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.doctor.check import Check
from overair.doctor.checks import machine, names, ports

CHECKS = (*machine.CHECKS, *names.CHECKS, *ports.CHECKS)
PAGES = Path(__file__).parents[2] / "docs/doctor"
PROGRAMS = ("Exchange", "IIS", "nginx", "Apache", "HAProxy", "Z-Push", "SOGo", "Overair")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_has_its_page(check: Check) -> None:
    text = (PAGES / f"{check.id}.md").read_text(encoding="utf-8")

    assert text.startswith(f"# {check.title}\n")
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert {illness.id for illness in check.finds} <= set(headings)
    for program in PROGRAMS:
        assert program in text
