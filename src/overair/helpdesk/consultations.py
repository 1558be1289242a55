"""The examinations that are made from the page: how many, for how long, and what is kept of them."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog

from overair.doctor.answering import answer
from overair.doctor.complaint import Complaint
from overair.doctor.reporting.report import Report
from overair.helpdesk.consultation import Consultation, Outcome
from overair.helpdesk.pace import Pace, TooMany

LONGEST_SECONDS: Final = 600.0
"""An examination that has not ended by then is given up."""
ABANDONED_SECONDS: Final = 30.0
"""After so long without anybody who looks an examination is given up."""
KEPT_SECONDS: Final = 1800.0
"""How long a report is there."""
MOST_KEPT: Final = 200
"""Reports; the oldest go first."""
LOOK_SECONDS: Final = 1.0
BUSY_SECONDS: Final = 15.0
"""After which it may be tried again where too many run."""
REFUSED_SECONDS: Final = 900.0
MOST_REFUSED: Final = 2
"""Examinations of an address whose log-in was refused, whoever asks, within that time: each sends up to four
log-ins, and accounts are locked after some ten in such a time. Nor is this a place to guess passwords."""
MOST_REFUSED_OF_ALL: Final = 1000
LOG_INS: Final = frozenset(("log-in", "autodiscover-log-in"))
"""Checks that find something where a log-in was refused."""

_log = structlog.get_logger("overair.doctor")


class Consultations:
    """All of them, in memory."""

    def __init__(self, at_once: int, *, abandoned_seconds: float = ABANDONED_SECONDS) -> None:
        self._at_once: Final = at_once
        self._abandoned_seconds: Final = abandoned_seconds
        self._known: dict[str, Consultation] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._log_ins: Final = Pace(REFUSED_SECONDS, MOST_REFUSED, MOST_REFUSED_OF_ALL)

    @property
    def running(self) -> int:
        """How many have not ended."""
        return len(self._running)

    def begin(self, complaint: Complaint) -> Consultation:
        """Examine; from here on the complaint, with its password, is the task's alone. Raises TooMany."""
        if len(self._running) >= self._at_once:
            raise TooMany(BUSY_SECONDS)
        if complaint.password is not None:
            self._log_ins.begin(complaint.address)
        consultation = Consultation(complaint.address)
        self._known[consultation.id] = consultation
        task = asyncio.create_task(self._examine(consultation, complaint))
        self._running[consultation.id] = task
        task.add_done_callback(lambda _: self._running.pop(consultation.id, None))
        return consultation

    def find(self, id_: str) -> Consultation | None:
        """One that is remembered; whoever asks for it looks at it."""
        consultation = self._known.get(id_)
        if consultation is not None:
            consultation.seen_at = time.monotonic()
        return consultation

    async def keep(self) -> None:
        """Give up those that nobody looks at, and forget old ones, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.tidy()

    def tidy(self) -> None:
        """What ``keep`` does again and again."""
        now = time.monotonic()
        for id_, task in self._running.items():
            one = self._known[id_]
            if one.listeners == 0 and now - one.seen_at > self._abandoned_seconds:
                task.cancel()
        ended = {id_: one.ended_at for id_, one in self._known.items() if one.ended_at is not None}
        surplus = sorted(ended, key=lambda id_: ended[id_])[: max(0, len(ended) - MOST_KEPT)]
        for id_, when in ended.items():
            if now - when > KEPT_SECONDS or id_ in surplus:
                del self._known[id_]

    def leave(self) -> None:
        """End all that run, and so their streams."""
        for task in self._running.values():
            task.cancel()

    async def _examine(self, consultation: Consultation, complaint: Complaint) -> None:
        outcome, report = Outcome.FAILED, None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                report = await answer(complaint, watch=consultation.watch)
            outcome = Outcome.FINISHED
        except TimeoutError:
            outcome = Outcome.LATE
        except asyncio.CancelledError:
            outcome = Outcome.ABANDONED  # the task ends here in any case
        except Exception:  # a defect is told in the page and the log, and ends no other examination
            _log.exception("an examination failed")
        finally:
            if complaint.password is not None and report is not None and not _refused(report):
                self._log_ins.take_back(complaint.address)
            consultation.end(outcome, report)
            verdict = report.verdict.value if report is not None else None
            _log.info("examined", address=complaint.address, outcome=outcome.value, verdict=verdict)


def _refused(report: Report) -> bool:
    """Whether the log-in was refused, in one of its forms at least."""
    return any(step.check in LOG_INS and step.state == "found" for step in report.steps)
