"""The root certificate in the forms in which phones and computers install it."""

from __future__ import annotations

import plistlib
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

PEM_TYPE = "application/x-pem-file"
DER_TYPE = "application/x-x509-ca-cert"
MOBILECONFIG_TYPE = "application/x-apple-aspen-config"


def pem(root: x509.Certificate) -> bytes:
    """For computers and for programs."""
    return root.public_bytes(Encoding.PEM)


def der(root: x509.Certificate) -> bytes:
    """For Android and Windows, as ``.cer``."""
    return root.public_bytes(Encoding.DER)


def root_payload(root: x509.Certificate) -> dict[str, object]:
    """The part of a configuration profile that brings the root certificate."""
    fingerprint = root.fingerprint(hashes.SHA256()).hex()
    return {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{_identifier(root)}.certificate",
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{fingerprint}.certificate")).upper(),
        "PayloadDisplayName": common_name(root),
        "PayloadCertificateFileName": "overair-root.cer",
        "PayloadContent": der(root),
    }


def mobileconfig(root: x509.Certificate) -> bytes:
    """For iOS and macOS: a configuration profile with the root certificate in it."""
    # The same root gives the same identifiers, so installing twice replaces the first.
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": _identifier(root),
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, root.fingerprint(hashes.SHA256()).hex())).upper(),
        "PayloadDisplayName": common_name(root),
        "PayloadDescription": "Lets this device trust your Overair mail server.",
        "PayloadContent": [root_payload(root)],
    }
    return plistlib.dumps(profile)


def _identifier(root: x509.Certificate) -> str:
    return f"org.overair.root.{root.fingerprint(hashes.SHA256()).hex()[:16]}"


def common_name(root: x509.Certificate) -> str:
    """What phones show as the authority's name."""
    return str(root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def fingerprint_text(root: x509.Certificate) -> str:
    """SHA-256 in the notation that phones show: ``AB:CD:...``."""
    return root.fingerprint(hashes.SHA256()).hex(":").upper()
