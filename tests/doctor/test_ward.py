"""The doctor names each illness of the ward as the cause, and none where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from overair.ward.case import Case
from overair.ward.cases import CASES
from support.rounds import Rounds, parameters, rounds_of


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> Iterator[Rounds]:
    yield from rounds_of(request)


@pytest.mark.parametrize("case", parameters(CASES))
def test_the_doctor_names_the_illness(case: Case, rounds: Rounds) -> None:
    visit = rounds.visit(case)

    found = [f"{one.id} at {one.host.name if one.host else 'no host'}" for one in visit.examined.findings]
    assert visit.named == case.illness, f"found: {', '.join(found) or 'nothing'}"
    assert visit.lacking == (), f"found: {', '.join(found) or 'nothing'}"


def test_ids_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
