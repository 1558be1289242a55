"""One connection to PostgreSQL: how it is made, what is prepared on it, and what its failures mean."""

from __future__ import annotations

import asyncio
import configparser
import contextlib
import itertools
import os
import re
import ssl
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from overair.storage.interface import DatabaseUnavailable
from overair.storage.statement import Compiled
from overair.storage.url import described, is_mistaken

DIALECT: Final = "postgresql"
OLDEST_VERSION: Final = 14
CONNECT_SECONDS: Final = 10.0
LOCK_SECONDS: Final = 10
"""How long to wait for another session that holds what is asked for, such as an administrator's."""
STATEMENT_SECONDS: Final = 60
SERVER_LOCK: Final = 0x4F766572616972
"""The advisory lock of the one server that has the database; locks are per database."""

SETTINGS: Final[Mapping[str, str]] = {
    "application_name": "overair",
    "client_min_messages": "warning",
    # A plan outlives the moment in which it was made: what is looked up by an index now must be so
    # when the table has grown, too.
    "enable_seqscan": "off",
    "jit": "off",  # it would compile, at the cost of milliseconds, statements that take microseconds
    "lock_timeout": f"{LOCK_SECONDS}s",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # A server that stands still, or has nothing to do, is not to find itself disconnected.
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    # A machine that vanished must not hold the server's lock for the two hours of the defaults.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
READING: Final[Mapping[str, str]] = {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
}
"""All statements of one transaction see one moment."""

UNAVAILABLE: Final = ("08", "53", "57", "58", "F0", "XX", "40", "55P03", "25006", "25P03", "42501")
"""SQLSTATEs, or their classes, that say something of the server and nothing of the statement."""
AGAIN: Final = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock: the transaction did nothing wrong and is run again."""

UNCONNECTED: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    configparser.Error,
    OSError,
    ssl.SSLError,
    ValueError,
)
"""With what asyncpg fails to connect."""
MISTAKEN: Final = (
    "not a usable URL: in a user's name and a password write %2F for /, %3F for ?, %23 for #, %40 for @, "
    "%3A for :, %25 for %"
)
SERVICE_FILE: Final = "PGSERVICEFILE"

_ESCAPED: Final = re.compile("[\x00\uffff]")
_ESCAPES: Final = {"\x00": "\uffff0", "\uffff": "\uffff1"}
_PLAIN: Final = {escape: plain for plain, escape in _ESCAPES.items()}


def encode_text(text: str) -> bytes:
    """Text as PostgreSQL holds it. It has no place for U+0000, for which an escape stands."""
    if "\x00" in text or "\uffff" in text:
        text = _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)
    return text.encode()


def decode_text(data: bytes) -> str:
    """The text that was encoded."""
    text = bytes(data).decode()
    if "\uffff" in text:
        text = re.sub("\uffff[01]", lambda found: _PLAIN[found[0]], text)
    return text


class Connection:
    """A connection with the statements that were prepared on it."""

    __slots__ = ("_names", "_prepared", "raw")

    def __init__(self, raw: asyncpg.Connection[asyncpg.Record]) -> None:
        self.raw: Final = raw
        self._prepared: Final[dict[str, PreparedStatement[asyncpg.Record]]] = {}
        self._names: Final = (f"overair_{number}" for number in itertools.count(1))

    @classmethod
    async def connect(cls, url: str, settings: Mapping[str, str] = READING) -> Self:
        """Connect and log in. Raises DatabaseUnavailable, with a line that says what is wrong."""
        if is_mistaken(url):
            raise DatabaseUnavailable(f"{described(url)}: {MISTAKEN}")
        try:
            _require_service(url)
            raw = await asyncpg.connect(
                url,
                timeout=CONNECT_SECONDS,
                statement_cache_size=0,  # what is prepared is kept here
                server_settings={**SETTINGS, **settings},
            )
        except UNCONNECTED as error:
            raise DatabaseUnavailable(_no_connection(url, error)) from error
        try:
            await _require_usable(raw, url)
            for kind in ("text", "varchar"):
                await raw.set_type_codec(
                    kind, schema="pg_catalog", encoder=encode_text, decoder=decode_text, format="binary"
                )
        except BaseException as error:
            raw.terminate()
            if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | OSError):
                raise unavailable(error) from error
            raise
        return cls(raw)

    async def prepared(self, compiled: Compiled, sql: str) -> PreparedStatement[asyncpg.Record]:
        """What is to run a statement, in its own words or in others, prepared once on this connection."""
        found = self._prepared.get(sql)
        if found is None:
            # Without a name, and without asyncpg's own cache, it is parsed and planned each time.
            name = "" if compiled.planned_by_values else next(self._names)
            found = self._prepared[sql] = await self.raw.prepare(sql, name=name)
        return found

    async def run(self, sql: str) -> str:
        """Run statements without parameters, such as BEGIN; returns the last one's tag."""
        return str(await self.raw.execute(sql))

    async def take_server_lock(self) -> bool:
        """Take the lock of the one server for as long as the connection lives; False if another has it.

        The session of a server that was killed may live a moment longer than it.
        """
        deadline = asyncio.get_running_loop().time() + LOCK_SECONDS
        while not await self.raw.fetchval("SELECT pg_try_advisory_lock($1)", SERVER_LOCK):
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(0.1)
        return True

    @property
    def lost(self) -> bool:
        """Whether it can be used no more."""
        return bool(self.raw.is_closed())

    def drop(self) -> None:
        """Cut it, whatever it does."""
        self.raw.terminate()

    async def close(self) -> None:
        """Take leave of the server."""
        try:
            await self.raw.close(timeout=5)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            self.raw.terminate()


def unavailable(error: BaseException) -> DatabaseUnavailable:
    """The error as callers know it; the details of a PostgresError would repeat values."""
    if isinstance(error, asyncpg.PostgresError):
        return DatabaseUnavailable(str(error.args[0] if error.args else type(error).__name__))
    if isinstance(error, TimeoutError):
        return DatabaseUnavailable("the database server does not answer")
    return DatabaseUnavailable(f"the connection to the database was lost: {error}")


def translated(error: BaseException) -> BaseException:
    """What the caller is told of an error in its work."""
    if isinstance(error, asyncpg.PostgresError) and str(error.sqlstate).startswith(UNAVAILABLE):
        found = unavailable(error)
        found.__cause__ = error
        return found
    return error


async def _require_usable(raw: asyncpg.Connection[Any], url: str) -> None:
    """Raise DatabaseUnavailable for a server or a database that cannot hold the tables."""
    version = raw.get_server_version()
    if version.major < OLDEST_VERSION:
        raise DatabaseUnavailable(
            f"{described(url)} is PostgreSQL {version.major}: {OLDEST_VERSION} or newer is needed"
        )
    row = await raw.fetchrow(
        "SELECT current_setting('server_encoding'), pg_is_in_recovery(), set_config('synchronous_commit',"
        " CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
        " ELSE current_setting('synchronous_commit') END, false)"
    )
    encoding, standby, _ = row or ("", False, "")
    with contextlib.suppress(asyncpg.InvalidParameterValueError):  # a server on Windows has only 0
        # Of a process that was killed while it waited for a lock the server would not know for long,
        # and keep the lock of the one server for it.
        await raw.execute("SET client_connection_check_interval = '1s'")
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"{described(url)} has the encoding {encoding}: make it with ENCODING 'UTF8' TEMPLATE template0"
        )
    if standby:
        raise DatabaseUnavailable(f"{described(url)} is a standby, which cannot be written to")


