"""What the list of an authority says of a certificate, and when it says nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from overair.doctor.certificates.certificate import read
from overair.doctor.certificates.ocsp import State
from overair.doctor.certificates.revocation_lists import read_list
from overair.ward.certificates import Authority, CertificateFiles
from overair.ward.revocation import listing

NOW = dt.datetime.now(dt.UTC)
WEEK = dt.timedelta(days=7)
PART = "http://authority.other.test/7.crl"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def taken_back(authority: Authority) -> CertificateFiles:
    return authority.issue(("mail.ward.test",), lists=PART)


@pytest.fixture(scope="module")
def valid(authority: Authority) -> CertificateFiles:
    return authority.issue(("other.ward.test",), lists=PART)


def state(data: bytes, files: CertificateFiles, authority: Authority, now: dt.datetime = NOW) -> State:
    issuer = read(authority.intermediate.public_bytes(Encoding.DER))
    return read_list(data, read(files.chain[0]), issuer, now).state


def test_who_is_on_it_is_revoked_and_nobody_else(
    authority: Authority, taken_back: CertificateFiles, valid: CertificateFiles
) -> None:
    found = listing(authority, taken_back.certificate)

    assert state(found, taken_back, authority) is State.REVOKED
    assert state(found, valid, authority) is State.GOOD
    pem = x509.load_der_x509_crl(found).public_bytes(Encoding.PEM)
    assert state(pem, taken_back, authority) is State.REVOKED


def test_an_old_list_clears_nobody(
    authority: Authority, taken_back: CertificateFiles, valid: CertificateFiles
) -> None:
    found = listing(authority, taken_back.certificate)

    assert state(found, valid, authority, NOW + 2 * WEEK) is State.STALE
    assert state(found, valid, authority, NOW - 2 * WEEK) is State.STALE
    assert state(found, taken_back, authority, NOW + 2 * WEEK) is State.REVOKED


def test_another_part_of_the_list_clears_nobody(
    authority: Authority, taken_back: CertificateFiles, valid: CertificateFiles
) -> None:
    assert state(listing(authority, taken_back.certificate, PART), valid, authority) is State.GOOD
    other = listing(authority, taken_back.certificate, "http://authority.other.test/8.crl")
    assert state(other, valid, authority) is State.UNUSABLE


def test_a_list_that_somebody_else_has_signed_is_none(
    authority: Authority, taken_back: CertificateFiles, tmp_path_factory: pytest.TempPathFactory
) -> None:
    namesake = Authority(tmp_path_factory.mktemp("namesake"))
    stranger = Authority(tmp_path_factory.mktemp("stranger"), "Stranger")

    assert state(listing(namesake, taken_back.certificate), taken_back, authority) is State.UNSIGNED
    assert state(listing(stranger, taken_back.certificate), taken_back, authority) is State.UNUSABLE


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        x509.IssuingDistributionPoint(None, None, False, True, None, False, False),
        x509.IssuingDistributionPoint(None, None, False, False, None, True, False),
        x509.IssuingDistributionPoint(
            None, None, False, False, frozenset((x509.ReasonFlags.key_compromise,)), False, False
        ),
    ],
    ids=["changes alone", "authorities alone", "of others, too", "some reasons"],
)
def test_a_list_of_something_else_clears_nobody(
    authority: Authority, valid: CertificateFiles, extension: x509.ExtensionType
) -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.intermediate.subject)
        .last_update(NOW)
        .next_update(NOW + WEEK)
        .add_extension(extension, True)
    )
    data = builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    assert state(data, valid, authority) is State.UNUSABLE


@pytest.mark.parametrize("data", [b"", b"\x30\x80", b"<html>", b"-----BEGIN X509 CRL-----\n"])
def test_nonsense_is_unusable(authority: Authority, valid: CertificateFiles, data: bytes) -> None:
    assert state(data, valid, authority) is State.UNUSABLE
