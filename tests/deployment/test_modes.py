"""Every file that is written, with its mode, as docs/security.md lists them."""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import ssl
import stat
from email.message import EmailMessage
from pathlib import Path, PurePath

import pytest

from overair.client import Client
from overair.storage.open import DATABASE_FILE, DATABASE_NOTE, open_storage
from overair.tls.files import CertificateError
from overair.tls.machine import this_machine
from overair.tls.private_ca import ensure
from support.asynchronous import run
from support.command import overair
from support.databases import DEFAULT
from support.house import House
from support.letters import letter

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
ANNA, BEN = "anna@example.org", "ben@example.org"
VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Keller;Clara\r\nFN:Clara Keller\r\nEND:VCARD\r\n"


def documented() -> dict[str, tuple[int, bool]]:
    """By pattern: the mode, and whether it is there for a moment only."""
    rows = re.findall(
        r"^\| `(\S+)` \| (0[0-7]{3}) \| (.*)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {path: (int(mode, 8), "for a moment" in what) for path, mode, what in rows}


def pattern_of(path: PurePath) -> str | None:
    """The row that a path inside the data directory belongs to."""
    parts = path.parts
    for pattern in documented():
        wanted = PurePath(pattern).parts
        hidden = [part.startswith(".") for part in parts] == [part.startswith(".") for part in wanted]
        if len(wanted) == len(parts) and hidden and (path.match(pattern) if parts else True):
            return pattern
    return None


def check(data_dir: Path) -> set[str]:
    """Compare what is there with the table; gives the rows that were found."""
    found: set[str] = set()
    for path in (data_dir, *data_dir.rglob("*")):
        inside = PurePath(path.relative_to(data_dir))
        pattern = pattern_of(inside)
        assert pattern is not None, f"{inside} is not in docs/security.md"
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode == documented()[pattern][0], f"{inside} has mode {mode:04o}"
        found.add(pattern)
    return found


def command(umask: int, *arguments: str | Path, stdin: str = "") -> int:
    """Run a command with a umask; gives its exit code."""
    return overair(*arguments, stdin=stdin, umask=umask).returncode


def with_attachment() -> bytes:
    return letter(1, attachment=b"%PDF" + bytes(200_000))


async def send(url: str, trust: ssl.SSLContext | None) -> None:
    """Send a message with an attachment from Anna to Ben."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ANNA, BEN, "Plan"
    message.add_attachment(bytes(100_000), maintype="image", subtype="png", filename="../../etc/plan.png")
    async with Client(url, ANNA, "secret", device_id="MODES", ssl=trust) as client:
        await client.folder_sync()
        await client.send_mail(message.as_bytes(), client_id="1")


@pytest.mark.parametrize(
    "umask",
    [
        pytest.param(0o000, id="000"),  # the one that leaves everything open
        pytest.param(0o022, id="022", marks=pytest.mark.full),
        pytest.param(0o077, id="077", marks=pytest.mark.full),
    ],
)
def test_every_file_has_its_mode(tmp_path: Path, umask: int) -> None:
    data = tmp_path / "made" / "too" / "data"
    where = ("--data-dir", data)
    seen: set[str] = set()
    if umask == 0:  # a first start that ends before it has told its passwords
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            assert command(umask, "serve", "--demo", "--bind", address, *where) == 1
        seen |= check(data)
        assert "demo.unfinished" in seen
    for address in (ANNA, BEN):
        assert command(umask, "user", "add", address, "--password-stdin", *where, stdin="secret\n") == 0
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (data.parent, data.parent.parent)} == {0}
    seen |= check(data)
    (tmp_path / "one.eml").write_bytes(letter(2))
    (tmp_path / "clara.vcf").write_text(VCARD)
    with House(data, tls=True, umask=umask) as served:
        with smtplib.LMTP(str(data / "lmtp.sock")) as lmtp:
            lmtp.sendmail(BEN, [ANNA], with_attachment())
        assert command(umask, "import", ANNA, tmp_path / "one.eml", tmp_path / "clara.vcf", *where) == 0
        run(send(served.url, served.trust))
        seen |= check(data)
        served.terminate()
    seen |= check(data)
    unseen = {row for row, (_, momentary) in documented().items() if not momentary} - seen
    made_elsewhere = {row for row in documented() if row.startswith("tls/acme")}  # tests/tls/test_acme.py
    made_elsewhere |= {"demo.unfinished"} if umask else set()
    assert unseen <= made_elsewhere | {DATABASE_NOTE if DEFAULT == "sqlite" else DATABASE_FILE}
    outside = {path.name for path in tmp_path.rglob("*") if data not in path.parents}
    ours = {"one.eml", "clara.vcf", "data.toml", "data.log", "data.out", "data.clock"}
    assert outside - ours == {"made", "too", "data"}


def test_a_directory_that_others_may_enter_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def opened() -> str:
        caplog.clear()
        asyncio.run(open_storage(tmp_path / "data").close())
        return caplog.text

    assert "open to others" not in opened()
    (tmp_path / "data").chmod(0o755)
    assert opened().count("open to others") == 1
    (tmp_path / "data" / "overair.sqlite3").chmod(0o644)
    text = opened()
    assert "overair.sqlite3" in text
    assert "chmod -R go=" in text
    assert text.count("\n") == 1


def test_keys_that_others_can_read_are_refused(tmp_path: Path) -> None:
    machine = this_machine()
    ensure(tmp_path / "tls", machine)
    (tmp_path / "tls" / "root.key").chmod(0o640)
    with pytest.raises(CertificateError, match=r"root\.key is open to others"):
        ensure(tmp_path / "tls", machine)
