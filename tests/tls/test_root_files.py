"""The root certificate as phones install it."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from overair.tls import authority, root_files


@pytest.fixture(scope="module", name="root")
def make_root() -> x509.Certificate:
    return authority.root_certificate(authority.new_key(2048), "Overair CA test 0a1b", datetime.now(UTC))


def test_pem_and_der_are_the_certificate(root: x509.Certificate) -> None:
    assert x509.load_pem_x509_certificate(root_files.pem(root)) == root
    assert x509.load_der_x509_certificate(root_files.der(root)) == root


def test_the_profile_holds_the_certificate(root: x509.Certificate) -> None:
    profile = plistlib.loads(root_files.mobileconfig(root))
    assert profile["PayloadType"] == "Configuration"
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert x509.load_der_x509_certificate(payload["PayloadContent"]) == root
    assert profile["PayloadUUID"] != payload["PayloadUUID"]


def test_installing_twice_replaces(root: x509.Certificate) -> None:
    assert root_files.mobileconfig(root) == root_files.mobileconfig(root)


def test_the_fingerprint_is_written_as_phones_show_it(root: x509.Certificate) -> None:
    parts = root_files.fingerprint_text(root).split(":")
    assert len(parts) == 32
    assert bytes.fromhex("".join(parts)) == root.fingerprint(hashes.SHA256())
