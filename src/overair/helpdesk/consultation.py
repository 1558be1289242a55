"""One examination that somebody watches: its steps as they come, and its report."""

from __future__ import annotations

import asyncio
import secrets
import time
from enum import StrEnum
from typing import Final

import msgspec

from overair.doctor.reporting.report import Report
from overair.doctor.step import State, Step

MOST_LISTENERS: Final = 8
"""Streams of one examination's steps."""


class Outcome(StrEnum):
    """How an examination ended."""

    FINISHED = "finished"
    ABANDONED = "abandoned"
    """Nobody looked any more."""
    LATE = "late"
    """It took too long."""
    FAILED = "failed"
    """The doctor itself did."""


class Shown(msgspec.Struct, frozen=True):
    """A step as pages and events show it."""

    key: str
    """The same for the same step."""
    section: str
    title: str
    host: str | None
    state: str
    reason: str
    findings: tuple[str, ...]
    """What is the case, a sentence each."""
    seconds: float


class Change(msgspec.Struct, frozen=True):
    """The latest of a step; those of an examination are numbered from 1."""

    number: int
    step: Shown


class Ended(msgspec.Struct, frozen=True):
    """That there are no more steps."""

    outcome: Outcome


class Consultation:
    """What is known of one examination: never the password, nor the complaint that holds it."""

    def __init__(self, address: str) -> None:
        self.id: Final = secrets.token_urlsafe(24)
        """Whoever knows it may see the report."""
        self.address: Final = address
        self.report: Report | None = None
        self.outcome: Outcome | None = None
        self.ended_at: float | None = None
        """By the monotonic clock."""
        self.listeners = 0
        self.seen_at = time.monotonic()
        """When somebody looked last."""
        self._changes: dict[str, Change] = {}
        self._number = 0
        self._news = asyncio.Event()

    def watch(self, step: Step) -> None:
        """Take what the examination tells of a step."""
        host = step.host.authority if step.host is not None else None
        key = f"{step.check.id} {host or ''}".rstrip()
        shown = Shown(
            key=key,
            section=step.check.section.value,
            title=step.check.title,
            host=host,
            state=step.state.value,
            reason=step.reason,
            findings=tuple(one.says for one in step.findings) if step.state is State.FOUND else (),
            seconds=round(step.seconds, 1),
        )
        self._number += 1
        self._changes[key] = Change(self._number, shown)
        self._tell()

    def end(self, outcome: Outcome, report: Report | None = None) -> None:
        """There is a report, or there will be none."""
        self.outcome, self.report, self.ended_at = outcome, report, time.monotonic()
        self._number += 1
        self._tell()

    @property
    def steps(self) -> tuple[Shown, ...]:
        """As they were met."""
        return tuple(change.step for change in self._changes.values())

    @property
    def number(self) -> int:
        """Of the latest news."""
        return self._number

    def changes(self, after: int) -> tuple[Change, ...]:
        """What has changed since a number, each step as it is now."""
        found = [change for change in self._changes.values() if change.number > after]
        return tuple(sorted(found, key=lambda change: change.number))

    async def news(self, after: int, seconds: float) -> bool:
        """Wait for something newer than a number; False where nothing came in time."""
        if self._number > after:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
