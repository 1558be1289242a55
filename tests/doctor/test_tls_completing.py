"""From what a server sent to the root."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from overair.doctor.certificates.certificate import Certificate, read, read_chain
from overair.doctor.certificates.completing import MAXIMUM_PATH, complete
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.facts.tls import Chain, Origin
from overair.ward.certificates import INTERMEDIATE, LEAF, ROOT, Authority, CertificateFiles
from support.asynchronous import run
from support.ports import free_port

NAMES = ("mail.ward.test",)
ANOTHER = b"the intermediate of a namesake"
URL = "http://127.0.0.1/issuer"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@contextlib.asynccontextmanager
async def serving(pages: Mapping[str, bytes]) -> AsyncIterator[int]:
    """A web server at a port of loopback."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = pages.get(request.path)
        return web.Response(status=404) if body is None else web.Response(body=body)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield port
    finally:
        await runner.cleanup()


def completed(
    files: CertificateFiles, pages: Mapping[str, bytes], *given: Path, shown_at: str = "127.0.0.1"
) -> Chain:
    async def fetched() -> Chain:
        async with serving(pages) as port:
            around = Surroundings(ports={80: port}, device_authorities=given, connect_seconds=5)
            complaint = Complaint(address="", surroundings=around).for_strangers(shown_at)
            return await complete(read_chain(files.chain), complaint)

    return run(fetched())


def told(chain: Chain) -> list[tuple[str, Origin]]:
    return [(link.certificate.name, link.origin) for link in chain.path]


def test_a_root_that_is_known_ends_the_chain(authority: Authority) -> None:
    chain = completed(authority.issue(NAMES, send=(LEAF, INTERMEDIATE, ROOT)), {}, authority.root_file)

    assert told(chain) == [
        ("mail.ward.test", Origin.SENT),
        ("Ward Intermediate", Origin.SENT),
        ("Ward Root", Origin.GIVEN),
    ]
    assert chain.root is chain.path[-1]
    assert not chain.missing


def test_without_anybody_who_knows_the_root_it_is_what_was_sent(authority: Authority) -> None:
    chain = completed(authority.issue(NAMES, send=(LEAF, ROOT, INTERMEDIATE)), {})

    assert told(chain)[-1] == ("Ward Root", Origin.SENT)


@pytest.mark.parametrize("form", ["DER", "PEM", "PKCS7"])
def test_a_missing_intermediate_is_fetched(authority: Authority, form: str) -> None:
    body = {
        "DER": der(authority.intermediate),
        "PEM": authority.intermediate.public_bytes(Encoding.PEM),
        "PKCS7": pkcs7.serialize_certificates([authority.root, authority.intermediate], Encoding.DER),
    }[form]
    files = authority.issue(NAMES, send=(LEAF,), issuers=URL)

    chain = completed(files, {"/issuer": body}, authority.root_file)

    assert [one.name for one in chain.missing] == ["Ward Intermediate"]
    assert told(chain)[-1] == ("Ward Root", Origin.GIVEN)


@pytest.mark.parametrize(("shown_at", "fetched"), [("10.0.0.1", True), ("198.41.0.4", False)])
@pytest.mark.parametrize("url", [URL, "http://localhost/issuer", "http://[::ffff:127.0.0.1]/issuer"])
def test_an_issuer_within_a_network_is_fetched_from_there_only(
    authority: Authority, url: str, shown_at: str, fetched: bool
) -> None:
    files = authority.issue(NAMES, send=(LEAF,), issuers=url)

    chain = completed(files, {"/issuer": der(authority.intermediate)}, authority.root_file, shown_at=shown_at)

    assert bool(chain.missing) is fetched


@pytest.mark.parametrize("body", [None, b"", b"<html>not here</html>", b"\x30\x80", ANOTHER])
def test_what_is_no_issuer_is_not_taken_for_one(
    authority: Authority, tmp_path: Path, body: bytes | None
) -> None:
    if body == ANOTHER:
        body = der(Authority(tmp_path).intermediate)
    files = authority.issue(NAMES, send=(LEAF,), issuers=URL)

    chain = completed(files, {} if body is None else {"/issuer": body}, authority.root_file)

    assert told(chain) == [("mail.ward.test", Origin.SENT)]
    assert chain.root is None
    assert not chain.missing
    assert not chain.roots


@pytest.mark.parametrize(
    "url", ["http://", "http://[", "http://127.0.0.1:99999/", "ldap:///CN=x", "file:///etc"]
)
def test_urls_that_lead_nowhere_are_harmless(authority: Authority, url: str) -> None:
    chain = completed(authority.issue(NAMES, send=(LEAF,), issuers=url), {}, authority.root_file)

    assert chain.root is None


def cross_signed(authority: Authority, by: Authority) -> x509.Certificate:
    """The root of one authority, signed by the other's intermediate."""
    root = authority.root
    builder = (
        x509.CertificateBuilder()
        .subject_name(root.subject)
        .issuer_name(by.intermediate.subject)
        .public_key(root.public_key())
        .serial_number(77)
        .not_valid_before(root.not_valid_before_utc)
        .not_valid_after(root.not_valid_after_utc)
    )
    return builder.sign(by.key, hashes.SHA256())


def test_cross_signed_roots_lead_to_each(authority: Authority, tmp_path: Path) -> None:
    older = Authority(tmp_path, "Older")
    files = authority.issue(NAMES)
    sent = read_chain((*files.chain, der(cross_signed(authority, older)), der(older.intermediate)))

    around = Surroundings(device_authorities=(older.root_file, authority.root_file))
    chain = run(complete(sent, Complaint(address="", surroundings=around)))

    assert {one.name for one in chain.roots} == {"Ward Root", "Older Root"}
    assert told(chain)[-1] == ("Ward Root", Origin.GIVEN)


def test_two_that_issued_each_other_end(authority: Authority, tmp_path: Path) -> None:
    """What would go round for ever."""
    other = Authority(tmp_path, "Other")
    round_about: list[Certificate] = [
        *read_chain(authority.issue(NAMES).chain),
        read(der(cross_signed(authority, other))),
        read(der(other.intermediate)),
        read(der(cross_signed(other, authority))),
    ]

    chain = run(complete(round_about, Complaint(address="")))

    assert chain.root is None
    assert len(chain.path) <= MAXIMUM_PATH
    assert not chain.roots
