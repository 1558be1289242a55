"""The servers of docs/gateway/, run with the configurations of those pages, but for places."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import imapclient

from support.cyrus import Cyrus
from support.dovecot import PASSWORD, Dovecot
from support.packages import command
from support.proxies import documented, moved
from support.radicale import Radicale
from support.servers import START_SECONDS

ADDRESS: Final = "anna@example.org"
DOVECOT_PAGE: Final = "gateway/dovecot-radicale"
CYRUS_PAGE: Final = "gateway/cyrus"
HERE: Final = """
base_dir = {directory}/run
state_dir = {directory}/run
log_path = {directory}/log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
"""What a Dovecot that nobody installed is told besides: where its own files are, and who it is."""


def hashed(password: str) -> str:
    """A password as ``htpasswd -B`` writes it."""
    program = command("doveadm")
    assert program is not None
    done = subprocess.run(
        [program, "pw", "-s", "BLF-CRYPT", "-p", password], capture_output=True, text=True, check=True
    )
    return done.stdout.strip().removeprefix("{BLF-CRYPT}")


class DocumentedDovecot(Dovecot):
    """A Dovecot with the page's dovecot.conf; ``users`` is the file of those who may log in."""

    def __init__(self, users: Path) -> None:
        self._users_file = users
        super().__init__()

    def _configured(self, storage: str) -> str:
        root = self.owner.pw_name == "nobody"
        (self.directory / "run").mkdir()
        whole = moved(
            documented(DOVECOT_PAGE, "dovecot"),
            ("/etc/radicale/users", str(self._users_file)),
            ("uid=vmail gid=vmail", f"uid={self.owner.pw_uid} gid={self.owner.pw_gid}"),
            ("/var/vmail", str(self.directory / "mails")),
        )
        return whole + HERE.format(
            directory=self.directory,
            port=self.port,
            internal="dovecot" if root else self.owner.pw_name,
            group="dovecot" if root else "",
            login="dovenull" if root else self.owner.pw_name,
        )

    @property
    def _ports(self) -> list[int]:
        return [self.port]


class DocumentedRadicale(Radicale):
    """A Radicale with the page's configuration."""

    def __init__(self) -> None:
        super().__init__({ADDRESS: PASSWORD})
        self.users_file: Final = self.folder / "users"
        self.folder.chmod(0o755)  # Dovecot reads it, too
        self.users_file.write_text(f"{ADDRESS}:{hashed(PASSWORD)}\n")
        self.users_file.chmod(0o644)
        (self.folder / "config").write_text(
            moved(
                documented(DOVECOT_PAGE, "ini"),
                ("127.0.0.1:5232", f"127.0.0.1:{self.port}"),
                ("/etc/radicale/users", str(self.users_file)),
                ("/var/lib/radicale/collections", str(self.folder / "collections")),
            )
        )


class DocumentedCyrus(Cyrus):
    """A Cyrus with the page's imapd.conf and cyrus.conf: TLS alone, users called by their addresses."""

    def _configured(self) -> str:
        run = self.directory / "conf"
        return moved(
            documented(CYRUS_PAGE, "imapd"),
            ("/var/lib/cyrus", str(run)),
            ("/var/spool/cyrus/mail", str(self.directory / "spool")),
            ("/run/cyrus", str(run)),
            ("/run/saslauthd/mux", str(self.directory / "passwords")),
            ("/etc/ssl/mail.example.org.pem", str(self.certificate[0])),
            ("/etc/ssl/mail.example.org.key", str(self.certificate[1])),
            ("cyrus_user: cyrus", f"cyrus_user: {self.owner.pw_name}"),
        )

    def _services(self, configuration: Path, programs: Path) -> str:
        return moved(
            documented(CYRUS_PAGE, "cyrus"),
            ("/usr/sbin/cyrus ctl_cyrusdb", f"ctl_cyrusdb -C {configuration}"),
            ("/usr/sbin/cyrus expire", f"cyr_expire -C {configuration}"),
            ('cmd="idled"', f'cmd="{programs}/idled -C {configuration}"'),
            ('cmd="imapd', f'cmd="{programs}/imapd -C {configuration}'),
            ('cmd="httpd', f'cmd="httpd -C {configuration}'),
            ('cmd="lmtpd"', f'cmd="lmtpd -C {configuration}"'),
            ('listen="imaps"', f'listen="127.0.0.1:{self.tls_port}"'),
            ('listen="https"', f'listen="127.0.0.1:{self.http_port}"'),
            ("/run/cyrus/socket", str(self.directory / "conf" / "socket")),
        )

    @property
    def _ports(self) -> list[int]:
        return [self.tls_port, self.http_port]

    @property
    def trust(self) -> ssl.SSLContext:
        """Whom its clients trust."""
        return ssl.create_default_context(cafile=str(self.root))

    @contextlib.contextmanager
    def client(
        self, user: str, folder: str | None = None, password: str = PASSWORD
    ) -> Iterator[imapclient.IMAPClient]:
        client = imapclient.IMAPClient(
            "localhost", port=self.tls_port, ssl_context=self.trust, timeout=START_SECONDS
        )
        with client:
            client.plain_login(user, password)
            if folder is not None:
                client.select_folder(folder)
            yield client

    def _right(self, user: str, password: str) -> bool:
        return user in (ADDRESS, ADDRESS.partition("@")[0]) and password == PASSWORD
