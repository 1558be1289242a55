"""What people type for a server."""

from __future__ import annotations

from yarl import URL

from overair.doctor.host import Host


class InvalidServer(ValueError):
    """A text names no server."""


def server_of(text: str) -> tuple[Host, str | None]:
    """A host and, where a URL names it, the path of the endpoint. Raises InvalidServer."""
    try:
        url = URL(text if "://" in text else f"https://{text}")
        port = url.port
    except ValueError:
        raise InvalidServer(text) from None
    if url.scheme != "https" or not url.raw_host or port is None or url.user or url.query_string:
        raise InvalidServer(text)
    return Host(url.raw_host.lower().rstrip("."), port), None if url.path in ("", "/") else url.path
