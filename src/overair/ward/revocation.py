"""What an authority says of a certificate that it has taken back (OCSP)."""

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
