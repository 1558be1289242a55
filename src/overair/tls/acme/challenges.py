"""How the authority makes sure that a name is this server's: what it is shown while it looks."""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from acme import challenges
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from josepy.jwk import JWK

from overair.tls.live import ALPN_CHALLENGE
from overair.tls.names import address_of
from overair.tls.responder import Responder

ACME_IDENTIFIER: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
"""id-pe-acmeIdentifier, RFC 8737, 6.1."""


# The library has no tls-alpn-01 any more; these two bring it back to its registry (RFC 8737).
@challenges.ChallengeResponse.register
class TlsAlpn01Response(challenges.KeyAuthorizationChallengeResponse):
    """What is posted when the certificate can be seen."""

    typ = "tls-alpn-01"


@challenges.Challenge.register
class TlsAlpn01(challenges.KeyAuthorizationChallenge):
    """A name is shown by a certificate that holds a digest of the key authorization."""

    response_cls = TlsAlpn01Response
    typ = response_cls.typ

    def validation(self, account_key: JWK, **_kwargs: Any) -> bytes:
        """The digest, 32 bytes."""
        return hashlib.sha256(self.key_authorization(account_key).encode()).digest()


def shown(
    responder: Responder, name: str, challenge: challenges.Challenge, key: JWK, folder: Path
) -> AbstractContextManager[None]:
    """Show what a challenge for a name asks for. Raises OSError, ValueError for a kind that is not known."""
    if isinstance(challenge, challenges.HTTP01):
        return responder.token(challenge.encode("token"), challenge.validation(key))
    if isinstance(challenge, TlsAlpn01):
        return responder.certificate(_asked_for(name), _context(name, challenge.validation(key), folder))
    raise ValueError(f"{challenge.typ} cannot be answered")


def _asked_for(name: str) -> str:
    """The server name that a validator sends, which for an address is its place in DNS (RFC 8738, 6)."""
    address = address_of(name)
    return name.lower() if address is None else address.reverse_pointer


def _context(name: str, digest: bytes, folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    address = address_of(name)
    alternative = x509.IPAddress(address) if address is not None else x509.DNSName(name)
    nobody, now = x509.Name([]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(nobody)
        .issuer_name(nobody)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=True)
        .add_extension(x509.UnrecognizedExtension(ACME_IDENTIFIER, b"\x04\x20" + digest), critical=True)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([ALPN_CHALLENGE])
    # The ssl module takes certificates from files only.
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".challenge.") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(certificate.public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context
