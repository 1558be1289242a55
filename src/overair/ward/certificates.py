"""The ward's authority: good certificates, and all kinds of bad ones.

``authority.issue(("mail.ward.test",))`` is healthy: EC P-256, SHA-256, 90 days, the names as alternative
names, the intermediate sent along. What differs is named::

    authority.issue(names, start=-400, end=-10)           # expired ten days ago (days from now)
    authority.issue(names, start=10)                      # not yet valid
    authority.issue(names, key="rsa1024")                 # see KEYS
    authority.issue(names, sha1=True)                     # signed with SHA-1 (needs the program openssl)
    authority.issue(names, send=(LEAF,))                  # the intermediate is missing
    authority.issue(names, send=(INTERMEDIATE, LEAF))     # wrong order (few programs load it: scripted)
    authority.issue(names, send=(LEAF, INTERMEDIATE, ROOT))
    authority.issue(names, self_signed=True)
    authority.issue(("exchange",), ...)                   # wrong name; IP addresses are told from names
    authority.issue(names, common_name_only=True)         # no alternative names
    authority.issue(names, ocsp=URL, issuers=URL)         # authority information access
    authority.issue(names, lists=URL)                     # where the list of what was taken back is
    authority.issue(names, purpose=FOR_CLIENTS)           # not meant for servers
    authority.issue(names, purpose=None)                  # does not say what it is meant for
    authority.issue(names, must_staple=True)              # demands that its state is stapled
    authority.issue(names, above=(-400, -10))             # the intermediate has expired (days from now)
    authority.issue(names, by=authority.issue(...))       # by a certificate that may not issue any
    Authority(folder, "Nobody's Root").issue(names)       # another root, which nobody trusts
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from overair.ward.programs import path_of

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KEYS: Final[Mapping[str, Callable[[], Key]]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa1024": lambda: rsa.generate_private_key(65_537, 1024),  # noqa: S505 - weak on purpose
    "rsa2048": lambda: rsa.generate_private_key(65_537, 2048),
    "rsa4096": lambda: rsa.generate_private_key(65_537, 4096),
}
"""Kinds of keys; what programs refuse to load at OpenSSL's usual security level is for ``old=True``."""
LEAF: Final = "leaf"
INTERMEDIATE: Final = "intermediate"
ROOT: Final = "root"
USUAL: Final = (LEAF, INTERMEDIATE)
DAYS: Final = 90
FOR_SERVERS: Final = ExtendedKeyUsageOID.SERVER_AUTH
FOR_CLIENTS: Final = ExtendedKeyUsageOID.CLIENT_AUTH
_numbers = count(1)


@dataclass(frozen=True)
class CertificateFiles:
    """A certificate on the disk; ``key_file`` and both in one (``both_file``) are PEM, without a password."""

    chain_file: Path
    """What the server sends, in its order, in PEM."""
    key_file: Path
    both_file: Path
    """The chain, then the key: what HAProxy wants."""
    chain: tuple[bytes, ...]
    """What the server sends, in DER."""
    certificate: x509.Certificate
    """The server's own."""
    key: Key = field(repr=False)
    root_file: Path
    """The root above it; its own file where it is self-signed."""


