"""Configuration profiles (.mobileconfig): an account as iPhones and iPads install it, without a password."""

from __future__ import annotations

import plistlib
import uuid
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from overair.protocol.autodiscover.site import Site
from overair.tls.root_files import root_payload

PAST_DAYS: Final = 0
"""How many days of mail the phone keeps at first: all."""


class Signing(msgspec.Struct, frozen=True):
    """The files of a certificate, followed by its chain, and of its key, in PEM."""

    certificate: Path
    private_key: Path


class SigningError(ValueError):
    """The certificate or its key cannot sign; the message says why."""


def account_profile(address: str, site: Site, root: x509.Certificate | None = None) -> bytes:
    """The profile of an account; with a private root it has the phone install that, too.

    The same account at the same server gives the same identifiers, so that a second one takes the
    place of the first. The phone asks for the password itself.
    """
    subject = f"{address} {site.base}"
    identifier = f"org.overair.account.{uuid.uuid5(uuid.NAMESPACE_URL, subject).hex}"
    account = {
        "PayloadType": "com.apple.eas.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.eas",
        "PayloadUUID": _uuid(f"{subject} eas"),
        "PayloadDisplayName": address,
        "EmailAddress": address,
        "UserName": address,
        "Host": site.authority,
        "SSL": site.scheme == "https",
        "MailNumberOfPastDaysToSync": PAST_DAYS,
    }
    contents = [account] if root is None else [root_payload(root), account]
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": _uuid(subject),
        "PayloadDisplayName": f"Mail of {address}",
        "PayloadDescription": f"Mail, contacts, calendars, tasks and notes of {address} from {site.host}.",
        "PayloadContent": contents,
    }
    return plistlib.dumps(profile)


def signed(profile: bytes, signing: Signing) -> bytes:
    """The profile inside a PKCS#7 signature in DER, with the certificates that a phone needs to check it.

    Raises SigningError, OSError.
    """
    try:
        certificate, *chain = x509.load_pem_x509_certificates(signing.certificate.read_bytes())
        key = load_pem_private_key(signing.private_key.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise SigningError(f"{signing.certificate} and its key cannot sign: {error}") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SigningError(f"{signing.private_key} is neither an RSA nor an EC key")
    builder = PKCS7SignatureBuilder().set_data(profile).add_signer(certificate, key, hashes.SHA256())
    for further in chain:
        builder = builder.add_certificate(further)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name)).upper()
