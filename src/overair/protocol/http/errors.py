"""What can be wrong with a request before its body is read."""

from __future__ import annotations

from overair.protocol.http.commands import Command
from overair.versions import Version


class BadRequest(ValueError):
    """A request whose query or headers are malformed; ``reason`` is for the log.

    ``http_status`` is what to answer. From protocol version 14.0 on some mistakes have a common
    status instead, given as ``status`` together with the command and version to answer it in.
    """

    def __init__(
        self,
        reason: str,
        http_status: int = 400,
        *,
        status: int | None = None,
        command: Command | None = None,
        version: Version | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.http_status = http_status
        self.status = status
        self.command = command
        self.version = version
