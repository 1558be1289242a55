"""From the lines of a server to typed values, over imapclient's parser."""

from __future__ import annotations

from typing import TypeAlias

Atom: TypeAlias = "bytes | int | tuple[Atom, ...] | None"
"""A value of a response: an atom or a string, a number, NIL, a list in parentheses."""
