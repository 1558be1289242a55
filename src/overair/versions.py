"""The protocol versions of Exchange ActiveSync, as MS-ASHTTP names them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Version(IntEnum):
    """A protocol version; the number is the text without its dot, so versions compare by age."""

    V2_5 = 25
    V12_0 = 120
    V12_1 = 121
    V14_0 = 140
    V14_1 = 141
    V16_0 = 160
    V16_1 = 161

    @property
    def text(self) -> str:
        """The version as headers write it, such as ``"14.1"``."""
        return f"{self.value // 10}.{self.value % 10}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a header's version; raises ValueError for one that does not exist."""
        for version in cls:
            if version.text == text:
                return version
        raise ValueError(f"unknown protocol version {text[:8]!r}")


ALL: Final = frozenset(Version)
SERVED: Final = (Version.V12_1, Version.V14_0, Version.V14_1, Version.V16_0, Version.V16_1)
"""The versions that the server offers, oldest first."""
