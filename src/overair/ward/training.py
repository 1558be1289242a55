"""A case for somebody in training: it stays until it is ended, and says how to examine it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint, Place, Surroundings
from overair.ward.case import Case
from overair.ward.ward import PASSWORD, Ward

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEFAULTS: Final = Surroundings(proxies={})
OF_THE_MACHINE: Final = {
    "landmarks": "its network",
    "hosts": "its hosts file",
    "resolver_file": "its list of name servers",
    "list_authorities": "the lists of roots that devices have",
}
"""Surroundings that no option of the doctor says, unless they are those of every ward."""
EVERYWHERE: Final = {"landmarks": ("127.0.0.1",)}


@contextlib.asynccontextmanager
async def in_training(case: Case) -> AsyncIterator[Complaint]:
    """Start a case, whose minutes have sixty seconds. Raises programs.Missing, programs.DidNotStart."""
    async with Ward(password=case.password or PASSWORD) as ward, case.start(ward) as complaint:
        yield complaint


async def until_told(case: Case, started: asyncio.Future[Complaint]) -> None:
    """Keep a case until SIGINT, SIGTERM or SIGHUP, also while it starts. Raises as ``in_training``."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(_keep(case, started))
    for number in SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def _keep(case: Case, started: asyncio.Future[Complaint]) -> None:
    async with in_training(case) as complaint:
        started.set_result(complaint)
        await asyncio.get_running_loop().create_future()


def options(complaint: Complaint) -> list[str]:
    """What to write after ``overair doctor``; the password is asked for."""
    around = complaint.surroundings
    words = [complaint.address]
    given = (
        ("--user", complaint.user),
        ("--domain", complaint.domain),
        ("--server", complaint.server.authority if complaint.server is not None else None),
        ("--inside", complaint.inside),
        ("--trust-fingerprint", complaint.trusted_fingerprint),
    )
    for option, value in given:
        words += [] if value is None else [option, value]
    switches = (
        ("--send", complaint.send),
        ("--push", complaint.push),
        ("--no-password", complaint.password is None),
    )
    words += [option for option, wanted in switches if wanted]
    lists = (
        ("--resolver", tuple(map(_place, around.resolvers))),
        ("--public-resolver", tuple(map(_place, around.public_resolvers))),
        ("--ca-file", around.authorities),
        ("--device-ca-file", around.device_authorities),
    )
    for option, values in lists:
        for one in values:
            words += [option, str(one)]
    if around.ports:
        words += ["--port-map", ",".join(f"{asked}:{taken}" for asked, taken in around.ports.items())]
    if around.answer_seconds != DEFAULTS.answer_seconds:
        words += ["--timeout", f"{around.answer_seconds:g}"]
    return words


def variables(complaint: Complaint) -> list[str]:
    """What the environment has to name, as it is written before a command."""
    return [f"{scheme}_proxy={proxy}" for scheme, proxy in complaint.surroundings.proxies.items()]


def pretended(complaint: Complaint) -> list[str]:
    """What of the trainee's own machine a case stands for, and no command can say."""
    around = complaint.surroundings
    return [
        called
        for name, called in OF_THE_MACHINE.items()
        if getattr(around, name) not in (getattr(DEFAULTS, name), EVERYWHERE.get(name))
    ]


def _place(place: Place) -> str:
    address = f"[{place.address}]" if ":" in place.address else place.address
    return f"{address}:{place.port}"
