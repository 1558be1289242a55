"""What response codes say beside their names."""

from __future__ import annotations

from typing import Final

from overair.imap.errors import ResponseCode
from overair.imap.responses import Appended, Copied
from overair.imap.uid_set import UidSet

MOST: Final = 100_000
"""UIDs that COPYUID may name."""


def number(code: ResponseCode) -> int | None:
    """The number of UIDNEXT and its like; None for none."""
    first = code.arguments[0] if code.arguments else None
    return first if isinstance(first, int) else None


def modified(code: ResponseCode) -> UidSet:
    """The messages of MODIFIED; none for any other code."""
    if code.name != "MODIFIED" or len(code.arguments) != 1:
        return UidSet()
    return _uids(code.arguments[0]) or UidSet()


def copied(code: ResponseCode) -> Copied | None:
    """COPYUID; None for any other code, and where it makes no sense."""
    if code.name != "COPYUID" or len(code.arguments) != 3:
        return None
    validity, source, destination = code.arguments
    old, new = _ordered(source), _ordered(destination)
    if not isinstance(validity, int) or not old or len(old) != len(new):
        return None
    return Copied(validity, dict(zip(old, new, strict=True)))


def appended(code: ResponseCode) -> Appended | None:
    """APPENDUID; None for any other code."""
    if code.name != "APPENDUID" or len(code.arguments) != 2:
        return None
    validity, uid = code.arguments
    return Appended(validity, uid) if isinstance(validity, int) and isinstance(uid, int) else None


def _ordered(value: object) -> list[int]:
    """The UIDs of a set in the order in which they are written: the n-th old one is the n-th new one."""
    found: list[int] = []
    for part in _text(value).split(","):
        some = _uids(part.encode("ascii", "replace"))
        if some is None or len(found) + len(some) > MOST:
            return []
        found += some
    return found


def _uids(value: object) -> UidSet | None:
    try:
        return UidSet.parse(_text(value))
    except ValueError:
        return None


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
