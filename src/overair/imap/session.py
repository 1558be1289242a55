"""A log-in at an IMAP server, and what can be asked over it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from overair.credentials import Credentials
from overair.imap.capabilities import Extension
from overair.imap.errors import CommandFailed, ConnectionLost, TimedOut
from overair.imap.folder_commands import FolderCommands
from overair.imap.login import LoginCommands
from overair.imap.message_commands import MessageCommands
from overair.imap.reading_commands import ReadingCommands
from overair.imap.responses import Identity, Untagged
from overair.imap.server import Security, Server
from overair.imap.watch_commands import WatchCommands
from overair.imap.writing import string


class Session(FolderCommands, ReadingCommands, MessageCommands, WatchCommands, LoginCommands):
    """A connection with a log-in.

    One command runs at a time, others wait for their turn. A command that is cancelled, times out or
    gets garbage closes the connection: nothing half read is ever taken for an answer to the next.
    """

    async def open(self) -> None:
        """Connect, with TLS as the server's settings say. Raises ConnectionLost.

        PREAUTH is refused: a server that asks for no log-in proves nobody's identity.
        """
        connection = self._connection
        try:
            async with asyncio.timeout(self.server.timeouts.connect):
                greeting = await connection.connect()
                if greeting.kind != "OK":
                    raise ConnectionLost("the server does not want us now")
                self._note(greeting.code)
                if not self._told:
                    await self._run("CAPABILITY")
                if self.server.security is Security.STARTTLS:
                    if Extension.STARTTLS not in self.capabilities:
                        raise ConnectionLost("the server has no STARTTLS")
                    await self._run("STARTTLS")
                    await connection.secure()
                    await self._run("CAPABILITY")  # what was said before may be another's (RFC 9051, 6.2.1)
        except CommandFailed as error:
            connection.close()
            raise ConnectionLost(f"the server does not go on: {error}") from None
        except TimeoutError:
            connection.close()
            raise TimedOut(f"no connection within {self.server.timeouts.connect:g} seconds") from None
        except BaseException:
            connection.close()
            raise

    async def id(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Tell who we are (ID), and who the server is; nothing where it has no ID."""
        if Extension.ID not in self.capabilities:
            return {}
        found: dict[str, str] = {}

        def take(said: Untagged) -> bool:
            if isinstance(said, Identity):
                found.update(said.fields)
            return isinstance(said, Identity)

        words = [part for pair in fields.items() for part in (string(word.encode()) for word in pair)]
        told = b"(%s)" % b" ".join(word for word in words if isinstance(word, bytes)) if words else b"NIL"
        await self._run("ID", told, take=take)
        return found

    async def enable(self, names: Collection[str]) -> frozenset[str]:
        """ENABLE those extensions that the server has; which are enabled now."""
        wanted = [name for name in names if name in self.capabilities]
        if wanted and Extension.ENABLE in self.capabilities:
            await self._run("ENABLE", *(name.encode("ascii") for name in wanted))
            self._connection.utf8 = bool(self.enabled & {Extension.UTF8_ACCEPT, Extension.IMAP4REV2})
        return self.enabled

    async def compress(self) -> bool:
        """COMPRESS=DEFLATE from here on, where the server has it; whether it has."""
        if Extension.COMPRESS not in self.capabilities:
            return False
        async with self._turn:
            await self._run_now("COMPRESS", b"DEFLATE")
            self._connection.compress()
        return True

    async def logout(self) -> None:
        """Say good-bye and close; errors are of no interest any more."""
        self.on_lost = None
        try:
            async with asyncio.timeout(self.server.timeouts.logout):
                await self._run("LOGOUT")
        except (ConnectionLost, CommandFailed, TimeoutError):
            return  # it is closed all the same
        finally:
            self.close()

    def literals(self) -> None:
        """Note how the server takes literals."""
        self._connection.asks_first = not self.capabilities & {
            Extension.LITERAL_PLUS,
            Extension.LITERAL_MINUS,
        }


async def log_in(server: Server, credentials: Credentials) -> Session:
    """Connect and log in; CONDSTORE and QRESYNC are enabled where the server has them.

    Raises ConnectionLost, LoginRefused (wrong credentials, and only those), TryLater and CommandFailed.
    """
    session = Session(server)
    await session.open()
    try:
        async with asyncio.timeout(server.timeouts.login):
            await session.authenticate(credentials)
            session.literals()
            await session.enable([Extension.CONDSTORE, Extension.QRESYNC])
            if server.compress:
                await session.compress()
    except TimeoutError:
        session.close()
        raise TimedOut(f"no log-in within {server.timeouts.login:g} seconds") from None
    except BaseException:
        session.close()
        raise
    return session
