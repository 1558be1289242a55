"""What a phone asks to see of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from overair.protocol.sync_options import FilterType


@dataclass(frozen=True)
class Sight:
    """A filter, and whether of mail whole conversations are shown; None where that was never said."""

    filter: FilterType = FilterType.ALL
    conversations: bool | None = None


EVERYTHING: Final = Sight()
