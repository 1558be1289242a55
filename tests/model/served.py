"""Tells stories over HTTP, and says how the shortest goes that breaks the same law."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from model.laws import Broken
from model.over_http import Workshop
from model.run import Failure, Outcome, Simulation, simulation, tell
from model.shrink import Shrinker
from model.steps import Story, make
from support.databases import DEFAULT

LENGTH: Final = 200
"""Steps of a story, its rests included."""
ATTEMPTS: Final = 60
"""Tellings for the shortest story; each takes a second or some."""
AGAIN: Final = 3
"""Tellings after which a story that broke a law only once is taken for one of chance."""
UNEXPECTED: Final = ('"exception"', "Traceback")
"""What a log line has in it that no fault of the house may bring about."""


class Served:
    """Tells stories to a real server; what breaks is looked for in simulated time first."""

    def __init__(self, workshop: Workshop, simulated: Simulation) -> None:
        self.workshop = workshop
        self._simulated = simulated

    def tell(self, story: Story, trace: Callable[[str], None] | None = None) -> Outcome:
        """One story. Raises UnexpectedError where the server logs one."""
        drive = self.workshop.drive(story)
        outcome = asyncio.run(tell(drive, story, trace))
        outcome.counts["log lines"] += drive.house.log_length
        strange = [line for line in drive.house.log_text.splitlines() if any(map(line.count, UNEXPECTED))]
        if strange:
            raise UnexpectedError(strange[0])
        return outcome

    def story(self, seed: int, length: int = LENGTH) -> Story:
        """The story of a seed, with the faults that can be brought about here."""
        return self.workshop.fitting(make(seed, length, self.workshop.faults))

    def seed(self, seed: int, length: int = LENGTH) -> Outcome:
        """The story of a seed. Raises Failure where it breaks a law; its notes name what is kept."""
        story = self.story(seed, length)
        lines: list[str] = []
        try:
            outcome = self.tell(story, lines.append)
        except Exception as error:
            error.add_note(f"seed {seed}, {self._keep(lines)}")
            raise
        if outcome.broken is not None:
            kept = self._keep(lines)
            failure = Failure(*self.shortest(story, outcome), seed)
            failure.add_note(kept)
            raise failure
        return outcome

    def _keep(self, lines: list[str]) -> str:
        """Keep what was asked and what the server logged."""
        folder = Path(tempfile.mkdtemp(prefix="overair-story-"))
        (folder / "asked").write_text("\n".join(lines), encoding="utf-8")
        (folder / "log").write_text(self.workshop.log_text, encoding="utf-8")
        return f"what was asked and what the server logged: {folder}"

    def shortest(self, story: Story, outcome: Outcome) -> tuple[Story, Broken]:
        """The shortest story that breaks the law which a story broke, or that story where it was chance."""
        assert outcome.broken is not None
        if self.workshop.is_simulated:
            simulated = self._simulated.tell(story)
            if simulated.broken is not None and simulated.broken.law is outcome.broken.law:
                return self._simulated.shortest(story, simulated)
        for _ in range(AGAIN):
            again = self._broken(story)
            if again is not None and again.law is outcome.broken.law:
                shrinker = Shrinker(self._broken, story, outcome.broken, outcome.place, ATTEMPTS)
                return shrinker.shortest(), shrinker.broken
        return msgspec.structs.replace(story, steps=story.steps[: outcome.place + 1]), outcome.broken

    def _broken(self, story: Story) -> Broken | None:
        return self.tell(story).broken


class UnexpectedError(AssertionError):
    """The server logged an exception that nobody there had thought of."""


@contextmanager
def served(database: str = DEFAULT) -> Iterator[Served]:
    """A Served with a template and a place of its own, over a kind of database."""
    with (
        simulation() as simulated,
        tempfile.TemporaryDirectory(prefix="overair-model-") as directory,
    ):
        yield Served(Workshop(Path(directory), simulated.template, database), simulated)
