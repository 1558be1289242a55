"""What is odd and harmless is seen, and is nobody's cause."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from overair.ward.case import Case
from overair.ward.cases.tls_oddities import CASES
from support.rounds import Rounds, parameters, rounds_of

ODDITIES = {
    "grown-over-years": {
        *("tls-old-accepted", "client-certificate-asked", "chain-with-strangers", "certificate-expires-soon"),
        "staple-unusable",
    },
    "second-site": {"sni-needed", "ciphers-only-cbc"},
    "two-servers": {"certificates-differ", "sni-demanded"},
}


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> Iterator[Rounds]:
    yield from rounds_of(request)


@pytest.mark.parametrize("case", parameters(CASES))
def test_oddities_are_seen(case: Case, rounds: Rounds) -> None:
    diagnosis = rounds.visit(case).diagnosis

    assert diagnosis.cause is None
    assert {finding.id for finding in diagnosis.oddities} >= ODDITIES[case.id]
