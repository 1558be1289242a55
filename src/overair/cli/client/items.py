"""Items as people and programs are shown them."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

import msgspec

from overair.cli.client.columns import COLUMNS, cells, clock
from overair.cli.client.words import Kind
from overair.cli.sizes import format_size
from overair.items import Event, Item, Message
from overair.items.attachments import Attachment
from overair.items.body import Body
from overair.items.recurrence.occurrences import Occurrence

TURNING: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""What turns the direction of what follows, so that a line would seem to say something else."""


class Listed(msgspec.Struct, frozen=True):
    """An item of a list, with the occurrence that is meant of an event."""

    server_id: str
    item: Item
    occurrence: Occurrence | None = None


def plain(text: str | None, kept: str = "") -> str:
    """What others wrote, without what a terminal would take for commands."""
    return "".join(
        " "
        if character not in kept and (unicodedata.category(character) == "Cc" or character in TURNING)
        else character
        for character in text or ""
    )


def row(one: Listed) -> list[str]:
    """What a line says of an item."""
    return [plain(cell) for cell in cells(one.item, one.occurrence)]


def facts(one: Listed) -> dict[str, Any]:  # JSON
    """All that the server told of an item, for programs."""
    item = one.item
    told: dict[str, object] = {
        bound.name.rstrip("_"): getattr(item, bound.name) for bound in type(item).fields()
    }
    if isinstance(item, Event):
        told["zone"] = item.zone
    told["occurrence"] = one.occurrence
    values: dict[str, Any] = _said(msgspec.to_builtins(told))
    return {"id": one.server_id, "class": item.item_class.value, **values}


def _said(value: Any) -> Any:  # JSON
    """A value without what is null in it."""
    match value:
        case dict():
            return {key: _said(one) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [_said(one) for one in value]
    return value


def page(kind: Kind, one: Listed) -> str:
    """An item whole, for people."""
    item = one.item
    if isinstance(item, Message):
        values = {
            "From": item.from_,
            "To": item.to,
            "Cc": item.cc,
            "Received": clock(item.date_received),
            "Subject": item.subject,
        }
    else:
        values = dict(zip(COLUMNS[kind], cells(item, one.occurrence), strict=True))
    lines = [f"{name}: {plain(value)}" for name, value in values.items() if value]
    for file in getattr(item, "attachments", None) or ():
        if isinstance(file, Attachment):
            size = "" if file.estimated_data_size is None else f", {format_size(file.estimated_data_size)}"
            lines.append(f"File: {plain(file.display_name)}{size}")
    body = getattr(item, "body", None)
    text = plain((body.data or "").replace("\r\n", "\n"), kept="\n\t") if isinstance(body, Body) else ""
    return "\n".join([*lines, *(["", text.rstrip()] if text.strip() else [])])
