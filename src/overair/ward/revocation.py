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
    """The answer in DER, signed by the intermediate that issued the certificate."""
    now = dt.datetime.now(dt.UTC)
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate,
            authority.intermediate,
            hashes.SHA256(),
            ocsp.OCSPCertStatus.REVOKED,
            now,
            now + GOOD_FOR,
            now - SINCE,
            x509.ReasonFlags.key_compromise,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, authority.intermediate)
    )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
