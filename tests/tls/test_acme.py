"""Certificates by ACME, from Debian's pebble, which connects to the server to make sure of its names."""

from __future__ import annotations

import asyncio
import ssl
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from overair.times import utc_now
from overair.tls.authority import names_of
from overair.tls.files import CertificateError
from support.acme_server import BLOCKED, MAC_KEY, AcmeServer, acme_server
from support.certified import Certified, answer_on, certified, until
from support.packages import needs
from support.ports import free_port

pytestmark = needs("pebble", "pebble-challtestsrv")
NAMES = ["mail.example.org", "autodiscover.example.org"]


@pytest.fixture(scope="module", name="acme")
def running_acme_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeServer]:
    with acme_server(tmp_path_factory.mktemp("acme")) as server:
        yield server


def has_certificate(server: Certified) -> bool:
    return server.keeper.pair is not None


def reason(server: Certified) -> str:
    """Why it was not renewed: one line."""
    until(lambda: server.said("the certificate was not renewed"))
    text = server.said("the certificate was not renewed")[0]["reason"]
    assert "\n" not in text
    return str(text)


@pytest.mark.parametrize("challenge", ["tls-alpn-01", "http-01"])
def test_a_certificate_is_ordered_and_served(acme: AcmeServer, tmp_path: Path, challenge: str) -> None:
    with certified(
        tmp_path, acme.tls_port, acme.http_port, names=NAMES, acme=acme.settings(challenge)
    ) as server:
        until(lambda: has_certificate(server))
        leaf = server.leaf("mail.example.org")
        assert names_of(leaf)[0] == set(NAMES)
        assert server.keeper.pair is not None
        assert len(server.keeper.pair.chain) == 2
        assert server.keeper.days_left() == pytest.approx(90, abs=1)
        assert server.keeper.context is not None
        assert not server.keeper.context.challenges
        # Not due: nothing is ordered.
        assert not server.call(lambda: server.keeper.renew(force=False))
        assert server.leaf() == leaf
    [folder] = (tmp_path / "tls" / "acme").iterdir()
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "account.key": 0o600,
        "server.pem": 0o600,
    }
    with certified(tmp_path, 0, acme.http_port, names=NAMES, acme=acme.settings(challenge)) as again:
        assert again.leaf() == leaf  # at once, and with the account that there is


def test_a_renewal_does_not_disturb_a_phone_that_waits(acme: AcmeServer, tmp_path: Path) -> None:
    with certified(tmp_path, acme.tls_port, names=NAMES[:1], acme=acme.settings()) as server:
        until(lambda: has_certificate(server))
        first = server.leaf()
        with server.waits() as phone:
            assert server.call(lambda: server.keeper.renew(force=True))
            second = server.leaf()
            assert second != first
            assert server.post("/change")["waiting"] == 1
            assert answer_on(phone)["result"] == "True"

        # Two who ask at once get one certificate.
        async def twice() -> list[bool]:
            return list(await asyncio.gather(*(server.keeper.renew(force=True) for _ in range(2))))

        assert server.call(twice) == [True, True]
        assert len(server.said("certificate in use")) == 3


@pytest.mark.full
def test_it_is_renewed_when_a_third_of_its_life_is_left(acme: AcmeServer, tmp_path: Path) -> None:
    with certified(tmp_path, acme.tls_port, names=NAMES[:1], acme=acme.settings()) as server:
        until(lambda: has_certificate(server))
        keeper = server.keeper
        assert keeper.source is not None
        assert not keeper.source.is_due(keeper.pair, utc_now() + timedelta(days=59))
        assert keeper.source.is_due(keeper.pair, utc_now() + timedelta(days=61))
        first = server.leaf()
        keeper._clock = lambda: utc_now() + timedelta(days=61)
        until(lambda: server.leaf() != first)
    with certified(tmp_path, acme.tls_port, names=NAMES, acme=acme.settings()) as server:
        until(lambda: names_of(server.leaf())[0] == set(NAMES))  # other names than before


def test_without_a_certificate_no_phone_is_shown_another(acme: AcmeServer, tmp_path: Path) -> None:
    with certified(tmp_path, names=[BLOCKED], acme=acme.settings()) as server:
        text = reason(server)
        assert "rejectedIdentifier" in text
        assert "[tls] names" in text
        with pytest.raises(ssl.SSLError):
            server.leaf()


def test_what_the_authority_could_not_reach_is_said(acme: AcmeServer, tmp_path: Path) -> None:
    with certified(tmp_path, names=NAMES[:1], acme=acme.settings()) as server:  # on another port
        text = reason(server)
        assert "mail.example.org" in text
        assert "Failed to connect" in text
        assert "port 443" in text


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"directory": "https://localhost:1/dir"}, "cannot be reached"),
        ({"ca_file": "/etc/ssl/certs/ca-certificates.crt"}, "tls.acme.ca_file"),
        ({"ca_file": "/nowhere.pem"}, "/nowhere.pem"),
        ({"directory": "PATH"}, "look at the address"),
    ],
)
def test_an_authority_that_cannot_be_asked(
    acme: AcmeServer, tmp_path: Path, changed: dict[str, str], part: str
) -> None:
    if changed.get("directory") == "PATH":
        changed = {"directory": acme.directory.removesuffix("dir") + "elsewhere"}
    with certified(tmp_path, names=NAMES[:1], acme=acme.settings(**changed)) as server:
        assert part in reason(server)
        assert (tmp_path / "tls" / "renewal.json").exists()
        failed = server.keeper.attempts.failed
        assert failed is not None
        assert server.keeper.attempts.next(failed.last) == failed.last + timedelta(minutes=1)
    with certified(tmp_path, names=NAMES[:1], acme=acme.settings()) as server:
        # A restart does not ask before the time.
        server.call(lambda: server.keeper._look(asked=False))
        assert not server.said("the certificate was not renewed")
        assert server.keeper.attempts.failed == failed


@pytest.mark.full
def test_an_authority_that_is_away_leaves_the_certificate_in_use(acme: AcmeServer, tmp_path: Path) -> None:
    with certified(tmp_path, acme.tls_port, names=NAMES[:1], acme=acme.settings()) as server:
        until(lambda: has_certificate(server))
        first = server.leaf()
        assert server.keeper.source is not None
        source: Any = server.keeper.source
        source._settings = type(source._settings)(
            accept_terms=True, directory=f"https://localhost:{free_port()}/"
        )
        with pytest.raises(CertificateError, match="cannot be reached"):
            server.call(lambda: server.keeper.renew(force=True))
        assert server.leaf() == first


@pytest.mark.full
def test_an_account_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{MAC_KEY}\n")
    with acme_server(tmp_path, binding=True) as acme:
        known = {"eab_key_id": "kid-1", "eab_key_file": str(tmp_path / "key")}
        with certified(
            tmp_path / "one", acme.tls_port, names=NAMES[:1], acme=acme.settings(**known)
        ) as server:
            until(lambda: has_certificate(server))
        with certified(tmp_path / "two", acme.tls_port, names=NAMES[:1], acme=acme.settings()) as server:
            assert "eab_key_id" in reason(server)
