"""How long does the path hold a Ping, and who cuts it?"""

from __future__ import annotations

import time
from enum import Enum
from typing import Final

import aiohttp
import msgspec

from overair.client import Client, ClientError, ConnectionFailed, HttpError
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.protocol.failures import told
from overair.doctor.checks.push import illnesses
from overair.doctor.complaint import PUSH_MINUTES
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned, Synchronised
from overair.doctor.facts.push import Held, Limited, Pings
from overair.doctor.facts.web import Endpoint
from overair.doctor.illness import Illness
from overair.doctor.phone import phone
from overair.items import ItemClass
from overair.protocol.ping import PingFolder
from overair.protocol.statuses import PingStatus
from overair.protocol.sync_options import FilterType, Options

SECONDS: Final = 60
EARLY: Final = 0.9
"""A Ping that ended after less than this part of its heartbeat was cut."""
GRACE: Final = 0.5
"""Minutes that an answer may be late, and no less than any answer may take."""
FRESH: Final = Options(filter_type=FilterType.ONE_DAY)
OWN_HEADERS: Final = ("ms-server-activesync", "ms-asprotocol")
"""What an error has that is the EAS server's own, and that of a proxy has not."""
TRIES: Final = 5
"""How often a Ping is asked again since mail arrived while it waited."""


class End(Enum):
    """How a Ping ended."""

    HELD = "held"
    CHANGES = "changes"
    LIMITED = "limited"
    CUT = "cut"


class Wait(msgspec.Struct, frozen=True):
    """What became of one Ping."""

    end: End
    minutes: float
    illness: Illness | None = None
    said: str = ""


async def examine(bedside: Bedside) -> Held | None:
    """Ask for longer and longer heartbeats, until one is not held."""
    if not bedside.complaint.push:
        raise NotReached("only with --push")
    folder = PingFolder(bedside.fact(Synchronised).inbox, ItemClass.EMAIL.value)
    held = 0
    async with phone(bedside) as client:
        for minutes in PUSH_MINUTES:
            wait = await _waited(bedside, client, folder, minutes)
            if wait.end is End.HELD:
                held = minutes
                continue
            if wait.end is End.CHANGES:
                bedside.note(f"{minutes} minutes could not be tried: mail kept arriving")
                break
            if wait.end is End.LIMITED:
                bedside.note(f"the server takes {wait.minutes:g} minutes at most")
                break
            if wait.illness is None:
                raise NotReached(wait.said)
            bedside.find(wait.illness, minutes=f"{wait.minutes:.1f}", asked=minutes, status=wait.said)
            return Held(held, wait.minutes)
    bedside.note(f"held for {held} minutes")
    return Held(held, None)


async def _waited(bedside: Bedside, client: Client, folder: PingFolder, minutes: int) -> Wait:
    """One heartbeat to its end, again where mail woke it."""
    wait = await _once(bedside, client, folder, minutes)
    for _ in range(TRIES):
        if wait.end is not End.CHANGES:
            break
        try:
            await client.collection(folder.id, options=FRESH).sync()
        except ClientError as error:
            return Wait(End.CUT, wait.minutes, None, told(error))
        wait = await _once(bedside, client, folder, minutes)
    return wait


async def _once(bedside: Bedside, client: Client, folder: PingFolder, minutes: int) -> Wait:
    minute = bedside.surroundings.minute
    grace = max(GRACE * minute, bedside.surroundings.answer_seconds)
    started = time.monotonic()
    try:
        answer = await client.ping((folder,), minutes * SECONDS, patience=minutes * minute + grace)
    except ClientError as error:
        return _cut(error, (time.monotonic() - started) / minute)
    took = (time.monotonic() - started) / minute
    if answer.status == PingStatus.CHANGES:
        return Wait(End.CHANGES, took)
    if answer.status == PingStatus.INVALID_HEARTBEAT:
        return Wait(End.LIMITED, (answer.heartbeat_interval or 0) / SECONDS)
    if answer.status != PingStatus.EXPIRED:
        return Wait(End.CUT, took, None, f"status {answer.status}")
    if took < minutes * EARLY:
        return Wait(End.CUT, took, illnesses.CUT_BY_SERVER)
    return Wait(End.HELD, took)


def _cut(error: ClientError, minutes: float) -> Wait:
    """Who cut a Ping, by how it looks from here."""
    if isinstance(error, HttpError):
        own = any(name.lower().startswith(OWN_HEADERS) for name in error.headers)
        illness = illnesses.CUT_BY_SERVER if own else illnesses.CUT_BY_PROXY
        return Wait(End.CUT, minutes, illness, str(error.status))
    cause = error.__cause__
    if not isinstance(error, ConnectionFailed) or cause is None:
        return Wait(End.CUT, minutes, None, told(error))
    for kind, illness in CAUSES:
        if isinstance(cause, kind):
            return Wait(End.CUT, minutes, illness)
    return Wait(End.CUT, minutes, illnesses.CUT_BY_CLOSING)


CAUSES: Final[tuple[tuple[type[BaseException], Illness], ...]] = (
    (TimeoutError, illnesses.LOST),
    (aiohttp.ClientOSError, illnesses.CUT_BY_RESET),
    (ConnectionResetError, illnesses.CUT_BY_RESET),
)
"""What the connection did; whatever else it did, it was closed."""


CHECK: Final = Check(
    id="heartbeats",
    title="Try how long a Ping is held",
    section=Section.PUSH,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned, Synchronised, Pings),
    wants=(Limited,),  # a newer Ping of a device ends the one that is tried
    yields=Held,
    finds=illnesses.CUTS,
)
