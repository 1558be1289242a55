"""Content types of files: what a sender says where that can be, or else by the name."""

from __future__ import annotations

import mimetypes
import re
from typing import Final

UNKNOWN_TYPE: Final = "application/octet-stream"
_FILE_TYPE: Final = re.compile(r"(?!multipart/|message/)[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}")
"""A content type that a file may have: not one that holds other parts."""


def file_type(given: str | None, name: str) -> str:
    """The content type of a file: what its sender says where that can be, or else by its name."""
    kind = (given or mimetypes.guess_type(name)[0] or "").lower()
    return kind if _FILE_TYPE.fullmatch(kind) else UNKNOWN_TYPE
