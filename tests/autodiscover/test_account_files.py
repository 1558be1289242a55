"""`overair autodiscover profile` and `qr`: what an administrator hands out."""

from __future__ import annotations

import plistlib
import subprocess
from pathlib import Path

import pytest

from overair.cli.autodiscover import profile, qr
from overair.cli.output import Failure
from overair.tls import private_ca
from overair.tls.machine import this_machine
from support.house import add_accounts
from support.packages import needs
from support.server import ANNA, PASSWORD

URL = "https://mail.example.org:8443"
SLASH = "a/../b@example.org"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with accounts and a private authority, on which no server runs."""
    path = tmp_path_factory.mktemp("files") / "data"
    add_accounts(path, {ANNA: "Anna", SLASH: "Slash"}, PASSWORD)
    private_ca.ensure(path / "tls", this_machine())
    return path


@needs("openssl")
def test_a_profile(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, content = tmp_path / "anna.mobileconfig", tmp_path / "content"
    profile(ANNA.upper(), data_dir, url=URL, output=output)
    assert capsys.readouterr().out == f"Wrote {output}.\n"
    subprocess.run(
        [
            *("openssl", "cms", "-verify", "-inform", "DER", "-in", output, "-purpose", "any"),
            *("-CAfile", data_dir / "tls" / "root.pem", "-out", content),
        ],
        check=True,
        capture_output=True,
    )
    root, account = plistlib.loads(content.read_bytes())["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    assert (account["EmailAddress"], account["Host"]) == (ANNA, "mail.example.org:8443")


def test_a_profile_where_a_proxy_ends_tls(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, output = tmp_path / "overair.toml", tmp_path / "anna.mobileconfig"
    config.write_text(f'url = "{URL}"\ndata_dir = "{data_dir}"\n[tls]\nenabled = false\n')
    profile(ANNA, config=config, output=output)
    assert "unsigned" in capsys.readouterr().out
    (account,) = plistlib.loads(output.read_bytes())["PayloadContent"]
    assert account["EmailAddress"] == ANNA
    tls = data_dir / "tls"
    with config.open("a") as file:
        file.write(f'certificate = "{tls}/server.pem"\nprivate_key = "{tls}/server.key"\n')
    profile(ANNA, config=config, output=output)
    assert "unsigned" not in capsys.readouterr().out
    assert output.read_bytes()[:1] == b"0"  # DER


def test_the_name_of_a_file_is_no_path(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    profile(SLASH, data_dir, url=URL)
    assert [path.name for path in tmp_path.iterdir()] == ["a%2F..%2Fb@example.org.mobileconfig"]


def test_a_qr_code(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    qr(ANNA, data_dir, url=URL)
    shown = capsys.readouterr().out
    assert shown.startswith(f"{URL}/account/{ANNA}\n\n")
    assert "▄" in shown
    for name, start in (("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG")):
        qr(ANNA, data_dir, url=URL, output=tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_what_cannot_be_written(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"there is no account nobody@example\.org"):
        profile("nobody@example.org", data_dir, url=URL)
    with pytest.raises(Failure, match=r"\.svg or \.png"):
        qr(ANNA, data_dir, url=URL, output=tmp_path / "a.gif")
    with pytest.raises(Failure, match="No such file"):
        qr(ANNA, data_dir, url=URL, output=tmp_path / "none" / "a.svg")
