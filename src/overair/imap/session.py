"""A log-in at an IMAP server, and what can be asked over it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from overair.credentials import Credentials
from overair.imap.capabilities import Capabilities
from overair.imap.folder_commands import FolderCommands
from overair.imap.message_commands import MessageCommands
from overair.imap.responses import SelectResult
from overair.imap.server import Server
from overair.imap.watch_commands import WatchCommands


class Session(FolderCommands, MessageCommands, WatchCommands):
    """A connection with a log-in.

    One command runs at a time, others wait for their turn. A command that is cancelled, times out or
    gets garbage closes the connection: nothing half read is ever taken for an answer to the next.
    """

    capabilities: Capabilities = Capabilities()
    selected: SelectResult | None = None
    """The mailbox that is selected; its numbers as they were then."""
    enabled: frozenset[str] = frozenset()

    @property
    def usable(self) -> bool:
        """Whether the connection stands, no command runs, and no IDLE."""
        raise NotImplementedError

    async def id(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        """Tell who we are (ID), and who the server is; nothing where it has no ID."""
        raise NotImplementedError

    async def enable(self, names: Collection[str]) -> frozenset[str]:
        """ENABLE those extensions that the server has; which are enabled now."""
        raise NotImplementedError

    async def compress(self) -> bool:
        """COMPRESS=DEFLATE from here on, where the server has it; whether it has."""
        raise NotImplementedError

    async def logout(self) -> None:
        """Say good-bye and close; errors are of no interest any more."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connection at once."""
        raise NotImplementedError


async def log_in(server: Server, credentials: Credentials) -> Session:
    """Connect and log in; CONDSTORE and QRESYNC are enabled where the server has them.

    Raises ConnectionLost, LoginRefused (wrong credentials, and only those), TryLater and CommandFailed.
    """
    raise NotImplementedError
