"""Sizes as people write and read them."""

from __future__ import annotations

import re
from typing import Final

from overair.cli.output import Failure

_UNITS: Final = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_SIZE: Final = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))?\s*([bkmgt]?)(?:i?b)?", re.IGNORECASE)
LARGEST: Final = 2**62
"""Bytes."""


def parse_size(text: str) -> int:
    """The bytes of ``500MB``, ``1.5G`` or ``1000``; KB are 1,024 bytes. Raises Failure."""
    found = _SIZE.fullmatch(text.strip())
    size = 0
    if found is not None:
        whole, fraction, unit = found.groups()
        size = int(float(f"{whole}.{fraction or 0}") * _UNITS[unit.lower()])
    if not 0 < size <= LARGEST:
        raise Failure(f"{text!r} is no size: write 500MB, 2GB, none or default", code=2)
    return size


def format_size(size: int) -> str:
    """Bytes in the largest unit in which they are at least one, such as ``1.5 GB``."""
    value, unit = float(size), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
