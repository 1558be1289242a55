"""The cases, one module for those of a kind."""

from __future__ import annotations

from typing import Final

from overair.ward.case import Case

CASES: Final[tuple[Case, ...]] = ()
"""Every case, in the order of ``overair ward list``."""
