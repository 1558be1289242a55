"""The cases, one module for those of a kind."""

from __future__ import annotations

from typing import Final

from overair.ward.case import Case
from overair.ward.cases import healthy, oddities

CASES: Final[tuple[Case, ...]] = (*healthy.CASES, *oddities.CASES)
"""Every case, in the order of ``overair ward list``."""
