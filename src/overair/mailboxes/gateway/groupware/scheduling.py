"""Meetings on servers that send and take meeting messages by themselves (RFC 6638).

Phones and Overair send their own messages, so the server must not send the same again: the attendees whom
an edit brings are marked as told by the client. Those that were there stay as they are, because a server
takes a changed mark for the end of their invitation.
"""

from __future__ import annotations

import re
from typing import Final

_UNFOLD: Final = re.compile(r"\r?\n[ \t]")
_PERSON: Final = re.compile(r'(ATTENDEE|ORGANIZER)((?:;[^":]*+(?:"[^"]*+"[^":]*+)*+)?+):(.*+)', re.IGNORECASE)
_AGENT: Final = re.compile(r";SCHEDULE-AGENT=", re.IGNORECASE)
_WIDTH: Final = 74
"""Bytes of a line, its end apart (RFC 5545, 3.1)."""


def told_by_client(text: str, before: str = "") -> str:
    """A calendar object whose new people are told by the client; ``before`` is it as the server has it."""
    known = {match[3].strip().lower() for line in _lines(before) if (match := _PERSON.fullmatch(line))}
    changed = []
    for line in _folded_lines(text):
        match = _PERSON.fullmatch(_UNFOLD.sub("", line))
        if match is None or match[3].strip().lower() in known or _AGENT.search(match[2]):
            changed.append(line)
        else:
            changed.append(_folded(f"{match[1]}{match[2]};SCHEDULE-AGENT=CLIENT:{match[3]}"))
    return "\r\n".join(changed)


def _lines(text: str) -> list[str]:
    return _UNFOLD.sub("", text).splitlines()


def _folded_lines(text: str) -> list[str]:
    """Content lines as they are folded."""
    return re.split(r"\r?\n(?![ \t])", text)


def _folded(line: str) -> str:
    pieces = []
    piece = ""
    size = 0
    for character in line:
        width = len(character.encode("utf-8", "replace"))
        if size + width > _WIDTH:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += width
    return "\r\n".join([*pieces, piece])
