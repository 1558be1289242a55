"""The Dovecot that tests start does what the tests rely on."""

from __future__ import annotations

import socket

import pytest

from support.dovecot import MASTER, MASTER_PASSWORD, Dovecot, dovecot_fixture, needs_dovecot

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()


def test_users_deliveries_and_shared_folders(dovecot: Dovecot) -> None:
    """What is delivered or shared is there for whom it is meant, also when somebody logs in for them."""
    owner, other = dovecot.user(), dovecot.user()
    dovecot.deliver(owner, b"Subject: x\n\nhello\n")
    with dovecot.client(f"{owner}*{MASTER}", "INBOX", MASTER_PASSWORD) as client:
        assert len(client.search()) == 1
    name = dovecot.share(owner, "INBOX", other)
    with dovecot.client(other) as client:
        assert client.select_folder(name, readonly=True)[b"EXISTS"] == 1


def test_it_comes_back_on_the_same_port_after_it_was_killed(dovecot: Dovecot) -> None:
    """Connections are cut, and the mail is still there."""
    user = dovecot.user()
    dovecot.deliver(user, b"Subject: x\n\nhello\n")
    with socket.create_connection(("127.0.0.1", dovecot.port), timeout=10) as connection:
        assert connection.recv(100).startswith(b"* OK")
        dovecot.kill()
        while connection.recv(1_000):
            pass
    with pytest.raises(OSError):  # noqa: PT011 - refused
        socket.create_connection(("127.0.0.1", dovecot.port), timeout=10)
    dovecot.start()
    with dovecot.client(user, "INBOX") as client:
        assert len(client.search()) == 1
