"""What is commonly in front of healthy servers is seen, and is nobody's cause."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from overair.ward.case import Case
from overair.ward.cases.web_oddities import CASES
from support.rounds import Rounds, parameters, rounds_of

ODDITIES = {
    "firewall-in-front": {"autodiscover-json-missing", "server-version-hidden", "endpoint-letter-case"},
    "many-ways-to-log-in": set[str](),
    "webmail-elsewhere": {"owa-not-answering"},
}
OF_THE_FRONT = {"http-closed"}
"""The ward's HAProxy and Apache have no port 80."""


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> Iterator[Rounds]:
    yield from rounds_of(request)


@pytest.mark.parametrize("case", parameters(CASES))
def test_oddities_are_seen(case: Case, rounds: Rounds) -> None:
    diagnosis = rounds.visit(case).diagnosis

    assert diagnosis.cause is None
    assert not diagnosis.others
    assert {finding.id for finding in diagnosis.oddities} - OF_THE_FRONT == ODDITIES[case.id]
