"""Servers that speak TLS, but not in a way that every phone can."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program, Start
from overair.ward.fronts import ALPN, behind_apache, behind_haproxy
from overair.ward.ports import IPV6_LOOPBACK, has_ipv6
from overair.ward.programs import Missing
from overair.ward.site import LISTEN, MAIL, NAMES, healthy_site, records
from overair.ward.ward import Ward

SORTING: Final = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend sorting
    bind {address}:{port}
    tcp-request inspect-delay 5s
    tcp-request content accept if {{ req.ssl_alpn {protocols} }}
    tcp-request content reject if {{ req_ssl_hello_type 1 }}
    default_backend inner
backend inner
    server inner {inner}:{port}
"""
"""A load balancer that knows only connections that say what they will speak."""


def _sorting(protocols: str) -> Start:
    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address, inner = ward.address(), ward.address()
        records(ward, address)
        text = SORTING.format(address=address, inner=inner, port=ward.https, protocols=protocols)
        listen = LISTEN.replace("ssl", "ssl http2")
        async with healthy_site(ward, address=inner, listen=listen, dns=False), ward.haproxy(text):
            yield ward.complaint()

    return start


@contextlib.asynccontextmanager
async def _only_old(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, protocols="TLSv1 TLSv1.1", old=True):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _only_new(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_apache(ward, address, server="    SSLProtocol -all +TLSv1.3"):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _plain_rsa(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES, key="rsa2048")
    server = "    ssl_ciphers AES256-GCM-SHA384:AES128-SHA;"
    async with healthy_site(ward, certificate=certificate, protocols="TLSv1.2", server=server):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _new_curve(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES, key="rsa2048")
    async with healthy_site(ward, certificate=certificate, server="    ssl_ecdh_curve X25519;"):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _wants_certificate(ward: Ward) -> AsyncIterator[Complaint]:
    server = f"    ssl_verify_client on;\n    ssl_client_certificate {ward.authority.root_file};"
    async with healthy_site(ward, server=server):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _insists_on_certificate(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    demand = f"{ALPN} verify required ca-file {ward.authority.root_file}"
    async with behind_haproxy(ward, address, alpn=demand):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _other_family(ward: Ward) -> AsyncIterator[Complaint]:
    """IPv6 leads to the provider's default site."""
    if not has_ipv6():
        raise Missing("IPv6")
    address = ward.address()
    records(ward, address)
    ward.zone.add(MAIL, "AAAA", IPV6_LOOPBACK)
    foreign = ward.authority.issue(("hosting.other.test",))
    default = f"""
server {{
    listen [{IPV6_LOOPBACK}]:{ward.https} ssl;
    ssl_certificate {foreign.chain_file};
    ssl_certificate_key {foreign.key_file};
    return 404;
}}
"""
    async with healthy_site(ward, address=address, dns=False), ward.nginx(default):
        around = replace(ward.surroundings(), landmarks=("127.0.0.1", IPV6_LOOPBACK))
        yield ward.complaint(around)


CASES: Final = (
    Case(
        id="tls-1.0-only",
        title="“It is the server of 2008. It always worked, and never change …”",
        illness="tls-only-old",
        program=Program.NGINX,
        start=_only_old,
    ),
    Case(
        id="tls-1.3-only",
        title="“The audit praised us. Now some phones are missing.”",
        illness="tls-only-newest",
        program=Program.APACHE,
        start=_only_new,
    ),
    Case(
        id="without-forward-secrecy",
        title="“We want to be able to read along in Wireshark.”",
        illness="ciphers-without-forward-secrecy",
        program=Program.NGINX,
        start=_plain_rsa,
    ),
    Case(
        id="new-curve-only",
        title="“The tablets in the warehouse have stopped. They are not that old.”",
        illness="groups-only-new",
        program=Program.NGINX,
        start=_new_curve,
    ),
    Case(
        id="client-certificate-wanted",
        title="“Notebooks of the company get in. Phones get error 400.”",
        illness="client-certificate-demanded",
        program=Program.NGINX,
        start=_wants_certificate,
    ),
    Case(
        id="client-certificate-insisted-on",
        title="“Notebooks of the company get in. Phones get nothing at all.”",
        illness="client-certificate-demanded",
        program=Program.HAPROXY,
        start=_insists_on_certificate,
    ),
    Case(
        id="http2-only",
        title="“The load balancer speaks HTTP/2. That is the newest, is it not?”",
        illness="alpn-without-http1",
        program=Program.HAPROXY,
        start=_sorting("h2"),
    ),
    Case(
        id="alpn-demanded",
        title="“New phones work; the scanner and the old tablets do not.”",
        illness="alpn-demanded",
        program=Program.HAPROXY,
        start=_sorting("h2 http/1.1"),
    ),
    Case(
        id="other-certificate-by-ipv6",
        title="“At home it works, on the road it does not.”",
        illness="certificate-differs-by-family",
        program=Program.NGINX,
        start=_other_family,
    ),
)
"""The certificate of each is good."""
