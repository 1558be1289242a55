"""`overair user quota` and `overair user out-of-office`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from overair.cli.out_of_office import application
from overair.cli.output import Failure
from overair.cli.sizes import format_size, parse_size
from support.command import done, overair
from support.house import Serve

ANNA = "anna@example.org"
BEN = "ben@example.org"
LETTER = "From: otto@example.net\r\nSubject: x\r\nMessage-ID: <{}@x>\r\n\r\n" + "x" * 2000 + "\r\n"


@pytest.fixture(scope="module", name="data")
def data_directory(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Path:
    """The data directory of a running server; tests/cli/test_user.py has commands without one."""
    data = tmp_path_factory.mktemp("mailboxes") / "data"
    serve(data)
    return data


def test_a_quota_is_set_kept_shown_and_lifted(data: Path, tmp_path: Path) -> None:
    where = ("--data-dir", data)
    first, second = tmp_path / "first.eml", tmp_path / "second.eml"
    first.write_text(LETTER.format(1), newline="")
    second.write_text(LETTER.format(2), newline="")
    done("user", "add", ANNA, "--generate", *where)
    assert "0 B of 3.0 KB" in done("user", "quota", ANNA, "3KB", *where)
    done("import", ANNA, first, *where)
    refused = overair("import", ANNA, second, *where)
    assert refused.returncode == 1
    assert "the mailbox is full" in refused.stderr
    assert "2.0 KB of 3.0 KB" in done("user", "list", *where)
    lifted = json.loads(done("user", "quota", ANNA, "none", "--json", *where))
    size = first.stat().st_size
    assert (lifted["used"], lifted["quota"], lifted["has_own_quota"]) == (size, 0, True)


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("1000 b", 1000), ("2K", 2048), ("1.5 MB", 1_572_864), ("2gib", 2 * 1024**3)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "1.2.3", "1PB", "9999999T", "MB", "1e9"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        parse_size(text)


def test_sizes_are_written() -> None:
    assert [format_size(size) for size in (0, 1023, 1024, 1536, 5 * 1024**3)] == [
        "0 B",
        "1023 B",
        "1.0 KB",
        "1.5 KB",
        "5.0 GB",
    ]


def test_out_of_office_is_shown_set_and_ended(data: Path, tmp_path: Path) -> None:
    where = ("--data-dir", data)
    command = ("user", "out-of-office")
    text, page = tmp_path / "away.txt", tmp_path / "away.html"
    text.write_text("I am away.\n", encoding="utf-8")
    page.write_text("<p>Outside: away.</p>", encoding="utf-8")
    done("user", "add", BEN, "--generate", *where)
    assert overair(*command, "on", BEN, *where).returncode == 1  # there is nothing to say
    done(*command, "on", BEN, "--message", text, "--external-message", page, "--to", "contacts", *where)
    found = json.loads(done(*command, "show", BEN, "--json", *where))
    assert (found["on"], found["now"], found["start"], found["end"]) == (True, True, None, None)
    assert found["internal"] == {"enabled": True, "message": "I am away.", "html": False}
    assert found["known"] == {"enabled": True, "message": "<p>Outside: away.</p>", "html": True}
    assert found["unknown"]["enabled"] is False
    future = ("--from", "2990-01-01T09:00+01:00", "--until", "2990-02-01")
    assert "will be out of office from 2990-01-01 08:00 to 2990-02-01 00:00 UTC" in done(
        *command, "on", BEN, *future, *where
    )
    assert "is not out of office" in done(*command, "off", BEN, *where)
    assert "I am away." in done(*command, "show", BEN, *where)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "2990-01-01"), 2),
        (("--until", "tomorrow"), 2),
        (("--message", "missing/file"), 1),
    ],
)
def test_what_is_asked_for_wrongly_is_refused(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    where = ("--data-dir", str(tmp_path))
    result = CliRunner().invoke(application, ["on", ANNA, *arguments, *where])
    assert isinstance(result.exception, Failure)
    assert result.exception.code == code
