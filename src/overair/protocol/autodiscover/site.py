"""Where a server is: the address under which clients reach it from outside."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

import msgspec

from overair.protocol.autodiscover.names import InvalidName, domain_name
from overair.protocol.http import PATH

AUTODISCOVER_PATH: Final = "/autodiscover/autodiscover.xml"
JSON_PATH: Final = "/autodiscover/autodiscover.json"
_PORTS: Final = {"https": 443, "http": 80}


class Site(msgspec.Struct, frozen=True):
    """A server's scheme, host (a domain in ASCII, or an address without brackets) and port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port, as a phone's Server field takes them: the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def base(self) -> str:
        """The URL without a path."""
        return f"{self.scheme}://{self.authority}"

    @property
    def eas_url(self) -> str:
        """The URL of the EAS endpoint."""
        return self.base + PATH

    @property
    def autodiscover_url(self) -> str:
        """The URL of Autodiscover's XML."""
        return self.base + AUTODISCOVER_PATH

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, which no DNS record can name."""
        return _ip_address(self.host) is not None


def read_site(url: str) -> Site:
    """The site of a URL; its path does not count. Raises ValueError."""
    parts = urlsplit(url.strip())
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("not the URL of a server: write https://HOST or https://HOST:PORT")
    address = _ip_address(parts.hostname)
    try:
        host = str(address) if address is not None else domain_name(parts.hostname)
    except InvalidName:
        raise ValueError("the URL names no host") from None
    return Site(parts.scheme, host, parts.port or _PORTS[parts.scheme])


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
