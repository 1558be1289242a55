"""A model that cannot fail proves nothing: every defect of the table is found, by the law that it breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model import stories
from model.defects import DEFECTS, STORIES, Defect
from model.laws import Law
from model.run import Simulation, simulation


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulation]:
    with simulation() as found:
        yield found


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_a_defect_is_found(simulated: Simulation, monkeypatch: pytest.MonkeyPatch, defect: Defect) -> None:
    story = stories.read(defect.story, STORIES)
    assert simulated.tell(story).broken is None  # it is the defect that breaks a law
    defect.put_in(monkeypatch)
    broken = simulated.tell(story).broken
    assert broken is not None
    assert broken.law in defect.laws, broken


def test_every_law_is_broken_by_a_defect() -> None:
    shown = {law for defect in DEFECTS for law in defect.laws}
    assert shown == set(Law)


def test_every_story_has_its_defect() -> None:
    assert stories.names(STORIES) == sorted(defect.story for defect in DEFECTS)
