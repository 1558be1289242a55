"""A command under way: what it waits for, and what it takes of the server's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

from overair.imap.errors import BY_CODE, BadCommand, CommandFailed
from overair.imap.responses import Condition, Untagged

Take: TypeAlias = "Callable[[Untagged], bool]"
"""Given each response without a tag; says whether it was an answer to the command."""
Reply: TypeAlias = "Callable[[bytes], bytes]"
"""What to answer to "+" with its text, as SASL asks."""


class Command:
    """One command, from its first byte to its tagged answer."""

    __slots__ = ("done", "go_on", "idle", "name", "reply", "tag", "take")

    def __init__(self, tag: bytes, name: str, take: Take | None, done: asyncio.Future[Condition]) -> None:
        self.tag: Final = tag
        self.name: Final = name
        self.take: Final = take
        self.done: Final = done
        self.go_on: asyncio.Future[bool] | None = None
        """Set while the server's leave is awaited: True for "+", False where the command has ended."""
        self.reply: Reply | None = None
        self.idle = False
        """Whether it waits without a limit, as IDLE does."""


def checked(name: str, condition: Condition) -> Condition:
    """The end of a command that has succeeded. Raises CommandFailed."""
    if condition.kind == "OK":
        return condition
    error: type[CommandFailed] = BadCommand
    if condition.kind == "NO":
        error = BY_CODE.get(condition.code.name, CommandFailed)
    raise error(name, condition.code, condition.text)
