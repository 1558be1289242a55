"""Addresses of peers, and networks that they belong to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(text: str) -> Address | None:
    """The address that a text is; IPv4 where IPv6 only wraps it, and without a zone. None for any other."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


class Networks:
    """Addresses and networks, as settings name them. Raises ValueError for a text that is neither."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks: Final = tuple(ipaddress.ip_network(text) for text in texts)

    def __contains__(self, text: str) -> bool:
        address = address_of(text)
        return address is not None and any(address in network for network in self._networks)
