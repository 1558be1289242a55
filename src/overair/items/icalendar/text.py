"""Texts as iCalendar writes them."""

from __future__ import annotations

import re
from typing import Final

from icalendar import Parameters, vText

_SPECIAL: Final = re.compile(r"[\\;,]|\r\n|\r|\n")


class Text(vText):
    """A text as the library's vText, which takes a backslash before an N for the end of a line."""

    def to_ical(self) -> bytes:
        """The text with its line ends and special characters escaped (RFC 5545 3.3.11)."""
        return _SPECIAL.sub(_escaped, str(self)).encode()


class QuotedParameters(Parameters):
    """Parameters whose names are in quotes, where blanks stand: without, the library reads past them."""

    quote_also = Parameters.quote_also | dict.fromkeys(("CN", "FILENAME"), " ='")


def parameter_value(name: str, value: str) -> str:
    """The value of a parameter as it is written."""
    return str(QuotedParameters({name: value}).to_ical().decode()).partition("=")[2]


def as_text(text: str) -> Text:
    """A text as a value of a property."""
    return Text(text)


def _escaped(found: re.Match[str]) -> str:
    return r"\n" if found[0] in ("\r\n", "\r", "\n") else f"\\{found[0]}"


def on_one_line(text: str) -> str:
    """A name without ends of lines, and without blanks around it."""
    return LINE_END.sub(" ", text).strip()


LINE_END: Final = re.compile(r"\r\n|\r|\n")


def with_line_ends(text: str) -> str:
    """A text of several lines as bodies have it."""
    return LINE_END.sub("\r\n", text)
