"""Reading certificates and keys from PEM files, and writing files whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

LARGEST: Final = 1024 * 1024
"""Bytes of a PEM file; a chain has some 8 KB."""
BEGIN: Final = b"-----BEGIN "


class CertificateError(Exception):
    """A certificate or key is damaged, missing or unfit; the message is one line that says which and why."""


class Pair(msgspec.Struct, frozen=True):
    """A certificate chain and the private key of its first certificate, as files hold them."""

    chain: tuple[x509.Certificate, ...]
    certificate_path: Path
    private_key_path: Path

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.chain[0]


def read_pair(certificate: Path, private_key: Path) -> Pair:
    """A chain and its key; one file may hold both. Raises CertificateError, OSError."""
    chain = read_chain(certificate)
    key = public_bytes(read_key(private_key).public_key())
    if public_bytes(chain[0].public_key()) != key:
        if any(public_bytes(other.public_key()) == key for other in chain[1:]):
            raise CertificateError(
                f"{certificate} does not begin with the server's own certificate: put that first, "
                "each certificate followed by the one that signed it"
            )
        raise CertificateError(
            f"{private_key} is not the key of {certificate}: name the key that it was ordered with"
        )
    return Pair(chain, certificate, private_key)


def read_chain(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file, in their order. Raises CertificateError, OSError."""
    data = _read(path)
    if BEGIN + b"CERTIFICATE-----" not in data:
        raise CertificateError(f"{path} holds no certificate: {_what_instead(data)}")
    try:
        chain = tuple(x509.load_pem_x509_certificates(data))
        for certificate in chain:
            certificate.public_key()
            certificate.extensions  # noqa: B018 - is parsed when it is asked for
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(f"{path} is damaged: {_line(error)}") from None
    return chain


def read_key(path: Path) -> PrivateKeyTypes:
    """The private key of a PEM file, without a passphrase. Raises CertificateError, OSError."""
    data = _read(path)
    if b"PRIVATE KEY-----" not in data:
        raise CertificateError(f"{path} is not a private key: {_what_instead(data)}")
    try:
        return load_pem_private_key(_key_alone(data), password=None)
    except TypeError:
        raise CertificateError(
            f"{path} has a passphrase, which nobody could type at a start: "
            f"write it without one (openssl pkey -in {path.name}) and guard the file"
        ) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(f"{path} is not a private key that can be read: {_line(error)}") from None


def public_bytes(key: PublicKeyTypes) -> bytes:
    """A public key in a form in which keys of all kinds can be compared."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; nobody else can read it at any moment. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise CertificateError(f"{path} is larger than {LARGEST // 1024} KB: it is no certificate and no key")
    return data


def _key_alone(data: bytes) -> bytes:
    """The key's part of a file that may hold certificates and parameters before it."""
    end = data.index(b"PRIVATE KEY-----")
    return data[data.rindex(BEGIN, 0, end) :] if BEGIN in data[:end] else data


def _what_instead(data: bytes) -> str:
    """What a file is, and what to do about it."""
    if not data.strip():
        return "it is empty"
    if data[:1] == b"\x30":  # an ASN.1 sequence
        return "it is binary (DER or PKCS #12); convert it to PEM with openssl x509, pkey or pkcs12"
    label = data.partition(BEGIN)[2].partition(b"-----")[0]
    if label and len(label) < 40 and label.isascii():
        return f"it holds a {label.decode().lower()}"
    return "it is no PEM file, which begins with -----BEGIN"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
