"""The headers of answers (MS-ASHTTP 2.2.2.1.2 and 2.2.4.1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from overair.protocol.http.commands import Command
from overair.versions import Version

PATH: Final = "/Microsoft-Server-ActiveSync"

CACHE_CONTROL: Final = "Cache-Control"
CONTENT_ENCODING: Final = "Content-Encoding"
CONTENT_LENGTH: Final = "Content-Length"
CONTENT_TYPE: Final = "Content-Type"
SERVER_VERSION: Final = "MS-Server-ActiveSync"
LOCATION: Final = "X-MS-Location"
PROTOCOL_COMMANDS: Final = "MS-ASProtocolCommands"
PROTOCOL_VERSIONS: Final = "MS-ASProtocolVersions"
RESYNCHRONIZE: Final = "X-MS-RP"
CREDENTIAL_SERVICE_URL: Final = "X-MS-Credential-Service-Url"
CREDENTIALS_EXPIRE: Final = "X-MS-Credentials-Expire"
THROTTLE: Final = "X-MS-ASThrottle"
RETRY_AFTER: Final = "Retry-After"

Header = tuple[str, str]


def offer_headers(commands: Iterable[Command], versions: Sequence[Version]) -> list[Header]:
    """What an OPTIONS answer must say (MS-ASHTTP_R1107): comma-delimited commands and versions."""
    return [
        (PROTOCOL_VERSIONS, ",".join(version.text for version in versions)),
        (PROTOCOL_COMMANDS, ",".join(commands)),
    ]


def resynchronize_headers(commands: Iterable[Command], versions: Sequence[Version]) -> list[Header]:
    """What says that the device has to start anew, and what is offered to it (MS-ASHTTP_R1104)."""
    return [
        (RESYNCHRONIZE, ",".join(version.text for version in versions)),
        *offer_headers(commands, versions),
    ]


def answer_headers(
    body_length: int, content_type: str, server_version: str, *, gzipped: bool = False
) -> list[Header]:
    """The headers of every answer; the type only where there is a body (MS-ASHTTP_R212)."""
    headers = [
        (CACHE_CONTROL, "private"),
        (SERVER_VERSION, server_version),
        (CONTENT_LENGTH, str(body_length)),
    ]
    if body_length:
        headers.append((CONTENT_TYPE, content_type))
    if gzipped:
        headers.append((CONTENT_ENCODING, "gzip"))
    return headers
