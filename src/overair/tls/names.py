"""Names and addresses in certificates: how they are written, and which cover which."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import idna

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST_NAME: Final = re.compile(
    r"(?!.*\.$)(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


class InvalidName(ValueError):
    """A text is no host name, wildcard or address; the message says so."""


def certificate_name(text: str) -> str:
    """A name or address as certificates have it: lower case, in ASCII (IDNA 2008), addresses in short form.

    Raises InvalidName.
    """
    address = address_of(text)
    if address is not None:
        return str(address)
    name = text.strip().rstrip(".").lower()
    wildcard = name.startswith("*.")
    bare = name.removeprefix("*.")
    if not bare.isascii():
        try:
            bare = idna.encode(bare, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise InvalidName(f"{text!r} is no host name: {error}") from None
    if not is_host_name(bare) or (wildcard and "." not in bare):
        raise InvalidName(f"{text!r} is neither a host name, nor a wildcard (*.example.org), nor an address")
    return f"*.{bare}" if wildcard else bare


def address_of(text: str) -> Address | None:
    """The address that a text is, if it is one; brackets around it do not count."""
    try:
        return ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None


def is_host_name(name: str) -> bool:
    """Whether a lower-case text may stand in a certificate as a DNS name: no address, no odd characters."""
    return _HOST_NAME.fullmatch(name) is not None and not name.rpartition(".")[2].isdecimal()


def covers(pattern: str, name: str) -> bool:
    """Whether a DNS name of a certificate is for a host name, as clients decide (RFC 9525, 6.3).

    A wildcard stands for one whole label on the left, so ``*.example.org`` is neither for
    ``example.org`` nor for ``a.b.example.org``.
    """
    pattern, name = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == name
    first, _, rest = name.partition(".")
    return bool(first) and rest == pattern[2:] and "." in rest
