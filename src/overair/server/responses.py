"""What a command's handler may answer with, apart from its response record."""

from __future__ import annotations

from dataclasses import dataclass

from overair.protocol.schema import Record
from overair.protocol.statuses import CommonStatus

Header = tuple[str, str]


@dataclass(slots=True, frozen=True)
class Reply:
    """An answer that is more than a WBXML body: other content, parts beside it, headers.

    ``message`` is written as WBXML; with ``parts`` (MS-ASCMD 2.2.1.10.1) it is the first of a
    multipart body. Without a message ``body`` travels as it is, under ``content_type``.
    """

    message: Record | None = None
    parts: tuple[bytes, ...] | None = None
    body: bytes = b""
    content_type: str = ""
    headers: tuple[Header, ...] = ()


Outcome = Record | Reply | None
"""A handler's answer; None is an empty body."""


class Refused(Exception):
    """The whole request is answered with a status that is common to all commands.

    It is the Status of the command's answer, or up to protocol version 12.1 an HTTP status in its
    place (MS-ASCMD_R7461).
    """

    def __init__(self, status: CommonStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class HttpError(Exception):
    """The request is answered with an HTTP status and no WBXML; ``reason`` is for the log."""

    def __init__(self, status: int, reason: str, headers: tuple[Header, ...] = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers
