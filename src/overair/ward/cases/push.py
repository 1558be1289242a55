"""Waiting requests that are refused or cut: by proxies, by what stands on the way, by the server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.ward.case import Case, Program
from overair.ward.fronts import PATIENCE, behind_apache, behind_haproxy
from overair.ward.relay import Ending, relay
from overair.ward.site import NAMES, PROXIED, healthy_site, records
from overair.ward.ward import Ward

MINUTE: Final = 2.0
"""Seconds. Within a minute everything but a Ping is answered, on a busy machine, too."""
PASSING_ON: Final = """\
global
    maxconn 200

defaults
    mode tcp
    timeout connect 5s
    timeout client {minute}ms
    timeout server {minute}ms

listen phones
    bind {address}:{port}
    server overair {target}:{port}
"""


@contextlib.asynccontextmanager
async def _nginx(ward: Ward) -> AsyncIterator[Complaint]:
    """Its time-out is the one that it has when nobody says anything."""
    proxied = PROXIED.replace(f"{PATIENCE}s", f"{ward.minute * 1000:.0f}ms")
    async with healthy_site(ward, locations=f"location / {{ {proxied} }}"):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _haproxy(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_haproxy(ward, address, patience=f"{ward.minute * 1000:.0f}ms"):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _apache(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_apache(ward, address, patience=f"{ward.minute:.0f}"):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _passed_on(ward: Ward) -> AsyncIterator[Complaint]:
    """HAProxy passes on bytes, and closes what is idle for a minute."""
    front, behind = ward.address(), ward.address()
    records(ward, front)
    text = PASSING_ON.format(address=front, port=ward.https, target=behind, minute=round(ward.minute * 1000))
    certificate = ward.authority.issue(NAMES)
    async with ward.own_overair(Place(behind, ward.https), certificate), ward.haproxy(text):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _forgotten(ending: Ending, ward: Ward) -> AsyncIterator[Complaint]:
    """A firewall in front of everything forgets what is idle for a minute."""
    front, behind = ward.address(), ward.address()
    records(ward, front)
    places = (Place(front, ward.https), Place(behind, ward.https))
    async with (
        healthy_site(ward, address=behind, dns=False, http=None),
        relay(*places, ward.minute, ending),
    ):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _impatient(ward: Ward) -> AsyncIterator[Complaint]:
    """The server ends each Ping after a quarter of the heartbeat."""
    address = ward.address()
    records(ward, address)
    certificate = ward.authority.issue(NAMES)
    async with ward.own_overair(Place(address, ward.https), certificate, pace=0.25):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _refused(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    lines = "    http-request return status 501 if { url_param(Cmd) -m str Ping }"
    async with behind_haproxy(ward, address, frontend=lines):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="ping-refused",
        title="“Mail comes every quarter of an hour, all at once.”",
        illness="ping-refused",
        program=Program.HAPROXY,
        start=_refused,
    ),
    Case(
        id="ping-cut-by-nginx",
        title="“My battery is empty at noon since we have that new proxy.”",
        illness="ping-cut-by-proxy",
        program=Program.NGINX,
        start=_nginx,
        minute=MINUTE,
    ),
    Case(
        id="ping-cut-by-haproxy",
        title="“Mail comes with a delay, but only on phones.”",
        illness="ping-cut-by-proxy",
        program=Program.HAPROXY,
        start=_haproxy,
        minute=MINUTE,
    ),
    Case(
        id="ping-cut-by-apache",
        title="“Push works for some minutes after I open the app.”",
        illness="ping-cut-by-proxy",
        program=Program.APACHE,
        start=_apache,
        minute=MINUTE,
    ),
    Case(
        id="ping-cut-by-load-balancer",
        title="“We use a load balancer now, and everything is as before. Only the phones grow hot.”",
        illness="ping-cut-by-closing",
        program=Program.HAPROXY,
        start=_passed_on,
        minute=MINUTE,
    ),
    Case(
        id="ping-cut-by-firewall",
        title="“In the office push works, in the train it does not.”",
        illness="ping-cut-by-reset",
        program=Program.SCRIPTED,
        start=partial(_forgotten, Ending.RESET),
        minute=MINUTE,
    ),
    Case(
        id="ping-lost",
        title="“Mail stops coming until I switch flight mode on and off.”",
        illness="ping-lost",
        program=Program.SCRIPTED,
        start=partial(_forgotten, Ending.SILENCE),
        minute=MINUTE,
    ),
    Case(
        id="ping-ended-by-server",
        title="“The log of the server is full of this one phone.”",
        illness="ping-cut-by-server",
        program=Program.OVERAIR,
        start=_impatient,
        minute=MINUTE,
    ),
)
"""Cases of push."""
