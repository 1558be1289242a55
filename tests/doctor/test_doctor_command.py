"""`overair doctor`: what it prints where, and what it ends with."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from overair.cli.application import application
from overair.cli.output import Failure
from overair.doctor.complaint import Complaint
from overair.doctor.reporting.comparison import read
from overair.doctor.reporting.report import Verdict, exit_code
from overair.ward.training import options
from support.packages import needs
from support.standing import standing

CASE, ILLNESS = "expired", "certificate-expired"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")

SECONDS = 10

pytestmark = needs("nginx")


@pytest.fixture(scope="module")
def sick() -> Iterator[Complaint]:
    with standing(CASE) as complaint:
        yield complaint


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch, sick: Complaint) -> None:
    assert sick.password is not None
    monkeypatch.setenv("OVERAIR_PASSWORD", sick.password.reveal())


def doctor(sick: Complaint, *words: str) -> int:
    """Examine, and what the command ends with."""
    code = application(["doctor", *options(sick), *words], standalone_mode=False, prog_name="overair")
    assert isinstance(code, int)
    return code


def bulk(sick: Complaint, *words: str) -> int:
    """The same for a file of addresses, which stands for the address."""
    around = [word for word in options(sick)[1:] if word not in ("--send", "--push")]
    code = application(["doctor", *words, *around], standalone_mode=False, prog_name="overair")
    assert isinstance(code, int)
    return code


@contextlib.contextmanager
def reading(descriptor: int, seen: list[bytes]) -> Iterator[None]:
    """Take what comes to a terminal, so that whoever writes to it never waits."""

    def take() -> None:
        with contextlib.suppress(OSError):  # so it ends on Linux
            while piece := os.read(descriptor, 65536):
                seen.append(piece)

    thread = threading.Thread(target=take)
    thread.start()
    yield
    thread.join(SECONDS)


def test_plain_lines_where_there_is_no_terminal(
    sick: Complaint, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    code = doctor(sick, "--html", str(page))
    told = capsys.readouterr()

    assert f"{ILLNESS}" in told.out
    assert "Phones cannot work." in told.out
    assert not CONTROL.search(told.out)
    assert told.err == ""
    assert 10 <= code <= 18
    assert ILLNESS in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_json_is_all_that_is_on_stdout_and_is_compared_with(
    sick: Complaint, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = doctor(sick, "--json")
    first = read(capsys.readouterr().out.encode())
    earlier = tmp_path / "earlier.json"
    earlier.write_bytes(msgspec.json.encode(first))

    assert (first.verdict, exit_code(first)) == (Verdict.BROKEN, code)
    assert first.address == sick.address
    assert doctor(sick, "--json", "--compare", str(earlier)) == code
    again = read(capsys.readouterr().out.encode())
    assert again.difference is not None
    assert again.difference.since == first.date
    assert not again.difference.new
    with pytest.raises(Failure, match=r"is a report of anna\d*@ward.test, and can only stand beside an anon"):
        doctor(sick, "--anonymous", "--compare", str(earlier))


def test_quiet_says_nothing_and_ends_alike(sick: Complaint, capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor(sick, "--quiet", "--anonymous", "--no-password")

    assert capsys.readouterr() == ("", "")
    assert 10 <= code <= 18


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
def test_a_terminal_shows_the_tree_while_it_grows(
    sick: Complaint, monkeypatch: pytest.MonkeyPatch, anonymous: bool
) -> None:
    ours, theirs = pty.openpty()
    seen: list[bytes] = []
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with reading(ours, seen), os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        doctor(sick, "--no-password", *(["--anonymous"] if anonymous else []))
        monkeypatch.undo()
    os.close(ours)
    text = b"".join(seen).decode()

    assert re.search(r"\d+ of \d+ steps", text)
    assert "✗" in text
    assert "\x1b[" in text
    assert "Phones cannot work." in text
    assert ("ward.test" in text) is not anonymous


@pytest.fixture
def addresses(sick: Complaint, tmp_path: Path) -> Path:
    path = tmp_path / "addresses"
    path.write_text(f"# staff\n{sick.address}\n\nberta@nowhere.test\n", encoding="utf-8")
    return path


def test_many_addresses_come_to_a_table_or_to_json_lines(
    sick: Complaint, capsys: pytest.CaptureFixture[str], addresses: Path
) -> None:
    code = bulk(sick, "--addresses", str(addresses))
    table = capsys.readouterr().out
    assert re.search(rf"1 .*{re.escape(sick.address)}.*broken.*{ILLNESS}", table)
    assert re.search(r"2 .*berta@nowhere\.test", table)

    assert bulk(sick, "--addresses", str(addresses), "--json", "--at-once", "1") == code
    reports = [read(line.encode()) for line in capsys.readouterr().out.splitlines()]
    assert sorted(one.address for one in reports) == sorted([sick.address, "berta@nowhere.test"])
    logins = [step for one in reports for step in one.steps if step.check == "log-in"]
    assert {step.state for step in logins} == {"not reached"}
    assert code == min(exit_code(one) for one in reports if one.verdict is Verdict.BROKEN)


BAD = {
    "nothing there": (None, "No such file"),
    "no address": (b"\n# none\n", "names no address"),
    "not an address": (b"anna@example.org\nberta\n", "line 2: 'berta' is no address"),
    "twice": (b"anna@example.org\nanna@example.org\n", "names anna@example.org more than once"),
    "no text": (b"\xff\xfe", "is not UTF-8"),
}


@pytest.mark.parametrize(("data", "why"), BAD.values(), ids=BAD)
def test_a_bad_file_of_addresses_is_one_line(
    sick: Complaint, tmp_path: Path, data: bytes | None, why: str
) -> None:
    path = tmp_path / "addresses"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(Failure, match=re.escape(why)) as refused:
        bulk(sick, "--addresses", str(path))

    assert refused.value.code == 2


def test_passwords_come_by_the_line(
    sick: Complaint, addresses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from overair.cli.doctor.bulk import patients
    from overair.cli.doctor.patient import Wishes

    wishes = Wishes(
        user=None,
        domain=None,
        server=None,
        inside=None,
        trust_fingerprint=None,
        device=None,
        send=False,
        push=False,
    )
    for said, known in ((b"one\n\n", ["one", None]), (b"one\nt\xc3\xbco", ["one", "tüo"])):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said)))
        found = patients(addresses, wishes, sick.surroundings, passwords=True)
        assert [one.password and one.password.reveal() for one in found] == known
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\n")))
    with pytest.raises(Failure, match="stdin has 1 lines of passwords"):
        patients(addresses, wishes, sick.surroundings, passwords=True)


SENSELESS = {
    "two ways to speak": (("--json", "--quiet"), "exclude each other"),
    "an address and a file": (("--addresses", "x"), "either an ADDRESS or a file"),
    "no folder": (("--html", "/nowhere/at/all.html"), "there is no folder /nowhere/at"),
    "a folder": (("--html", "/tmp"), "is there already and is no file"),
    "no report": (("--compare", os.devnull), "is no report of the doctor"),
    "no file": (("--compare", "/nowhere.json"), "No such file"),
    "no certificates": (("--ca-file", os.devnull), "holds no certificates in PEM"),
    "no file of certificates": (("--device-ca-file", "/nowhere.pem"), "/nowhere.pem: No such file"),
}


@pytest.mark.parametrize(("words", "why"), SENSELESS.values(), ids=SENSELESS)
def test_what_makes_no_sense_is_said_before_anything_is_done(
    sick: Complaint, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match=re.escape(why)) as refused:
        doctor(sick, *words)

    assert refused.value.code == 2
    assert capsys.readouterr() == ("", "")


def test_one_kind_of_device(sick: Complaint, capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor(sick, "--as", "samsung", "--no-password")

    assert "Samsung Email cannot work." in capsys.readouterr().out
    assert 10 <= code <= 18
