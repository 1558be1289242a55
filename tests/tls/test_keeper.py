"""The certificate of a running server: read again, never half, and its end told."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import cover, keeper_of
from overair.server.settings import load
from overair.tls import private_ca
from overair.tls.attempts import Attempts
from overair.tls.authority import names_of
from overair.tls.files import CertificateError, read_pair
from overair.tls.machine import Machine
from overair.tls.private_ca import ensure
from support.asynchronous import run
from support.certified import Certified, answer_on, certified, until

NOT_READ = "the certificate was not read again; the old one stays in use"


@pytest.fixture(scope="module", name="folder")
def make_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    ensure(folder, Machine(("localhost",), ()))
    return folder


@pytest.fixture(name="pair")
def files(folder: Path, tmp_path: Path) -> Path:
    """Key and chain in one file."""
    return written(folder, tmp_path / "pair.pem")


def written(folder: Path, path: Path, name: str = "localhost") -> Path:
    """A new certificate in place of what is there, as certbot and others put it: whole."""
    new = path.with_name("new")
    new.write_bytes(private_ca.issue(folder, (name,))[0])
    new.chmod(0o600)
    return new.replace(path)


@pytest.fixture(name="server")
def serve_files(pair: Path, tmp_path: Path) -> Iterator[Certified]:
    with certified(tmp_path / "data", certificate=str(pair), private_key=str(pair)) as server:
        yield server


def test_a_new_file_is_read_and_a_phone_goes_on_waiting(server: Certified, folder: Path, pair: Path) -> None:
    first = server.leaf()
    with server.waits() as phone:
        written(folder, pair)
        until(lambda: server.leaf() != first)
        assert server.post("/change")["waiting"] == 1
        assert answer_on(phone)["result"] == "True"
        phone.sendall(b"POST /still HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert answer_on(phone)["path"] == "/still"


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n", b"\x30\x82\x01"])
def test_a_broken_file_changes_nothing(server: Certified, folder: Path, pair: Path, content: bytes) -> None:
    first = server.leaf()
    pair.write_bytes(content)
    until(lambda: server.said(NOT_READ))
    assert str(pair) in server.said(NOT_READ)[0]["reason"]
    assert server.leaf() == first
    written(folder, pair)
    until(lambda: server.leaf() != first)
    assert len(server.said(NOT_READ)) == 1  # however often it was looked at


def test_a_key_that_does_not_belong_is_not_taken(folder: Path, tmp_path: Path, pair: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    for path in (certificate, key):
        shutil.copy(pair, path)
    with certified(tmp_path / "data", certificate=str(certificate), private_key=str(key)) as server:
        first = server.leaf()
        written(folder, certificate)
        until(lambda: server.said(NOT_READ))
        assert "is not the key of" in server.said(NOT_READ)[0]["reason"]
        assert server.leaf() == first
        shutil.copy(certificate, key)  # now both are new
        until(lambda: server.leaf() != first)


def test_asked_to_it_reads_again_whatever_the_files_look_like(server: Certified) -> None:
    server.loop.call_soon_threadsafe(lambda: server.keeper.wake(asked=True))
    until(lambda: server.said("certificate read again"))


def test_sighup_asks(folder: Path, pair: Path, tmp_path: Path) -> None:
    settings = load(None, data_dir=str(tmp_path), tls={"certificate": str(pair), "private_key": str(pair)})
    keeper = keeper_of(settings)
    keeper.prepare()
    first = keeper.pair

    async def work() -> None:
        keeping = asyncio.create_task(keeper.run())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(written, folder, pair)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.to_thread(until, lambda: keeper.pair != first)
        keeping.cancel()

    run(work())
    assert keeper.pair != first
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


def test_the_private_certificate_is_renewed_while_the_server_runs(tmp_path: Path) -> None:
    with certified(tmp_path) as server:
        first = server.leaf()
        later = datetime.now(UTC) + timedelta(days=370)
        server.keeper._clock = lambda: later
        until(lambda: server.leaf() != first)
        assert server.keeper.days_left() == pytest.approx(396, abs=1)
        second = server.leaf()
        # A clock that was set back: the certificate has not begun, so there is another.
        server.keeper._clock = lambda: datetime.now(UTC)
        until(lambda: server.leaf() != second)


def test_the_private_certificate_is_for_what_is_found_in_dns_too(tmp_path: Path) -> None:
    with certified(tmp_path) as server:
        first = server.leaf()
        assert server.call(lambda: cover(server.keeper, ["example.org", "bücher.example"]))
        until(lambda: server.leaf() != first)
        second = server.leaf()
        assert names_of(second)[0] - names_of(first)[0] == {
            "autodiscover.example.org",
            "autodiscover.xn--bcher-kva.example",
        }
    with certified(tmp_path) as server:  # a start that does not know them yet keeps it
        assert not server.call(lambda: cover(server.keeper, ["example.org"]))
        assert server.leaf() == second


def test_a_folder_that_cannot_be_written_is_said_and_the_old_one_stays(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "tls")
    with certified(tmp_path) as server:
        first = server.leaf()

        def full(path: Path, data: bytes) -> None:
            raise OSError(28, "No space left on device", str(path))

        # Root may write anywhere, so the disk is full instead.
        monkeypatch.setattr(private_ca, "write_file", full)
        with pytest.raises(OSError, match="No space left"):
            server.call(lambda: server.keeper.renew(force=True))
        said = server.said("the certificate was not renewed")[0]
        assert said["reason"].endswith("server.pem: No space left on device")
        assert server.leaf() == first


def test_the_end_is_told_once_a_day_from_thirty_days_out(server: Certified) -> None:
    keeper = server.keeper
    assert keeper.pair is not None
    end = keeper.pair.leaf.not_valid_after_utc
    for before, times in ((timedelta(days=31), 0), (timedelta(days=29), 1), (timedelta(days=28), 2)):
        keeper._clock = lambda before=before: end - before  # type: ignore[misc]  # a default, to be bound now
        server.call(lambda: keeper._look(asked=False))
        server.call(lambda: keeper._look(asked=False))
        assert len(server.said("the certificate ends")) == times
    assert server.said("the certificate ends")[0]["days_left"] == 29.0
    assert keeper.days_left() == 28.0
    keeper._clock = lambda: end + timedelta(days=1)
    server.call(lambda: keeper._look(asked=False))
    assert server.said("the certificate ends")[-1]["log_level"] == "error"


def test_an_authority_that_was_damaged_is_said_each_time_it_is_looked_at(tmp_path: Path) -> None:
    with certified(tmp_path) as server:
        first = server.leaf()
        root = tmp_path / "tls" / "root.pem"
        root.write_text("gone")
        until(lambda: server.said("the certificate was not renewed"))
        assert str(root) in server.said("the certificate was not renewed")[0]["reason"]
        assert server.leaf() == first
        failed = server.keeper.attempts.failed
        assert failed is not None
        assert failed.count == 1
        server.keeper._clock = lambda: failed.last + timedelta(minutes=2)
        until(lambda: len(server.said("the certificate was not renewed")) == 2)
        assert len(server.said("the certificate was not renewed")) == 2


def test_tls_that_is_ended_elsewhere_is_not_kept(tmp_path: Path) -> None:
    keeper = keeper_of(load(None, data_dir=str(tmp_path), tls={"enabled": False}))
    keeper.prepare()
    assert keeper.context is None
    assert keeper.days_left() is None
    assert keeper.expiry() is None
    run(keeper._look(asked=True))


def test_attempts_wait_longer_each_time_and_over_restarts(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    attempts = Attempts(tmp_path)
    waits = [(attempts.failure(now, "x") - now) // timedelta(minutes=1) for _ in range(8)]
    assert waits == [1, 5, 15, 60, 180, 360, 360, 360]
    again = Attempts(tmp_path)
    assert again.next(now) == now + timedelta(minutes=360)
    assert again.next(now - timedelta(days=1)) == now - timedelta(days=1)  # the clock was set back
    again.success()
    assert Attempts(tmp_path).failed is None
    (tmp_path / "renewal.json").write_bytes(b"\xff{")
    assert Attempts(tmp_path).next(now) == now


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1, pytest.param(ssl.TLSVersion.TLSv1_1, marks=pytest.mark.full)]
)
def test_old_devices_get_in_where_the_settings_let_them(
    folder: Path, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    shutil.copytree(folder, tmp_path / "one" / "tls")
    with certified(tmp_path / "one", legacy=True) as server:
        with server.connect(only=version) as old:
            assert old.version() == {"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1"}[version.name]
            old.sendall(b"POST /old HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            assert answer_on(old)["path"] == "/old"
        with server.connect() as new:
            assert new.version() == "TLSv1.3"
    with certified(tmp_path / "one") as server, pytest.raises(ssl.SSLError):
        server.connect(only=version)


def test_a_renewal_that_was_killed_leaves_the_old_pair(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "tls")
    before = (copy / "server.pem").read_bytes()
    (copy / ".server.pem.0a1b2c3d").write_bytes(before[:500])  # what was being written
    keeper = CertificateKeeper(None, copy)
    assert keeper.pair is None
    assert (
        read_pair(copy / "server.pem", copy / "server.key").leaf
        == read_pair(folder / "server.pem", folder / "server.key").leaf
    )
    assert not ensure(copy, Machine(("localhost",), ())).renewed
    assert (copy / "server.pem").read_bytes() == before


def test_without_a_private_key_nothing_starts(pair: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text("-----BEGIN DH PARAMETERS-----\n")
    settings = load(None, data_dir=str(tmp_path), tls={"certificate": str(pair), "private_key": str(other)})
    with pytest.raises(CertificateError, match="it holds a dh parameters"):
        keeper_of(settings).prepare()
