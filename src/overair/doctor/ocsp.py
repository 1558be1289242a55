"""The state of a certificate by its authority (RFC 6960), stapled or asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from overair.doctor.certificate import BROKEN, Certificate, quietly
from overair.doctor.complaint import Complaint
from overair.doctor.web import Unanswered, ask

TYPE: Final = "application/ocsp-request"


class State(StrEnum):
    """What an answer says."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown to the authority"
    STALE = "out of date"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Told:
    """One answer."""

    state: State
    revoked: dt.datetime | None = None
    ends: dt.datetime | None = None
    """When the answer ceases to count."""


def read_answer(der: bytes, certificate: Certificate, now: dt.datetime) -> Told:
    """What an OCSP response says of a certificate; never raises."""
    try:
        with quietly():
            answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Told(State.UNUSABLE)
        found = next(
            (one for one in answer.responses if one.serial_number == certificate.parsed.serial_number), None
        )
        if found is None:
            return Told(State.UNUSABLE)
        ends = found.next_update_utc
        if found.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            return Told(State.REVOKED, found.revocation_time_utc, ends)
        if ends is not None and ends < now:
            return Told(State.STALE, None, ends)
        good = found.certificate_status is ocsp.OCSPCertStatus.GOOD
        return Told(State.GOOD if good else State.UNKNOWN, None, ends)
    except BROKEN:
        return Told(State.UNUSABLE)


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
            return read_answer(answer.body, certificate, dt.datetime.now(dt.UTC))
    return None
