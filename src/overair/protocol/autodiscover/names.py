"""Domains and addresses as Autodiscover compares them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import idna

MAXIMUM_ADDRESS: Final = 254
"""Characters of an address (RFC 5321)."""
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LOCAL_PART: Final = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}")


class InvalidName(ValueError):
    """A text is no domain, or no address."""


def domain_name(text: str) -> str:
    """A domain as DNS has it: in lower case, each label in its ASCII form (IDNA 2008). Raises InvalidName."""
    domain = text.strip().rstrip(".")
    if len(domain) > MAXIMUM_ADDRESS:
        raise InvalidName("the domain is too long")
    try:
        # A label of ASCII is taken as it is: IDNA would refuse an underscore, which hosts in use have.
        ascii_form = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise InvalidName("not a domain") from None
    labels = ascii_form.lower().split(".")
    if len(ascii_form) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidName("not a domain")
    return ".".join(labels)


def address_key(text: str) -> str:
    """An address as it is compared: in lower case, its domain in ASCII. Raises InvalidName."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    local_part, at, domain = address.rpartition("@")
    if not at or len(address) > MAXIMUM_ADDRESS or not _LOCAL_PART.fullmatch(local_part):
        raise InvalidName("not an address")
    return f"{local_part}@{domain_name(domain)}"


def domain_of(address: str) -> str:
    """The domain of an address in its ASCII form. Raises InvalidName."""
    return address_key(address).rpartition("@")[2]


def comparable(text: str) -> str:
    """An address as it is compared, or any other text in lower case, which equals no address."""
    try:
        return address_key(text)
    except InvalidName:
        return unicodedata.normalize("NFC", text.strip()).lower()
