"""A Dovecot on loopback for the time of a module's tests, with a user for each test that asks for one.

``DOVECOT = dovecot_fixture()`` in a test module (or its conftest) is a module-scoped fixture. Every user
has PASSWORD, Drafts, Sent, Trash, Junk and Archive with their special uses, and folders that others
share with it under ``shared/NAME/``. A master user logs in as ``user*master``, or by SASL PLAIN.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import imapclient
import pytest

from support.dovecot_configuration import (
    ACCOUNTS,
    MASTER,
    MASTER_PASSWORD,
    PASSWORD,
    SMALL,
    configuration,
    password_files,
)
from support.mail_server import trusted
from support.packages import command, needs
from support.ports import free_port
from support.servers import START_SECONDS, ServerProcess

__all__ = ["MASTER", "MASTER_PASSWORD", "PASSWORD", "Dovecot", "dovecot_fixture", "needs_dovecot"]

needs_dovecot: Final = needs("dovecot")


class Dovecot:
    """A server with its files; ``start``, ``stop`` and ``kill`` may be called again and again.

    ``storage`` is "sdbox" or "maildir"; ``extra`` are lines for its configuration. ``port`` has STARTTLS
    and takes passwords without it, ``tls_port`` is TLS; ``root`` is the file with the root that its
    certificate (for localhost and 127.0.0.1) comes from.
    """

    def __init__(self, storage: str = "sdbox", extra: str = "") -> None:
        self.port: Final = free_port()
        self.tls_port: Final = free_port()
        # Not below pytest's own directory, which another user than its own may not enter.
        self.directory: Final = Path(tempfile.mkdtemp(prefix="overair-dovecot-"))
        self.directory.chmod(0o755)
        (self.directory / "tls").mkdir()
        self.root: Final = trusted(self.directory / "tls")
        self.owner: Final = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        mails = self.directory / "mails"
        mails.mkdir()
        os.chown(mails, self.owner.pw_uid, self.owner.pw_gid)
        self._configuration: Final = self.directory / "dovecot.conf"
        self._configuration.write_text(self._configured(storage) + extra)
        self._passwords: dict[str, str] = {}
        self.storage: Final = storage
        password_files(self.directory, self._passwords)
        self._names = itertools.count(1)
        self._small = itertools.count(1)
        program = command("dovecot")
        assert program is not None
        self._process: Final = ServerProcess(self.directory, [program, "-F", "-c", str(self._configuration)])
        self.start()

    def _configured(self, storage: str) -> str:
        """Its configuration."""
        return configuration(self.directory, self.owner, (self.port, self.tls_port), storage)

    @property
    def _ports(self) -> list[int]:
        return [self.port, self.tls_port]

    def start(self) -> None:
        """Start the server, on the same ports as ever, and wait until it listens."""
        (self.directory / "run" / "master.pid").unlink(missing_ok=True)
        self._process.start(self._ports)

    def stop(self) -> None:
        """End it in good order: clients get a BYE."""
        self._process.stop(self._ports)

    def kill(self) -> None:
        """End it with all its processes at once: connections are cut."""
        self._process.kill(self._ports)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes stand still: it takes connections, and says nothing."""
        self._process.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send(signal.SIGCONT)

    def remove(self) -> None:
        """End it and take its files away."""
        self.kill()
        self._process.remove()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self._process.pid

    def log(self) -> str:
        """What it has logged."""
        path = self.directory / "log"
        return self._process.log + (path.read_text(errors="replace") if path.exists() else "")

    def user(self) -> str:
        """The name of a user that no other test has; "@" and any domain behind it mean the same user."""
        number = next(self._names)
        assert number <= ACCOUNTS
        return f"user{number}"

    def small_user(self) -> str:
        """One whose mailbox is full with 100 KB."""
        number = next(self._small)
        assert number <= SMALL
        return f"small{number}"

    def set_password(self, user: str, password: str) -> None:
        """Give a user another password; one of another name than those that are there is new."""
        self._passwords[user] = password
        password_files(self.directory, self._passwords)
        self.doveadm("reload")
        self.doveadm("auth", "cache", "flush")

    def deliver(self, user: str, message: bytes, folder: str = "INBOX") -> None:
        """Deliver a message as an MTA does."""
        program = "/usr/lib/dovecot/dovecot-lda"
        subprocess.run(
            [program, "-c", str(self._configuration), "-d", user, "-m", folder],
            input=message,
            check=True,
            capture_output=True,
        )

    def doveadm(self, *arguments: str) -> str:
        """Run an administrator's command; what it prints."""
        program = command("doveadm")
        assert program is not None
        done = subprocess.run(
            [program, "-c", str(self._configuration), *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextlib.contextmanager
    def client(
        self, user: str, folder: str | None = None, password: str = PASSWORD
    ) -> Iterator[imapclient.IMAPClient]:
        """Another client's connection (imapclient), logged in, with a folder selected."""
        client = imapclient.IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=START_SECONDS)
        try:
            client.plain_login(user, password)  # imaplib's log-in takes ASCII alone
            if folder is not None:
                client.select_folder(folder)
            yield client
            client.logout()
        finally:
            with contextlib.suppress(OSError):
                client.shutdown()

    def share(self, owner: str, folder: str, with_user: str, rights: str = "lr") -> str:
        """Let a user into another's folder, with RFC 4314's rights; its name for that user."""
        with self.client(owner) as client:
            client.setacl(folder, with_user, rights)
        return f"shared/{owner}/{folder}" if folder != "INBOX" else f"shared/{owner}"


def dovecot_fixture(storage: str = "sdbox", extra: str = "") -> Callable[[], Iterator[Dovecot]]:
    """A module-scoped fixture; its users are marked with ``needs_dovecot``."""

    @pytest.fixture(scope="module", name="dovecot")
    def dovecot() -> Iterator[Dovecot]:
        server = Dovecot(storage, extra)
        try:
            yield server
        finally:
            server.remove()

    return dovecot
