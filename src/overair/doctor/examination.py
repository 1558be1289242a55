"""The checks as a graph: side by side where they can be, not reached where their ground is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from overair.doctor.attempts import Attempts
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Fact, NotReached, Scope
from overair.doctor.complaint import Complaint
from overair.doctor.facts.hosts import Candidates, Server
from overair.doctor.host import Host
from overair.doctor.illness import Finding
from overair.doctor.step import State, Step, standing_on

Watcher = Callable[[Step], None]
"""Told of each step when it begins to wait, runs, and is settled."""

_log = structlog.get_logger(__name__)

OF_CANDIDATES: Final = frozenset((Scope.HOST, Scope.CANDIDATE))
OF_THE_SERVER: Final = frozenset((Scope.HOST, Scope.SERVER))


@dataclass(frozen=True)
class Examined:
    """An examination that is over."""

    complaint: Complaint
    steps: tuple[Step, ...]
    """In the order of the checks, each host's in the order in which it was met."""
    facts: Mapping[tuple[type[Fact], Host | None], Fact]
    server: Server | None
    candidates: tuple[Host, ...]
    seconds: float

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the steps."""
        return tuple(finding for step in self.steps for finding in step.findings)


class Examination:
    """One run of the checks for one complaint."""

    def __init__(self, complaint: Complaint, checks: Sequence[Check], watch: Watcher | None = None) -> None:
        self._complaint = complaint
        self._checks = tuple(checks)
        self._yielders = {check.yields: check for check in checks if check.yields is not None}
        self._watch = watch or (lambda step: None)
        self._tasks: dict[tuple[str, Host | None], asyncio.Task[Fact | None]] = {}
        self._steps: dict[tuple[str, Host | None], Step] = {}
        self._attempts = Attempts()
        self._hosts: list[Host] = []
        self._candidates: tuple[Host, ...] = ()
        self._facts: dict[tuple[type[Fact], Host | None], Fact] = {}

    async def run(self) -> Examined:
        """Look at everything that can be looked at."""
        started = time.monotonic()
        try:
            for check in self._checks:
                if check.scope is Scope.ONCE:
                    self._task(check, None)
            while pending := [task for task in self._tasks.values() if not task.done()]:
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in self._tasks.values():
                task.result()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        server = self._facts.get((Server, None))
        return Examined(
            self._complaint,
            self._ordered(),
            self._facts,
            server if isinstance(server, Server) else None,
            self._candidates,
            time.monotonic() - started,
        )

    def _ordered(self) -> tuple[Step, ...]:
        places: dict[Host | None, int] = {None: -1} | {host: place for place, host in enumerate(self._hosts)}
        ranks = {check.id: rank for rank, check in enumerate(self._checks)}
        return tuple(
            self._steps[key] for key in sorted(self._steps, key=lambda key: (ranks[key[0]], places[key[1]]))
        )

    def _task(self, check: Check, host: Host | None) -> asyncio.Task[Fact | None]:
        key = check.id, host
        if key not in self._tasks:
            step = self._steps[key] = Step(check=check, host=host)
            self._watch(step)
            self._tasks[key] = asyncio.create_task(self._settle(step))
        return self._tasks[key]

    async def _settle(self, step: Step) -> Fact | None:
        """Wait for what a check needs, look, and note what came of it."""
        check, host = step.check, step.host
        facts: dict[type[Fact], Fact] = {}
        for kind in (*check.needs, *check.wants):
            fact = await self._awaited(check, host, kind)
            if fact is not None:
                facts[kind] = fact
        missing = [kind for kind in check.needs if kind not in facts]
        if missing:
            ground = self._yielders[missing[0]]
            self._finish(step, State.NOT_REACHED, standing_on(ground.title))
            return self._grown(check, None)
        step.state = State.RUNNING
        self._watch(step)
        bedside = Bedside(check, self._complaint, host, facts, self._everywhere, self._attempts)
        started = time.monotonic()
        fact, state, reason = await self._looked(check, bedside)
        step.seconds = time.monotonic() - started
        step.notes, step.findings = tuple(bedside.notes), tuple(bedside.findings)
        if fact is not None:
            self._facts[type(fact), host] = fact
        self._finish(step, state, reason)
        return self._grown(check, fact)

    async def _looked(self, check: Check, bedside: Bedside) -> tuple[Fact | None, State, str]:
        try:
            fact = await check.examine(bedside)
        except NotReached as reason:
            return None, State.NOT_REACHED, str(reason)
        except Exception as error:  # a defect of one check must not cost the verdict of the others
            _log.exception("a check of the doctor failed", check=check.id)
            return None, State.STUMBLED, f"the doctor failed here: {type(error).__name__}"
        if fact is not None and type(fact) is not check.yields:
            raise TypeError(f"{check.id} yields {type(fact).__name__}, which it does not declare")
        return fact, State.FOUND if bedside.findings else State.PASSED, ""

    def _finish(self, step: Step, state: State, reason: str) -> None:
        step.state, step.reason = state, reason
        self._watch(step)

    def _grown(self, check: Check, fact: Fact | None) -> Fact | None:
        """The fact, after the hosts that it names have got their checks."""
        if check.yields is Candidates and isinstance(fact, Candidates):
            self._candidates = fact.hosts
            for host in fact.hosts:
                self._look_at(host, OF_CANDIDATES)
        if check.yields is Server:
            if isinstance(fact, Server):
                self._look_at(fact.host, OF_THE_SERVER)
            else:
                for other in self._checks:
                    if other.scope is Scope.SERVER:
                        self._finish(self._unreached(other), State.NOT_REACHED, standing_on(check.title))
        return fact

    def _unreached(self, check: Check) -> Step:
        return self._steps.setdefault((check.id, None), Step(check=check, host=None))

    def _look_at(self, host: Host, scopes: frozenset[Scope]) -> None:
        if host not in self._hosts:
            self._hosts.append(host)
        for check in self._checks:
            if check.scope in scopes:
                self._task(check, host)

    async def _awaited(self, check: Check, host: Host | None, kind: type[Fact]) -> Fact | None:
        """A fact, when its check is settled; of all hosts, any one that has it."""
        yielder = self._yielders[kind]
        if yielder.scope is Scope.ONCE:
            return await self._task(yielder, None)
        if check.scope is not Scope.ONCE:
            return await self._task(yielder, host)
        for growing in (Candidates, Server):
            if not (yielder.scope is Scope.CANDIDATE and growing is Server):
                await self._task(self._yielders[growing], None)
        of_hosts = [task for (name, _), task in list(self._tasks.items()) if name == yielder.id]
        found = [await task for task in of_hosts]
        return next((fact for fact in found if fact is not None), None)

    def _everywhere(self, kind: type[Fact]) -> Mapping[Host, Fact]:
        """A fact of each host that has it."""
        return {host: self._facts[kind, host] for host in self._hosts if (kind, host) in self._facts}
