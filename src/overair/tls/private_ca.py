"""The private authority of one data directory: made once, its server certificate kept fresh.

The folder holds ``root.key`` and ``root.pem`` (the authority), ``server.key`` and ``server.pem``
(the certificate followed by the root). A key is on disk before the certificate that is made for
it, so a start that was interrupted is taken up by the next.
"""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from overair.tls import authority
from overair.tls.files import CertificateError, read_chain, read_key, write_file
from overair.tls.machine import Machine
from overair.tls.names import InvalidName, address_of, certificate_name

RENEW_BEFORE: Final = timedelta(days=30)
ROOT: Final = "root.pem"


class ServerCertificate(msgspec.Struct, frozen=True):
    """What a server needs for TLS with a certificate of the private authority."""

    root: x509.Certificate
    certificate: x509.Certificate
    certificate_path: Path
    private_key_path: Path
    renewed: bool
    """Whether the certificate was made just now."""


def ensure(
    folder: Path, machine: Machine, now: datetime | None = None, *, force: bool = False
) -> ServerCertificate:
    """The authority and a certificate for the machine, made or renewed where needed.

    A certificate is renewed by the same authority when it lacks one of the machine's names, when its
    addresses are not those in it, when less than 30 days remain, or with ``force``. Raises
    CertificateError and OSError.
    """
    now = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, root = _authority(folder, now)
    key = _key(folder / "server.key", authority.SERVER_KEY_BITS)
    path = folder / "server.pem"
    certificate = _readable(path)
    renew = (
        force
        or certificate is None
        or certificate.public_key() != key.public_key()
        or _is_stale(certificate, root, machine, now)
    )
    if certificate is None or renew:
        certificate = authority.server_certificate(root, root_key, key.public_key(), machine, now)
        write_file(path, _pem(certificate) + _pem(root))
    return ServerCertificate(root, certificate, path, folder / "server.key", renew)


def is_due(folder: Path, machine: Machine, now: datetime) -> bool:
    """Whether ``ensure`` would renew the certificate of a server that runs, whose key is read already.

    Raises CertificateError, OSError.
    """
    if not all((folder / name).exists() for name in (ROOT, "server.pem", "server.key")):
        return True
    certificate = _readable(folder / "server.pem")
    return certificate is None or _is_stale(certificate, read_root(folder), machine, now)


def issue(
    folder: Path, names: tuple[str, ...], now: datetime | None = None
) -> tuple[bytes, x509.Certificate]:
    """A new key with a certificate for other names and addresses, such as a proxy's; wildcards may be
    among them. Gives key and chain as one PEM text, and the certificate.

    Raises CertificateError where there is no authority or a name is none, and OSError.
    """
    now = now or datetime.now(UTC)
    if not (folder / ROOT).exists():
        raise CertificateError(f"there is no private authority in {folder} yet: `overair serve` makes it")
    root_key, root = _authority(folder, now)
    if root.not_valid_after_utc <= now:
        raise CertificateError(f"the private authority has expired; {_begin_anew(folder)}")
    try:
        written = dict.fromkeys(map(certificate_name, names))
    except InvalidName as error:
        raise CertificateError(str(error)) from None
    machine = Machine(
        tuple(name for name in written if address_of(name) is None),
        tuple(address for name in written if (address := address_of(name)) is not None),
    )
    key = authority.new_key(authority.SERVER_KEY_BITS)
    certificate = authority.server_certificate(root, root_key, key.public_key(), machine, now)
    return _key_pem(key) + _pem(certificate) + _pem(root), certificate


def read_root(folder: Path) -> x509.Certificate:
    """The root certificate alone. Raises CertificateError, OSError."""
    if not (folder / ROOT).exists():
        raise CertificateError(f"there is no private authority in {folder} yet: `overair serve` makes it")
    return read_chain(folder / ROOT)[0]


def _authority(folder: Path, now: datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key_path, path = folder / "root.key", folder / ROOT
    if path.exists() and not key_path.exists():
        raise CertificateError(
            f"{key_path} is missing: put it back, or remove {path} to begin with a new authority"
        )
    key = _key(key_path, authority.AUTHORITY_KEY_BITS)
    if path.exists():
        root = read_chain(path)[0]
        if root.public_key() != key.public_key():
            raise CertificateError(f"{path} does not belong to {key_path}: put back the one that does")
        return key, root
    # Phones tell authorities apart by their names, so two of one machine must not share one.
    host = socket.gethostname().partition(".")[0][:40]
    root = authority.root_certificate(key, f"Overair CA {host} {secrets.token_hex(2)}", now)
    write_file(path, _pem(root))
    return key, root


def _is_stale(
    certificate: x509.Certificate,
    root: x509.Certificate,
    machine: Machine,
    now: datetime,
) -> bool:
    if certificate.issuer != root.subject:
        return True
    names, addresses = authority.names_of(certificate)
    # A name more does no harm; which domains have accounts is known later in a start than the rest.
    if not names.issuperset(machine.names) or addresses != frozenset(machine.addresses):
        return True
    if now < certificate.not_valid_before_utc:
        return True
    # A root that ends first takes its certificates with it: making more of them would not help.
    return now >= certificate.not_valid_after_utc - RENEW_BEFORE and (
        certificate.not_valid_after_utc < root.not_valid_after_utc
    )


def _readable(path: Path) -> x509.Certificate | None:
    """A server's certificate; None for one that is missing or damaged, which is made anew. Raises OSError."""
    try:
        return read_chain(path)[0] if path.exists() else None
    except CertificateError:
        return None


def _begin_anew(folder: Path) -> str:
    return (
        f"move {folder / 'root.key'} and {folder / ROOT} away, start the server, "
        "and install the new root on every phone"
    )


def _key(path: Path, bits: int) -> rsa.RSAPrivateKey:
    if not path.exists():
        key = authority.new_key(bits)
        write_file(path, _key_pem(key))
        return key
    if path.stat().st_mode & 0o077:
        raise CertificateError(f"{path} is open to others: chmod 600, or a new authority if somebody read it")
    loaded = read_key(path)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise CertificateError(f"{path} is not an RSA key: put back the one that was made")
    return loaded


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
