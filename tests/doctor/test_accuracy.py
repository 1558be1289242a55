"""The committed page about the doctor's accuracy is about the cases that there are."""

from __future__ import annotations

from tools import accuracy

from overair.doctor.checks import CHECKS
from overair.ward.cases import CASES

LEAST_SICK = 60


def test_the_page_covers_the_cases() -> None:
    """`make accuracy` writes it anew; `python -m tools.accuracy --new` adds what is new."""
    on_page = [one.about for one in accuracy.rows_of(accuracy.PAGE.read_text(encoding="utf-8"))]

    assert on_page == [accuracy.row(case, case.illness, 0.0).about for case in CASES]


def test_what_is_written_is_read_again() -> None:
    rows = [accuracy.row(CASES[0], None, 1.0), accuracy.row(CASES[-1], "something-else", 2.0)]

    read = accuracy.rows_of(accuracy.page([rows[0]]))

    assert read == [rows[0]]
    assert rows[0].right
    assert not rows[1].right
    assert not accuracy.row(CASES[0], CASES[0].illness, 1.0, lacking=CASES[0].shows).right


def test_most_of_the_sick_are_real_programs() -> None:
    sick = [case for case in CASES if case.illness is not None]
    real = [case for case in sick if case.program not in accuracy.OF_THE_WARD]

    assert len(sick) >= LEAST_SICK
    assert 2 * len(real) >= len(sick)


def test_every_case_has_an_illness_that_a_check_finds() -> None:
    found = {illness.id for check in CHECKS for illness in check.finds}

    assert {case.illness for case in CASES if case.illness is not None} <= found
