"""`overair autodiscover dns`: what it prints is what a real name server takes and is found to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from overair.cli.autodiscover import dns
from overair.cli.output import Failure
from overair.protocol.autodiscover.records import records_of
from overair.protocol.autodiscover.services import read_service
from overair.protocol.autodiscover.site import read_site
from support.name_server import NameServer
from support.packages import needs

DOMAIN = "example.org"
URL = "https://mail.example.org"
HOSTS = "mail 60 IN A 127.0.0.1\nmail 60 IN AAAA ::1\n"
SERVICES = (
    '["imaps://imap.example.org", "submissions://smtp.example.org", "caldavs://dav.example.org:8443/dav"]'
)
IDN = "xn--bcher-kva.example"
Run = Callable[..., Any]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings with a URL and services."""
    path = tmp_path / "overair.toml"
    path.write_text(f'url = "{URL}"\n[autodiscover]\nservices = {SERVICES}\n')
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command; what it printed."""

    def work(*arguments: Any, **options: Any) -> str:
        dns(*arguments, **options)
        return capsys.readouterr().out

    return work


@pytest.fixture(scope="module")
def published() -> Iterator[NameServer]:
    """A name server that has what the command printed for a zone file."""
    services = [read_service(text) for text in json.loads(SERVICES)]
    lines = [record.in_zone for record in records_of(DOMAIN, read_site(URL), services)]
    with NameServer(DOMAIN, HOSTS + "\n".join(lines)) as running:
        yield running


def test_the_table(run: Run, config: Path) -> None:
    lines = [line.split() for line in run(DOMAIN, config=config).splitlines()]
    assert [line[:3] for line in lines[1:]] == [
        ["autodiscover.example.org", "CNAME", "mail.example.org"],
        ["autoconfig.example.org", "CNAME", "mail.example.org"],
        ["_autodiscover._tcp.example.org", "SRV", "0"],
        ["_imaps._tcp.example.org", "SRV", "0"],
        ["_submissions._tcp.example.org", "SRV", "0"],
        ["_caldavs._tcp.example.org", "SRV", "0"],
        ["_caldavs._tcp.example.org", "TXT", "path=/dav"],
    ]


def test_the_zone_file(run: Run, config: Path) -> None:
    assert run(DOMAIN, config=config, zone=True).splitlines() == [
        "autodiscover.example.org. IN CNAME mail.example.org.",
        "autoconfig.example.org. IN CNAME mail.example.org.",
        "_autodiscover._tcp.example.org. IN SRV 0 0 443 mail.example.org.",
        "_imaps._tcp.example.org. IN SRV 0 1 993 imap.example.org.",
        "_submissions._tcp.example.org. IN SRV 0 1 465 smtp.example.org.",
        "_caldavs._tcp.example.org. IN SRV 0 1 8443 dav.example.org.",
        '_caldavs._tcp.example.org. IN TXT "path=/dav"',
    ]


@needs("knotd")
def test_what_is_published_is_found(run: Run, config: Path, published: NameServer) -> None:
    found = json.loads(run(DOMAIN, config=config, check=True, server=published.address, as_json=True))
    assert [(one["state"], one["found"]) for one in found] == [
        ("ok", ["mail.example.org"]),
        ("ok", ["mail.example.org"]),
        ("ok", ["0 0 443 mail.example.org"]),
        ("ok", ["0 1 993 imap.example.org"]),
        ("ok", ["0 1 465 smtp.example.org"]),
        ("ok", ["0 1 8443 dav.example.org"]),
        ("ok", ["path=/dav"]),
    ]
    assert "ok" in run(DOMAIN, config=config, check=True, server=published.address)


@needs("knotd")
def test_what_is_wrong_is_found(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (
        "autodiscover 60 IN A 127.0.0.1\nautodiscover 60 IN AAAA ::1\n"  # in place of a CNAME
        "autoconfig 60 IN A 127.0.0.2\n"
        "_autodiscover._tcp 60 IN SRV 5 5 443 mail\n"
        "_imaps._tcp 60 IN SRV 0 0 143 imap\n"
        "_caldavs._tcp 60 IN SRV 0 0 8443 dav\n"
        '_caldavs._tcp 60 IN TXT "path=/" "cal"\n'
    )
    with NameServer(DOMAIN, HOSTS + lines) as running:
        with pytest.raises(Failure, match="4 of 7 records") as failed:
            dns(DOMAIN, config=config, check=True, server=running.address, as_json=True)
        assert failed.value.code == 1
        found = json.loads(capsys.readouterr().out)
        with pytest.raises(Failure, match="2 of 2 records"):  # of a domain that the server does not have
            dns("example.net", url=URL, check=True, server=running.address)
        assert "unknown" in capsys.readouterr().out
    assert [(one["state"], one["found"]) for one in found] == [
        ("ok", ["127.0.0.1", "::1"]),
        ("different", ["127.0.0.2"]),
        ("ok", ["5 5 443 mail.example.org"]),
        ("different", ["0 0 143 imap.example.org"]),
        ("missing", []),
        ("ok", ["0 0 8443 dav.example.org"]),
        ("different", ["path=/cal"]),
    ]


@pytest.mark.parametrize(
    ("domain", "url", "lines"),
    [
        ("example.org", "https://autodiscover.example.org", ["SRV 0 0 443 autodiscover.example.org."]),
        ("example.org", "https://mail.example.org:8443", ["SRV 0 0 8443 mail.example.org."]),
        ("Bücher.example", "https://bücher.example", [f"CNAME {IDN}.", f"SRV 0 0 443 {IDN}."]),
    ],
)  # fmt: skip
def test_hosts(run: Run, domain: str, url: str, lines: list[str]) -> None:
    printed = run(domain, url=url, zone=True).splitlines()
    assert [line.partition(" IN ")[2] for line in printed] == lines
    assert all(line.isascii() for line in printed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"domain": "exa mple"}, "is not a domain"),
        ({"domain": "-"}, "is not a domain"),
        ({"domain": DOMAIN, "url": "https://192.0.2.5"}, "which DNS cannot name"),
        ({"domain": DOMAIN, "url": "mail.example.org"}, "not the URL of a server"),
        ({"domain": DOMAIN, "url": "ftp://mail.example.org"}, "not the URL of a server"),
        ({"domain": DOMAIN, "url": URL, "check": True, "server": "name:port"}, "ADDRESS:PORT"),
        ({"domain": DOMAIN, "url": URL, "zone": True, "check": True}, "--zone"),
    ],
)
def test_what_is_asked_wrongly(options: dict[str, Any], said: str) -> None:
    with pytest.raises(Failure, match=said) as failed:
        dns(**options)
    assert failed.value.code == 2
