"""Servers whose TLS is odd, and good enough for every phone."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program
from overair.ward.fronts import ALPN, behind_haproxy
from overair.ward.revocation import good
from overair.ward.site import MAIL, NAMES, healthy_site, records
from overair.ward.ward import Ward


@contextlib.asynccontextmanager
async def _grown(ward: Ward) -> AsyncIterator[Complaint]:
    """TLS 1.0 is still there, a certificate of the phone is asked for, and a stranger's is sent along, and a
    staple of last week."""
    certificate = ward.authority.issue(NAMES, start=-80, end=5)
    stranger = ward.other_authority.root.public_bytes(Encoding.PEM)
    certificate.chain_file.write_bytes(certificate.chain_file.read_bytes() + stranger)
    staple = ward.folder() / "staple.der"
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    staple.write_bytes(good(ward.authority, certificate.certificate, yesterday))
    server = f"    ssl_verify_client optional;\n    ssl_client_certificate {ward.authority.root_file};\n"
    server += f"    ssl_stapling on;\n    ssl_stapling_file {staple};"
    protocols = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"
    async with healthy_site(ward, certificate=certificate, protocols=protocols, server=server, old=True):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _second_site(ward: Ward) -> AsyncIterator[Complaint]:
    """The shop is the default site of the address, and the list of ciphers is from 2012."""
    address = ward.address()
    records(ward, address)
    shop, own = ward.authority.issue(("shop.other.test",)), ward.authority.issue(NAMES)
    # The first certificate is for those who do not say which name they call.
    bind = f"crt {own.both_file} {ALPN} ssl-max-ver TLSv1.2 ciphers ECDHE+AES:!AESGCM:!AESCCM"
    async with behind_haproxy(ward, address, shop, alpn=bind):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _two_servers(ward: Ward) -> AsyncIterator[Complaint]:
    """Each has a certificate of its own, and one insists on a name."""
    one, other = ward.address(), ward.address()
    records(ward, one)
    ward.zone.add(MAIL, "A", other)
    async with (
        behind_haproxy(ward, one, alpn=f"{ALPN} strict-sni"),
        behind_haproxy(ward, other, alpn=f"{ALPN} strict-sni"),
    ):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="grown-over-years",
        title="“An audit has found eleven things. Which of them is it?”",
        illness=None,
        program=Program.NGINX,
        start=_grown,
        shows=(
            "tls-old-accepted",
            "client-certificate-asked",
            "chain-with-strangers",
            "staple-unusable",
            "certificate-expires-soon",
        ),
        harmless="TLS 1.0 beside newer versions, a certificate of the phone asked for, a stranger's sent "
        "along, an old staple, five days left",
    ),
    Case(
        id="second-site",
        title="“Without a name one gets the shop!”",
        illness=None,
        program=Program.HAPROXY,
        start=_second_site,
        shows=("sni-needed", "ciphers-only-cbc"),
        harmless="another default site for devices that say no name, and ciphers in CBC mode alone",
    ),
    Case(
        id="two-servers",
        title="“The fingerprint is another one each time I look.”",
        illness=None,
        program=Program.HAPROXY,
        start=_two_servers,
        shows=("certificates-differ", "sni-demanded"),
        harmless="two addresses with certificates of their own, and a name demanded",
    ),
)
"""What the doctor sees and does not take for the cause."""
