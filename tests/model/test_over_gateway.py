"""Nothing lost, nothing doubled: the model through a gateway, with other clients and servers that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from model import stories
from model.gatewayed import gatewayed
from model.served import Served
from support.databases import of_a_file
from support.dovecot import needs_dovecot
from support.packages import needs

pytestmark = [needs_dovecot, needs("radicale"), of_a_file, pytest.mark.timeout(900)]

FIRST_SEED = 2026
LENGTH = 110
SEEDS = 1
MORE_SEEDS = 20


@pytest.fixture(scope="module")
def through_a_gateway() -> Iterator[Served]:
    with gatewayed() as found:
        yield found


def told(through_a_gateway: Served, seeds: range, length: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for seed in seeds:
        counts += through_a_gateway.seed(seed, length).counts
    assert counts["fruitless pings"] == 0
    return counts


def test_a_gateway_breaks_no_law(through_a_gateway: Served) -> None:
    counts = told(through_a_gateway, range(FIRST_SEED, FIRST_SEED + SEEDS), LENGTH)
    # A model in which nothing happens proves nothing.
    assert counts["answers lost"] > 2
    assert counts["acknowledged"] > 10


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_a_gateway_breaks_no_law_for_long(through_a_gateway: Served) -> None:
    counts = told(through_a_gateway, range(FIRST_SEED, FIRST_SEED + MORE_SEEDS), 200)
    assert counts["fault: kill"] + counts["fate: killed meanwhile"] > 10
    assert counts["fault: imap killed"] + counts["fault: imap down"] > 5


@pytest.mark.parametrize("name", stories.names(of_gateways=True))
def test_what_broke_a_law_once_does_not_again(through_a_gateway: Served, name: str) -> None:
    outcome = through_a_gateway.tell(stories.read(name))
    assert outcome.broken is None, outcome.broken
