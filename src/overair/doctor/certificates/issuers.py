"""Certificates of authorities that the doctor has at hand: this machine's, those given, Mozilla's."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overair.doctor.certificates.certificate import Certificate, Unreadable, quietly, read
from overair.doctor.complaint import Surroundings
from overair.doctor.facts.tls import Link, Origin

Authorities = Mapping[bytes, tuple[Certificate, ...]]
"""By their names in DER, since that is how a certificate names its issuer."""


def known_issuers(certificate: Certificate, surroundings: Surroundings) -> tuple[Link, ...]:
    """Who may have issued a certificate, of those at hand. Raises OSError for a file that cannot be read."""
    name = certificate.parsed.issuer.public_bytes()
    given = (*surroundings.authorities, *surroundings.device_authorities)
    sources = (
        (Origin.GIVEN, authorities_of(given)),
        (Origin.MACHINE, machine_authorities()),
        (Origin.MOZILLA, mozilla_authorities()),
    )
    return tuple(
        Link(other, origin)
        for origin, authorities in sources
        for other in authorities.get(name, ())
        if certificate.issued_by(other)
    )


def installed_on_devices(surroundings: Surroundings) -> frozenset[str]:
    """Fingerprints of the roots that the user says are installed on every device."""
    return _fingerprints(authorities_of(surroundings.device_authorities))


def put_into(name: str, surroundings: Surroundings) -> frozenset[str]:
    """Fingerprints of the roots that a list of devices has besides, by its name."""
    return _fingerprints(authorities_of(surroundings.list_authorities.get(name, ())))


def trusted_here(surroundings: Surroundings) -> frozenset[str]:
    """Fingerprints of what this machine trusts, and of what was given."""
    given = authorities_of((*surroundings.authorities, *surroundings.device_authorities))
    return _fingerprints(machine_authorities()) | _fingerprints(given)


def _fingerprints(authorities: Authorities) -> frozenset[str]:
    return frozenset(one.fingerprint for alike in authorities.values() for one in alike)


def authorities_of(paths: Iterable[Path]) -> Authorities:
    """The certificates of PEM files. Raises OSError for one that cannot be read."""
    return _by_name(der for path in paths for der in _ders(path.read_bytes()))


@lru_cache(maxsize=1)
def machine_authorities() -> Authorities:
    """What OpenSSL uses on this machine by default."""
    if sys.platform == "win32":
        stores = ("ROOT", "CA")
        return _by_name(
            der for store in stores for der, kind, _ in ssl.enum_certificates(store) if kind == "x509_asn"
        )
    paths = ssl.get_default_verify_paths()
    found: list[Path] = [Path(paths.cafile)] if paths.cafile else []
    if paths.capath:
        # The names of OpenSSL's directory: hash of the subject and a number. Others are the same again.
        found += sorted(Path(paths.capath).glob("????????.[0-9]"))
    return _by_name(der for path in found if path.is_file() for der in _ders(path.read_bytes()))


@lru_cache(maxsize=1)
def mozilla_authorities() -> Authorities:
    """Mozilla's, as certifi has them."""
    return authorities_of((Path(certifi.where()),))


def _ders(pem: bytes) -> Iterable[bytes]:
    try:
        with quietly():
            found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []  # a file without a certificate: a key, a list of revoked ones
    return [one.public_bytes(Encoding.DER) for one in found]


def _by_name(ders: Iterable[bytes]) -> Authorities:
    found: dict[bytes, dict[str, Certificate]] = {}
    for der in ders:
        try:
            certificate = read(der)
        except Unreadable:
            continue  # one that this machine's own libraries cannot use either
        found.setdefault(certificate.parsed.subject.public_bytes(), {})[certificate.fingerprint] = certificate
    return {name: tuple(alike.values()) for name, alike in found.items()}
