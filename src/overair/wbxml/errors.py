"""What can be wrong with WBXML."""

from __future__ import annotations


class WbxmlError(ValueError):
    """Bytes that are not the WBXML of MS-ASWBXML; ``offset`` is the byte where that was seen."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset})")
        self.offset = offset
