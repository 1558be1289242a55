"""How long does the server let phones wait at most?"""

from __future__ import annotations

from typing import Final

from overair.client import Client, ClientError
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.protocol import illnesses
from overair.doctor.checks.protocol.failures import told
from overair.doctor.complaint import PUSH_MINUTES
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned, Synchronised
from overair.doctor.facts.push import Limited, Pings
from overair.doctor.facts.web import Endpoint
from overair.doctor.phone import phone
from overair.items import ItemClass
from overair.protocol.ping import PingFolder
from overair.protocol.statuses import PingStatus

TOO_LONG: Final = 3541
"""Seconds. 3540 are the most that the protocol knows (MS-ASCMD_R7493); servers say what they take (R5691)."""
SHORT: Final = 1
PATIENCE: Final = 3.0
"""Seconds. A server with a limit answers at once."""
SECONDS: Final = 60
COMFORTABLE: Final = PUSH_MINUTES[-1] * SECONDS


async def examine(bedside: Bedside) -> Limited | None:
    """Ask to wait for too long."""
    folder = PingFolder(bedside.fact(Synchronised).inbox, ItemClass.EMAIL.value)
    async with phone(bedside) as client:
        longest = await _longest(bedside, client, folder)
    if longest is None:
        bedside.note("none for heartbeats")
    else:
        bedside.note(f"heartbeats up to {longest} s")
        if longest < COMFORTABLE:
            bedside.find(illnesses.HEARTBEAT_LIMITED, minutes=f"{longest / SECONDS:g}")
    return Limited(longest)


async def _longest(bedside: Bedside, client: Client, folder: PingFolder) -> int | None:
    """Seconds of the longest heartbeat, as the server says it; None where it says none."""
    patience = min(PATIENCE, bedside.surroundings.answer_seconds)
    try:
        answer = await client.ping((folder,), TOO_LONG, patience=patience)
    except ClientError:
        # It waits. A newer Ping of a device ends the one before.
        try:
            await client.ping((folder,), SHORT)
        except ClientError as error:
            raise NotReached(told(error)) from None
        return None
    return answer.heartbeat_interval if answer.status == PingStatus.INVALID_HEARTBEAT else None


CHECK: Final = Check(
    id="limits",
    title="Meet the server's limits",
    section=Section.PROTOCOL,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned, Synchronised, Pings),
    yields=Limited,
    finds=(illnesses.HEARTBEAT_LIMITED,),
)
