"""What parts the parts of a message, found without a regular expression for each.

The standard library's parser of MIME compiles one for every multipart, which took a fifth of the time of
all its work: hardly a boundary is met twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email import feedparser
from types import FunctionType
from typing import Final

_BEFORE: Final = "(?P<sep>"
_BEHIND: Final = r")(?P<end>--)?(?P<ws>[ \t]*)(?P<linesep>\r\n|\r|\n)?$"
"""What stands around a boundary in the expression of the library."""
_REST: Final = re.compile(_BEHIND.removeprefix(")"))
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


class _Boundary:
    """In place of a compiled expression: ``match`` finds what that would find behind the boundary."""

    __slots__ = ("_separator",)

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def match(self, line: str) -> re.Match[str] | None:
        """The groups "end", "ws" and "linesep" of a line that begins with the boundary."""
        if not line.startswith(self._separator):
            return None
        return _REST.match(line, len(self._separator))


class _Expressions:
    """What the parser uses of ``re``."""

    escape = staticmethod(re.escape)

    @staticmethod
    def compile(pattern: str) -> re.Pattern[str] | _Boundary:
        """An expression; that of a boundary, as far as it is the one that is known, without compiling it."""
        if not (pattern.startswith(_BEFORE) and pattern.endswith(_BEHIND)):
            return re.compile(pattern)
        return _Boundary(_ESCAPED.sub(r"\1", pattern[len(_BEFORE) : -len(_BEHIND)]))


def parser_without_expressions() -> Callable[..., object]:
    """The generator that is the library's parser (``FeedParser._parsegen``), with ``_Expressions``."""
    original = feedparser.FeedParser._parsegen  # type: ignore[attr-defined]  # noqa: SLF001  # private
    return FunctionType(original.__code__, {**vars(feedparser), "re": _Expressions})
