"""Servers that are healthy, but odd: what a doctor in a hurry would take for an illness."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint, Place
from overair.ward.case import Case, Program
from overair.ward.certificates import INTERMEDIATE, LEAF, ROOT
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.ports import IPV6_LOOPBACK, has_ipv6
from overair.ward.programs import Missing
from overair.ward.site import AUTODISCOVER, LISTEN, MAIL, NAMES, PROXIED, healthy_site, records
from overair.ward.ward import DOMAIN, Ward

SRV: Final = f"_autodiscover._tcp.{DOMAIN}"
XML: Final = "/autodiscover/autodiscover.xml"
ELSEWHERE: Final = """
server {{
    listen {address}:{port} ssl;
    server_name {domain};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ return 404; }}
}}
"""


@contextlib.asynccontextmanager
async def _root_sent(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES, key="rsa2048", send=(LEAF, INTERMEDIATE, ROOT))
    async with healthy_site(ward, certificate=certificate):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _only_srv(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    ward.zone.add(MAIL, "A", address)
    ward.zone.add(SRV, "SRV", f"0 0 443 {MAIL}.")
    async with behind_haproxy(ward, address, ward.authority.issue((MAIL,))):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _http_redirect(ward: Ward) -> AsyncIterator[Complaint]:
    address, plain = ward.address(), ward.address()
    ward.zone.add(MAIL, "A", address)
    ward.zone.add(AUTODISCOVER, "A", plain)
    redirect = f"server {{ listen {plain}:{ward.http}; return 302 https://{MAIL}{XML}; }}"
    certificate = ward.authority.issue((MAIL,))
    async with (
        healthy_site(ward, address=address, certificate=certificate, names=(MAIL,), dns=False),
        ward.nginx(redirect),
    ):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _bare_domain(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    names = (DOMAIN, MAIL)
    for name in names:
        ward.zone.add(name, "A", address)
    async with healthy_site(ward, address=address, names=names, dns=False):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _web_site(ward: Ward) -> AsyncIterator[Complaint]:
    """The bare domain is the web site of somebody's provider, with the provider's certificate."""
    elsewhere = ward.address()
    ward.zone.add(DOMAIN, "A", elsewhere)
    foreign = ward.authority.issue(("hosting.other.test",))
    text = ELSEWHERE.format(
        address=elsewhere,
        port=ward.https,
        domain=DOMAIN,
        certificate=foreign.chain_file,
        key=foreign.key_file,
    )
    async with healthy_site(ward), ward.nginx(text):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _wildcard(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, certificate=ward.authority.issue((f"*.{DOMAIN}",)), http=None):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _decorated(ward: Ward) -> AsyncIterator[Complaint]:
    """A login page at /, HTTP/2 offered, answers compressed, headers of all kinds."""
    locations = f"""
    add_header Strict-Transport-Security "max-age=31536000" always;
    add_header X-Frame-Options DENY always;
    add_header Content-Security-Policy "default-src 'self'" always;
    add_header Set-Cookie "visit=1; Secure; HttpOnly" always;
    gzip on;
    gzip_proxied any;
    gzip_min_length 1;
    gzip_types *;
    location = / {{
        default_type text/html;
        return 200 "<title>Log in</title><form method=post><input name=user><input type=password></form>";
    }}
    location / {{
{PROXIED}
    }}
