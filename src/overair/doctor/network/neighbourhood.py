"""Which names and addresses are of the open Internet, and which of networks within."""

from __future__ import annotations

import ipaddress
from typing import Final

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an address of IPv4, of whatever network."""

INNER: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",  # RFC 1918
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",  # RFC 3927
        "100.64.0.0/10",  # RFC 6598
        "fc00::/7",  # RFC 4193
        "fe80::/10",  # RFC 4291
    )
)
"""Loopback is not of them: what is there is asked for by whoever runs server and doctor on one machine."""
INTERNAL_DOMAINS: Final = frozenset(
    # RFC 6762 (local) and its appendix G, RFC 6761 (localhost, invalid), RFC 8375 (home.arpa); the rest is
    # what routers and installers of domains propose. None of them is delegated, or ever will be.
    (
        "local",
        "localhost",
        "localdomain",
        "invalid",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "home.arpa",
        "lan",
        "intern",
        "domain",
        "workgroup",
    )
)


def is_inner(address: str) -> bool:
    """Whether an address is one of inner networks, which nobody outside can get to."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return any(parsed in network for network in INNER)


def internal_ending(name: str) -> str | None:
    """The ending of a name that no public name server knows; None where it has none such."""
    labels = name.split(".")
    return next((one for one in (labels[-1], ".".join(labels[-2:])) if one in INTERNAL_DOMAINS), None)


def is_internal_name(name: str) -> bool:
    """Whether a name cannot be known outside: a single word, or under an internal domain."""
    return "." not in name or internal_ending(name) is not None


def is_public(text: str) -> bool:
    """Whether an address is one of the open Internet; False for what is no address."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        address = address if inner is None else inner
    return address.is_global and not address.is_multicast
