"""Something that is wrong with a certificate."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True):
    """Something that phones refuse (error), or that some refuse or all soon will (warning)."""

    code: str
    severity: Severity
    text: str
    """One line that says what is wrong."""
    remedy: str
    """One line that says what to do."""
