"""What can go wrong between client and server."""

from __future__ import annotations

from collections.abc import Mapping

from overair.protocol.http import MEANINGS, Command


class ClientError(Exception):
    """Base of what the client raises."""


class ConnectionFailed(ClientError):
    """The server could not be reached, or no whole answer came; the request may have been executed."""


class HttpError(ClientError):
    """An HTTP status other than 200; ``retry_after`` in seconds where the server said so."""

    def __init__(
        self, status: int, retry_after: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"HTTP {status}: {MEANINGS.get(status, 'The server refused.')}")
        self.status = status
        self.retry_after = retry_after
        self.headers = headers or {}
        """Of the answer."""


class StatusError(ClientError):
    """A Status element that is not success."""

    def __init__(self, command: Command, status: int) -> None:
        super().__init__(f"{command} was answered with status {status}")
        self.command = command
        self.status = status


class InvalidAnswer(ClientError):
    """An answer that breaks the protocol."""


class WipeRequested(ClientError):
    """The server ordered a wipe; acknowledge it with ``acknowledge_wipe`` once it is done.

    ``account_only`` where only what belongs to the account is to go.
    """

    def __init__(self, *, account_only: bool) -> None:
        super().__init__("the server ordered a wipe" + (" of the account" if account_only else ""))
        self.account_only = account_only
