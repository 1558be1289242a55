"""Where the port for HTTPS is closed: which ports are open instead?"""

from __future__ import annotations

import asyncio
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import CLOSED
from overair.doctor.facts.machine import Online
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Open
from overair.doctor.host import HTTP_PORT, HTTPS_PORT, Host
from overair.doctor.illness import Illness, Severity
from overair.doctor.network.connecting import Connection, connect, greeting
from overair.doctor.network.handshaking import NoShake, hello_to, place_of, shake

OTHER_PORT: Final = Illness(
    id="other-port-open",
    severity=Severity.BREAKS,
    says="{host} speaks HTTPS at port {other}, but not at port {port}, where phones look.",
    cure="Let the server listen at port 443, or forward TCP port 443 to its port {other} in the router. "
    "Phones whose users type the port (`{host}:{other}`) get in meanwhile; Autodiscover must name it in "
    "its URL.",
    explains=CLOSED,
)
ONLY_HTTP: Final = Illness(
    id="only-http-open",
    severity=Severity.BREAKS,
    says="{host} answers at port 80 (HTTP, unencrypted), but not at port {port} (HTTPS).",
    cure="Switch HTTPS on at the web server with a certificate for {host} (as `certbot` or the server's own "
    "wizard does), and open TCP port {port} in the firewall beside port 80.",
    explains=CLOSED,
)
ONLY_SMTP: Final = Illness(
    id="only-smtp-open",
    severity=Severity.BREAKS,
    says="{host} takes mail at port 25 (SMTP), but no connections at port {port} (HTTPS): the firewall, or a "
    "relay in front, lets mail through and nothing else.",
    cure="Let TCP port {port} from everywhere through to the server in the firewall, and not only SMTP from "
    "the relay's networks; or put the name of the server itself into the phones where {host} is a relay.",
    explains=CLOSED,
)
SMTP_PORT: Final = 25
OTHERS: Final = (HTTPS_PORT, 8443, 4443, 444, 10443, 9443)
"""Where servers speak HTTPS when their port is taken, or a provider closes it."""
SMTP_GREETINGS: Final = (b"220", b"421", b"554")


async def _examine(bedside: Bedside) -> None:
    if bedside.wanted(Open) is not None:
        raise NotReached("the port for HTTPS is open")
    address, port = bedside.fact(Addresses).all[0], bedside.host.port
    around = bedside.surroundings
    others = [other for other in OTHERS if other != port]
    *encrypted, http, smtp = await asyncio.gather(
        *(_speaks_tls(bedside, address, other) for other in others),
        connect(around, address, HTTP_PORT),
        greeting(around, address, SMTP_PORT),
    )
    if any(encrypted):
        bedside.find(OTHER_PORT, port=port, other=others[encrypted.index(True)])
    elif http is Connection.OPEN:
        bedside.find(ONLY_HTTP, port=port)
    elif isinstance(smtp, bytes) and smtp.startswith(SMTP_GREETINGS):
        bedside.find(ONLY_SMTP, port=port)


async def _speaks_tls(bedside: Bedside, address: str, port: int) -> bool:
    place = place_of(Host(bedside.host.name, port), address, bedside.surroundings)
    try:
        await shake(place, hello_to(bedside.host), bedside.surroundings)
    except NoShake:
        return False
    return True


CHECK: Final = Check(
    id="other-ports",
    title="Which ports are open instead?",
    section=Section.PORTS,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Online, Addresses),
    wants=(Open,),
    finds=(OTHER_PORT, ONLY_HTTP, ONLY_SMTP),
)
