"""Certificates by whom nobody believes, or that were taken back."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.ward.case import Case, Program
from overair.ward.certificates import LEAF
from overair.ward.fronts import behind_haproxy
from overair.ward.revocation import listing, revoked
from overair.ward.showing import showing
from overair.ward.site import AUTODISCOVER, MAIL, NAMES, TO_HTTPS, healthy_site, records
from overair.ward.ward import Ward

AUTHORITY: Final = "authority.other.test"
ANOTHER: Final = """
server {{
    listen {address}:{port} ssl;
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    return 404;
}}
"""


@contextlib.asynccontextmanager
async def _intermediate_missing(ward: Ward) -> AsyncIterator[Complaint]:
    """The authority hands its certificate out by HTTP, as all public ones do."""
    address, folder = ward.address(), ward.folder()
    (folder / "issuer.cer").write_bytes(ward.authority.intermediate.public_bytes(Encoding.DER))
    ward.zone.add(AUTHORITY, "A", address)
    certificate = ward.authority.issue(NAMES, send=(LEAF,), issuers=f"http://{AUTHORITY}/issuer.cer")
    http = f"location = /issuer.cer {{ root {folder}; }} location / {{ {TO_HTTPS} }}"
    async with healthy_site(ward, address=address, certificate=certificate, http=http):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _known_here(ward: Ward) -> AsyncIterator[Complaint]:
    """The root is installed on the administrator's machine, and on no device."""
    address = ward.address()
    records(ward, address)
    authority = ward.other_authority
    around = replace(ward.surroundings(), authorities=(authority.root_file,))
    async with behind_haproxy(ward, address, authority.issue(NAMES)):
        yield ward.complaint(around)


@contextlib.asynccontextmanager
async def _revoked(ward: Ward) -> AsyncIterator[Complaint]:
    responder = ward.address()
    ward.zone.add(AUTHORITY, "A", responder)
    certificate = ward.authority.issue(NAMES, ocsp=f"http://{AUTHORITY}/")
    answer = revoked(ward.authority, certificate.certificate)

    async def responded(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=answer, content_type="application/ocsp-response")

    async with ward.scripted(responded, responder), healthy_site(ward, certificate=certificate):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _listed(ward: Ward) -> AsyncIterator[Complaint]:
    """The authority has given OCSP up, as Let's Encrypt has, and tells by its list alone."""
    address, folder = ward.address(), ward.folder()
    url = f"http://{AUTHORITY}/taken-back.crl"
    certificate = ward.authority.issue(NAMES, lists=url)
    (folder / "taken-back.crl").write_bytes(listing(ward.authority, certificate.certificate, url))
    ward.zone.add(AUTHORITY, "A", address)
    http = f"location = /taken-back.crl {{ root {folder}; }} location / {{ {TO_HTTPS} }}"
    async with healthy_site(ward, address=address, certificate=certificate, http=http):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _stapled(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES)
    staple = ward.folder() / "staple.der"
    staple.write_bytes(revoked(ward.authority, certificate.certificate))
    server = f"    ssl_stapling on;\n    ssl_stapling_file {staple};"
    async with healthy_site(ward, certificate=certificate, server=server):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _other_autodiscover(ward: Ward) -> AsyncIterator[Complaint]:
    elsewhere = ward.address()
    foreign = ward.authority.issue(("hosting.other.test",))
    text = ANOTHER.format(
        address=elsewhere,
        port=ward.https,
        name=AUTODISCOVER,
        certificate=foreign.chain_file,
        key=foreign.key_file,
    )
    address = ward.address()
    records(ward, address)
    ward.zone.replace(AUTODISCOVER, "A", elsewhere)
    ward.zone.remove(AUTODISCOVER, "CNAME")
    async with healthy_site(ward, address=address, dns=False), ward.nginx(text):
        yield ward.complaint(server=Host(MAIL))


@contextlib.asynccontextmanager
async def _name_forgotten(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, certificate=ward.authority.issue((MAIL,))):
        yield ward.complaint(server=Host(MAIL))


