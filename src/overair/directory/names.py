"""Addresses, log-in names and the words of the address list, as they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

MAXIMUM_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")


class InvalidAddress(ValueError):
    """What was given is not an address that an account can have."""


class Login(msgspec.Struct, frozen=True):
    """A log-in name taken apart, in lower case; ``address`` when it is one, else the local part."""

    address: str | None
    local_part: str
    domain: str
    """What stands before the backslash of ``DOMAIN\\user``; empty where there is none."""

    def fits(self, address: str) -> bool:
        """Whether the domain named is the address's own, or its first label as Windows names it."""
        domain = address.rpartition("@")[2]
        return self.domain in (domain, domain.partition(".")[0])


def normalized_address(address: str) -> str:
    """An address in the form in which it is kept. Raises InvalidAddress."""
    address = unicodedata.normalize("NFC", address.strip()).lower()
    if len(address) > MAXIMUM_ADDRESS or not _ADDRESS.fullmatch(address):
        raise InvalidAddress(f"{address[:MAXIMUM_ADDRESS]!r} is not an address")
    return address


def parse_login(login: str) -> Login:
    """Read ``user``, ``user@domain`` or ``DOMAIN\\user``; any text gives a Login."""
    domain, _, user = unicodedata.normalize("NFC", login.strip()).lower().rpartition("\\")
    return Login(user if "@" in user else None, user, domain)


def search_key(text: str) -> str:
    """Text as the address list is searched: without letter case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def query_words(text: str) -> list[str]:
    """The words that somebody looks for; ``Michael A.`` looks for ``michael`` and ``a``."""
    words = (word.strip(".,;:'\"()<>") for word in search_key(text).split())
    return [word for word in words if word]


def indexed_words(texts: Iterable[str | None]) -> set[str]:
    """The words by which an entry is found: of each text, and the parts of double names."""
    words: set[str] = set()
    for text in texts:
        for word in query_words(text or ""):
            words.add(word)
            if "@" not in word:
                words.update(part for part in word.split("-") if part)
    return words
