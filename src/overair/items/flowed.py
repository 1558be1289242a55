"""Text that is folded so that old readers see short lines: format=flowed (RFC 3676)."""

from __future__ import annotations

from typing import Final

_SIGNATURE: Final = "-- "
"""The line before a signature, which ends in a space and is not folded."""
_MOST_QUOTES: Final = 64
"""Signs of quotation that count; nobody answers more often."""


def unfolded(source: str, *, delete_space: bool, complete: bool = True) -> str:
    """The text with each paragraph on one line, and behind the signs of its quotation a space.

    ``delete_space`` is the DelSp parameter: the space at a fold is not of the text. Of a start of a text
    (not ``complete``) what becomes of its last lines is not known; the start of the whole that is, is given.
    """
    pieces: list[str] = []
    depth_before, joins = -1, False
    line_end = ""
    lines = source.split("\n")
    last = len(lines) - 1
    for number, line in enumerate(lines):
        if number == last and not complete:
            break
        carriage = "\r" if line.endswith("\r") else ""
        line = line[: -len(carriage)] if carriage else line
        depth, content = _unquoted(line)
        is_signature = content == _SIGNATURE
        if not (joins and depth == depth_before and not is_signature):
            pieces.append(line_end)
            if depth:
                pieces.append(">" * depth + (" " if content else ""))
        joins = content.endswith(" ") and not is_signature and number < last
        pieces.append(content[:-1] if joins and delete_space else content)
        line_end = carriage + "\n"
        depth_before = depth
    return "".join(pieces)


def _unquoted(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what it says; a space that was stuffed before it is taken away."""
    depth = 0
    if line[:1] == ">":
        depth = min(len(line) - len(line.lstrip(">")), _MOST_QUOTES)
        line = line[depth:]
    return depth, line[1:] if line[:1] == " " else line
