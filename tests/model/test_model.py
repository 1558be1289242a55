"""Nothing lost, nothing doubled: the model in simulated time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from model import stories
from model.drive import Answer
from model.run import LENGTH, Simulation, simulation
from model.steps import FAULTS, make
from model.wire import Wire
from overair.wbxml import Element
from overair.wbxml.pages import AirSync
from support.phone import every
from support.schemas import validate
from support.shared import SHARED

STEPS = 10_000
FIRST_SEED = 2026
CHECKED, CHECKED_STEPS = 3, 500
"""Stories whose every answer is looked at, and their length; a schema takes its time."""


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


def test_every_answer_is_as_the_schemas_and_its_version_have_it(
    simulated: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Wire.read
    classes: Counter[str] = Counter()

    def checked(self: Wire, answer: Answer) -> Element | None:
        tree = read(self, answer)
        if tree is not None:
            assert all(self.owner.version in node.tag.versions for node in every(tree))
            if SHARED is not None:
                validate(tree, "response", tree.tag.name)
            told = (node.children for node in every(tree) if node.tag is AirSync.ApplicationData)
            classes.update(child.tag.namespace for data in told for child in data)
        return tree

    monkeypatch.setattr(Wire, "read", checked)
    for seed in range(FIRST_SEED, FIRST_SEED + CHECKED):
        assert simulated.tell(make(seed, CHECKED_STEPS, FAULTS)).broken is None
    assert classes.keys() >= {"Calendar", "Tasks", "Notes", "Email", "Contacts"}


@pytest.mark.parametrize("name", stories.names())
def test_what_broke_a_law_once_does_not_again(simulated: Simulation, name: str) -> None:
    outcome = simulated.tell(stories.read(name))
    assert outcome.broken is None, outcome.broken
