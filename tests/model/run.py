"""Runs stories."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from model.in_process import InProcess
from model.laws import Broken
from model.simulation import SimulatedLoop
from model.steps import Story
from model.telling import Teller


def run_in_process(
    template: Path, story: Story, trace: Callable[[str], None] | None = None
) -> tuple[Counter[str], Broken | None, int]:
    """Tell a story in simulated time; what happened, the law that broke, and at which step."""

    async def work() -> tuple[Counter[str], Broken | None, int]:
        async with InProcess(template, story.seed) as drive:
            teller = Teller(drive, story)
            teller.trace = trace
            try:
                await teller.tell()
            except Broken as broken:
                return teller.counts, broken, teller.place
            return teller.counts, None, teller.place

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work())
