"""Nothing lost, nothing doubled: the model in simulated time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model import stories
from model.run import LENGTH, Simulation, simulation
from model.steps import FAULTS

STEPS = 10_000
FIRST_SEED = 2026


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulation]:
    with simulation() as found:
        yield found


def test_ten_thousand_steps_break_no_law(simulated: Simulation) -> None:
    counts = simulated.seeds(range(FIRST_SEED, FIRST_SEED + STEPS // LENGTH))
    assert counts["steps"] >= STEPS
    assert counts["fruitless pings"] == 0
    # A model in which nothing happens proves nothing.
    assert counts["pings answered"] > 100
    assert counts["answers lost"] > 300
    assert {f"fault: {fault}" for fault in FAULTS} <= counts.keys()


@pytest.mark.parametrize("name", stories.names())
def test_what_broke_a_law_once_does_not_again(simulated: Simulation, name: str) -> None:
    outcome = simulated.tell(stories.read(name))
    assert outcome.broken is None, outcome.broken
