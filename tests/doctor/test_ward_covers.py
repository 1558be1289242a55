"""The ward has a case for everything that the doctor can find."""

from __future__ import annotations

from typing import Final

from tools.accuracy import OF_THE_WARD

from overair.doctor.checks import CHECKS
from overair.doctor.illness import Severity
from overair.ward.cases import CASES

WITHOUT_A_CASE: Final = {
    "private-address": "an inner address that answers cannot be had on loopback by who is not root",
}
"""What no case has, and why; tests of the checks look at it instead."""


def test_every_illness_is_the_cause_of_a_case() -> None:
    illnesses = {
        illness.id for check in CHECKS for illness in check.finds if illness.severity is not Severity.ODDITY
    }

    assert illnesses - {case.illness for case in CASES} - set(WITHOUT_A_CASE) == set()


def test_every_oddity_is_shown_by_a_case() -> None:
    oddities = {
        illness.id for check in CHECKS for illness in check.finds if illness.severity is Severity.ODDITY
    }
    shown = {one for case in CASES for one in case.shows}

    assert oddities - shown - set(WITHOUT_A_CASE) == set()
    assert shown <= oddities


def test_the_exceptions_are_few_and_needed() -> None:
    covered = {case.illness for case in CASES} | {one for case in CASES for one in case.shows}

    assert len(WITHOUT_A_CASE) <= 5
    assert not covered & set(WITHOUT_A_CASE)


def test_healthy_servers_behind_each_program_are_among_the_cases() -> None:
    healthy = {case.program.value for case in CASES if case.illness is None}

    assert {"nginx", "HAProxy", "Apache", "Overair"} <= healthy
    assert {case.program.value for case in CASES} - OF_THE_WARD >= {"nginx", "HAProxy", "Apache", "Knot"}