"""
    async with healthy_site(ward, listen=LISTEN.replace("ssl", "ssl http2"), locations=locations):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _old_and_new(ward: Ward) -> AsyncIterator[Complaint]:
    """TLS 1.2 alone, and the log-in DOMAIN\\user."""
    address = ward.address()
    records(ward, address)
    certificate = ward.authority.issue(NAMES, key="rsa2048")
    server = "    SSLProtocol TLSv1.2\n    Header always set Server Apache"
    async with behind_apache(ward, address, certificate, server=server):
        name = ward.user.partition("@")[0]
        yield ward.complaint(user=name, domain=DOMAIN)


@contextlib.asynccontextmanager
async def _both_families(ward: Ward) -> AsyncIterator[Complaint]:
    if not has_ipv6():
        raise Missing("IPv6")
    address = ward.address()
    records(ward, address)
    ward.zone.add(MAIL, "AAAA", IPV6_LOOPBACK)
    certificate = ward.authority.issue(NAMES)
    own = "[{}]:{}".format
    listen = f"{LISTEN};\n    listen {own(IPV6_LOOPBACK, ward.https)} ssl"
    async with healthy_site(ward, address=address, certificate=certificate, listen=listen, dns=False):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _umlauts(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _policies(ward: Ward) -> AsyncIterator[Complaint]:
    """A policy that every phone can keep."""
    address = ward.address()
    records(ward, address)
    settings = {
        "policy.required": True,
        "policy.document": {"device_password_enabled": True, "min_device_password_length": 4},
    }
    async with ward.own_overair(Place(address, ward.https), ward.authority.issue(NAMES), settings):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _strict(ward: Ward) -> AsyncIterator[Complaint]:
    """A policy that most phones can keep, and heartbeats of a quarter of an hour."""
    address = ward.address()
    records(ward, address)
    settings = {
        "heartbeat.longest": 900,
        "policy.required": True,
        "policy.document": {"device_password_enabled": True, "require_device_encryption": True},
    }
    async with ward.own_overair(Place(address, ward.https), ward.authority.issue(NAMES), settings):
        yield ward.complaint(push=True)


@contextlib.asynccontextmanager
async def _patient_path(ward: Ward) -> AsyncIterator[Complaint]:
    address = ward.address()
    records(ward, address)
    async with behind_haproxy(ward, address):
        yield ward.complaint(push=True)


CASES: Final = (
    Case(
        id="root-sent",
        title="“Our provider says that the chain is too long.”",
        illness=None,
        program=Program.NGINX,
        start=_root_sent,
        shows=("chain-with-root",),
        harmless="the root is sent along, and the key is RSA",
    ),
    Case(
        id="only-srv",
        title="“There is no autodiscover.ward.test. How should anybody find the server?”",
        illness=None,
        program=Program.HAPROXY,
        start=_only_srv,
        shows=("autodiscover-name-missing",),
        harmless="Autodiscover by the SRV record alone",
    ),
    Case(
        id="http-redirect",
        title="“Why is there something at port 80?”",
        illness=None,
        program=Program.NGINX,
        start=_http_redirect,
        harmless="Autodiscover by the redirect at port 80 alone",
    ),
    Case(
        id="bare-domain",
        title="“We have one name for everything.”",
        illness=None,
        program=Program.NGINX,
        start=_bare_domain,
        harmless="Autodiscover at the bare domain",
    ),
    Case(
        id="web-site-elsewhere",
        title="“Our web site is somewhere else, and its certificate is not ours.”",
        illness=None,
        program=Program.NGINX,
        start=_web_site,
        harmless="the bare domain has a foreign certificate",
    ),
    Case(
        id="wildcard",
        title="“We bought one certificate for everything.”",
        illness=None,
        program=Program.NGINX,
        start=_wildcard,
        harmless="a wildcard certificate; nothing listens at port 80",
    ),
    Case(
        id="decorated",
        title="“There is a log-in page at the address. Phones cannot fill that in!”",
        illness=None,
        program=Program.NGINX,
        start=_decorated,
        harmless="a log-in page at /, HTTP/2, compressed answers, further headers and a cookie",
    ),
    Case(
        id="windows-login",
        title="“We type the domain before the name, as on the computers in the office.”",
        illness=None,
        program=Program.APACHE,
        start=_old_and_new,
        harmless="TLS 1.2 alone; the log-in is DOMAIN\\user",
    ),
    Case(
        id="both-families",
        title="“Since Monday we have IPv6.”",
        illness=None,
        program=Program.NGINX,
        start=_both_families,
        harmless="IPv4 and IPv6",
    ),
    Case(
        id="umlauts",
        title="“Can one have umlauts in a password?”",
        illness=None,
        program=Program.NGINX,
        start=_umlauts,
        password="Grüne Bäume 7",  # noqa: S106 - of an account that lives as long as a case
        harmless="a password outside of ASCII",
    ),
    Case(
        id="mild-policies",
        title="“My phone wants me to have a PIN now!”",
        illness=None,
        program=Program.OVERAIR,
        start=_policies,
        harmless="a policy that every phone can keep",
    ),
    Case(
        id="strict-policies",
        title="“It wants to encrypt my whole phone. Is that a virus?”",
        illness=None,
        program=Program.OVERAIR,
        start=_strict,
        shows=("policies-strict", "heartbeat-limited"),
        minute=0.05,
        harmless="encryption is demanded, and heartbeats are limited to a quarter of an hour",
    ),
    Case(
        id="patient-path",
        title="“Is push really push here?”",
        illness=None,
        program=Program.HAPROXY,
        start=_patient_path,
        minute=0.05,
        harmless="heartbeats of half an hour are tried, which takes as long as they say",
    ),
)
"""Each has an oddity that phones do not mind."""
