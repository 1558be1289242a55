"""A Cyrus on loopback for the time of a module's tests: IMAP, and CalDAV and CardDAV by its httpd.

``CYRUS = cyrus_fixture()`` in a test module is a module-scoped fixture. Debian's cyrus-imapd may not be
installed beside dovecot-imapd, so its programs are taken from where tools/unpack-packages.sh has put them.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import imapclient
import pytest

from overair.tls import private_ca
from overair.tls.machine import Machine
from support.cyrus_configuration import MASTER, MASTER_PASSWORD, PASSWORD, cyrus_conf, imapd_conf
from support.mail_server import trusted
from support.packages import REASON
from support.password_checker import PasswordChecker
from support.ports import free_port
from support.servers import START_SECONDS, ServerProcess

__all__ = ["MASTER", "MASTER_PASSWORD", "PASSWORD", "Cyrus", "cyrus_fixture", "needs_cyrus"]

INSTALLED: Final = Path("/usr/lib/cyrus/bin")
UNPACKED: Final = Path(__file__).parents[2] / "build" / "packages" / "cyrus-imapd" / "usr/lib/cyrus/bin"


def imapd() -> Path | None:
    """The directory of imapd, wherever it is."""
    return next((place for place in (INSTALLED, UNPACKED) if (place / "imapd").exists()), None)


needs_cyrus: Final = pytest.mark.skipif(
    imapd() is None or not (INSTALLED / "httpd").exists(), reason=f"{REASON}cyrus-imapd"
)


class Cyrus:
    """A server with its files; ``start``, ``stop`` and ``kill`` may be called again and again.

    ``port`` has IMAP with STARTTLS, and takes passwords without it; ``tls_port`` IMAP over TLS;
    ``http_port`` CalDAV and CardDAV without TLS (/.well-known/caldav, /dav/calendars/user/NAME/Default/).
    ``root`` is the file with the root that its certificate (for localhost and 127.0.0.1) comes from.
    A user is made when it logs in first, with Drafts, Sent, Trash, Junk and Archive. ``settings`` are more
    lines of its imapd.conf.
    """

    def __init__(self, settings: str = "") -> None:
        programs = imapd()
        assert programs is not None
        self.port: Final = free_port()
        self.tls_port: Final = free_port()
        self.http_port: Final = free_port()
        # Not below pytest's own directory, which another user than its own may not enter.
        self.directory: Final = Path(tempfile.mkdtemp(prefix="overair-cyrus-"))
        self.directory.chmod(0o755)
        (self.directory / "tls").mkdir()
        machine = Machine(names=("localhost",), addresses=(ip_address("127.0.0.1"),))
        shown = private_ca.ensure(self.directory / "tls", machine)
        self.root: Final = trusted(self.directory / "tls")
        owner = pwd.getpwnam("cyrus") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.owner: Final = owner
        self.certificate: Final = (self.directory / "certificate.pem", self.directory / "key.pem")
        configuration = self.directory / "imapd.conf"
        certificate, key = self.certificate
        for path, content in ((certificate, shown.certificate_path), (key, shown.private_key_path)):
            path.write_bytes(content.read_bytes())
            os.chown(path, owner.pw_uid, owner.pw_gid)
        key.chmod(0o600)
        configuration.write_text(self._configured() + settings)
        services = self.directory / "cyrus.conf"
        services.write_text(self._services(configuration, programs))
        for name in ("conf", "conf/db", "conf/socket", "spool"):
            (self.directory / name).mkdir()
            os.chown(self.directory / name, owner.pw_uid, owner.pw_gid)
        self._passwords: dict[str, str] = {MASTER: MASTER_PASSWORD}
        self._checker: Final = PasswordChecker(self.directory / "passwords", self._right)
        self._names = itertools.count(1)
        master = [str(INSTALLED / "master"), "-C", str(configuration), "-M", str(services)]
        self._process: Final = ServerProcess(
            self.directory,
            [*master, "-D", "-p", str(self.directory / "conf" / "pid")],
            owner if os.geteuid() == 0 else None,
        )
        self.start()

    def _configured(self) -> str:
        """Its imapd.conf."""
        return imapd_conf(self.directory, self.certificate, self.owner.pw_name)

    def _services(self, configuration: Path, programs: Path) -> str:
        """Its cyrus.conf, by the place of imapd.conf and the folder of imapd."""
        return cyrus_conf(configuration, programs, (self.port, self.tls_port, self.http_port))

    @property
    def _ports(self) -> list[int]:
        return [self.port, self.tls_port, self.http_port]

    def start(self) -> None:
        """Start the server, on the same ports as ever, and wait until it listens."""
        self._process.start(self._ports)

    def stop(self) -> None:
        """End it in good order."""
        self._process.stop(self._ports)

    def kill(self) -> None:
        """End it with all its processes at once: connections are cut."""
        self._process.kill(self._ports)

    def remove(self) -> None:
        """End it and take its files away."""
        self.kill()
        self._process.remove()
        self._checker.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def user(self) -> str:
        """The name of a user that no other test has; it is there from now on."""
        name = f"user{next(self._names)}"
        self._passwords[name] = PASSWORD
        with self.client(name):
            return name

    def set_password(self, user: str, password: str) -> None:
        """Give a user another password."""
        self._passwords[user] = password

    def deliver(self, user: str, message: bytes, folder: str = "INBOX") -> None:
        """Put a message into a mailbox, as another client."""
        with self.client(user) as client:
            client.append(folder, message)

    @contextlib.contextmanager
    def client(
        self, user: str, folder: str | None = None, password: str = PASSWORD
    ) -> Iterator[imapclient.IMAPClient]:
        """Another client's connection (imapclient), logged in, with a folder selected."""
        client = imapclient.IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=START_SECONDS)
        try:
            client.plain_login(user, password)
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
        place = f"Other Users/{owner}"
        return place if folder == "INBOX" else f"{place}/{folder}"

    def _right(self, user: str, password: str) -> bool:
        return self._passwords.get(user) == password


def cyrus_fixture() -> Callable[[], Iterator[Cyrus]]:
    """A module-scoped fixture; its users are marked with ``needs_cyrus``."""

    @pytest.fixture(scope="module", name="cyrus")
    def cyrus() -> Iterator[Cyrus]:
        server = Cyrus()
        try:
            yield server
        finally:
            server.remove()

    return cyrus
