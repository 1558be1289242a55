"""What was sent is told as sent, though its copy cannot be kept: who hears otherwise sends it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.client import StatusError, SynchronousClient
from support.dovecot import PASSWORD, Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import running_gateway, submission
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
LONG = (b"x" * 70 + b"\r\n") * 1_000


def test_a_message_is_sent_from_a_full_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    user = dovecot.small_user()
    known = {user: PASSWORD}
    with dovecot.client(user) as imap:
        imap.append("INBOX", b"Subject: x\r\n\r\n" + LONG)
    with (
        Radicale(known) as radicale,
        submission(dovecot, known) as submitted,
        running_gateway(tmp_path, dovecot, radicale, submitted) as server,
        SynchronousClient(server.url, f"{user}@example.org", PASSWORD, device_id="sender") as client,
    ):
        client.folder_sync()
        message = b"To: otto@example.net\r\nSubject: at once\r\n\r\n" + LONG
        client.send_mail(message, client_id="one")
        with pytest.raises(StatusError, match="118"):
            client.send_mail(message, client_id="one")
        assert [b"at once" in taken.content for taken in submitted.taken] == [True]
    with dovecot.client(user, "Sent") as imap:
        assert imap.search("ALL") == []
