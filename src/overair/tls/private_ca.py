"""The private authority of one data directory: made once, its server certificate kept fresh.

The folder holds ``root.key`` and ``root.pem`` (the authority), ``server.key`` and ``server.pem``
(the certificate followed by the root). A key is on disk before the certificate that is made for
it, so a start that was interrupted is taken up by the next.
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from overair.tls import authority
from overair.tls.machine import Machine

RENEW_BEFORE = timedelta(days=30)


class CertificateError(Exception):
    """The files of the authority are damaged or missing; the message says which."""


class ServerCertificate(msgspec.Struct, frozen=True):
    """What a server needs for TLS with a certificate of the private authority."""

    root: x509.Certificate
    certificate: x509.Certificate
    certificate_path: Path
    private_key_path: Path
    renewed: bool
    """Whether the certificate was made just now."""


def ensure(folder: Path, machine: Machine, now: datetime | None = None) -> ServerCertificate:
    """The authority and a certificate for the machine, made or renewed where needed.

    A certificate is renewed by the same authority when the machine's names or addresses are not
    those in it, or when less than 30 days remain. Raises CertificateError and OSError.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, root = _authority(folder, now)
    key = _key(folder / "server.key", authority.SERVER_KEY_BITS)
    path = folder / "server.pem"
    certificate = _read_certificate(path) if path.exists() else None
    renew = certificate is None or _is_stale(certificate, root, key, machine, now)
    if certificate is None or renew:
        certificate = authority.server_certificate(root, root_key, key.public_key(), machine, now)
        chain = certificate.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
        _write(path, chain)
    return ServerCertificate(root, certificate, path, folder / "server.key", renew)


def _authority(folder: Path, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key_path, path = folder / "root.key", folder / "root.pem"
    if path.exists() and not key_path.exists():
        raise CertificateError(
            f"{key_path} is missing: put it back, or remove {path} to begin with a new authority"
        )
    key = _key(key_path, authority.AUTHORITY_KEY_BITS)
    if path.exists():
        root = _read_certificate(path)
        if root.public_key() != key.public_key():
            raise CertificateError(f"{path} does not belong to {key_path}")
        return key, root
    # Phones tell authorities apart by their names, so two of one machine must not share one.
    host = socket.gethostname().partition(".")[0][:40]
    root = authority.root_certificate(key, f"Overair CA {host} {secrets.token_hex(2)}", now)
    _write(path, root.public_bytes(Encoding.PEM))
    return key, root


def _is_stale(
    certificate: x509.Certificate,
    root: x509.Certificate,
    key: rsa.RSAPrivateKey,
    machine: Machine,
    now: datetime,
) -> bool:
    if certificate.public_key() != key.public_key() or certificate.issuer != root.subject:
        return True
    if authority.names_of(certificate) != (frozenset(machine.names), frozenset(machine.addresses)):
        return True
    return not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE


def _key(path: Path, bits: int) -> rsa.RSAPrivateKey:
    if not path.exists():
        key = authority.new_key(bits)
        _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key
    if path.stat().st_mode & 0o077:
        raise CertificateError(f"{path} is open to others: chmod 600, or a new authority if somebody read it")
    try:
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise CertificateError(f"{path} is not a private key: {error}") from None
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise CertificateError(f"{path} is not an RSA key")
    return loaded


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise CertificateError(f"{path} is not a certificate: {error}") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; nobody else can read it at any moment."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
