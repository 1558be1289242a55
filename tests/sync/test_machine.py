"""The engine at random, on a real SQLite file."""

from __future__ import annotations

from hypothesis import settings

from sync.machine import EngineMachine, SharedWorld


class EngineAtRandom(EngineMachine):
    """The world is made once for all examples."""

    shared = SharedWorld()


EngineAtRandom.TestCase.settings = settings(stateful_step_count=40)
TestEngineAtRandom = EngineAtRandom.TestCase
