"""The engine at random, on a real SQLite file."""

from __future__ import annotations

from hypothesis import settings

from sync.machine import EngineMachine, SharedWorld
from sync.mail_machine import MailMachine

SHARED = SharedWorld()
"""The world is made once for all examples."""


class EngineAtRandom(EngineMachine):
    """Contacts: what is written on both sides."""

    shared = SHARED


class MailAtRandom(MailMachine):
    """Mail: what is seen through filters."""

    shared = SHARED


EngineAtRandom.TestCase.settings = settings(stateful_step_count=40)
MailAtRandom.TestCase.settings = settings(stateful_step_count=40)
TestEngineAtRandom = EngineAtRandom.TestCase
TestMailAtRandom = MailAtRandom.TestCase
