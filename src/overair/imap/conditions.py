"""OK, NO, BAD, BYE, PREAUTH, and the codes in square brackets."""

from __future__ import annotations

from typing import Final

from overair.imap.atoms import Unreadable, parse_atoms
from overair.imap.errors import ResponseCode
from overair.imap.responses import Condition

KINDS: Final = frozenset({b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"})
NONE: Final = ResponseCode()


def parse_condition(line: bytes) -> Condition:
    """A condition, from its name on. Raises Unreadable."""
    kind, _, rest = line.partition(b" ")
    kind = kind.upper()
    if kind not in KINDS:
        raise Unreadable("not a condition")
    code = NONE
    if rest.startswith(b"["):
        inner, bracket, text = rest[1:].partition(b"]")
        if bracket:
            code, rest = _code(inner), text.lstrip()
    return Condition(kind.decode("ascii"), code, rest.decode("utf-8", "replace"))


def _code(inner: bytes) -> ResponseCode:
    name, _, rest = inner.partition(b" ")
    label = name.decode("ascii", "replace").upper()
    try:
        return ResponseCode(label, parse_atoms([rest]) if rest else ())
    except Unreadable:
        return ResponseCode(label)  # its name says enough
