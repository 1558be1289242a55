"""Certificates as the doctor reads them: what strangers sent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from overair.doctor.certificates.certificate import MAXIMUM_CHAIN, Unreadable, read, read_chain
from overair.doctor.checks.tls import purpose
from overair.doctor.checks.tls.names import covers
from overair.doctor.facts.tls import Encrypted
from overair.doctor.network.handshaking import Shake
from overair.ward.certificates import Authority
from support.asynchronous import run
from support.bedside import bedside_of

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def made(common_name: str, *names: x509.GeneralName, days: dt.timedelta = dt.timedelta(days=90)) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + days)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_names_cannot_steer_a_terminal() -> None:
    found = read(made("a\x1b[2J\u202eb\nc" + "x" * 40, x509.DNSName("d\x1b]0;e")))

    assert found.name == found.issuer == "a?[2J?b?c" + "x" * 40
    assert found.common_names == (found.name,)
    assert found.dns_names == ("d?]0;e",)


@pytest.mark.parametrize("der", [b"", b"\x30\x80", b"\x30\x00", b"nonsense", bytes(2000)])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(Unreadable):
        read(der)


def test_only_the_own_certificate_of_a_chain_has_to_be_readable() -> None:
    own = made("mail.ward.test")

    assert [one.name for one in read_chain((own, b"nonsense", own))] == ["mail.ward.test"] * 2
    assert len(read_chain((own,) * 100)) == MAXIMUM_CHAIN
    with pytest.raises(Unreadable):
        read_chain((b"nonsense", own))
    with pytest.raises(Unreadable):
        read_chain(())


def test_an_own_certificate_that_cannot_be_read_is_said_to_be_so() -> None:
    shake = Shake(
        chain=(b"nonsense",), version="TLSv1.2", cipher="", protocol="", client_certificate=False, staple=b""
    )
    bedside = bedside_of(purpose.CHECK, Encrypted({"192.0.2.1": shake}))

    assert run(purpose.examine(bedside)) is None
    assert [finding.id for finding in bedside.findings] == ["certificate-unreadable"]


@pytest.mark.parametrize(
    ("lasting", "days"),
    [
        (dt.timedelta(days=398), 398),
        (dt.timedelta(days=398, seconds=1), 399),
        (dt.timedelta(days=398) - dt.timedelta(seconds=1), 398),
    ],
)
def test_a_second_too_much_is_a_day(lasting: dt.timedelta, days: int) -> None:
    assert read(made("x", days=lasting)).days == days


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (("mail.ward.test",), "mail.ward.test", True),
        (("MAIL.ward.test",), "mail.ward.test", True),
        (("*.ward.test",), "mail.ward.test", True),
        (("*.ward.test",), "a.mail.ward.test", False),
        (("*.ward.test",), "ward.test", False),
        (("*.ward.test",), ".ward.test", False),
        (("m*.ward.test",), "mail.ward.test", False),
        (("*",), "exchange", False),
        (("192.0.2.1",), "192.0.2.1", False),
        ((), "mail.ward.test", False),
    ],
)
def test_whom_a_certificate_covers(names: tuple[str, ...], host: str, expected: bool) -> None:
    certificate = read(made("mail.ward.test", *(x509.DNSName(name) for name in names)))

    assert covers(certificate, host) is expected


def test_addresses_are_covered_by_addresses_alone(authority: Authority) -> None:
    certificate = read(authority.issue(("192.0.2.1", "2001:db8::1")).chain[0])

    assert covers(certificate, "192.0.2.1")
    assert covers(certificate, "2001:0db8::0:1")
    assert not covers(certificate, "192.0.2.2")


def test_who_issued_what(authority: Authority, tmp_path: Path) -> None:
    own, intermediate = map(read, authority.issue(("mail.ward.test",)).chain)
    root = read(authority.root.public_bytes(Encoding.DER))
    namesake = read(Authority(tmp_path).intermediate.public_bytes(Encoding.DER))

    assert own.issued_by(intermediate)
    assert intermediate.issued_by(root)
    assert root.self_signed
    assert not intermediate.self_signed
    assert not own.issued_by(root)
    assert not own.issued_by(namesake)


def test_of_old_signatures_what_they_say_counts(authority: Authority, tmp_path: Path) -> None:
    own = read(authority.issue(("mail.ward.test",), key="rsa2048", sha1=True).chain[0])
    namesake = read(Authority(tmp_path).intermediate.public_bytes(Encoding.DER))

    assert own.hash_name == "sha1"
    assert own.issued_by(read(authority.intermediate.public_bytes(Encoding.DER)))
    assert not own.issued_by(namesake)
