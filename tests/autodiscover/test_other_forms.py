"""Autodiscover in JSON, the file of Thunderbird, the page of an account and its profile."""

from __future__ import annotations

import json
import plistlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from autodiscover.asking import Asker, login
from autodiscover.conftest import URL
from overair.server.autodiscover.profiles import Signing
from support.packages import needs
from support.phone import send
from support.server import ANNA, BEN, RunningServer, running_server

EAS_URL = f"{URL}/Microsoft-Server-ActiveSync"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/autodiscover/autodiscover.json", "Email=anna%40example.org&Protocol=ActiveSync&RedirectCount=1"),
        ("/AutoDiscover/AutoDiscover.JSON", "email=anna@example.org&protocol=activesync"),
        ("/autodiscover/autodiscover.json", "Email=anna+lists@example.org&Protocol=ActiveSync"),
        ("/autodiscover/autodiscover.json/v1.0/anna@example.org", "Protocol=ActiveSync&RedirectCount=1"),
        ("/Autodiscover/autodiscover.json/V1.0/anna%40example.org", "Protocol=ActiveSync"),
        ("/autodiscover/autodiscover.json", "Email=nobody@nowhere.example&Protocol=ActiveSync"),
    ],
)
def test_json(ask: Asker, path: str, query: str) -> None:
    answer = ask.json(query, path)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert json.loads(answer.body) == {"Protocol": "ActiveSync", "Url": EAS_URL}


def test_json_names_the_first_version(ask: Asker) -> None:
    answer = ask.json(f"Email={ANNA}&Protocol=AutodiscoverV1")
    assert json.loads(answer.body) == {
        "Protocol": "AutodiscoverV1",
        "Url": f"{URL}/autodiscover/autodiscover.xml",
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Protocol=ActiveSync", "InvalidUserId"),
        ("Email=&Protocol=ActiveSync", "InvalidUserId"),
        ("Email=anna&Protocol=ActiveSync", "InvalidUserId"),
        ("Email=%00@example.org&Protocol=ActiveSync", "InvalidUserId"),
        ("Email=anna@example.org", "MandatoryParameterMissing"),
        ("Email=anna@example.org&Protocol=Rest", "InvalidProtocol"),
        ("Email=anna@example.org&Protocol=%3Cscript%3E", "InvalidProtocol"),
        ("%ff=%ff&&&===&Email", "InvalidUserId"),
    ],
)
def test_json_that_cannot_be_answered(ask: Asker, query: str, code: str) -> None:
    answer = ask.json(query)
    assert answer.status == 400
    assert json.loads(answer.body)["ErrorCode"] == code
    assert b"script" not in answer.body


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("x@moved.example", "https://autodiscover.example.net/autodiscover/autodiscover.json?Email=x%40example.net&"),
        ("x@hosted.example", "https://outlook.example.com/autodiscover/autodiscover.json?Email=x%40hosted.example&"),
        ("otto@example.org", "https://autodiscover.example.net/autodiscover/autodiscover.json?Email=otto%40example.net&"),
        (quote("x@bücher.example"), "https://autodiscover.books.example/autodiscover/autodiscover.json?"),
    ],
)  # fmt: skip
def test_json_of_addresses_elsewhere(ask: Asker, asked: str, where: str) -> None:
    answer = ask.json(f"Email={asked}&Protocol=ActiveSync")
    assert answer.status == 302
    assert answer.headers["location"].startswith(where)


CONFIGS = (
    "/mail/config-v1.1.xml",
    "/.well-known/autoconfig/mail/config-v1.1.xml",
    "/v1.1/mail/config-v1.1.xml",
)


@pytest.mark.parametrize("path", CONFIGS)
def test_thunderbird(ask: Asker, path: str) -> None:
    known = ask.get(f"{path}?emailaddress={ANNA}")
    assert known.body == ask.get(f"{path}?emailaddress=nobody%40example.org").body
    root = ET.fromstring(known.body)
    assert root.attrib == {"version": "1.1"}
    incoming, outgoing = root.find(".//incomingServer"), root.find(".//outgoingServer")
    assert incoming is not None
    assert outgoing is not None
    said = [{child.tag: child.text or "" for child in one} | one.attrib for one in (incoming, outgoing)]
    common = {"authentication": "password-cleartext", "username": "%EMAILADDRESS%"}
    assert said == [
        common | {"type": "imap", "hostname": "imap.example.org", "port": "993", "socketType": "SSL"},
        common | {"type": "smtp", "hostname": "smtp.example.org", "port": "587", "socketType": "STARTTLS"},
    ]
    assert root.findtext("calendar/serverURL") == "https://dav.example.org/dav"
    assert root.findtext("emailProvider/domain") == "example.org"


