"""Does the server take a Ping at all?"""

from __future__ import annotations

from typing import Final

from overair.client import ClientError
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.protocol.failures import told
from overair.doctor.checks.push import illnesses
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned, Sent, Synchronised
from overair.doctor.facts.push import Pings
from overair.doctor.facts.web import Endpoint
from overair.doctor.phone import phone
from overair.items import ItemClass
from overair.protocol.ping import PingFolder
from overair.protocol.statuses import PingStatus

TOO_SHORT: Final = 1
"""Seconds. Most servers answer at once with the shortest heartbeat that they take (status 5), and those
that take it answer after it has passed."""
TAKEN: Final = frozenset((PingStatus.EXPIRED, PingStatus.CHANGES, PingStatus.INVALID_HEARTBEAT))


async def examine(bedside: Bedside) -> Pings | None:
    """Ask to wait for a second."""
    folder = PingFolder(bedside.fact(Synchronised).inbox, ItemClass.EMAIL.value)
    async with phone(bedside) as client:
        try:
            answer = await client.ping((folder,), TOO_SHORT)
        except ClientError as error:
            bedside.find(illnesses.PING_REFUSED, told=told(error))
            return None
    if answer.status not in TAKEN:
        bedside.find(illnesses.PING_REFUSED, told=f"status {answer.status}")
        return None
    shortest = answer.heartbeat_interval or TOO_SHORT
    bedside.note(f"heartbeats from {shortest} s on")
    return Pings(shortest)


CHECK: Final = Check(
    id="ping",
    title="Ask for a short Ping",
    section=Section.PUSH,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned, Synchronised),
    wants=(Sent,),  # a newer Ping of a device ends the one that waits for the message
    yields=Pings,
    finds=(illnesses.PING_REFUSED,),
)
