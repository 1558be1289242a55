"""From what a server sent to the root: what phones do, and what they cannot do.

An issuer is looked for among the roots at hand first, as phones do, then in what was sent, and at last it
is fetched from where the certificate says (RFC 5280 section 4.2.2.1), which few phones do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from overair.doctor.certificates.certificate import BROKEN, Certificate, Unreadable, quietly, read
from overair.doctor.certificates.issuers import known_issuers
from overair.doctor.complaint import Complaint
from overair.doctor.facts.tls import Chain, Link, Origin
from overair.doctor.network.web import Unanswered, ask

MAXIMUM_PATH: Final = 8
MAXIMUM_URLS: Final = 2
"""Addresses that are asked for one issuer."""
MAXIMUM_SEEN: Final = 32
"""Certificates that are followed in looking for roots: cross-signing can be made to go round for ever."""


async def complete(sent: Sequence[Certificate], complaint: Complaint) -> Chain:
    """Follow the issuers of the first certificate; fetching takes ``answer_seconds`` in all at most.

    Raises OSError where a given file cannot be read.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + complaint.surroundings.answer_seconds
    path = [Link(sent[0], Origin.SENT)]
    fetched: list[Link] = []
    while not path[-1].certificate.self_signed and len(path) < MAXIMUM_PATH:
        taken = {link.certificate.fingerprint for link in path}
        links = _issuers(path[-1].certificate, sent, fetched, complaint)
        following = next((link for link in links if link.certificate.fingerprint not in taken), None)
        if following is None:
            left = min(deadline - loop.time(), complaint.surroundings.connect_seconds)
            following = await _fetched(path[-1].certificate, complaint, left) if left > 0 else None
            if following is None or following.certificate.fingerprint in taken:
                break
            fetched.append(following)
        path.append(following)
    return Chain(tuple(path), _roots(sent, fetched, complaint))


def _issuers(
    certificate: Certificate, sent: Sequence[Certificate], fetched: Sequence[Link], complaint: Complaint
) -> tuple[Link, ...]:
    """Who issued a certificate: the roots at hand first, since with them a path ends."""
    also_sent = tuple(Link(other, Origin.SENT) for other in sent[1:] if certificate.issued_by(other))
    also_fetched = tuple(link for link in fetched if certificate.issued_by(link.certificate))
    return (*known_issuers(certificate, complaint.surroundings), *also_sent, *also_fetched)


def _roots(
    sent: Sequence[Certificate], fetched: Sequence[Link], complaint: Complaint
) -> tuple[Certificate, ...]:
    seen: dict[str, Certificate] = {}
    ahead = [sent[0]]
    while ahead and len(seen) < MAXIMUM_SEEN:
        certificate = ahead.pop()
        if certificate.fingerprint in seen:
            continue
        seen[certificate.fingerprint] = certificate
        ahead += [link.certificate for link in _issuers(certificate, sent, fetched, complaint)]
    return tuple(certificate for certificate in seen.values() if certificate.self_signed)


async def _fetched(certificate: Certificate, complaint: Complaint, seconds: float) -> Link | None:
    """The issuer from where the certificate says that it is."""
    urls = certificate.issuer_urls[:MAXIMUM_URLS]
    for candidates in await asyncio.gather(*(_at(url, complaint, seconds) for url in urls)):
        for candidate in candidates:
            if certificate.issued_by(candidate):
                return Link(candidate, Origin.FETCHED)
    return None


async def _at(url: str, complaint: Complaint, seconds: float) -> tuple[Certificate, ...]:
    """The certificates at a URL."""
    try:
        answer = await ask(complaint, "GET", url, seconds=seconds)
    except (Unanswered, ValueError):
        return ()  # nobody there, or no URL at all: the issuer stays unknown
    return certificates_in(answer.body)


def certificates_in(body: bytes) -> tuple[Certificate, ...]:
    """The certificates of a file: DER, PEM, or a bag of them (PKCS #7); none where it is none of these."""
    for reader in (_der, _pem, _bag):
        try:
            return reader(body)
        except BROKEN:
            continue  # not of this form; the next one may be
    return ()


def _der(body: bytes) -> tuple[Certificate, ...]:
    return (read(body),)


def _pem(body: bytes) -> tuple[Certificate, ...]:
    with quietly():
        return _again(x509.load_pem_x509_certificates(body))


def _bag(body: bytes) -> tuple[Certificate, ...]:
    with quietly():
        return _again(pkcs7.load_der_pkcs7_certificates(body))


def _again(found: Sequence[x509.Certificate]) -> tuple[Certificate, ...]:
    try:
        return tuple(read(one.public_bytes(Encoding.DER)) for one in found[:MAXIMUM_PATH])
    except Unreadable:
        return ()
