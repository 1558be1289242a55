"""The private authority: what OpenSSL and a strict verifier say of its certificates, and renewal."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from overair.tls.files import CertificateError
from overair.tls.machine import Machine, this_machine
from overair.tls.names import is_host_name
from overair.tls.private_ca import ServerCertificate, ensure, issue
from support.packages import needs

MACHINE = Machine(
    names=("mail.example.net", "mail", "mail.local", "localhost"),
    addresses=tuple(ipaddress.ip_address(text) for text in ("192.0.2.7", "127.0.0.1", "2001:db8::7", "::1")),
)


@pytest.fixture(scope="module", name="made")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority; making its keys takes a while."""
    folder = tmp_path_factory.mktemp("made")
    ensure(folder, MACHINE)
    return folder


@pytest.fixture(name="folder")
def copy_of_made(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(made, tmp_path / "tls")


def handshake(server: ServerCertificate, asked_for: str, roots: Path) -> None:
    """A TLS handshake over a socket pair; raises ssl.SSLError where the client refuses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate_path, server.private_key_path)
    near, far = socket.socketpair()

    def serve() -> None:
        try:
            with context.wrap_socket(far, server_side=True) as connection:
                connection.recv(1)
        except OSError:  # the client refused; it says why
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client = ssl.create_default_context(cafile=str(roots))
        with client.wrap_socket(near, server_hostname=asked_for) as connection:
            connection.sendall(b".")
    finally:
        near.close()
        thread.join()


@pytest.mark.parametrize("asked_for", [*MACHINE.names, *map(str, MACHINE.addresses)])
def test_every_name_and_address_is_accepted(folder: Path, asked_for: str) -> None:
    server = ensure(folder, MACHINE)
    handshake(server, asked_for, folder / "root.pem")
    assert not server.renewed


@pytest.mark.parametrize("asked_for", ["other.example.net", "192.0.2.8"])
def test_other_names_are_refused(folder: Path, asked_for: str) -> None:
    server = ensure(folder, MACHINE)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, asked_for, folder / "root.pem")


def test_a_root_that_is_not_installed_is_not_trusted(folder: Path, tmp_path: Path) -> None:
    server = ensure(folder, MACHINE)
    ensure(tmp_path / "other", MACHINE)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, "mail", tmp_path / "other" / "root.pem")


@needs("openssl")
def test_openssl_verifies_strictly(folder: Path) -> None:
    ensure(folder, MACHINE)
    verify = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        str(folder / "root.pem"),
    ]
    result = subprocess.run(
        [*verify, "-verify_hostname", "mail.local", str(folder / "server.pem")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip().endswith("OK"), result.stderr


def test_the_web_profile_accepts_the_certificate_for_its_names_only(folder: Path) -> None:
    server = ensure(folder, MACHINE)
    builder = PolicyBuilder().store(Store([server.root]))
    chain = builder.build_server_verifier(x509.DNSName("mail.example.net")).verify(server.certificate, [])
    assert chain[-1] == server.root
    with pytest.raises(VerificationError):
        builder.build_server_verifier(x509.DNSName("example.net")).verify(server.certificate, [])


def test_lifetimes_and_usages_are_what_phones_accept(folder: Path) -> None:
    server = ensure(folder, MACHINE)
    certificate, root = server.certificate, server.root
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=398)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    root_usage = root.extensions.get_extension_for_class(x509.KeyUsage)
    assert root_usage.critical
    assert root_usage.value.key_cert_sign
    assert not root_usage.value.digital_signature
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        True, 0
    )
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    authority = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert authority.key_identifier == identifier


def test_a_second_start_keeps_everything(folder: Path) -> None:
    first = ensure(folder, MACHINE)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    second = ensure(folder, MACHINE)
    assert not second.renewed
    assert second.certificate == first.certificate
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_renewed_by_the_same_authority_when_an_address_changes(folder: Path) -> None:
    first = ensure(folder, MACHINE)
    moved = Machine(MACHINE.names, (ipaddress.ip_address("198.51.100.4"), *MACHINE.addresses[1:]))
    second = ensure(folder, moved)
    assert second.renewed
    assert second.root == first.root
    handshake(second, "198.51.100.4", folder / "root.pem")


def test_renewed_when_less_than_thirty_days_remain(folder: Path) -> None:
    now = datetime.now(UTC)
    first = ensure(folder, MACHINE, now)
    assert not first.renewed
    assert not ensure(folder, MACHINE, now + timedelta(days=360)).renewed
    late = now + timedelta(days=370)
    second = ensure(folder, MACHINE, late)
    assert second.renewed
    assert second.root == first.root
    assert second.certificate.not_valid_after_utc > late + timedelta(days=390)


def test_private_keys_are_private(folder: Path) -> None:
    ensure(folder, MACHINE)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.glob("*.key")} == {
        "root.key": 0o600,
        "server.key": 0o600,
    }


def test_an_interrupted_first_start_is_taken_up(folder: Path) -> None:
    ensure(folder, MACHINE)
    (folder / "root.pem").unlink()
    server = ensure(folder, MACHINE)
    assert server.renewed
    handshake(server, "mail", folder / "root.pem")


def test_a_missing_root_key_is_said(folder: Path) -> None:
    ensure(folder, MACHINE)
    (folder / "root.key").unlink()
    with pytest.raises(CertificateError, match=r"root\.key is missing"):
        ensure(folder, MACHINE)


def test_damaged_files_are_said(folder: Path) -> None:
    ensure(folder, MACHINE)
    (folder / "server.key").write_text("no key")
    with pytest.raises(CertificateError, match=r"server\.key is not a private key"):
        ensure(folder, MACHINE)


def test_this_machine_has_its_names_and_loopback() -> None:
    machine = this_machine(("Mail.Example.ORG", "203.0.113.9"))
    assert machine.names[0] == "mail.example.org"
    assert machine.names[-1] == "localhost"
    assert {"127.0.0.1", "::1", "203.0.113.9"} <= set(map(str, machine.addresses))
    assert all(not address.is_loopback for address in machine.network_addresses)


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("mail.local", True),
        ("a-b", True),
        ("my_phone", False),
        ("192.0.2.1", False),
        ("", False),
        ("a..b", False),
    ],
)
def test_names_that_may_stand_in_a_certificate(name: str, accepted: bool) -> None:
    assert is_host_name(name) is accepted


def test_no_certificate_outlives_the_root(folder: Path) -> None:
    root = ensure(folder, MACHINE).root
    late = root.not_valid_after_utc - timedelta(days=20)
    made = ensure(folder, MACHINE, late)
    assert made.renewed
    assert made.certificate.not_valid_after_utc == root.not_valid_after_utc
    assert not ensure(folder, MACHINE, late + timedelta(days=1)).renewed  # another would end as soon
    over = root.not_valid_after_utc + timedelta(days=1)
    with pytest.raises(CertificateError, match=r"has expired; move .*root\.key"):
        issue(folder, ("mail.example.org",), over)
    for name in ("root.key", "root.pem"):
        (folder / name).rename(folder / f"old-{name}")
    anew = ensure(folder, MACHINE, over)
    assert anew.root != root
    assert anew.renewed


def test_a_damaged_certificate_is_made_anew(folder: Path) -> None:
    ensure(folder, MACHINE)
    (folder / "server.pem").write_bytes((folder / "server.pem").read_bytes()[:300])
    assert ensure(folder, MACHINE).renewed
    handshake(ensure(folder, MACHINE), "mail", folder / "root.pem")