def test_thunderbird_is_told_nothing_of_addresses_elsewhere(ask: Asker) -> None:
    assert ask.get(f"{CONFIGS[0]}?emailaddress=x@moved.example").status == 404
    assert ask.get(CONFIGS[0]).status == 200
    evil = ask.get(f"{CONFIGS[0]}?emailaddress=" + quote('x@"><script>'))
    assert b"script" not in evil.body


def test_the_page_of_an_account(ask: Asker) -> None:
    assert ask.get("/account").status == 401
    page = ask.get("/account", user=ANNA)
    text = page.body.decode()
    assert page.status == 200
    assert "Anna Ámund" in text
    assert ANNA in text
    assert "mail.example.org" in text
    assert f"{URL}/account/{ANNA}" in text
    assert "<svg" in text
    assert "<script" not in text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    own = ask.get(f"/account/{ANNA.upper()}", user=ANNA)
    assert own.body == page.body
    assert "<svg" not in ask.get("/account", user=ANNA, **{"User-Agent": "iPhone"}).body.decode()


def test_the_page_of_somebody_else(ask: Asker) -> None:
    others = [
        ask.get(f"/account/{one}", user=ANNA) for one in (BEN, "nobody@example.org", f"{ANNA}/x", "x/y")
    ]
    assert {(one.status, one.body) for one in others} == {(404, others[0].body)}
    assert ask.get(f"/account/{BEN}/account.mobileconfig", user=ANNA).status == 404


def test_a_profile(ask: Asker) -> None:
    answer = ask.get("/account/account.mobileconfig", user=ANNA)
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    profile = plistlib.loads(answer.body)  # a proxy ends TLS, so there is no certificate to sign it with
    (account,) = profile["PayloadContent"]
    assert account["PayloadType"] == "com.apple.eas.account"
    assert (account["EmailAddress"], account["UserName"], account["Host"]) == (ANNA, ANNA, "mail.example.org")
    assert account["SSL"] is True
    assert not [key for key in account if "assword" in key]
    again = plistlib.loads(ask.get(f"/account/{ANNA}/account.mobileconfig", user=ANNA).body)
    assert again == profile
    bens = plistlib.loads(ask.get("/account/account.mobileconfig", user=BEN).body)
    assert bens["PayloadUUID"] != profile["PayloadUUID"]


@pytest.fixture(scope="module", name="own")
def server_with_a_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a certificate of its own."""
    with running_server(tmp_path_factory.mktemp("signed"), tls=True) as running:
        yield running


@needs("openssl")
def test_a_signed_profile(own: RunningServer, tmp_path: Path) -> None:
    assert own.root_certificate is not None
    folder = own.root_certificate.parent
    own.application.services.finding.signing = Signing(folder / "server.pem", folder / "server.key")
    answer = send(own, "GET", "/account/account.mobileconfig", login())
    signed, content = tmp_path / "signed.mobileconfig", tmp_path / "content"
    signed.write_bytes(answer.body)
    checked = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(signed), "-purpose", "any"]
    subprocess.run(
        [*checked, "-CAfile", str(own.root_certificate), "-out", str(content)],
        check=True,
        capture_output=True,
    )
    profile = plistlib.loads(content.read_bytes())
    assert profile["PayloadContent"][-1]["Host"] == f"localhost:{own.port}"
    changed = bytearray(answer.body)
    place = changed.index(ANNA.encode())
    changed[place : place + 4] = b"evil"
    signed.write_bytes(changed)
    wrong = subprocess.run([*checked, "-CAfile", str(own.root_certificate)], check=False, capture_output=True)
    assert wrong.returncode != 0


def test_a_certificate_that_cannot_sign(own: RunningServer, tmp_path: Path) -> None:
    own.application.services.finding.signing = Signing(tmp_path / "none.pem", tmp_path / "none.key")
    answer = send(own, "GET", "/account/account.mobileconfig", login())
    assert plistlib.loads(answer.body)["PayloadContent"][-1]["EmailAddress"] == ANNA


def test_a_server_that_does_not_know_its_url(tmp_path: Path) -> None:
    with running_server(tmp_path) as running:
        for path in ("/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.json", "/account"):
            assert send(running, "GET", path, login()).status == 404


def test_a_client_that_a_proxy_lets_in_without_tls(ask: Asker) -> None:
    for path in (
        "/autodiscover/autodiscover.xml",
        "/Autodiscover/Autodiscover.json?Email=a@b.example",
        "/account",
    ):
        answer = ask.get(path, **{"X-Forwarded-Proto": "http"})
        assert answer.status == 302
        assert re.match(re.escape(f"{URL}{path}"), answer.headers["location"])
