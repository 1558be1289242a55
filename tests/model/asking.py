"""What a phone asks of one collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.edit import Edit
from model.sight import Sight
from overair.wbxml.element import Element


@dataclass(frozen=True)
class Asking:
    """What was asked for a collection in one request."""

    element: Element
    key: str
    edits: Mapping[str, Edit]
    sight: Sight
    serial: int
