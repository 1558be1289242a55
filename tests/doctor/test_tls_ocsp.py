"""What an authority says of the state of a certificate, and that it is the authority who says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from overair.doctor.certificates.certificate import read
from overair.doctor.certificates.ocsp import State, Told, read_answer
from overair.ward.certificates import Authority, CertificateFiles, Key
from overair.ward.revocation import revoked

NOW = dt.datetime.now(dt.UTC)
WEEK = dt.timedelta(days=7)
GOOD = ocsp.OCSPCertStatus.GOOD


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def files(authority: Authority) -> CertificateFiles:
    return authority.issue(("mail.ward.test",))


@pytest.fixture(scope="module")
def namesake(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another authority that calls itself the same."""
    return Authority(tmp_path_factory.mktemp("namesake"))


def said(
    authority: Authority,
    certificate: x509.Certificate,
    status: ocsp.OCSPCertStatus = GOOD,
    until: dt.datetime = NOW + WEEK,
    *,
    key: Key | None = None,
    responder: x509.Certificate | None = None,
    along: Sequence[x509.Certificate] = (),
) -> bytes:
    """What the intermediate says, or somebody with a key and perhaps a certificate of their own."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        certificate, authority.intermediate, hashes.SHA256(), status, until - WEEK, until, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, responder or authority.intermediate)
    if along:
        builder = builder.certificates(along)
    return builder.sign(key or authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def state(answer: bytes, files: CertificateFiles, authority: Authority, now: dt.datetime = NOW) -> Told:
    issuer = read(authority.intermediate.public_bytes(Encoding.DER))
    return read_answer(answer, read(files.chain[0]), issuer, now)


def test_good_from_its_beginning_until_it_is_stale(authority: Authority, files: CertificateFiles) -> None:
    answer = said(authority, files.certificate)

    assert state(answer, files, authority).state is State.GOOD
    assert state(answer, files, authority, NOW + 2 * WEEK).state is State.STALE
    assert state(answer, files, authority, NOW - WEEK).state is State.STALE


def test_revoked_for_ever(authority: Authority, files: CertificateFiles) -> None:
    told = state(revoked(authority, files.certificate), files, authority, NOW + 10 * WEEK)

    assert told.state is State.REVOKED
    assert told.revoked is not None
    assert told.revoked < NOW


def test_an_unknown_certificate_is_not_good(authority: Authority, files: CertificateFiles) -> None:
    answer = said(authority, files.certificate, ocsp.OCSPCertStatus.UNKNOWN)

    assert state(answer, files, authority).state is State.UNKNOWN


def test_an_answer_about_another_certificate_is_none(authority: Authority, files: CertificateFiles) -> None:
    other = authority.issue(("other.ward.test",))

    assert state(said(authority, other.certificate), files, authority).state is State.UNUSABLE


def test_the_same_number_of_another_authority_is_another(
    authority: Authority, files: CertificateFiles, tmp_path: Path
) -> None:
    somebody = Authority(tmp_path, "Somebody")

    assert state(said(somebody, files.certificate), files, authority).state is State.UNUSABLE


@pytest.mark.parametrize("status", [GOOD, ocsp.OCSPCertStatus.UNKNOWN])
def test_what_a_namesake_has_signed_is_not_said(
    authority: Authority, files: CertificateFiles, namesake: Authority, status: ocsp.OCSPCertStatus
) -> None:
    answer = said(authority, files.certificate, status, key=namesake.key, responder=namesake.intermediate)

    assert state(answer, files, authority).state is State.UNSIGNED


def test_a_revocation_that_somebody_else_has_signed_is_none(
    authority: Authority, files: CertificateFiles
) -> None:
    answer = bytearray(revoked(authority, files.certificate))
    answer[-1] ^= 1

    assert state(bytes(answer), files, authority).state in (State.UNSIGNED, State.UNUSABLE)


@pytest.mark.parametrize(
    ("purpose", "start", "expected"),
    [
        (ExtendedKeyUsageOID.OCSP_SIGNING, -1, State.GOOD),
        (ExtendedKeyUsageOID.SERVER_AUTH, -1, State.UNSIGNED),
        (None, -1, State.UNSIGNED),
        (ExtendedKeyUsageOID.OCSP_SIGNING, 5, State.UNSIGNED),
    ],
)
def test_whom_the_authority_has_appointed_speaks_for_it(
    authority: Authority,
    files: CertificateFiles,
    purpose: x509.ObjectIdentifier | None,
    start: float,
    expected: State,
) -> None:
    """Appointed is who has a certificate of the issuer's own that says so, and is valid."""
    deputy = authority.issue(("responder.ward.test",), purpose=purpose, start=start)
    answer = said(
        authority,
        files.certificate,
        key=deputy.key,
        responder=deputy.certificate,
        along=[deputy.certificate],
    )

    assert state(answer, files, authority).state is expected


def test_whom_somebody_else_has_appointed_does_not(
    authority: Authority, files: CertificateFiles, namesake: Authority
) -> None:
    deputy = namesake.issue(("responder.ward.test",), purpose=ExtendedKeyUsageOID.OCSP_SIGNING)
    answer = said(
        authority,
        files.certificate,
        key=deputy.key,
        responder=deputy.certificate,
        along=[deputy.certificate],
    )

    assert state(answer, files, authority).state is State.UNSIGNED


@pytest.mark.parametrize("der", [b"", b"\x30\x80", b"<html>", b"\x30\x03\x0a\x01\x06"])
def test_nonsense_and_refusals_are_unusable(
    authority: Authority, files: CertificateFiles, der: bytes
) -> None:
    assert state(der, files, authority).state is State.UNUSABLE
