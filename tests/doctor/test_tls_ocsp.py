"""What an authority says of the state of a certificate."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from overair.doctor.certificate import read
from overair.doctor.ocsp import State, read_answer
from overair.ward.certificates import Authority, CertificateFiles
from overair.ward.revocation import revoked

NOW = dt.datetime.now(dt.UTC)
WEEK = dt.timedelta(days=7)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def files(authority: Authority) -> CertificateFiles:
    return authority.issue(("mail.ward.test",))


def said(
    authority: Authority, certificate: x509.Certificate, status: ocsp.OCSPCertStatus, until: dt.datetime
) -> bytes:
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            certificate, authority.intermediate, hashes.SHA256(), status, until - WEEK, until, None, None
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, authority.intermediate)
    )
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_good_until_it_is_stale(authority: Authority, files: CertificateFiles) -> None:
    answer = said(authority, files.certificate, ocsp.OCSPCertStatus.GOOD, NOW + WEEK)

    own = read(files.chain[0])
    assert read_answer(answer, own, NOW).state is State.GOOD
    assert read_answer(answer, own, NOW + 2 * WEEK).state is State.STALE


def test_revoked_for_ever(authority: Authority, files: CertificateFiles) -> None:
    told = read_answer(revoked(authority, files.certificate), read(files.chain[0]), NOW + 10 * WEEK)

    assert told.state is State.REVOKED
    assert told.revoked is not None
    assert told.revoked < NOW


def test_an_unknown_certificate_is_not_good(authority: Authority, files: CertificateFiles) -> None:
    answer = said(authority, files.certificate, ocsp.OCSPCertStatus.UNKNOWN, NOW + WEEK)

    assert read_answer(answer, read(files.chain[0]), NOW).state is State.UNKNOWN


def test_an_answer_about_another_certificate_is_none(authority: Authority, files: CertificateFiles) -> None:
    other = authority.issue(("other.ward.test",))

    answer = said(authority, other.certificate, ocsp.OCSPCertStatus.GOOD, NOW + WEEK)

    assert read_answer(answer, read(files.chain[0]), NOW).state is State.UNUSABLE


@pytest.mark.parametrize("der", [b"", b"\x30\x80", b"<html>", b"\x30\x03\x0a\x01\x06"])
def test_nonsense_and_refusals_are_unusable(files: CertificateFiles, der: bytes) -> None:
    assert read_answer(der, read(files.chain[0]), NOW).state is State.UNUSABLE
