"""A PostgreSQL server for the time of a test run, and a database of its own for each test.

The cluster lies in a temporary directory, listens on loopback and a unix socket, and does not wait
for the disk: a test that kills it kills a process, not the machine. Its databases sort as English
does, so that a query which relies on the order of bytes is found out.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import pytest

from overair.server.store_copy import Place, copy_store
from overair.storage import postgresql_migrate
from overair.storage.postgresql_migrate import in_a_thread
from overair.storage.url import SQLITE
from support.packages import REASON
from support.ports import free_port

T = TypeVar("T")
USER: Final = "overair"
TEMPLATE: Final = "overair_template"
WATCH: Final = 'cat; read -r pid < "$0/data/postmaster.pid" && kill -QUIT "$pid"; rm -rf "$0"'
"""A shell that waits until nobody writes to it any more, and then ends the cluster of a directory."""
SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "300",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
}


def binaries() -> Path | None:
    """The directory of PostgreSQL's newest programs; Debian keeps them off the PATH."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


needs_postgresql: Final = pytest.mark.skipif(binaries() is None, reason=f"{REASON}postgresql")


class Cluster:
    """A server with its files; ``start`` and ``stop`` may be called again and again.

    ``settings`` are its own beside those of SETTINGS.
    """

    def __init__(self, **settings: str) -> None:
        found = binaries()
        if found is None:
            pytest.skip(f"{REASON}postgresql")
        self._binaries: Final = found
        self.port: Final = free_port()
        # Not below pytest's own directory, which another user than its own may not enter.
        self.directory: Final = Path(tempfile.mkdtemp(prefix="overair-postgresql-"))
        self._settings: Final = {**SETTINGS, **settings}
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.directory, account.pw_uid, account.pw_gid)
        # Where this process is killed, the kernel closes the pipe.
        self._watcher: Final = subprocess.Popen(
            ["sh", "-c", WATCH, str(self.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        atexit.register(self.remove)
        # The server's own rules of sorting: PostgreSQL 14 knows none of ICU for a whole cluster.
        icu = ["--locale-provider=icu", "--icu-locale=en-US"]
        options = ["--no-sync", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C.UTF-8"]
        if self._run("initdb", "-D", str(self.data), *options, *icu, check=False):
            self._run("initdb", "-D", str(self.data), *options)
        self.start()

    @property
    def data(self) -> Path:
        """The cluster's own directory."""
        return self.directory / "data"

    @property
    def pid(self) -> int:
        """The number of the server's first process."""
        assert self._process is not None
        return self._process.pid

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            user=self._user,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (check and done.returncode), done.stdout + done.stderr
        return done.returncode

    def start(self) -> None:
        """Start the server and wait until it lets in."""
        options = {
            **self._settings,
            "unix_socket_directories": str(self.directory),
            "listen_addresses": "127.0.0.1",
        }
        arguments = [f"-c{name}={value}" for name, value in options.items()]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self.data), f"-p{self.port}", *arguments],
                user=self._user,
                cwd="/",
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.admin("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                assert self._process.poll() is None, (self.directory / "log").read_text(errors="replace")
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it: by SIGQUIT without a word to anybody, by SIGINT after telling its clients."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def remove(self) -> None:
        """End it and take its files away."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        self._watcher.communicate()

    def url(self, database: str) -> str:
        """Where a database is reached, on the unix socket."""
        return f"postgresql://{USER}@/{database}?host={self.directory}&port={self.port}"

    def tcp_url(self, database: str) -> str:
        """The same on loopback."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def admin(self, sql: str, *parameters: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the superuser."""
        return query(self.url(database), sql, *parameters)

    @functools.cached_property
    def _strategy(self) -> str:
        """How a small database is copied in half the time, where the server has a choice."""
        [(version,)] = self.admin("SHOW server_version_num")
        return " STRATEGY FILE_COPY" if int(version) >= 150_000 else ""

    @functools.cached_property
    def _template(self) -> str:
        self.admin(f"CREATE DATABASE {TEMPLATE}")
        postgresql_migrate.migrate(self.url(TEMPLATE))
        return TEMPLATE

    def database(self, *, empty: bool = False, owner: str = USER, template: str = "") -> str:
        """The URL of a new database, with the tables in it unless it is to be empty or somebody else's.

        ``template`` is another one's URL, of which it is a copy.
        """
        name = f"test_{next(self._numbers)}"
        if template:
            template = self.name_of(template)
        else:
            template = "template0" if empty or owner != USER else self._template
        self.admin(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}{self._strategy}")
        return self.url(name)

    @staticmethod
    def name_of(url: str) -> str:
        """The database in one of its URLs."""
        return url.rpartition("/")[2] if "?" not in url else url.partition("?")[0].rpartition("/")[2]

    @contextlib.contextmanager
    def tls(self, certificate: Path, key: Path) -> Iterator[None]:
        """TLS on its TCP port, with files that are copied to where it may read them."""
        for name, path in (("server.crt", certificate), ("server.key", key)):
            copy = self.data / name
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o600)
            self.give(copy)
        self._set_tls("on")
        try:
            yield
        finally:
            self._set_tls("off")

    def give(self, path: Path) -> None:
        """Make a file or directory the server's own."""
        shutil.chown(path, self.data.owner(), self.data.group())

    def _set_tls(self, value: str) -> None:
        self.admin(f"ALTER SYSTEM SET ssl = {value}")
        self.admin("SELECT pg_reload_conf()")
        deadline = time.monotonic() + 10
        while self.admin("SHOW ssl") != [(value,)]:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def require_password(self, role: str, password: str) -> None:
        """A role that has to say its password."""
        self.admin(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        rules = self.data / "pg_hba.conf"
        rules.write_text(f"host all {role} all scram-sha-256\n{rules.read_text()}")
        self.admin("SELECT pg_reload_conf()")


def query(url: str, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own; its rows."""

    async def work() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url, timeout=10, statement_cache_size=0)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *parameters)]
        finally:
            await connection.close()

    return in_a_thread(work)


def cut(url: str, number: int | None = None) -> None:
    """End one connection to a database, or all that Overair has."""
    query(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid = coalesce($1::int, pid) AND (pid = $1 OR application_name = 'overair')",
        number,
    )


def copied_to_postgresql(directory: Path) -> str:
    """The URL of a new database with what a data directory has in SQLite."""
    url = cluster().database()
    source, target = Place(SQLITE, directory), Place(url, directory)

    def nothing(*_: int) -> None:
        """Progress that nobody watches."""

    in_a_thread(lambda: copy_store(source, target, replace=False, expect=nothing, file=nothing, row=nothing))
    return url


@functools.cache
def cluster() -> Cluster:
    """The cluster that all tests of this run share; skips the test where PostgreSQL is not installed."""
    return Cluster()
