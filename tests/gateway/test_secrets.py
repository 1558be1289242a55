"""A password that is passed on to other servers is in no log and in no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.client import HttpError, SynchronousClient
from overair.mailboxes.interface import FolderType
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import dav_users, running_gateway, submission
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
SECRET = "marked-secret-7391"


def test_a_password_is_written_nowhere(
    tmp_path: Path, dovecot: Dovecot, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    user = dovecot.user()
    dovecot.set_password(user, SECRET)
    message = f"From: {user}@example.org\r\nTo: otto@example.net\r\nSubject: x\r\n\r\nx\r\n".encode()
    with (
        Radicale(dav_users() | {user: SECRET}) as radicale,
        submission(dovecot) as submitted,
        running_gateway(tmp_path / "data", dovecot, radicale, submitted) as server,
        SynchronousClient(server.url, f"{user}@example.org", SECRET, device_id="phone1") as phone,
    ):
        phone.folder_sync()
        inbox = phone.mail_folder(phone.asynchronous.folder_of_type(FolderType.INBOX).server_id)
        inbox.sync()
        with pytest.raises(Exception, match="120"):  # the submission server knows another password
            phone.send_mail(message)
        radicale.kill()
        dovecot.kill()
        phone.folder_sync()
        with pytest.raises(Exception, match="16"):
            inbox.sync()
        wrong = SynchronousClient(server.url, f"{user}@example.org", f"{SECRET}-wrong", device_id="phone1")
        with wrong, pytest.raises(HttpError) as refused:
            wrong.folder_sync()
        # Nobody can say whether it is wrong.
        assert refused.value.status == 503
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err + caplog.text
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
