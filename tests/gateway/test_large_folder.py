"""A folder of 100,000 messages: a phone that wants its last days gets them, and hears of what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from overair.client import SynchronousClient
from overair.mailboxes.interface import FolderType
from overair.protocol.sync_options import FilterType, Options
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import running_gateway
from support.gateway_phones import letter, persistent, subjects

pytestmark = [needs_dovecot, pytest.mark.full, pytest.mark.timeout(600)]
DOVECOT = dovecot_fixture()
OLD: Final = datetime(2020, 2, 29, 12, tzinfo=UTC)
FIRST: Final = 3_125
DOUBLINGS: Final = 5
MESSAGES: Final = FIRST * 2**DOUBLINGS
WEEK: Final = Options(filter_type=FilterType.ONE_WEEK)


@pytest.fixture(name="user")
def user_with_much_mail(dovecot: Dovecot) -> str:
    user: str = dovecot.user()
    with dovecot.client(user) as imap:
        for start in range(0, FIRST, 625):
            batch = range(start, start + 625)
            imap.multiappend("INBOX", [{"msg": letter(f"old {number}"), "date": OLD} for number in batch])
        imap.select_folder("INBOX")
        for _ in range(DOUBLINGS):
            imap.copy("1:*", "INBOX")
        imap.append("INBOX", letter("recent"))
        imap.append("Archive", letter("elsewhere"))
        assert imap.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == MESSAGES + 1
    return user


@pytest.fixture
def client(tmp_path: Path, dovecot: Dovecot, user: str) -> Iterator[SynchronousClient]:
    with (
        running_gateway(tmp_path, dovecot) as gateway,
        SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id="phone1") as client,
    ):
        yield client


def test_it_is_a_folder_like_others(dovecot: Dovecot, user: str, client: SynchronousClient) -> None:
    persistent(client.folder_sync)
    folders = client.asynchronous
    archive = next(one.server_id for one in folders.folders.values() if one.display_name == "Archive")
    inbox = client.mail_folder(folders.folder_of_type(FolderType.INBOX).server_id, options=WEEK)
    elsewhere = client.mail_folder(archive)

    assert subjects(elsewhere, persistent(elsewhere.sync).added) == ["elsewhere"]
    assert subjects(inbox, persistent(inbox.sync).added) == ["recent"]

    with dovecot.client(user) as imap:
        imap.append("INBOX", letter("new"))
    assert subjects(inbox, persistent(inbox.sync).added) == ["new"]

    with dovecot.client(user) as imap:
        imap.select_folder("INBOX")
        imap.delete_messages([*range(1, 1_000), MESSAGES + 1])
        imap.expunge()
    gone = persistent(inbox.sync)
    assert (gone.added, len(gone.deleted)) == ([], 1)
