"""Ports that are closed, silent, or somebody else's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Final

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP

from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.fronts import behind_haproxy
from overair.ward.ports import IPV6_LOOPBACK, free_port, has_ipv6
from overair.ward.programs import Missing
from overair.ward.site import MAIL, healthy_site, records
from overair.ward.ward import DOMAIN, OTHER_DOMAIN, Ward

SERVER: Final = Host(MAIL)
SMTP_PORT: Final = 25
OTHER_PORT: Final = 8443
FORWARDING: Final = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s

listen phones
    bind {address}:{port}
    server somewhere {target}
"""


@contextlib.asynccontextmanager
async def smtp_server(address: str, port: int) -> AsyncIterator[None]:
    """Take mail at a port, into nowhere."""

    def session() -> SMTP:
        return SMTP(Sink(), hostname=f"mx.{DOMAIN}", loop=asyncio.get_running_loop())

    server = await asyncio.get_running_loop().create_server(session, address, port)
    try:
        yield
    finally:
        server.close()


@contextlib.contextmanager
def silent_port(address: str, port: int) -> Iterator[None]:
    """A port whose packets nobody answers: a listener whose queue is full, since it never takes from it."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            waiting.setblocking(False)
            waiting.connect_ex((address, port))
        yield


def with_ports(ward: Ward) -> Surroundings:
    """The ward's, with ports that stand for those which are looked at when 443 is closed."""
    usual = ward.surroundings()
    return replace(usual, ports={**usual.ports, SMTP_PORT: free_port(), OTHER_PORT: free_port()})


def _both_families(ward: Ward) -> Surroundings:
    if not has_ipv6():
        raise Missing("IPv6")
    return replace(ward.surroundings(), landmarks=("127.0.0.1", IPV6_LOOPBACK))


@contextlib.asynccontextmanager
async def _refused(ward: Ward) -> AsyncIterator[Complaint]:
    records(ward, ward.address())
    yield ward.complaint(with_ports(ward), server=SERVER)


