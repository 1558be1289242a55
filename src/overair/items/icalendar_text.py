"""Texts as iCalendar writes them."""

from __future__ import annotations

import re
from typing import Final

from icalendar import vText

_SPECIAL: Final = re.compile(r"[\\;,]|\r\n|\r|\n")


class Text(vText):
    """A text as the library's vText, which takes a backslash before an N for the end of a line."""

    def to_ical(self) -> bytes:
        """The text with its line ends and special characters escaped (RFC 5545 3.3.11)."""
        return _SPECIAL.sub(_escaped, str(self)).encode()


def as_text(text: str) -> Text:
    """A text as a value of a property."""
    return Text(text)


def _escaped(found: re.Match[str]) -> str:
    return r"\n" if found[0] in ("\r\n", "\r", "\n") else f"\\{found[0]}"


LINE_END: Final = re.compile(r"\r\n|\r|\n")


def with_line_ends(text: str) -> str:
    """A text of several lines as bodies have it."""
    return LINE_END.sub("\r\n", text)
