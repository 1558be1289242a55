"""What phones would say of a certificate: each problem in one line, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overair.tls.authority import names_of
from overair.tls.names import address_of, covers
from overair.tls.problem import Problem

EXPIRY_SHOWN: Final = timedelta(days=30)
"""From when on what is left is told."""
LONGEST_VALIDITY: Final = timedelta(days=398)
"""iOS and macOS refuse longer ones that began after August 2020."""
LONGEST_SINCE: Final = "2020-09-01"
LEAST_RSA_BITS: Final = 2048
CURVES: Final = ("secp256r1", "secp384r1")
WEAK_HASHES: Final = (hashes.MD5, hashes.SHA1)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at, and against what."""

    chain: tuple[x509.Certificate, ...]
    """As the server sends it."""
    now: datetime
    hosts: tuple[str, ...] = ()
    """Names and addresses that clients surely ask for, as ``names.certificate_name`` writes them."""
    discovered: tuple[str, ...] = ()
    """Names that they may find in DNS: ``autodiscover.DOMAIN``."""
    root: x509.Certificate | None = None
    """The private authority, where it signed the chain."""
    automatic: bool = False
    """Whether the certificate is renewed without a person."""
    legacy: bool = False
    """Whether very old devices are let in."""

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return self.chain[0]


def problems(subject: Subject) -> tuple[Problem, ...]:
    """All that is wrong, the errors first."""
    found = [problem for check in CHECKS for problem in check(subject)]
    return tuple(sorted(found, key=lambda problem: problem.severity))


def days_left(certificate: x509.Certificate, now: datetime) -> float:
    """Days until a certificate ends; negative ones since."""
    return (certificate.not_valid_after_utc - now) / timedelta(days=1)


def shown_from(certificate: x509.Certificate) -> timedelta:
    """How long before its end the time that is left is told: 30 days, or a third of a short life."""
    return min(EXPIRY_SHOWN, (certificate.not_valid_after_utc - certificate.not_valid_before_utc) / 3)


def _time(subject: Subject) -> Iterator[Problem]:
    leaf, now = subject.leaf, subject.now
    order = "put a renewed one in place" if not subject.automatic else "see the log for why it is not renewed"
    end = f"{leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    left = leaf.not_valid_after_utc - now
    if left <= timedelta():
        yield Problem("expired", "error", f"the certificate ended on {end}", order)
    elif left <= shown_from(leaf):
        yield Problem(
            "expires", "warning", f"the certificate ends on {end}, in {max(left.days, 0)} days", order
        )
    if now < leaf.not_valid_before_utc:
        yield Problem(
            "not-yet-valid",
            "error",
            f"the certificate begins on {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only",
            "set this machine's clock, or wait",
        )


def _signers(subject: Subject) -> Iterator[Problem]:
    for certificate in dict.fromkeys((*subject.chain[1:], *((subject.root,) if subject.root else ()))):
        left = certificate.not_valid_after_utc - subject.now
        private = certificate == subject.root
        remedy = (
            "move root.key and root.pem in the folder tls away, start the server, and install the new root "
            "on every phone"
            if private
            else "take the chain that the authority hands out now"
        )
        name, end = _name(certificate), f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        if left <= timedelta():
            yield Problem("signer-expired", "error", f"{name}, which signed it, ended on {end}", remedy)
        elif left <= EXPIRY_SHOWN:
            yield Problem("signer-expires", "warning", f"{name}, which signed it, ends on {end}", remedy)
        if subject.now < certificate.not_valid_before_utc:
            begin = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
            text = f"{name}, which signed it, begins on {begin} only"
            yield Problem("signer-begins", "error", text, f"set this machine's clock, or {remedy}")


def _chain(subject: Subject) -> Iterator[Problem]:
    chain = subject.chain
    remedy = "write the server's own certificate first and behind each the one that signed it"
    if _is_authority(chain[0]) and len(chain) > 1:
        yield Problem("order", "error", "the chain begins with an authority's certificate", remedy)
        return
    for one, other in pairwise(chain):
        if not _signed(one, other):
            text = f"{_name(other)} stands behind {_name(one)} in the chain and did not sign it"
            yield Problem("order", "error", text, remedy)
    if len(chain) > 1 or subject.root is not None:
        return
    if _signed(chain[0], chain[0]):
        yield Problem(
            "self-signed",
            "error",
            "the certificate is signed by itself, so no phone trusts it",
            "leave [tls] certificate out for the private authority, or order one from a public authority",
        )
    else:
        signer = _issuer(chain[0])
        yield Problem(
            "intermediate",
            "error",
            f"the chain ends with the server's own certificate, and {signer} that signed it is missing: "
            "Android does not fetch it",
            "name the file with the whole chain (fullchain.pem)",
        )