class Authority:
    """A root and an intermediate, made anew (EC P-256)."""

    def __init__(self, folder: Path, name: str = "Ward") -> None:
        self._folder = folder
        self._root_key, self.key = KEYS["p256"](), KEYS["p256"]()
        self.root = self._authority(f"{name} Root", self._root_key, None)
        self.intermediate = self._authority(f"{name} Intermediate", self.key, self.root)
        self.root_file = self._write("root.pem", _pem(self.root))

    def _authority(
        self, name: str, key: Key, above: x509.Certificate | None, start: float = -365, end: float = 3650
    ) -> x509.Certificate:
        subject = _name(name)
        signing = self._root_key
        builder = (
            _builder(subject, above.subject if above else subject, key, start, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1 if above is None else 0), True)
            .add_extension(_usage(signs=True), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        if above is not None:
            builder = builder.add_extension(_issued_by(signing), False)
        return builder.sign(signing, hashes.SHA256())

    def issue(
        self,
        names: Sequence[str],
        *,
        start: float = -1,
        end: float = DAYS,
        key: str = "p256",
        sha1: bool = False,
        send: Sequence[str] = USUAL,
        self_signed: bool = False,
        common_name_only: bool = False,
        ocsp: str | None = None,
        issuers: str | None = None,
        lists: str | None = None,
        purpose: x509.ObjectIdentifier | None = FOR_SERVERS,
        must_staple: bool = False,
        above: tuple[float, float] | None = None,
        by: CertificateFiles | None = None,
    ) -> CertificateFiles:
        """A server's certificate; what differs from a healthy one is told above.

        ``start`` and ``end`` are days from now. Raises Missing without ``openssl`` where it is needed.
        """
        own = KEYS[key]()
        subject = _name(names[0])
        signing, issuer = (own, subject) if self_signed else (self.key, self.intermediate.subject)
        if by is not None:
            signing, issuer = by.key, by.certificate.subject
        # What OpenSSL is to sign has to be signed by its own key first, and to say nothing else.
        builder = _builder(subject, subject if sha1 else issuer, own, start, end)
        if not common_name_only:
            builder = builder.add_extension(x509.SubjectAlternativeName(_general(names)), False)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(_usage(signs=False), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False)
        )
        if not sha1:
            builder = builder.add_extension(_issued_by(signing), False)
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), False)
        access = _access(ocsp, issuers)
        if access is not None:
            builder = builder.add_extension(access, False)
        if lists is not None:
            builder = builder.add_extension(_points((lists,)), False)
        if must_staple:
            builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
        certificate = builder.sign(own if sha1 else signing, hashes.SHA256())
        stem = f"{next(_numbers)}"
        key_text = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key_file = self._write(f"{stem}.key", key_text)
        if sha1:
            certificate = self._signed_with_sha1(certificate, stem, key_file if self_signed else None)
        intermediate = self.intermediate
        if above is not None:
            intermediate = self._authority(_common_name(intermediate), self.key, self.root, *above)
        kinds = {LEAF: certificate, INTERMEDIATE: intermediate, ROOT: self.root}
        chain = [certificate] if self_signed else [kinds[kind] for kind in send]
        if by is not None:
            chain.insert(1, by.certificate)
        text = b"".join(map(_pem, chain))
        return CertificateFiles(
            chain_file=self._write(f"{stem}.pem", text),
            key_file=key_file,
            both_file=self._write(f"{stem}.both.pem", text + key_text),
            chain=tuple(one.public_bytes(Encoding.DER) for one in chain),
            certificate=certificate,
            key=own,
            root_file=self._write(f"{stem}.own.pem", text) if self_signed else self.root_file,
        )

    def _signed_with_sha1(
        self, certificate: x509.Certificate, stem: str, own_key: Path | None
    ) -> x509.Certificate:
        """The same certificate with a signature that the library does not make any more."""
        unsigned = self._write(f"{stem}.unsigned.pem", _pem(certificate))
        command = [path_of("openssl"), "x509", "-in", str(unsigned), "-sha1", "-preserve_dates"]
        if own_key is not None:
            command += ["-key", str(own_key)]
        else:
            key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            command += ["-CA", str(self._write("intermediate.pem", _pem(self.intermediate)))]
            command += ["-CAkey", str(self._write("intermediate.key", key))]
            command += ["-set_serial", str(certificate.serial_number)]
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own words
        return x509.load_pem_x509_certificate(done.stdout)

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        return path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _common_name(certificate: x509.Certificate) -> str:
    [found] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found.value)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, start: float, end: float
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=start))
        .not_valid_after(now + dt.timedelta(days=end))
    )


def _general(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        key_encipherment=False,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_by(key: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _access(ocsp: str | None, issuers: str | None) -> x509.AuthorityInformationAccess | None:
    kinds = ((AuthorityInformationAccessOID.OCSP, ocsp), (AuthorityInformationAccessOID.CA_ISSUERS, issuers))
    told = [
        x509.AccessDescription(kind, x509.UniformResourceIdentifier(url))
        for kind, url in kinds
        if url is not None
    ]
    return x509.AuthorityInformationAccess(told) if told else None


def _points(urls: Sequence[str]) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
