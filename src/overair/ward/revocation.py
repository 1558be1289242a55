"""What an authority says of a certificate that it has taken back: by OCSP, and by its list."""

from __future__ import annotations

import datetime as dt
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from overair.ward.certificates import Authority

SINCE: Final = dt.timedelta(days=3)
GOOD_FOR: Final = dt.timedelta(days=7)


def revoked(authority: Authority, certificate: x509.Certificate) -> bytes:
    """That it was taken back three days ago, in DER, signed by the intermediate that issued it."""
    now = dt.datetime.now(dt.UTC)
    return _said(authority, certificate, now, now - SINCE)


def good(authority: Authority, certificate: x509.Certificate, until: dt.datetime) -> bytes:
    """That it is good, for the week that ends then."""
    return _said(authority, certificate, until - GOOD_FOR, None)


def listing(authority: Authority, certificate: x509.Certificate, part: str | None = None) -> bytes:
    """The authority's list, in DER, with a certificate that it took back three days ago; ``part`` is the URL
    of which part of the list it is."""
    now = dt.datetime.now(dt.UTC)
    entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.intermediate.subject)
        .last_update(now - SINCE)
        .next_update(now + GOOD_FOR)
        .add_revoked_certificate(entry.revocation_date(now - SINCE).build())
    )
    if part is not None:
        names = [x509.UniformResourceIdentifier(part)]
        point = x509.IssuingDistributionPoint(names, None, False, False, None, False, False)
        builder = builder.add_extension(point, True)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _said(
    authority: Authority, certificate: x509.Certificate, now: dt.datetime, revoked_at: dt.datetime | None
) -> bytes:
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate,
            authority.intermediate,
            hashes.SHA256(),
            ocsp.OCSPCertStatus.GOOD if revoked_at is None else ocsp.OCSPCertStatus.REVOKED,
            now,
            now + GOOD_FOR,
            revoked_at,
            None if revoked_at is None else x509.ReasonFlags.key_compromise,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, authority.intermediate)
    )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
