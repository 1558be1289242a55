"""What phones would refuse, each with its line."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overair.server.certificates import discovered_names, domains_of, public_names
from overair.server.settings import SettingsError, load
from overair.tls import authority
from overair.tls.checks import Subject, problems, shown_from
from overair.tls.names import InvalidName, certificate_name, covers

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROOT_KEY, KEY = authority.new_key(2048), authority.new_key(2048)
ROOT = authority.root_certificate(ROOT_KEY, "Overair CA test 0a1b", NOW)
SERVER_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def leaf(
    *names: str,
    key: Any = KEY,
    days: int = 90,
    begins: datetime = NOW - timedelta(days=1),
    usage: x509.ExtendedKeyUsage | None = SERVER_AUTH,
    issuer: x509.Name = ROOT.subject,
    signed_by: rsa.RSAPrivateKey = ROOT_KEY,
    common_name: str = "mail.example.org",
    ca: bool = False,
) -> x509.Certificate:
    """A certificate that is right but for what is given."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        alternative = [
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdecimal() else x509.DNSName(name)
            for name in names
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative), critical=False)
    if usage is not None:
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signed_by, hashes.SHA256())


GOOD = leaf("mail.example.org", "*.example.net", "192.0.2.7")


def codes(chain: tuple[x509.Certificate, ...], **more: Any) -> list[str]:
    fields: dict[str, Any] = {"now": NOW, "hosts": ("mail.example.org",)} | more
    subject = Subject(chain=chain, **fields)
    found = problems(subject)
    assert all("\n" not in problem.text and problem.remedy for problem in found)
    return [problem.code for problem in found]


def test_nothing_is_said_of_a_good_one() -> None:
    hosts = ("mail.example.org", "a.example.net", "192.0.2.7")
    assert codes((GOOD, ROOT), hosts=hosts, discovered=("autodiscover.example.net",)) == []
    assert codes((GOOD,), hosts=hosts, root=ROOT) == []


OTHER = authority.new_key(1024)
LONG = leaf("mail.example.org", days=399)


@pytest.mark.parametrize(
    ("chain", "more", "expected"),
    [
        ((GOOD, ROOT), {"now": NOW + timedelta(days=59, minutes=-1)}, []),
        ((GOOD, ROOT), {"now": NOW + timedelta(days=61)}, ["expires"]),
        ((GOOD, ROOT), {"now": NOW + timedelta(days=90)}, ["expired"]),
        ((GOOD, ROOT), {"now": NOW - timedelta(days=1, minutes=1)}, ["not-yet-valid", "signer-begins"]),
        ((GOOD,), {}, ["intermediate"]),
        ((ROOT, GOOD), {"hosts": ()}, ["order", "no-names", "usage", "validity"]),
        ((GOOD, GOOD, ROOT), {}, ["order"]),
        ((leaf("mail.example.org", issuer=x509.Name([]), signed_by=KEY), ROOT), {}, ["order"]),
        ((ROOT,), {"hosts": ()}, ["self-signed", "no-names", "usage", "authority", "validity"]),
        ((leaf(),), {"root": ROOT}, ["no-names"]),
        ((GOOD, ROOT), {"hosts": ("example.net",)}, ["name"]),
        ((GOOD, ROOT), {"hosts": ("a.b.example.net",)}, ["name"]),
        ((GOOD, ROOT), {"hosts": ("192.0.2.8",)}, ["name"]),
        ((GOOD, ROOT), {"discovered": ("autodiscover.example.org",)}, ["discovered-name"]),
        ((GOOD, ROOT), {"hosts": ("a.example.net",), "legacy": True}, ["wildcard"]),
        ((leaf("mail.example.org", key=OTHER), ROOT), {}, ["key-size"]),
        ((leaf("mail.example.org", key=ec.generate_private_key(ec.SECP256R1())), ROOT), {}, []),
        ((leaf("mail.example.org", key=ec.generate_private_key(ec.SECP521R1())), ROOT), {}, ["key-size"]),
        (
            (leaf("mail.example.org", key=ec.generate_private_key(ec.SECP256R1())), ROOT),
            {"legacy": True},
            ["key-legacy"],
        ),
        ((leaf("mail.example.org", key=ed25519.Ed25519PrivateKey.generate()), ROOT), {}, ["key-kind"]),
        ((LONG, ROOT), {}, ["validity"]),
        ((leaf("mail.example.org", days=398), ROOT), {}, []),
        (
            (leaf("mail.example.org", days=700, begins=datetime(2020, 8, 1, tzinfo=UTC)), ROOT),
            {},
            ["expired"],
        ),
        ((leaf("mail.example.org", usage=None), ROOT), {}, ["usage"]),
        (
            (leaf("mail.example.org", usage=x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])), ROOT),
            {},
            ["usage"],
        ),
        (
            (leaf("mail.example.org", days=4000), ROOT),
            {"now": NOW + timedelta(days=3640)},
            ["signer-expires", "validity"],
        ),
        (
            (leaf("mail.example.org", days=4000), ROOT),
            {"now": NOW + timedelta(days=3650)},
            ["signer-expired", "validity"],
        ),
    ],
)
def test_each_problem_is_found_and_no_other(
    chain: tuple[x509.Certificate, ...], more: dict[str, Any], expected: list[str]
) -> None:
    assert sorted(codes(chain, **more)) == sorted(expected)


