"""The state of a certificate by its authority (RFC 6960), stapled or asked for.

An answer counts where the certificate's issuer has signed it, or somebody whom the issuer has appointed for
that (RFC 6960 section 4.2.2.2).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from overair.doctor.certificates.certificate import BROKEN, Certificate, quietly
from overair.doctor.certificates.signing import signed_by
from overair.doctor.complaint import Complaint
from overair.doctor.network.web import Unanswered, ask

TYPE: Final = "application/ocsp-request"
MAXIMUM_RESPONDERS: Final = 4
"""Certificates of an answer that are looked at; one is what is needed."""
SLACK: Final = dt.timedelta(minutes=5)
"""By which the clocks of an authority and of this machine may differ."""


class State(StrEnum):
    """What an answer says."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown to the authority"
    STALE = "out of date"
    UNUSABLE = "unusable"
    UNSIGNED = "not signed by the authority"


CONCLUSIVE: Final = frozenset((State.GOOD, State.REVOKED, State.UNKNOWN))
"""What leaves nothing to ask."""


@dataclass(frozen=True)
class Told:
    """One answer."""

    state: State
    revoked: dt.datetime | None = None
    ends: dt.datetime | None = None
    """When the answer ceases to count."""


def read_answer(der: bytes, certificate: Certificate, issuer: Certificate, now: dt.datetime) -> Told:
    """What an OCSP response says of a certificate; never raises."""
    try:
        with quietly():
            answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Told(State.UNUSABLE)
        found = next((one for one in answer.responses if _about(one, certificate, issuer)), None)
        if found is None:
            return Told(State.UNUSABLE)
        if not _signed(answer, issuer, now):
            return Told(State.UNSIGNED)
        return _read(found, now)
    except BROKEN:
        return Told(State.UNUSABLE)


def _read(found: ocsp.OCSPSingleResponse, now: dt.datetime) -> Told:
    ends = found.next_update_utc
    if found.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        return Told(State.REVOKED, found.revocation_time_utc, ends)
    if (ends is not None and ends < now) or found.this_update_utc > now + SLACK:
        return Told(State.STALE, None, ends)
    good = found.certificate_status is ocsp.OCSPCertStatus.GOOD
    return Told(State.GOOD if good else State.UNKNOWN, None, ends)


def _about(one: ocsp.OCSPSingleResponse, certificate: Certificate, issuer: Certificate) -> bool:
    """Whether it is about this certificate: another authority may have used the same number."""
    if one.serial_number != certificate.parsed.serial_number:
        return False
    builder = ocsp.OCSPRequestBuilder()
    wanted = builder.add_certificate(certificate.parsed, issuer.parsed, one.hash_algorithm).build()
    theirs = one.issuer_key_hash, one.issuer_name_hash
    return theirs == (wanted.issuer_key_hash, wanted.issuer_name_hash)


def _signed(answer: ocsp.OCSPResponse, issuer: Certificate, now: dt.datetime) -> bool:
    """By the issuer, or by one of the certificates that came along, if the issuer has appointed that one."""
    appointed = (one for one in answer.certificates[:MAXIMUM_RESPONDERS] if _appointed(one, issuer, now))
    return any(
        signed_by(
            signer,
            answer.signature,
            answer.tbs_response_bytes,
            answer.signature_algorithm_oid,
            answer.signature_hash_algorithm,
        )
        for signer in (issuer.parsed, *appointed)
    )


def _appointed(responder: x509.Certificate, issuer: Certificate, now: dt.datetime) -> bool:
    if not responder.not_valid_before_utc <= now <= responder.not_valid_after_utc:
        return False
    try:
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        responder.verify_directly_issued_by(issuer.parsed)
    except (x509.ExtensionNotFound, InvalidSignature, *BROKEN):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in list(purposes)


async def asked(certificate: Certificate, issuer: Certificate, complaint: Complaint) -> Told | None:
    """Ask at the certificate's own URL; None where it names none or nobody answers."""
    try:
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            certificate.parsed,
            issuer.parsed,
            hashes.SHA1(),  # noqa: S303 - a name's short form, not a signature; what every responder knows
        )
        body = builder.build().public_bytes(Encoding.DER)
    except BROKEN:
        return None
    for url in certificate.ocsp_urls[:1]:
        try:
            answer = await ask(
                complaint,
                "POST",
                url,
                headers={"Content-Type": TYPE},
                body=body,
                seconds=complaint.surroundings.connect_seconds,
            )
        except (Unanswered, ValueError):
            return None
        if answer.status == 200:
            return read_answer(answer.body, certificate, issuer, dt.datetime.now(dt.UTC))
    return None