def _require_service(url: str) -> None:
    """Raise ValueError for a service that no file has: without it some other server might be meant."""
    for name in urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("service", ()):
        path = Path(os.environ.get(SERVICE_FILE) or Path.home() / ".pg_service.conf")
        services = configparser.ConfigParser()
        services.read(path, encoding="utf-8")
        if not services.has_section(name):
            raise ValueError(f"there is no service {name} in {path}")


def _no_connection(url: str, error: BaseException) -> str:
    where = described(url)
    reason = " ".join(str(error.args[0] if error.args else "").split())
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{where}: there is no such database: {reason}"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):  # a wrong password, too
        return f"{where}: the server refuses the log-in: {reason}"
    if isinstance(error, asyncpg.PostgresError):
        return f"{where}: {reason}"
    if isinstance(error, TimeoutError):
        return f"{where}: no server answers within {CONNECT_SECONDS:.0f} seconds"
    if isinstance(error, configparser.Error):  # whose text has the line, perhaps that of the password
        return f"{where}: the service file is not one: a % in it is written %%"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where}: the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{where}: no TLS with the server: {error.reason or error}"
    if isinstance(error, FileNotFoundError | PermissionError) and error.filename:
        return f"{where}: {error.filename}: {error.strerror}"
    if isinstance(error, ConnectionError) and not error.errno:
        return f"{where}: {error}"  # such as a server without TLS, where the URL wants it
    if isinstance(error, OSError):
        return f"{where}: no server answers: {error.strerror or error}"
    return f"{where}: not a usable URL: {reason}"
