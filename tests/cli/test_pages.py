"""The page for phones, asked over HTTP."""

from __future__ import annotations

import plistlib
import re
import urllib.error
import urllib.request

import pytest
from cryptography import x509

from overair.server.page_serving import page_server
from overair.server.pages import Setup, pages, platform_of
from overair.tls import authority, root_files
from support.asynchronous import run

ROOT = authority.root_certificate(authority.new_key(2048), "Overair CA test 0a1b")
SETUP = Setup(("192.0.2.5", "vm.local", "127.0.0.1"), 8443, ROOT)


def fetch(path: str, setup: Setup = SETUP, agent: str = "") -> tuple[int, dict[str, str], bytes]:
    import asyncio

    async def work() -> tuple[int, dict[str, str], bytes]:
        async with page_server(pages(setup), "127.0.0.1", 0) as port:
            return await asyncio.to_thread(ask, port)

    def ask(port: int) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"User-Agent": agent})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    return run(work())


def test_the_page_says_what_to_type() -> None:
    status, headers, body = fetch("/")
    text = body.decode()
    assert status == 200
    assert "127.0.0.1:8443" in text
    assert "vm.local:8443" in text
    assert root_files.fingerprint_text(ROOT) in text
    assert "default-src 'none'" in headers["content-security-policy"]


def test_the_page_loads_nothing_from_elsewhere() -> None:
    text = fetch("/")[2].decode()
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
    assert "<script" not in text


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("overair-root.mobileconfig", "application/x-apple-aspen-config"),
        ("overair-root.cer", "application/x-x509-ca-cert"),
        ("overair-root.crt", "application/x-x509-ca-cert"),
        ("overair-root.pem", "application/x-pem-file"),
    ],
)
def test_the_root_comes_in_every_form(name: str, content_type: str) -> None:
    status, headers, body = fetch(f"/{name}")
    assert status == 200
    assert headers["content-type"] == content_type
    if name.endswith(".mobileconfig"):
        body = plistlib.loads(body)["PayloadContent"][0]["PayloadContent"]
    read = x509.load_pem_x509_certificate if name.endswith(".pem") else x509.load_der_x509_certificate
    assert read(body) == ROOT


@pytest.mark.parametrize(
    "path", ["/server.key", "/root.key", "/../tls/root.key", "/Microsoft-Server-ActiveSync"]
)
def test_nothing_else_is_served(path: str) -> None:
    assert fetch(path)[0] == 404


def test_without_a_private_root_there_is_no_certificate_to_install() -> None:
    setup = Setup(("mail.example.org",), 443, None)
    text = fetch("/", setup)[2].decode()
    assert "overair-root" not in text
    assert "<code>mail.example.org</code>" in text
    assert fetch("/overair-root.cer", setup)[0] == 404


def test_a_name_asked_for_is_shown_only_if_it_is_ours() -> None:
    assert "192.0.2.5:8443" in fetch("/", Setup(("192.0.2.5",), 8443, ROOT))[2].decode()


@pytest.mark.parametrize(
    ("agent", "platform"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "ios"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8)", "android"),
        ("curl/8", "other"),
    ],
)
def test_the_phones_own_instructions_are_open(agent: str, platform: str) -> None:
    assert platform_of(agent) == platform
    text = fetch("/", agent=agent)[2].decode()
    opened = re.findall(r"<details open>\s*<summary>([^<]+)", text)
    assert opened == [{"android": "Android"}.get(platform, "iPhone and iPad")]


@pytest.mark.parametrize(
    ("platform", "file"),
    [
        ("iPhone and iPad", "mobileconfig"),
        ("Android", "crt"),
        ("Windows", "cer"),
        ("Windows Mobile and Windows Phone", "cer"),
        ("Mac", "mobileconfig"),
        ("Linux", "pem"),
    ],
)
def test_each_platform_is_told_how_to_install_its_form(platform: str, file: str) -> None:
    text = fetch("/")[2].decode()
    found = re.search(rf"<summary>{platform}</summary>(.*?)</details>", text, re.DOTALL)
    assert found is not None
    assert re.findall(r'href="/overair-root\.(\w+)"', found[1]) == [file]
    assert "<ol>" in found[1]