@contextlib.asynccontextmanager
async def _other_address(ward: Ward) -> AsyncIterator[Complaint]:
    """Two servers share the name; one of them was forgotten when the certificate was renewed."""
    address, forgotten = ward.address(), ward.address()
    records(ward, address)
    ward.zone.add(MAIL, "A", forgotten)
    old = ward.authority.issue(NAMES, start=-100, end=-10)
    async with (
        healthy_site(ward, address=address, dns=False),
        healthy_site(ward, address=forgotten, certificate=old, dns=False),
    ):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="self-signed",
        title="“The phone asks whether we trust the server. We press Cancel.”",
        illness="self-signed",
        program=Program.APACHE,
        start=showing(lambda ward: ward.authority.issue(NAMES, self_signed=True), Program.APACHE),
    ),
    Case(
        id="private-authority",
        title="“Our notebooks believe the server, the phones do not.”",
        illness="private-authority",
        program=Program.HAPROXY,
        start=_known_here,
    ),
    Case(
        id="unknown-authority",
        title="“An acquaintance makes our certificates.”",
        illness="private-authority",
        program=Program.NGINX,
        start=showing(lambda ward: ward.other_authority.issue(NAMES)),
    ),
    Case(
        id="intermediate-missing",
        title="“iPhones work, Android does not. In the browser all is green.”",
        illness="intermediate-missing",
        program=Program.NGINX,
        start=_intermediate_missing,
    ),
    Case(
        id="issuer-unknown",
        title="“We have a certificate. What is a chain?”",
        illness="issuer-unknown",
        program=Program.HAPROXY,
        start=showing(lambda ward: ward.authority.issue(NAMES, send=(LEAF,)), Program.HAPROXY),
    ),
    Case(
        id="issued-by-a-server",
        title="“Our firewall makes a certificate for each server by itself.”",
        illness="certificate-not-believed",
        program=Program.APACHE,
        start=showing(
            lambda ward: ward.authority.issue(NAMES, by=ward.authority.issue(("firewall.other.test",))),
            Program.APACHE,
        ),
    ),
    Case(
        id="another-certificate-than-trusted",
        title="“I have told the doctor whom to trust.”",
        illness="fingerprint-differs",
        program=Program.NGINX,
        start=showing(
            lambda ward: ward.authority.issue(NAMES, self_signed=True), trusted_fingerprint="ab" * 32
        ),
    ),
    Case(
        id="revoked",
        title="“Somebody had a copy of the key, so we called the authority. That was all?”",
        illness="certificate-revoked",
        program=Program.NGINX,
        start=_revoked,
    ),
    Case(
        id="revoked-by-staple",
        title="“The old certificate is still good until spring.”",
        illness="certificate-revoked",
        program=Program.NGINX,
        start=_stapled,
    ),
    Case(
        id="revoked-by-list",
        title="“The authority has told us something about our key. Since then nothing has happened.”",
        illness="certificate-revoked",
        program=Program.NGINX,
        start=_listed,
    ),
    Case(
        id="must-staple",
        title="“We ticked everything that sounded safe.”",
        illness="staple-missing",
        program=Program.HAPROXY,
        start=showing(lambda ward: ward.authority.issue(NAMES, must_staple=True), Program.HAPROXY),
    ),
    Case(
        id="autodiscover-elsewhere",
        title="“Outlook asks every morning whether it should trust some provider.”",
        illness="autodiscover-certificate-differs",
        program=Program.NGINX,
        start=_other_autodiscover,
    ),
    Case(
        id="autodiscover-forgotten",
        title="“Setting up a phone takes three attempts, then it works for years.”",
        illness="autodiscover-not-in-certificate",
        program=Program.NGINX,
        start=_name_forgotten,
    ),
    Case(
        id="one-of-two-forgotten",
        title="“Sometimes it works, sometimes it does not.”",
        illness="certificate-differs-by-address",
        program=Program.NGINX,
        start=_other_address,
    ),
)
"""Whom to believe, and whom not."""
