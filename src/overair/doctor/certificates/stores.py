"""Which roots devices know: dated lists of fingerprints, each with its sources.

The lists are JSON files of ``overair.doctor.data.stores``; ``tools/root_stores.py`` writes Mozilla's.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import msgspec

from overair.doctor.certificates.certificate import Certificate


class StoreName(StrEnum):
    """The lists there are, by the names of their files."""

    MOZILLA = "mozilla"
    IOS = "ios"
    ANDROID = "android"
    WINDOWS_MOBILE = "windows-mobile"


class Knows(StrEnum):
    """What a list says of a root."""

    YES = "known"
    NO = "not known"
    UNKNOWN = "unknown"
    """The list has only the name of such a root, so that nobody can tell."""


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list."""

    name: str
    """Of what has it."""
    version: str
    as_of: str
    """The date of the list, YYYY-MM-DD."""
    sources: tuple[str, ...]
    """Where it was published."""
    roots: dict[str, str]
    """Names by SHA-256 fingerprint (hexadecimal, lower case)."""
    without_fingerprint: tuple[str, ...]
    """Names of roots that the source lists without anything to know them by."""

    @property
    def called(self) -> str:
        """With version and date, for people."""
        return f"{self.name} {self.version} ({self.as_of})"

    def knows(self, roots: Iterable[Certificate]) -> Knows:
        """Whether any of the roots that a chain leads to is in it."""
        verdict = Knows.NO
        for root in roots:
            if root.fingerprint in self.roots:
                return Knows.YES
            if root.name in self.without_fingerprint:
                verdict = Knows.UNKNOWN
        return verdict


@lru_cache(maxsize=len(StoreName))
def store(name: StoreName) -> Store:
    """One list."""
    text = files("overair.doctor").joinpath("data", "stores", f"{name.value}.json").read_bytes()
    return msgspec.json.decode(text, type=Store)
