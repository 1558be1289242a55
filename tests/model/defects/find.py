"""Finds stories for the defects that have none: ``PYTHONPATH=tests python -m model.defects.find``."""

from __future__ import annotations

from typing import Final

import pytest

from model import stories
from model.defects import DEFECTS, STORIES, Defect
from model.run import Outcome, Simulation, simulation
from model.shrink import Shrinker
from model.steps import FAULTS, Story, make

SEEDS: Final = 40
LENGTH: Final = 600
ATTEMPTS: Final = 150


def find(simulated: Simulation, defect: Defect) -> Story | None:
    """A short story in which a defect breaks one of its laws; None where no seed has one."""

    def tell(story: Story) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            defect.put_in(patch)
            return simulated.tell(story)

    for seed in range(SEEDS):
        story = make(seed, LENGTH, FAULTS)
        outcome = tell(story)
        if outcome.broken is not None and outcome.broken.law in defect.laws:
            shrinker = Shrinker(lambda one: tell(one).broken, story, outcome.broken, outcome.place, ATTEMPTS)
            return shrinker.shortest()
    return None


def main() -> None:
    """Write what is found beside the others."""
    known = set(stories.names(STORIES))
    with simulation() as simulated:
        for defect in DEFECTS:
            if defect.story not in known:
                story = find(simulated, defect)
                print(f"{defect}: {'not found' if story is None else f'{len(story.steps)} steps'}")
                if story is not None:
                    stories.write(defect.story, story, STORIES)


if __name__ == "__main__":
    main()
