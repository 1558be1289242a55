"""What the doctor reads of certificates: those of a handshake, those that are fetched, and their state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from fuzz.target import Target, repeat
from overair.doctor.certificates.certificate import MAXIMUM_NAME, Certificate, Unreadable, read
from overair.doctor.certificates.completing import MAXIMUM_PATH, certificates_in
from overair.doctor.certificates.ocsp import State, Told, read_answer
from overair.doctor.certificates.revocation_lists import MAXIMUM_LIST, read_list
from overair.doctor.network.handshaking import MAXIMUM_BYTES
from overair.doctor.network.web import MAXIMUM_BODY

NOW: Final = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
KEY: Final = ec.derive_private_key(7, ec.SECP256R1())
SUBJECT: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
ACCESS: Final = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(method, x509.UniformResourceIdentifier("http://authority.example.org/x"))
        for method in (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    ]
)


LIST: Final = x509.UniformResourceIdentifier("http://authority.example.org/1.crl")
POINTS: Final = x509.CRLDistributionPoints([x509.DistributionPoint([LIST], None, None, None)])


@lru_cache(maxsize=8)
def certificate(names: int = 2) -> x509.Certificate:
    """One with everything that the doctor looks at, and so many alternative names."""
    alternatives = [x509.DNSName(f"{number}.example.org") for number in range(names)]
    return (
        x509.CertificateBuilder()
        .subject_name(SUBJECT)
        .issuer_name(SUBJECT)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + dt.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName(alternatives), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()), False)
        .add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
        .add_extension(ACCESS, False)
        .add_extension(POINTS, False)
        .sign(KEY, hashes.SHA256())
    )


def der(names: int = 2) -> bytes:
    return certificate(names).public_bytes(Encoding.DER)


def many_names(size: int) -> bytes:
    return der(max(1, size // 20))


def check_certificate(found: Certificate) -> None:
    for name in (found.name, found.issuer, *found.common_names, *found.dns_names):
        assert name.isprintable()
        assert len(name) <= MAXIMUM_NAME
    assert len(found.fingerprint) == 64
    assert isinstance(found.days, int)
    assert found.key.bits >= 0
    assert found.hash_name.isalnum() or not found.hash_name or "-" in found.hash_name
    urls = (*found.issuer_urls, *found.ocsp_urls, *found.list_urls)
    assert all(url.lower().startswith("http://") for url in urls)
    for fact in (found.for_servers, found.says_purpose, found.must_staple):
        assert isinstance(fact, bool)
    assert found.self_signed in (True, False)
    assert found.addresses == tuple(found.addresses)


def check_certificates(found: tuple[Certificate, ...]) -> None:
    assert len(found) <= MAXIMUM_PATH
    for one in found:
        check_certificate(one)


def files() -> Iterable[bytes]:
    yield der()
    yield certificate().public_bytes(Encoding.PEM)
    yield pkcs7.serialize_certificates([certificate(), certificate(3)], Encoding.DER)


def read_state(data: bytes) -> Told:
    own = read(der())
    return read_answer(data, own, own, NOW)


def read_listed(data: bytes) -> Told:
    own = read(der())
    return read_list(data, own, own, NOW)


def lists() -> Iterable[bytes]:
    """Without the certificate, with it, and part of a list."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(SUBJECT)
        .last_update(NOW)
        .next_update(NOW + dt.timedelta(days=7))
    )
    entry = x509.RevokedCertificateBuilder().serial_number(1).revocation_date(NOW).build()
    point = x509.IssuingDistributionPoint([LIST], None, False, False, None, False, False)
    for one in (builder, builder.add_revoked_certificate(entry), builder.add_extension(point, True)):
        yield one.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def long_list(size: int) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(SUBJECT).last_update(NOW).next_update(NOW)
    for number in range(2, 2 + max(1, size // 40)):
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(NOW)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def check_state(told: Told) -> None:
    assert told.state in State


def answers() -> Iterable[bytes]:
    for status, revoked in ((ocsp.OCSPCertStatus.GOOD, None), (ocsp.OCSPCertStatus.REVOKED, NOW)):
        builder = ocsp.OCSPResponseBuilder().add_response(
            certificate(),
            certificate(),
            hashes.SHA256(),
            status,
            NOW,
            NOW + dt.timedelta(days=7),
            revoked,
            x509.ReasonFlags.key_compromise if revoked is not None else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, certificate())
        yield builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    yield refusal.public_bytes(Encoding.DER)


WORDS: Final = (b"\x30\x80", b"\x06\x03\x55\x1d", b"\x04\x82", b"\xa3", b"\x02\x01", b"\x17\x0d", b"\x30\x00")
NESTED: Final = repeat(b"\x30\x80")
TARGETS: Final = (
    Target(
        name="certificate",
        read=read,
        check=check_certificate,
        refuses=(Unreadable,),
        seeds=lambda: (der(), der(0x20)),
        words=WORDS,
        shapes={"nested": NESTED, "many names": many_names},
        limit=MAXIMUM_BYTES,
    ),
    Target(
        name="certificate_file",
        read=certificates_in,
        check=check_certificates,
        seeds=files,
        words=(*WORDS, b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"),
        shapes={
            "nested": NESTED,
            "beginnings": repeat(b"-----BEGIN CERTIFICATE-----\n"),
            "certificates": repeat(certificate().public_bytes(Encoding.PEM)),
        },
        limit=MAXIMUM_BODY,
    ),
    Target(
        name="certificate_state",
        read=read_state,
        check=check_state,
        seeds=answers,
        words=WORDS,
        shapes={"nested": NESTED},
        limit=MAXIMUM_BODY,
    ),
    Target(
        name="certificate_list",
        read=read_listed,
        check=check_state,
        seeds=lists,
        words=(*WORDS, b"-----BEGIN X509 CRL-----\n", b"-----END X509 CRL-----\n"),
        shapes={"nested": NESTED, "long": long_list},
        limit=MAXIMUM_LIST,
    ),
)
