"""`overair user`, while a server runs on the data directory and while none does."""

from __future__ import annotations

import json
import os
import pty
import re
from pathlib import Path
from typing import Final

import pytest

from support.command import OVERAIR, done, environment, overair
from support.house import Serve

NO_QUOTA: Final = {"used": 0, "quota": 0, "has_own_quota": False}
NO_RIGHTS: Final = {"sends_as": [], "sends_on_behalf": [], **NO_QUOTA}


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
        {"address": "anna@example.org", "name": "Anna Keller", "aliases": [], **NO_RIGHTS},
        {"address": "ben@example.org", "name": "ben", "aliases": [], **NO_RIGHTS},
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


def test_addresses_and_rights_to_send_are_given_and_taken(data: Path) -> None:
    where = ("--data-dir", data)

    def account(address: str) -> object:
        listed = json.loads(done("user", "list", "--json", *where))
        return next(user for user in listed if user["address"] == address)

    for address in ("anna@example.org", "ben@example.org"):
        done("user", "add", address, "--generate", *where)
    assert (
        "office@example.org"
        in done("user", "alias", "anna@example.org", "Office@Example.org", *where).lower()
    )
    done("user", "grant", "anna@example.org", "Ben@example.org", *where)
    done("user", "grant", "anna@example.org", "sales@example.org", "--on-behalf", *where)
    assert account("anna@example.org") == {
        "address": "anna@example.org",
        "name": "anna",
        "aliases": ["office@example.org"],
        "sends_as": ["ben@example.org"],
        "sends_on_behalf": ["sales@example.org"],
        **NO_QUOTA,
    }
    listed = done("user", "list", *where)
    assert "ben@example.org, sales@example.org (on behalf)" in listed
    done("user", "revoke", "anna@example.org", "sales@example.org", *where)
    done("user", "unalias", "office@example.org", *where)
    # Whoever has the address next has granted nothing.
    done("user", "remove", "ben@example.org", *where)
    assert account("anna@example.org") == {
        "address": "anna@example.org",
        "name": "anna",
        "aliases": [],
        **NO_RIGHTS,
    }


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("passwd", "nobody@example.org", "--generate"), "", 1, "there is no account nobody@example.org"),
        (("remove", "nobody@example.org"), "", 1, "there is no account nobody@example.org"),
        (("alias", "nobody@example.org", "x@example.org"), "", 1, "there is no account nobody@example.org"),
        (("unalias", "nobody@example.org"), "", 1, "there is no account nobody@example.org"),
        (("grant", "nobody@example.org", "x@example.org"), "", 1, "there is no account nobody@example.org"),
        (("revoke", "nobody@example.org", "x@example.org"), "", 1, "there is no account nobody@example.org"),
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


def typed(*arguments: str | Path, lines: list[str]) -> tuple[int, str]:
    """Run the command on a terminal and type lines when it asks; returns the exit code and what is seen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(OVERAIR, [str(OVERAIR), *map(str, arguments)], environment())
    seen = ""
    answered = 0
    while True:
        try:
            piece = os.read(terminal, 4096).decode()
        except OSError:  # how Linux tells that the other end was closed
            break
        seen += piece
        questions = seen.count("Password: ") + seen.count("confirmation: ") + seen.count("[y/N]: ")
        if questions > answered and answered < len(lines):
            os.write(terminal, lines[answered].encode() + b"\n")
            answered += 1
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen


def test_a_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    where = ("--data-dir", tmp_path)
    code, seen = typed("user", "add", "anna@example.org", *where, lines=["first one", "first one"])
    assert code == 0, seen
    assert "Added anna@example.org." in seen
    assert "first one" not in seen
    # What was typed wrongly the second time is asked for again.
    code, seen = typed("user", "passwd", "anna@example.org", *where, lines=["a1", "b2", "c3", "c3"])
    assert code == 0, seen
    assert not re.search("a1|b2|c3", seen)


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_removing_is_asked_about(tmp_path: Path, answer: str, code: int) -> None:
    where = ("--data-dir", tmp_path)
    done("user", "add", "anna@example.org", "--generate", *where)
    assert typed("user", "remove", "anna@example.org", *where, lines=[answer])[0] == code
    assert ("anna@example.org" in done("user", "list", *where)) == (answer == "n")


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


def test_the_version_is_the_packages() -> None:
    from overair import __version__

    assert done("--version") == f"overair {__version__}\n"
