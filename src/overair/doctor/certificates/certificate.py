"""A certificate as the doctor reads it: what a stranger sent, so that every part may be nonsense."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import ipaddress
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Wanted = TypeVar("Wanted", bound=x509.ExtensionType)
MAXIMUM_CHAIN: Final = 16
"""Certificates that are read of what a server sends; more is nobody's chain."""
MAXIMUM_NAME: Final = 253
"""Characters of a name that are kept; DNS has no longer ones."""
OLD_HASHES: Final = frozenset(("md2", "md5", "sha1"))
"""Those of signatures that nobody verifies any more."""
BROKEN: Final = (
    *(ValueError, TypeError, LookupError),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm),
)
"""What reading a part of a malformed certificate raises."""


class Unreadable(ValueError):
    """What was sent as a certificate is none."""


@dataclass(frozen=True)
class Key:
    """A public key."""

    kind: str
    """RSA, EC, DSA, Ed25519, Ed448, or unknown."""
    bits: int
    """0 where unknown."""
    curve: str = ""
    """As OpenSSL names it (secp256r1)."""

    def __str__(self) -> str:
        return f"EC {self.curve}" if self.curve else f"{self.kind} {self.bits}" if self.bits else self.kind


@dataclass(frozen=True)
class Certificate:
    """One certificate."""

    der: bytes
    parsed: x509.Certificate

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, hexadecimal, lower case."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def name(self) -> str:
        """What a person calls it: the common name, or else what there is."""
        return _called(self.parsed.subject)

    @cached_property
    def issuer(self) -> str:
        """What a person calls its issuer."""
        return _called(self.parsed.issuer)

    @cached_property
    def common_names(self) -> tuple[str, ...]:
        """Of the subject."""
        found = self.parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(_plain(str(one.value)) for one in found)

    @cached_property
    def dns_names(self) -> tuple[str, ...]:
        """The alternative names of type DNS, in lower case."""
        found = self._extension(x509.SubjectAlternativeName)
        return tuple(_plain(one.lower()) for one in found.get_values_for_type(x509.DNSName)) if found else ()

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """The alternative names that are addresses."""
        found = self._extension(x509.SubjectAlternativeName)
        values = found.get_values_for_type(x509.IPAddress) if found else []
        return tuple(one for one in values if isinstance(one, Address))

    @property
    def starts(self) -> dt.datetime:
        """When it begins to be valid, in UTC."""
        return self.parsed.not_valid_before_utc

    @property
    def ends(self) -> dt.datetime:
        """When it ceases to be valid, in UTC."""
        return self.parsed.not_valid_after_utc

    @cached_property
    def days(self) -> int:
        """How long it is valid in all, in days, as phones count: a second too much is a day."""
        return -((self.starts - self.ends) // dt.timedelta(days=1))

    @cached_property
    def key(self) -> Key:
        """Its public key."""
        try:
            key = self.parsed.public_key()
        except BROKEN:
            return Key("unknown", 0)
        if isinstance(key, rsa.RSAPublicKey):
            return Key("RSA", key.key_size)
        if isinstance(key, ec.EllipticCurvePublicKey):
            return Key("EC", key.key_size, key.curve.name)
        if isinstance(key, dsa.DSAPublicKey):
            return Key("DSA", key.key_size)
        if isinstance(key, ed25519.Ed25519PublicKey):
            return Key("Ed25519", 256)
        if isinstance(key, ed448.Ed448PublicKey):
            return Key("Ed448", 456)
        return Key("unknown", 0)

    @cached_property
    def hash_name(self) -> str:
        """That of its signature: sha256, sha1, md5; empty where the signature has none or is unknown."""
        try:
            algorithm = self.parsed.signature_hash_algorithm
        except BROKEN:
            return _OLD_SIGNATURES.get(self.parsed.signature_algorithm_oid.dotted_string, "")
        return algorithm.name if algorithm is not None else ""

    @cached_property
    def for_servers(self) -> bool:
        """Whether its extended key usage allows a server of TLS, or there is none."""
        found = self._extension(x509.ExtendedKeyUsage)
        allowed = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
        return found is None or any(one in allowed for one in found)

    @cached_property
    def says_purpose(self) -> bool:
        """Whether it says by its extended key usage that it is for servers, as iOS demands."""
        found = self._extension(x509.ExtendedKeyUsage)
        return found is not None and ExtendedKeyUsageOID.SERVER_AUTH in list(found)

    @cached_property
    def must_staple(self) -> bool:
        """Whether it demands that its state is stapled (RFC 7633: status_request)."""
        found = self._extension(x509.TLSFeature)
        return found is not None and x509.TLSFeatureType.status_request in found

    @cached_property
    def issuer_urls(self) -> tuple[str, ...]:
        """Where its issuer's certificate can be had, by HTTP."""
        return self._access(AuthorityInformationAccessOID.CA_ISSUERS)

    @cached_property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where its state can be asked, by HTTP."""
        return self._access(AuthorityInformationAccessOID.OCSP)

    @cached_property
    def list_urls(self) -> tuple[str, ...]:
        """Where the list of what its issuer has taken back can be had, by HTTP."""
        found = self._extension(x509.CRLDistributionPoints)
        return tuple(
            name.value
            for point in found or ()
            if not point.crl_issuer and not point.reasons
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.lower().startswith("http://")
        )

    @cached_property
    def self_signed(self) -> bool:
        """Whether it was issued by itself."""
        return self.issued_by(self)

    def issued_by(self, other: Certificate) -> bool:
        """Whether another one issued it; where the signature is of a kind that cannot be verified any more
        (SHA-1, MD5), whether it says so."""
        if self.parsed.issuer != other.parsed.subject:
            return False
        if self.hash_name in OLD_HASHES:
            return self._key_fits(other)
        try:
            self.parsed.verify_directly_issued_by(other.parsed)
        except (InvalidSignature, *BROKEN):
            return False
        return True

    def _key_fits(self, other: Certificate) -> bool:
        told = self._extension(x509.AuthorityKeyIdentifier)
        own = other._extension(x509.SubjectKeyIdentifier)
        if told is None or told.key_identifier is None or own is None:
            return True
        return told.key_identifier == own.digest

    def _access(self, method: x509.ObjectIdentifier) -> tuple[str, ...]:
        found = self._extension(x509.AuthorityInformationAccess)
        return tuple(
            one.access_location.value
            for one in found or ()
            if one.access_method == method
            and isinstance(one.access_location, x509.UniformResourceIdentifier)
            and one.access_location.value.lower().startswith("http://")
        )

    def _extension(self, kind: type[Wanted]) -> Wanted | None:
        try:
            return self.parsed.extensions.get_extension_for_class(kind).value
        except (x509.ExtensionNotFound, *BROKEN):
            return None


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without what the library says of certificates that are odd but can be read, such as those of roots of
    the nineties, with serial numbers that are not positive."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        yield


def read(der: bytes) -> Certificate:
    """Read one certificate. Raises Unreadable."""
    try:
        with quietly():
            parsed = x509.load_der_x509_certificate(der)
            # What the rest relies on: the library reads these parts only when they are asked for.
            _ = (parsed.subject, parsed.issuer, parsed.not_valid_before_utc, parsed.not_valid_after_utc)
    except BROKEN as error:
        raise Unreadable("not a certificate") from error
    return Certificate(der, parsed)


def read_chain(ders: Sequence[bytes]) -> tuple[Certificate, ...]:
    """Read what a server sent; those behind its own that cannot be read are left out. Raises Unreadable."""
    if not ders:
        raise Unreadable("nothing was sent")
    chain = [read(ders[0])]
    for der in ders[1:MAXIMUM_CHAIN]:
        try:
            chain.append(read(der))
        except Unreadable:
            continue  # phones ignore what they cannot use above the server's own
    return tuple(chain)


def _called(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return _plain(str(found[-1].value))
    return _plain(name.rfc4514_string())


def _plain(text: str) -> str:
    """For people: whoever made the certificate must not steer a terminal with it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAXIMUM_NAME])


_OLD_SIGNATURES: Final = {
    "1.2.840.113549.1.1.2": "md2",
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.10040.4.3": "sha1",
    "1.2.840.10045.4.1": "sha1",
}
"""By the number of the signature's algorithm (RFC 3279), where the library has given up on it."""
