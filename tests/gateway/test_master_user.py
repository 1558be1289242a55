"""A master user for mail, in front of a Dovecot with ACLs, and what that means for calendars."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from overair.client import StatusError, SynchronousClient
from overair.items import ItemClass
from overair.mailboxes.gateway.links import Stage
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_create import FolderCreateRequest
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from support.command import overair
from support.cutting import cutting_relay_aside
from support.databases import outside
from support.dovecot import MASTER, MASTER_PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import running_gateway
from support.mirrored_mail import simple
from support.packages import needs
from support.phone import Phone
from support.radicale import Radicale
from support.server import PASSWORD, RunningServer

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
SAME, OTHER = "user1", "user2"
"""Whose password at Radicale is that of Overair, and whose is not."""


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale({SAME: PASSWORD, OTHER: "another"}) as server:
        yield server


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    secret = tmp_path_factory.mktemp("etc") / "master"
    secret.write_text(f"{MASTER_PASSWORD}\n")
    return {
        "gateway.accounts": "directory",
        "gateway.master_user": MASTER,
        "gateway.master_password_file": str(secret),
        "gateway.master_separator": "*",
    }


@pytest.fixture(scope="module")
def gateway(
    tmp_path_factory: pytest.TempPathFactory,
    dovecot: Dovecot,
    radicale: Radicale,
    settings: dict[str, Any],
) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("data")
    assert [dovecot.user(), dovecot.user()] == [SAME, OTHER]
    users = {f"{name}@example.org": name for name in (SAME, OTHER)}
    with running_gateway(data, dovecot, radicale, users=users, **settings) as server:
        yield server


def test_mail_is_there_and_calendars_where_the_password_is_the_same(
    gateway: RunningServer, dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (SAME, OTHER):
        dovecot.deliver(name, simple(f"for {name}"))
        with SynchronousClient(
            gateway.url, f"{name}@example.org", PASSWORD, device_id=f"phone-{name}"
        ) as phone:
            phone.folder_sync()
            inbox = phone.mail_folder(phone.asynchronous.folder_of_type(FolderType.INBOX).server_id)
            inbox.sync()
            assert [inbox.item(one).subject for one in inbox.elements] == [f"for {name}"]
            calendar = phone.asynchronous.folder_of_type(FolderType.CALENDAR).server_id
            events = phone.collection(calendar, ItemClass.CALENDAR)
            if name == SAME:
                events.sync()
                continue
            with pytest.raises(StatusError) as refused:
                events.sync()
            assert refused.value.status == SyncStatus.RETRY
    said = caplog.text
    assert "HTTP 401 to the password of Overair's accounts, which is not the user's there" in said
    assert PASSWORD not in said


def test_the_check_says_why(
    tmp_path: Path, dovecot: Dovecot, radicale: Radicale, settings: dict[str, Any]
) -> None:
    config = tmp_path / "overair.toml"
    lines = [f"{name.removeprefix('gateway.')} = {json.dumps(value)}" for name, value in settings.items()]
    places = [f'imap = "imap://127.0.0.1:{dovecot.port}"', f'caldav = "http://127.0.0.1:{radicale.port}/"']
    config.write_text("\n".join(["[gateway]", *places, 'login = "{local}"', *lines]))
    done = overair(
        "gateway", "check", f"{OTHER}@example.org", "--config", config, "--password-stdin", "--json",
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert done.returncode == 1, done
    failures = {server["setting"]: server["failure"] for server in json.loads(done.stdout)["servers"]}
    assert failures["imap"] == ""
    assert "give the user the same one there, or leave this server out" in failures["caldav"]


def test_what_was_begun_is_settled_at_the_start_when_nobody_comes(
    tmp_path: Path, dovecot: Dovecot, settings: dict[str, Any]
) -> None:
    user = dovecot.user()
    address = f"{user}@example.org"
    with cutting_relay_aside(dovecot.port) as relay:
        values = settings | {"gateway.imap": f"imap://127.0.0.1:{relay.port}"}
        with running_gateway(tmp_path, dovecot, users={address: user}, **values) as server:
            phone = Phone(server, address=address)
            key = phone.folder_sync().sync_key
            assert key is not None
            relay.wait_for(rb"(\S+) CREATE ")
            request = FolderCreateRequest(sync_key=key, parent_id="0", display_name="New", type=12)
            assert phone.post(Command.FOLDER_CREATE, request).common_status != 1
            assert relay.cut
        with outside(tmp_path) as database:
            assert database.rows("SELECT stage FROM intents") == [(Stage.OPEN,)]
        relay.mend()
        with running_gateway(tmp_path, dovecot, users={address: user}, **values):
            deadline = time.monotonic() + 30
            while True:
                with outside(tmp_path) as database:
                    stages = database.rows("SELECT stage FROM intents")
                    names = database.rows("SELECT name FROM folders")
                if stages == [(Stage.SETTLED,)]:
                    break
                assert time.monotonic() < deadline, stages
                time.sleep(0.05)
        assert ("New",) in names
