"""The URLs by which databases are named."""

from __future__ import annotations

import urllib.parse
from typing import Final

SCHEMES: Final = ("postgresql://", "postgres://")
SECRETS: Final = ("password", "sslpassword", "")
"""The fields of a URL's query that are not shown."""
SQLITE: Final = "sqlite:"
"""In the place of a URL: the file in the data directory, whatever was used before."""


def is_postgresql(text: str) -> bool:
    """Whether a database is named by the URL of a PostgreSQL server."""
    return text.startswith(SCHEMES)


def described(url: str) -> str:
    """A URL as it may be shown and kept: without a password, and nothing of one that is_mistaken."""
    parts = urllib.parse.urlsplit(url)
    if is_mistaken(url):
        return f"{parts.scheme}://..."
    user, at, place = parts.netloc.rpartition("@")
    query = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in SECRETS]
    netloc = f"{user.partition(':')[0]}{at}{place}"
    # An empty host stays to be seen: urlunsplit would leave out the slashes.
    return f"{parts.scheme}://{netloc}{parts.path}{'?' if query else ''}{'&'.join(query)}"


def is_mistaken(url: str) -> bool:
    """Whether what stands before a host ends too early, as it does with a / in a password."""
    parts = urllib.parse.urlsplit(url)
    if not parts.netloc or "@" in parts.netloc:
        return False
    # Several hosts may each have a port, and an address of IPv6 has colons of its own.
    ports = [host.rpartition("]")[2].partition(":")[2] for host in parts.netloc.split(",")]
    return any(port and not port.isdecimal() for port in ports) or "@" in f"{parts.path}{parts.fragment}"
