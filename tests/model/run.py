"""Tells stories, one or many, and says what became of them."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from logging import CRITICAL
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import structlog

from model.drive import Drive
from model.in_process import InProcess, fast_directory, make_template
from model.laws import Broken
from model.shrink import Shrinker
from model.simulation import SimulatedLoop
from model.steps import ACCOUNTS, FAULTS, Story, make
from model.telling import Teller

LENGTH: Final = 1_000
"""Steps of a story, its rests included."""


@dataclass
class Outcome:
    """What became of a story: what happened by kind, the law that broke, and at which step."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: Broken | None = None
    place: int = 0


async def tell(
    drive: AbstractAsyncContextManager[Drive], story: Story, trace: Callable[[str], None] | None = None
) -> Outcome:
    """Tell a story to a server that runs for the time of it."""
    async with drive as running:
        teller = Teller(running, story)
        teller.trace = trace
        try:
            await teller.tell()
        except Broken as broken:
            return Outcome(teller.counts, broken, teller.place)
        return Outcome(teller.counts, None, teller.place)


class Simulation:
    """Tells stories in simulated time; ``template`` is the data directory from which each begins."""

    def __init__(self, template: Path) -> None:
        self.template = template

    def tell(self, story: Story, trace: Callable[[str], None] | None = None) -> Outcome:
        """One story."""
        with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
            return runner.run(tell(InProcess(self.template, story.seed), story, trace))

    def seed(self, seed: int, length: int = LENGTH) -> Outcome:
        """The story of a seed. Raises Failure where it breaks a law."""
        story = make(seed, length, FAULTS)
        outcome = self.tell(story)
        if outcome.broken is not None:
            raise Failure(*self.shortest(story, outcome), seed)
        return outcome

    def seeds(self, seeds: Iterable[int]) -> Counter[str]:
        """The stories of some seeds, in as many processes as there are cores. Raises Failure."""
        counts: Counter[str] = Counter()
        fork = get_context("fork")  # what is imported already need not be imported again
        with ProcessPoolExecutor(mp_context=fork, initializer=_use, initargs=(self,)) as pool:
            for some in pool.map(_counts_of, seeds):
                counts += some
        return counts

    def shortest(self, story: Story, outcome: Outcome) -> tuple[Story, Broken]:
        """The shortest story that breaks the law which a story broke."""
        assert outcome.broken is not None
        shrinker = Shrinker(lambda one: self.tell(one).broken, story, outcome.broken, outcome.place)
        return shrinker.shortest(), shrinker.broken


class Failure(AssertionError):
    """A seed's story broke a law; the message has the shortest that does."""

    def __init__(self, story: Story, broken: Broken, seed: int) -> None:
        self._made_of = (story, broken, seed)
        lines = [msgspec.json.encode(step).decode() for step in story.steps]
        phones = msgspec.json.encode(story.phones).decode()
        super().__init__("\n".join([f"seed {seed}: {broken}", phones, *lines]))
        self.story = story
        self.broken = broken

    def __reduce__(self) -> tuple[type[Failure], tuple[Story, Broken, int]]:
        return Failure, self._made_of  # it comes from another process


_simulation: Simulation | None = None
"""The one of this process, where it is a helper of another."""


def _use(simulation: Simulation) -> None:
    gc.freeze()  # what was imported lives for ever and need not be looked at
    global _simulation  # what a process is started with
    _simulation = simulation


def _counts_of(seed: int) -> Counter[str]:
    assert _simulation is not None
    return _simulation.seed(seed).counts


@contextmanager
def simulation() -> Iterator[Simulation]:
    """A Simulation with a template of its own, which writes no log."""
    logging = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
    with ExitStack() as stack:
        stack.callback(structlog.configure, **logging)
        directory = stack.enter_context(TemporaryDirectory(dir=fast_directory()))
        template = Path(directory) / "template"
        asyncio.run(make_template(template, ACCOUNTS))
        yield Simulation(template)
