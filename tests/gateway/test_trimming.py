"""What was parsed of old messages is let go of, and phones notice nothing of it."""

from __future__ import annotations

from pathlib import Path

from overair.client import SynchronousClient
from overair.mailboxes.gateway.trimming import trim
from overair.mailboxes.interface import FolderType
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import running_gateway
from support.gateway_phones import TEXT, inbox_of, letter, subjects

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()


def test_messages_that_were_let_go_stay_what_they_are_under_another_uidvalidity(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    user = dovecot.user()
    for number in range(4):
        dovecot.deliver(user, letter(f"letter-{number}"))
    with (
        running_gateway(tmp_path, dovecot) as gateway,
        SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id="phone1") as phone,
        SynchronousClient(gateway.url, f"{user}@example.org", PASSWORD, device_id="phone2") as another,
    ):
        phone.folder_sync()
        inbox = inbox_of(phone)
        assert len(inbox.sync().added) == 4
        database = gateway.application.services.database
        assert gateway.call(lambda: trim(database, 1)) == 3
        dovecot.doveadm("mailbox", "update", "-u", user, "--uid-validity", "1234567890", "INBOX")
        dovecot.deliver(user, letter("letter-4"))
        outcome = inbox.sync()
        assert subjects(inbox, outcome.added) == ["letter-4"]
        assert not outcome.deleted
        assert not outcome.changed
        another.folder_sync()
        box = another.mail_folder(
            another.asynchronous.folder_of_type(FolderType.INBOX).server_id, options=TEXT
        )
        box.sync()
        assert subjects(box, box.elements) == [f"letter-{number}" for number in range(5)]
        assert set(box.elements) == set(inbox.elements)
