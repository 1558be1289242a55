"""`overair doctor certs`: the chain of a server as files."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from overair.cli.application import application
from overair.cli.output import Failure
from overair.doctor.certificates.keeping import keep
from overair.ward.certificates import INTERMEDIATE, LEAF, Authority, CertificateFiles
from support.packages import needs
from support.ports import free_port

HOST = "mail.ward.test"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextlib.contextmanager
def serving(files: CertificateFiles) -> Iterator[int]:
    """openssl s_server, which sends what it is told to, however broken."""
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(files.chain_file)]
    command += ["-cert_chain", str(files.chain_file), "-key", str(files.key_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith("ACCEPT"):
                break
        rest = threading.Thread(target=server.stdout.read)
        rest.start()
        try:
            yield port
        finally:
            server.terminate()
            rest.join()


def certs(port: int, output: Path, *more: str) -> None:
    words = ["doctor", "certs", HOST, "--address", "127.0.0.1", "--port-map", f"443:{port}"]
    application([*words, "--output", str(output), *more], standalone_mode=False)


@needs("openssl")
def test_the_chain_of_a_broken_server_is_saved(
    authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Expired, for another name, by nobody whom this machine believes."""
    files = authority.issue(("other.test",), start=-20, end=-10, send=(LEAF, INTERMEDIATE))

    with serving(files) as port:
        certs(port, tmp_path, "--ca-file", str(authority.root_file))

    folder = tmp_path / HOST
    assert sorted(one.name for one in folder.iterdir()) == [
        *("01-other.test.cer", "01-other.test.pem", "02-ward-intermediate.cer", "02-ward-intermediate.pem"),
        *("03-ward-root.cer", "03-ward-root.pem", "chain.log", "root.cer", "root.pem"),
    ]
    assert (folder / "01-other.test.cer").read_bytes() == files.chain[0]
    assert x509.load_der_x509_certificate((folder / "root.cer").read_bytes()) == authority.root
    assert x509.load_pem_x509_certificate((folder / "root.pem").read_bytes()) == authority.root
    log = (folder / "chain.log").read_text()
    assert [log.index(name) for name in ("“other.test”", "“Ward Intermediate”", "“Ward Root”")] == sorted(
        log.index(name) for name in ("“other.test”", "“Ward Intermediate”", "“Ward Root”")
    )
    assert "does not believe it: Hostname mismatch" in log
    assert log in capsys.readouterr().out


@needs("openssl")
def test_it_is_said_when_nobody_has_the_root(authority: Authority, tmp_path: Path) -> None:
    files = authority.issue((HOST,), send=(LEAF,))

    with serving(files) as port, pytest.raises(Failure, match="Ward Intermediate"):
        certs(port, tmp_path)

    folder = tmp_path / HOST
    assert not (folder / "root.cer").exists()
    assert (folder / "01-mail.ward.test.cer").read_bytes() == files.chain[0]


@needs("openssl")
def test_a_self_signed_certificate_is_its_own_root(authority: Authority, tmp_path: Path) -> None:
    files = authority.issue((HOST,), self_signed=True)

    with serving(files) as port:
        certs(port, tmp_path)

    assert (tmp_path / HOST / "root.cer").read_bytes() == files.chain[0]


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no connection"):
        certs(1, tmp_path)
    with pytest.raises(Failure, match="is no address"):
        application(["doctor", "certs", HOST, "--address", "mail"], standalone_mode=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "..", "a/b", ".hidden", "", "a\x00b\n"])
def test_names_stay_within_their_folder(tmp_path: Path, name: str) -> None:
    parent = tmp_path / "parent"

    folder = keep(parent, name, {name: b"1"})

    assert folder.parent == parent
    [written] = folder.iterdir()
    assert written.read_bytes() == b"1"
    assert [one.name for one in tmp_path.iterdir()] == ["parent"]


def test_links_are_replaced_and_not_followed(tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "target", tmp_path / "elsewhere"
    target.write_bytes(b"untouched")
    elsewhere.mkdir()
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "root.cer").symlink_to(target)

    folder = keep(tmp_path, "host", {"root.cer": b"new"})

    assert target.read_bytes() == b"untouched"
    assert not (folder / "root.cer").is_symlink()
    assert (folder / "root.cer").read_bytes() == b"new"
    (tmp_path / "link").symlink_to(elsewhere)
    with pytest.raises(OSError, match="link"):
        keep(tmp_path, "link", {"root.cer": b"new"})
    assert not list(elsewhere.iterdir())
