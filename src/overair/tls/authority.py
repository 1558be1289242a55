"""A private certificate authority and the server certificates that it signs.

Keys are RSA, which every phone takes that speaks ActiveSync 12.1, with SHA-256. What iOS and
Android ask of a server's certificate: its names as subject alternative names, the extended key
usage serverAuth, at most 398 days from beginning to end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overair.tls.machine import Machine

AUTHORITY_KEY_BITS = 3072
SERVER_KEY_BITS = 2048
AUTHORITY_LIFETIME = timedelta(days=3650)
SERVER_LIFETIME = timedelta(days=397)
CLOCK_SKEW = timedelta(days=1)
"""Certificates begin this long ago, for phones whose clock is behind."""


def new_key(bits: int) -> rsa.RSAPrivateKey:
    """A fresh RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def root_certificate(key: rsa.RSAPrivateKey, name: str, now: datetime | None = None) -> x509.Certificate:
    """The self-signed certificate of an authority called ``name`` (at most 64 characters)."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Overair"),
        ]
    )
    return (
        _begin(subject, subject, key.public_key(), AUTHORITY_LIFETIME, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def server_certificate(
    authority: x509.Certificate,
    authority_key: rsa.RSAPrivateKey,
    key: rsa.RSAPublicKey,
    machine: Machine,
    now: datetime | None = None,
) -> x509.Certificate:
    """A certificate of the authority for every name and address of a machine; it ends with the authority."""
    first = machine.names[0] if machine.names else str(machine.addresses[0])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, first[:64])])
    issuer_identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _begin(subject, authority.subject, key, SERVER_LIFETIME, now, authority.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True, key_encipherment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternative_names(machine), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )


def names_of(certificate: x509.Certificate) -> tuple[frozenset[str], frozenset[object]]:
    """The DNS names and the addresses that a certificate is for: what its CN says counts for nothing."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset(), frozenset()
    return (
        frozenset(names.get_values_for_type(x509.DNSName)),
        frozenset(names.get_values_for_type(x509.IPAddress)),
    )


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    lifetime: timedelta,
    now: datetime | None,
    at_most: datetime | None = None,
) -> x509.CertificateBuilder:
    start = (now or datetime.now(UTC)) - CLOCK_SKEW
    end = start + lifetime if at_most is None else max(min(start + lifetime, at_most), start)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _alternative_names(machine: Machine) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [
            *(x509.DNSName(name) for name in machine.names),
            *(x509.IPAddress(address) for address in machine.addresses),
        ]
    )


def _key_usage(
    *,
    digital_signature: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
