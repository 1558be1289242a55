"""Some checks at a server of the ward, without those that lead there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.complaint import Complaint
from overair.doctor.examination import Examination, Examined
from overair.doctor.facts.hosts import Candidates, Server, Source
from overair.doctor.facts.tls import Trusted
from overair.doctor.facts.web import Endpoint
from overair.doctor.host import Host
from overair.doctor.step import Step
from overair.protocol.http import PATH
from overair.ward.case import Start
from overair.ward.site import MAIL, NAMES, records
from overair.ward.supplies import Supplies
from overair.ward.ward import PASSWORD, Handler, Ward

T = TypeVar("T")
SERVER = Host(MAIL)
URL = f"https://{MAIL}{PATH}"


async def _candidates(_: Bedside) -> Candidates:
    return Candidates((), (), ())


async def _server(_: Bedside) -> Server:
    return Server(SERVER, PATH, Source.AUTODISCOVER)


async def _trusted(_: Bedside) -> Trusted:
    return Trusted()


async def _endpoint(_: Bedside) -> Endpoint:
    return Endpoint(URL, ("basic",), None, None)


def _ground(name: str, scope: Scope, examine: Callable[[Bedside], Coroutine[Any, Any, Any]]) -> Check:
    kinds = {"candidates": Candidates, "server": Server, "trusted": Trusted, "endpoint": Endpoint}
    return Check(id=name, title=name, section=Section.WEB, scope=scope, examine=examine, yields=kinds[name])


GROUND = (
    _ground("candidates", Scope.ONCE, _candidates),
    _ground("server", Scope.ONCE, _server),
    _ground("trusted", Scope.SERVER, _trusted),
    _ground("endpoint", Scope.SERVER, _endpoint),
)
"""What the checks of log-in, protocol and push stand on."""


class Practice:
    """A healthy Overair in an event loop of its own; many patients may come."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._supplies = Supplies()
        self.run(self._supplies.__aenter__())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in the loop of the servers."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Stop everything."""
        self.run(self._supplies.__aexit__(None, None, None))
        self._runner.close()

    def examine(
        self, start: Start, checks: Sequence[Check], *, password: str = PASSWORD, minute: float = 60.0
    ) -> Examined:
        """Run checks for what ``start`` complains of, in a ward of its own."""

        async def examined() -> Examined:
            async with (
                Ward(self._supplies, password=password, minute=minute) as ward,
                start(ward) as complaint,
            ):
                return await examination(complaint, checks)

        return self.run(examined())


async def examination(complaint: Complaint, checks: Sequence[Check]) -> Examined:
    """Run checks at the server of a ward."""
    return await Examination(complaint, (*GROUND, *checks)).run()


def practising() -> Iterator[Practice]:
    """What a fixture of a module yields."""
    practice = Practice()
    yield practice
    practice.close()


@asynccontextmanager
async def scripted(ward: Ward, handler: Handler) -> AsyncIterator[None]:
    """A few lines in the place of the server."""
    address = ward.address()
    records(ward, address)
    async with ward.scripted(handler, address, ward.authority.issue(NAMES)):
        yield


def found(examined: Examined) -> list[str]:
    """The ids of the findings."""
    return [finding.id for finding in examined.findings]


def step_of(examined: Examined, check: Check) -> Step:
    """What became of a check."""
    return next(step for step in examined.steps if step.check is check)
