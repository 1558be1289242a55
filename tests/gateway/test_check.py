"""`overair gateway check`: what it says of servers that are as they should be, and of others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.command import overair
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import Submitted, dav_users, submission
from support.packages import needs
from support.ports import free_port
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale(dav_users()) as server:
        yield server


@pytest.fixture(scope="module")
def submitted(dovecot: Dovecot) -> Iterator[Submitted]:
    with submission(dovecot) as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, dovecot: Dovecot, radicale: Radicale, submitted: Submitted) -> Path:
    path = tmp_path / "overair.toml"
    path.write_text(
        f"""
        [gateway]
        imap = "imap://127.0.0.1:{dovecot.port}"
        smtp = "submission://127.0.0.1:{submitted.port}"
        caldav = "http://127.0.0.1:{radicale.port}/"
        login = "{{local}}"
        """
    )
    return path


def checked(config: Path, user: str, password: str = PASSWORD) -> tuple[int, dict[str, Any], str]:
    """Exit code, what was found, and what stands on stderr."""
    done = overair(
        "gateway", "check", f"{user}@example.org", "--config", config, "--password-stdin", "--json",
        stdin=f"{password}\n",
    )  # fmt: skip
    assert password not in done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_all_is_well(config: Path, dovecot: Dovecot, radicale: Radicale) -> None:
    user = dovecot.user()
    with dovecot.client(user) as client:
        client.create_folder("Projects")
        client.create_folder("Projects/Brücke")
        before = client.list_folders()
    radicale.make_calendar(user, "work", name="Work")
    code, found, said = checked(config, user)
    assert (code, said) == (0, "")
    assert [server["setting"] for server in found["servers"]] == ["imap", "smtp", "caldav"]
    abilities = {name: has for server in found["servers"] for name, has, _ in server["can"]}
    assert abilities["NOTIFY"]
    assert not abilities["OBJECTID"]
    assert abilities["sync-collection"]
    folders = {
        (one["level"], one["name"]): (one["type"], one["server"], one["state"]) for one in found["folders"]
    }
    assert folders[0, "Inbox"] == ("inbox", "imap", "there")
    assert folders[0, "Sent"] == ("sent items", "imap", "there")
    assert folders[1, "Brücke"] == ("mail", "imap", "there")
    assert folders[0, "Work"] == ("calendar", "caldav", "there")
    assert folders[0, "Tasks"] == ("tasks", "caldav", "to be made")
    assert folders[0, "Contacts"] == ("contacts", "here", "there")
    assert "contacts" in found["without"]["carddav"]
    with dovecot.client(user) as client:
        assert client.list_folders() == before, "nothing is changed"


def test_it_is_said_in_words(config: Path, dovecot: Dovecot) -> None:
    done = overair(
        "gateway", "check", f"{dovecot.user()}@example.org", "--config", config, "--password-stdin",
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "NOTIFY: news of every folder at once" in done.stdout
    assert "tasks: ordinal dates" in done.stdout
    assert "  It may have:\n    sync-collection: " in done.stdout, "its user has no calendar yet"
    assert "Phones are refused:\n  out of office: mail comes to the IMAP server" in done.stdout
    assert "CARDDAV: there is no [gateway] carddav; contacts are kept here" in done.stdout


def test_a_wrong_password_is_said_of_every_server(config: Path, dovecot: Dovecot) -> None:
    user = dovecot.user()
    code, found, said = checked(config, user, "not the one")
    assert code == 1
    assert said == "overair: 3 of 3 servers cannot be used as they are\n"
    for server in found["servers"]:
        assert server["failure"].startswith(f"{server['setting']}: the log-in as {user} is refused: ")
    states = {one["name"]: one["state"] for one in found["folders"]}
    assert states["Inbox"] == states["Calendar"] == "unknown"
    assert states["Contacts"] == "there"


def test_servers_that_are_not_there_or_not_trusted(config: Path, dovecot: Dovecot) -> None:
    text = config.read_text()
    text = text.replace(f"imap://127.0.0.1:{dovecot.port}", f"imaps://127.0.0.1:{dovecot.tls_port}")
    config.write_text(text.replace("caldav = ", f'caldav = "http://127.0.0.1:{free_port()}/" # '))
    code, found, _ = checked(config, dovecot.user())
    assert code == 1
    imap, smtp, caldav = (server["failure"] for server in found["servers"])
    assert "is not trusted" in imap
    assert "[gateway] ca_file" in imap
    assert smtp == ""
    assert "see whether the server runs, and [gateway] caldav" in caldav


def test_there_is_a_gateway_to_be_checked(tmp_path: Path) -> None:
    done = overair("gateway", "check", "anna@example.org", "--password-stdin", cwd=tmp_path, stdin="x\n")
    assert done.returncode == 2
    assert "there is no [gateway] in the settings: name their file with --config" in done.stderr
