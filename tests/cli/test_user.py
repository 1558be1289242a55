"""`overair user`, while a server runs on the data directory and while none does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.command import Serve, done, overair


@pytest.fixture(params=["stopped", "running"], name="data")
def data_directory(request: pytest.FixtureRequest, tmp_path: Path, serve: Serve) -> Path:
    """A data directory with or without a server on it."""
    data = tmp_path / "data"
    if request.param == "running":
        serve(data)
    return data


def test_accounts_are_added_listed_changed_and_removed(data: Path) -> None:
    where = ("--data-dir", data)
    done(
        "user",
        "add",
        "Anna@Example.org",
        "--name",
        "Anna Keller",
        "--password-stdin",
        *where,
        stdin="secret one\n",
    )
    added = json.loads(done("user", "add", "ben@example.org", "--generate", "--json", *where))
    assert added["address"] == "ben@example.org"
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", added["password"])
    assert json.loads(done("user", "list", "--json", *where)) == [
        {"address": "anna@example.org", "name": "Anna Keller", "aliases": []},
        {"address": "ben@example.org", "name": "ben", "aliases": []},
    ]
    listed = done("user", "list", *where)
    assert re.search(r"^anna@example\.org +Anna Keller", listed, re.MULTILINE)
    assert "anna@example.org" in done(
        "user", "passwd", "anna@example.org", "--password-stdin", *where, stdin="two\n"
    )
    done("user", "remove", "anna@example.org", *where)
    assert [user["address"] for user in json.loads(done("user", "list", "--json", *where))] == [
        "ben@example.org"
    ]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("passwd", "nobody@example.org", "--generate"), "", 1, "there is no account nobody@example.org"),
        (("remove", "nobody@example.org"), "", 1, "there is no account nobody@example.org"),
        (("add", "no address", "--generate"), "", 1, "'no address' is not an address"),
        (("add", "cleo@example.org", "--password-stdin"), "\n", 1, "the password is empty"),
        (("add", "cleo@example.org"), "", 2, "use --password-stdin or --generate"),
        (("add",), "", 2, "Missing argument 'ADDRESS'"),
        (("nonsense",), "", 2, "No such command 'nonsense'"),
    ],
)
def test_a_failure_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], stdin: str, code: int, message: str
) -> None:
    place = () if arguments == ("nonsense",) else ("--data-dir", tmp_path)
    result = overair("user", *arguments, *place, stdin=stdin)
    assert result.returncode == code
    assert result.stdout == ""
    assert result.stderr.startswith("overair: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_address_is_taken_once(tmp_path: Path) -> None:
    done("user", "add", "anna@example.org", "--generate", "--data-dir", tmp_path)
    result = overair("user", "add", "ANNA@example.org", "--generate", "--data-dir", tmp_path)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert len(json.loads(done("user", "list", "--json", "--data-dir", tmp_path))) == 1


def test_a_directory_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    result = overair("user", "list", "--data-dir", tmp_path / "none")
    assert result.returncode == 1
    assert "there is no data directory" in result.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "command",
    [(), ("serve",), ("import",), *[("user", verb) for verb in ("", "add", "list", "passwd", "remove")]],
)
def test_every_help_has_an_example(command: tuple[str, ...]) -> None:
    text = " ".join(done(*filter(None, command), "--help").split())
    assert f"Example: overair {' '.join(command)}".strip() in text or "| overair user passwd" in text


def test_the_version_is_the_packages() -> None:
    from overair import __version__

    assert done("--version") == f"overair {__version__}\n"
