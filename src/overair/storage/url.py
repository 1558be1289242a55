"""The URLs by which databases are named."""

from __future__ import annotations

import urllib.parse
from typing import Final

SCHEMES: Final = ("postgresql://", "postgres://")
SQLITE: Final = "sqlite:"
"""In the place of a URL: the file in the data directory, whatever was used before."""


def is_postgresql(text: str) -> bool:
    """Whether a database is named by the URL of a PostgreSQL server."""
    return text.startswith(SCHEMES)


def described(url: str) -> str:
    """A URL as it may be shown and kept: without a password."""
    parts = urllib.parse.urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    query = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in ("password", "")]
    netloc = f"{user.partition(':')[0]}{at}{place}"
    # An empty host stays to be seen: urlunsplit would leave out the slashes.
    return f"{parts.scheme}://{netloc}{parts.path}{'?' if query else ''}{'&'.join(query)}"
