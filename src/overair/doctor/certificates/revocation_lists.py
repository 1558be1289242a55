"""The state of a certificate by the list of those that its authority has taken back.

The lists (CRL) are those of RFC 5280 section 5; they are all there is of authorities that have given OCSP up,
as Let's Encrypt has in 2025.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Final

from cryptography import x509

from overair.doctor.certificates.certificate import BROKEN, Certificate, quietly
from overair.doctor.certificates.ocsp import CONCLUSIVE, SLACK, State, Told
from overair.doctor.certificates.signing import signed_by
from overair.doctor.complaint import Complaint
from overair.doctor.network.web import Unanswered, ask

MAXIMUM_LIST: Final = 8 * 1024 * 1024
"""Bytes; authorities cut longer lists into parts."""
MAXIMUM_LISTS: Final = 2
"""Addresses that are asked for the list of one certificate."""
_PEM: Final = b"-----BEGIN"


async def listed(certificate: Certificate, issuer: Certificate, complaint: Complaint) -> Told | None:
    """What the list at the certificate's own URLs says; None where it names none or none can be had."""
    urls = certificate.list_urls[:MAXIMUM_LISTS]
    bodies = await asyncio.gather(*(_at(url, complaint) for url in urls))
    now = dt.datetime.now(dt.UTC)
    told = [read_list(body, certificate, issuer, now) for body in bodies if body is not None]
    return min(told, key=lambda one: one.state not in CONCLUSIVE, default=None)


async def _at(url: str, complaint: Complaint) -> bytes | None:
    try:
        answer = await ask(complaint, "GET", url, limit=MAXIMUM_LIST)
    except (Unanswered, ValueError):
        return None  # nobody there, or no URL at all
    return answer.body if answer.status == 200 else None


def read_list(data: bytes, certificate: Certificate, issuer: Certificate, now: dt.datetime) -> Told:
    """What a list, DER or PEM, says of a certificate; never raises."""
    try:
        with quietly():
            found = (x509.load_pem_x509_crl if data.startswith(_PEM) else x509.load_der_x509_crl)(data)
            if not _covers(found, certificate, issuer):
                return Told(State.UNUSABLE)
            if not _signed(found, issuer):
                return Told(State.UNSIGNED)
            entry = found.get_revoked_certificate_by_serial_number(certificate.parsed.serial_number)
        ends = found.next_update_utc
        if entry is not None:
            return Told(State.REVOKED, entry.revocation_date_utc, ends)
        stale = (ends is not None and ends < now) or found.last_update_utc > now + SLACK
        return Told(State.STALE if stale else State.GOOD, None, ends)
    except BROKEN:
        return Told(State.UNUSABLE)


def _covers(found: x509.CertificateRevocationList, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the list is a whole one of the issuer, and the part of it that this certificate names."""
    if found.issuer != issuer.parsed.subject:
        return False
    for extension in found.extensions:
        value = extension.value
        if not isinstance(value, x509.IssuingDistributionPoint):
            if extension.critical:
                return False  # of a kind that changes what the list means: changes alone, for one
            continue
        others = value.only_contains_ca_certs or value.only_contains_attribute_certs
        if others or value.indirect_crl or value.only_some_reasons:
            return False
        names = value.full_name or ()
        parts = [one.value for one in names if isinstance(one, x509.UniformResourceIdentifier)]
        if names and not set(parts) & set(certificate.list_urls):
            return False  # another part, in which this certificate would not be
    return True


def _signed(found: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    return signed_by(
        issuer.parsed,
        found.signature,
        found.tbs_certlist_bytes,
        found.signature_algorithm_oid,
        found.signature_hash_algorithm,
    )
