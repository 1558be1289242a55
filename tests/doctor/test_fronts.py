"""The ward's healthy proxies are those of the documents, at other places."""

from __future__ import annotations

from typing import Final

import pytest

from overair.ward import fronts, site
from support.proxies import documented

NAMES: Final = ("mail.example.org", "autodiscover.example.org")
SOCKET: Final = "/run/overair/overair.sock"
CERTIFICATE: Final = "/etc/ssl/mail.example.org.pem"
KEY: Final = "/etc/ssl/mail.example.org.key"
ON_DEBIAN: Final = {"user haproxy", "group haproxy", "log /dev/log local0", "log global"}
"""What only root may do."""


def _nginx() -> str:
    return site.SERVER.format(
        upstream=f"unix:{SOCKET}",
        address="ADDRESS",
        port=443,
        listen=site.LISTEN,
        names=" ".join(NAMES),
        certificate=CERTIFICATE,
        key=KEY,
        protocols=site.PROTOCOLS,
        server="",
        locations=site.USUAL,
    ).replace("ADDRESS:443", "443")


def _haproxy() -> str:
    return fronts.HAPROXY.format(
        address="",
        port=443,
        both=CERTIFICATE,
        alpn=fronts.ALPN,
        frontend="",
        backend="",
        patience=f"{fronts.PATIENCE}s",
        upstream=SOCKET,
    ).replace("maxconn 200", "maxconn 20000")


def _apache() -> str:
    return fronts.APACHE.format(
        address="ADDRESS",
        port=443,
        name=NAMES[0],
        aliases=NAMES[1],
        certificate=CERTIFICATE,
        key=KEY,
        server="",
        patience=fronts.PATIENCE,
        upstream=f"unix:{SOCKET}|http://localhost/",
    ).replace("Listen ADDRESS:443", "Listen 443").replace("ADDRESS", "*")  # fmt: skip


def _lines(text: str) -> list[str]:
    """Without comments and the width of spaces."""
    plain = (" ".join(line.partition("#")[0].split()) for line in text.splitlines())
    return [line for line in plain if line and line not in ON_DEBIAN]


@pytest.mark.parametrize(
    ("page", "text"), [("nginx", _nginx()), ("haproxy", _haproxy()), ("apache", _apache())]
)
def test_a_proxy_of_the_ward_is_that_of_its_page(page: str, text: str) -> None:
    assert _lines(text) == _lines(documented(page, page))