def _key(subject: Subject) -> Iterator[Problem]:
    key = subject.leaf.public_key()
    remedy = "order a certificate for an RSA key of 2048 bits, or an EC key on P-256"
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < LEAST_RSA_BITS:
            yield Problem(
                "key-size", "error", f"the RSA key has {key.key_size} bits, phones ask for 2048", remedy
            )
        return
    if not isinstance(key, ec.EllipticCurvePublicKey):
        yield Problem("key-kind", "error", "phones take keys of RSA and EC only", remedy)
    elif key.curve.name not in CURVES:
        yield Problem("key-size", "error", f"phones do not take the curve {key.curve.name}", remedy)
    if subject.legacy:
        yield Problem(
            "key-legacy",
            "warning",
            "[tls] legacy is on, but devices that old take RSA keys only",
            "order a certificate for an RSA key of 2048 bits",
        )


def _signature(subject: Subject) -> Iterator[Problem]:
    for certificate in subject.chain:
        try:
            used = certificate.signature_hash_algorithm
        except UnsupportedAlgorithm:
            continue
        if isinstance(used, WEAK_HASHES) and not _signed(certificate, certificate):
            text = f"{_name(certificate)} is signed with {used.name.upper()}, which phones refuse"
            yield Problem("signature", "error", text, "order a certificate that is signed with SHA-256")


def _validity(subject: Subject) -> Iterator[Problem]:
    leaf = subject.leaf
    length = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    if length > LONGEST_VALIDITY and f"{leaf.not_valid_before_utc:%Y-%m-%d}" >= LONGEST_SINCE:
        yield Problem(
            "validity",
            "error",
            f"the certificate is valid for {length.days} days; iPhones refuse more than 398",
            "order one for a year or less",
        )


def _usage(subject: Subject) -> Iterator[Problem]:
    remedy = "order a certificate for a TLS server"
    try:
        usage = subject.leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        text = "the certificate does not say that it is for servers (extendedKeyUsage), which iPhones ask for"
        yield Problem("usage", "error", text, remedy)
    else:
        if ExtendedKeyUsageOID.SERVER_AUTH not in usage:
            yield Problem("usage", "error", "the certificate is not for servers (no serverAuth)", remedy)
    if _is_authority(subject.leaf) and len(subject.chain) == 1:
        yield Problem(
            "authority", "error", "the certificate is that of an authority, not of a server", remedy
        )


def _names(subject: Subject) -> Iterator[Problem]:
    names, addresses = names_of(subject.leaf)
    if not names and not addresses:
        yield Problem(
            "no-names",
            "error",
            "the names stand in the CN only, which phones do not read: subjectAltName is missing",
            "order a certificate with its names as subject alternative names",
        )
        return
    for host in subject.hosts:
        if not _covered(host, names, addresses):
            yield Problem("name", "error", _uncovered(host, names), _add(host, subject))
        elif subject.legacy and address_of(host) is None and host not in names:
            text = f"only a wildcard covers {host}, and Windows Mobile before 6 does not read wildcards"
            yield Problem("wildcard", "warning", text, _add(host, subject))
    for host in subject.discovered:
        if not _covered(host, names, addresses):
            text = f"{_uncovered(host, names)}: phones that find this name in DNS are warned of it"
            remedy = (
                f"{_add(host, subject)}; or publish the SRV record _autodiscover._tcp in place of the name"
            )
            yield Problem("discovered-name", "warning", text, remedy)


CHECKS: Final[Sequence[Callable[[Subject], Iterator[Problem]]]] = (
    _time,
    _chain,
    _signers,
    _names,
    _key,
    _signature,
    _validity,
    _usage,
)


def _covered(host: str, names: frozenset[str], addresses: frozenset[object]) -> bool:
    address = address_of(host)
    if address is not None:
        return address in addresses
    return any(covers(name, host) for name in names)


def _uncovered(host: str, names: frozenset[str]) -> str:
    """Why a name is not among the certificate's, where it nearly is."""
    text = f"the certificate is not for {host}"
    if address_of(host) is not None:
        as_name = " (it stands there as a name, which does not count)" if host in names else ""
        return text + as_name
    near = next((name for name in sorted(names) if name.startswith("*.") and _nearly(name[2:], host)), None)
    return text if near is None else f"{text}: {near} stands for one label on the left, no less and no more"


def _nearly(domain: str, host: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _add(host: str, subject: Subject) -> str:
    ours = subject.automatic
    return f'add "{host}" to [tls] names' if ours else f"order a certificate that names {host}, too"


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _signed(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _name(certificate: x509.Certificate) -> str:
    return _shown(certificate.subject) or f"the certificate {certificate.serial_number:x}"


def _issuer(certificate: x509.Certificate) -> str:
    return _shown(certificate.issuer) or "the authority"


def _shown(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME) or name.get_attributes_for_oid(
        NameOID.ORGANIZATION_NAME
    )
    return " ".join(str(found[0].value).split())[:80] if found else ""