@contextlib.asynccontextmanager
async def _filtered(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    with silent_port(address, ward.https):
        yield ward.complaint(with_ports(ward), server=SERVER)


@contextlib.asynccontextmanager
async def _unreachable(ward: Ward) -> AsyncIterator[Complaint]:
    ward.zone.add(MAIL, "A", "255.255.255.255")
    yield ward.complaint(with_ports(ward), server=SERVER)


@contextlib.asynccontextmanager
async def _only_ipv6(ward: Ward) -> AsyncIterator[Complaint]:
    ward.zone.add(MAIL, "AAAA", IPV6_LOOPBACK)
    yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _ipv6_dead(ward: Ward) -> AsyncIterator[Complaint]:
    around = _both_families(ward)
    async with healthy_site(ward):
        ward.zone.add(MAIL, "AAAA", IPV6_LOOPBACK)
        yield ward.complaint(around)


@contextlib.asynccontextmanager
async def _ipv4_dead(ward: Ward) -> AsyncIterator[Complaint]:
    around = _both_families(ward)
    records(ward, ward.address())
    ward.zone.add(MAIL, "AAAA", IPV6_LOOPBACK)
    async with healthy_site(ward, address=f"[{IPV6_LOOPBACK}]", dns=False):
        yield ward.complaint(around)


@contextlib.asynccontextmanager
async def _one_of_two(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        ward.zone.add(MAIL, "A", ward.address())
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _closed_outside(ward: Ward) -> AsyncIterator[Complaint]:
    inside, outside = ward.address(), ward.address()
    records(ward, outside)
    async with healthy_site(ward, address=inside, dns=False):
        with silent_port(outside, ward.https):
            yield ward.complaint(with_ports(ward), server=SERVER, inside=inside)


@contextlib.asynccontextmanager
async def _down(ward: Ward) -> AsyncIterator[Complaint]:
    records(ward, ward.address())
    yield ward.complaint(with_ports(ward), server=SERVER, inside=ward.address())


@contextlib.asynccontextmanager
async def _other_port(ward: Ward) -> AsyncIterator[Complaint]:
    usual = with_ports(ward)
    ports = {**usual.ports, 443: free_port(), OTHER_PORT: ward.https}
    async with healthy_site(ward):
        yield ward.complaint(replace(usual, ports=ports), server=SERVER)


@contextlib.asynccontextmanager
async def _only_http(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    place = (await ward.overair()).place
    proxied = f"location / {{ proxy_pass http://{place.address}:{place.port}; }}"
    async with ward.nginx(f"server {{ listen {address}:{ward.http}; {proxied} }}"):
        yield ward.complaint(with_ports(ward), server=SERVER)


@contextlib.asynccontextmanager
async def _only_smtp(ward: Ward) -> AsyncIterator[Complaint]:
    address, around = ward.address(), with_ports(ward)
    ward.zone.add(MAIL, "A", address)
    ward.zone.add(DOMAIN, "MX", f"10 relay.{OTHER_DOMAIN}.")
    ward.zone.add(f"relay.{OTHER_DOMAIN}", "A", ward.address())
    async with smtp_server(address, around.ports[SMTP_PORT]):
        with silent_port(address, ward.https):
            yield ward.complaint(around, server=SERVER)


@contextlib.asynccontextmanager
async def _forwarded_to_smtp(ward: Ward) -> AsyncIterator[Complaint]:
    address, target, port = ward.address(), ward.address(), free_port()
    records(ward, address)
    text = FORWARDING.format(address=address, port=ward.https, target=f"{target}:{port}")
    async with smtp_server(target, port), ward.haproxy(text):
        yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _hangs_up(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    rule = "    tcp-request connection reject if { src 127.0.0.0/8 }"
    async with behind_haproxy(ward, address, frontend=rule):
        yield ward.complaint(server=SERVER)


@contextlib.asynccontextmanager
async def _closed_inside(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(inside=ward.address())


@contextlib.asynccontextmanager
async def _mail_at_http(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, http=None) as site, smtp_server(site.address, ward.http):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="nothing-listens",
        title="“Since the update of the server nobody's phone syncs.”",
        illness="port-refused",
        program=Program.SCRIPTED,
        start=_refused,
    ),
    Case(
        id="firewall-drops",
        title="“It says for a minute that it connects, and then that it cannot.”",
        illness="port-filtered",
        program=Program.SCRIPTED,
        start=_filtered,
    ),
    Case(
        id="no-way-there",
        title="“I have copied the address from the provider's letter.”",
        illness="host-unreachable",
        program=Program.DNS,
        start=_unreachable,
    ),
    Case(
        id="only-ipv6-published",
        title="“From my home everything works. In the office nobody can connect.”",
        illness="only-ipv6",
        program=Program.DNS,
        start=_only_ipv6,
    ),
    Case(
        id="ipv6-dead",
        title="“On the mobile network it takes minutes, on wireless it is quick.”",
        illness="ipv6-unreachable",
        program=Program.NGINX,
        start=_ipv6_dead,
    ),
    Case(
        id="ipv4-dead",
        title="“My colleague's phone syncs, mine does not, and we have the same phone.”",
        illness="ipv4-unreachable",
        program=Program.NGINX,
        start=_ipv4_dead,
    ),
    Case(
        id="one-of-two-servers-dead",
        title="“Every second time it works.”",
        illness="some-addresses-closed",
        program=Program.NGINX,
        start=_one_of_two,
    ),
    Case(
        id="router-does-not-forward",
        title="“In the office it works, outside it does not.”",
        illness="closed-from-outside",
        program=Program.SCRIPTED,
        start=_closed_outside,
    ),
    Case(
        id="service-stopped",
        title="“Is it the firewall? The phones cannot connect, at home or in the office.”",
        illness="service-down",
        program=Program.SCRIPTED,
        start=_down,
    ),
    Case(
        id="wrong-port",
        title="“Port 443 was taken, so the installer chose another one.”",
        illness="other-port-open",
        program=Program.NGINX,
        start=_other_port,
    ),
    Case(
        id="unencrypted-only",
        title="“In the browser the address works!”",
        illness="only-http-open",
        program=Program.NGINX,
        start=_only_http,
    ),
    Case(
        id="only-mail-let-through",
        title="“Mail arrives, so the server can be reached. Why do the phones not sync?”",
        illness="only-smtp-open",
        program=Program.SCRIPTED,
        start=_only_smtp,
    ),
    Case(
        id="forwarded-to-smtp",
        title="“I have set the forwarding in the router myself.”",
        illness="port-other-service",
        program=Program.HAPROXY,
        start=_forwarded_to_smtp,
    ),
    Case(
        id="connection-rejected",
        title="“It says at once that the connection was lost.”",
        illness="port-resets",
        program=Program.HAPROXY,
        start=_hangs_up,
    ),
    Case(
        id="mail-at-port-80",
        title="“Some networks let nothing out to port 25, so the mail server listens at 80, too.”",
        illness=None,
        program=Program.SCRIPTED,
        start=_mail_at_http,
        shows=("http-strange",),
        harmless="what listens at port 80 is a mail server",
    ),
    Case(
        id="inner-address-wrong",
        title="“They told me to type the inner address, too.”",
        illness=None,
        program=Program.NGINX,
        start=_closed_inside,
        shows=("closed-from-inside",),
        harmless="the inner address that was given does not answer",
    ),
)
"""What the ports of a host can have."""
