"""What an organisation offers beside EAS, by the names that DNS has for it (RFC 6186, 6764, 8314)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec

from overair.protocol.autodiscover.names import InvalidName, domain_name


class Kind(StrEnum):
    """A protocol with the way in which it is encrypted: the first label of its SRV records."""

    IMAPS = "imaps"
    IMAP = "imap"
    POP3S = "pop3s"
    POP3 = "pop3"
    SUBMISSIONS = "submissions"
    SUBMISSION = "submission"
    CALDAVS = "caldavs"
    CARDDAVS = "carddavs"


PORTS: Final = {
    Kind.IMAPS: 993,
    Kind.IMAP: 143,
    Kind.POP3S: 995,
    Kind.POP3: 110,
    Kind.SUBMISSIONS: 465,
    Kind.SUBMISSION: 587,
    Kind.CALDAVS: 443,
    Kind.CARDDAVS: 443,
}
STARTTLS: Final = frozenset((Kind.IMAP, Kind.POP3, Kind.SUBMISSION))
"""What begins in the clear and turns to TLS; all others begin with it."""
DAV: Final = frozenset((Kind.CALDAVS, Kind.CARDDAVS))
"""What is reached under a path over HTTPS."""


class Service(msgspec.Struct, frozen=True):
    """One service: its kind, host (a domain in ASCII), port, and the path of one that has such."""

    kind: Kind
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """The URL over HTTPS, of a service of DAV."""
        authority = self.host if self.port == 443 else f"{self.host}:{self.port}"
        return f"https://{authority}{self.path or '/'}"


def read_service(text: str) -> Service:
    """A service written ``imaps://imap.example.org``, ``caldavs://dav.example.org:8443/dav``.

    Raises ValueError with a line that says what is wrong.
    """
    parts = urlsplit(text.strip())
    if parts.scheme not in set(Kind):
        raise ValueError(f"write KIND://HOST[:PORT] with one of {', '.join(Kind)}")
    kind = Kind(parts.scheme)
    try:
        host = domain_name(parts.hostname or "")
        port = parts.port or PORTS[kind]
    except InvalidName:
        raise ValueError(f"{kind}: there is no host in it") from None
    if parts.path.rstrip("/") and kind not in DAV:
        raise ValueError(f"{kind} has no path")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError(f"{kind} takes a host, a port and, with DAV, a path")
    return Service(kind, host, port, quote(unquote(parts.path)) if kind in DAV else "")