def test_errors_come_first_and_say_what_to_do() -> None:
    found = problems(
        Subject(chain=(GOOD,), now=NOW, hosts=("example.net",), discovered=("x.example.org",), automatic=True)
    )
    assert [problem.severity for problem in found] == ["error", "error", "warning"]
    named = next(problem for problem in found if problem.code == "name")
    assert named.text.endswith("*.example.net stands for one label on the left, no less and no more")
    assert named.remedy == 'add "example.net" to [tls] names'


def test_a_short_life_is_not_told_of_all_the_time() -> None:
    assert shown_from(leaf("a.example", days=6)) == timedelta(days=2)
    assert shown_from(leaf("a.example", days=397)) == timedelta(days=30)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mail.Example.ORG.", "mail.example.org"),
        ("*.Example.org", "*.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("[2001:DB8::0001]", "2001:db8::1"),
        ("localhost", "localhost"),
    ],
)
def test_names_as_certificates_have_them(text: str, written: str) -> None:
    assert certificate_name(text) == written


@pytest.mark.parametrize(
    "text", ["", "my_phone", "a..b", "*", "*.org", "a.*.org", "*a.org", "192.0.2.256", "ü..de", "x" * 64]
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(InvalidName):
        certificate_name(text)
    with pytest.raises(SettingsError, match=r"tls\.names"):
        load(None, tls={"names": [text]})


def test_a_wildcard_stands_for_one_label() -> None:
    assert covers("*.example.org", "A.example.org")
    assert not any(
        covers("*.example.org", name) for name in ("example.org", "a.b.example.org", ".example.org")
    )


def test_names_that_clients_ask_for() -> None:
    settings = load(None, url="https://mail.example.org:8443/x", domain="mx.example.org")
    assert public_names(settings) == ("mail.example.org", "mx.example.org")
    assert discovered_names(domains_of(["a@Example.org", "b@bücher.example", "c@localhost"])) == (
        "autodiscover.example.org",
        "autodiscover.xn--bcher-kva.example",
        "autodiscover.localhost",
    )


@pytest.mark.parametrize(
    ("tls", "part"),
    [
        ({"acme": {}}, "accept_terms = true"),
        ({"acme": {"accept_terms": True}}, "tls.names"),
        ({"acme": {"accept_terms": True}, "names": ["*.example.org"]}, "ACME orders wildcards by DNS only"),
        ({"acme": {"accept_terms": True, "directory": "http://x"}, "names": ["a.example"]}, "https://"),
        ({"acme": {"accept_terms": True, "eab_key_id": "x"}, "names": ["a.example"]}, "go together"),
        (
            {"acme": {"accept_terms": True, "challenge": "http-01"}, "names": ["a.example"], "page_port": 0},
            "tls.page_port",
        ),
        (
            {"acme": {"accept_terms": True, "challenge": "dns-01"}, "names": ["a.example"]},
            "tls.acme.challenge",
        ),
        ({"acme": {"accept_terms": True}, "names": ["a"], "certificate": "x", "private_key": "y"}, "exclude"),
    ],
)
def test_settings_that_do_not_fit_together(tls: dict[str, Any], part: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        load(None, tls=tls)
    assert part in str(wrong.value)
    assert "\n" not in str(wrong.value)
