"""The hosts that an examination looks at."""

from __future__ import annotations

import msgspec

HTTPS_PORT = 443
HTTP_PORT = 80


def is_of(name: str, domain: str) -> bool:
    """Whether a name is a domain, or under it; both in lower case, without a final dot."""
    return name == domain or name.endswith(f".{domain}")


class Host(msgspec.Struct, frozen=True, order=True):
    """A name, or an IP address that was typed in for one, and the port of HTTPS at it."""

    name: str
    """Lower case, in the form of DNS (A-labels), without a final dot; an IPv6 address has no brackets."""
    port: int = HTTPS_PORT

    @property
    def authority(self) -> str:
        """As in a URL: the port only where it is not that of HTTPS."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == HTTPS_PORT else f"{name}:{self.port}"
