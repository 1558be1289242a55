"""Certificates by an authority that some devices know and others do not."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from typing import Final

from overair.doctor.certificates.stores import StoreName
from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program, Start
from overair.ward.certificates import INTERMEDIATE, LEAF, ROOT, CertificateFiles
from overair.ward.fronts import behind_apache, behind_haproxy
from overair.ward.showing import showing
from overair.ward.site import NAMES, records
from overair.ward.ward import Ward

THIRTEENTH: Final = b"13"
"""A month that no library takes."""


def _known_to(lists: Collection[StoreName], program: Program, *, here: bool = True) -> Start:
    """A root that only some lists have; ``here``: this machine has it, too."""

    @contextlib.asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        authority = ward.other_authority
        around = replace(
            ward.surroundings(),
            authorities=(authority.root_file,) if here else (),
            list_authorities=dict.fromkeys(lists, (authority.root_file,)),
        )
        certificate = authority.issue(NAMES, send=(LEAF, INTERMEDIATE, ROOT))
        address = ward.address()
        records(ward, address)
        behind = behind_haproxy if program is Program.HAPROXY else behind_apache
        async with behind(ward, address, certificate):
            yield ward.complaint(around)

    return start


def _malformed(ward: Ward) -> CertificateFiles:
    """Programs load it, since they look at nothing but its key; who reads it stumbles over its dates."""
    certificate = ward.authority.issue(NAMES)
    begins = f"{certificate.certificate.not_valid_before_utc:%y%m%d%H%M%S}Z".encode()
    broken = certificate.chain[0].replace(begins, begins[:2] + THIRTEENTH + begins[4:], 1)
    chain = (broken, *certificate.chain[1:])
    text = "".join(map(ssl.DER_cert_to_PEM_cert, chain))
    certificate.chain_file.write_text(text)
    return replace(certificate, chain=chain)


MODERN: Final = frozenset((StoreName.MOZILLA, StoreName.IOS, StoreName.ANDROID))


CASES: Final = (
    Case(
        id="root-new-to-iphones",
        title="“Our new authority is known everywhere, it says. iPhones ask all the same.”",
        illness="root-unknown-to-ios",
        program=Program.HAPROXY,
        start=_known_to(MODERN - {StoreName.IOS}, Program.HAPROXY),
    ),
    Case(
        id="root-new-to-android",
        title="“iPhones are content with the new certificate. The others say: not secure.”",
        illness="root-unknown-to-android",
        program=Program.APACHE,
        start=_known_to(MODERN - {StoreName.ANDROID}, Program.APACHE),
    ),
    Case(
        id="root-taken-out",
        title="“I have read in the news about the people who sold us the certificate.”",
        illness="root-withdrawn",
        program=Program.HAPROXY,
        start=_known_to(MODERN - {StoreName.MOZILLA}, Program.HAPROXY),
    ),
    Case(
        id="root-too-new-here",
        title="“All phones sync. Only your doctor says that something is wrong.”",
        illness="root-not-here",
        program=Program.HAPROXY,
        start=_known_to(MODERN, Program.HAPROXY, here=False),
    ),
    Case(
        id="certificate-of-a-month-13",
        title="“The certificate comes from a program that we wrote ourselves.”",
        illness="certificate-unreadable",
        program=Program.NGINX,
        start=showing(_malformed),
    ),
)
"""Whom some believe."""
