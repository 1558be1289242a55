"""A password that cannot be printed by mistake."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "(hidden)"


class Secret:
    """Text that shows itself only when asked: no repr, no str, no pickle, no comparison by content."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")
