"""Effects as the bytes in the rows of their intents."""

from __future__ import annotations

from typing import Any, Final, get_type_hints

import msgspec

from overair.items import Item
from overair.mailboxes.embedded import codec
from overair.mailboxes.gateway.effects import (
    Added,
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    MoveItem,
    RemoveItem,
    Submit,
    Taken,
    UpdateFolder,
    Written,
)

_KINDS: Final[dict[str, type[Written]]] = {
    kind.__name__: kind
    for kind in (
        AddItem,
        ChangeItem,
        RemoveItem,
        MoveItem,
        CreateFolder,
        UpdateFolder,
        DeleteFolder,
        Submit,
        Taken,
        Added,
    )
}
_HINTS: Final = {name: get_type_hints(kind) for name, kind in _KINDS.items()}


def written(effect: Written) -> bytes:
    """An effect whole; of a message all but its bytes, which are a blob."""
    fields = {}
    for name in effect.__struct_fields__:
        value = getattr(effect, name)
        fields[name] = (value.item_class, codec.encode(value)) if isinstance(value, Item) else value
    return msgspec.msgpack.encode((type(effect).__name__, fields))


def read(data: bytes) -> Written:
    """The effect that ``written`` wrote. Raises ValueError for what it did not write."""
    try:
        kind, fields = msgspec.msgpack.decode(data, type=tuple[str, dict[str, Any]])
        hints = _HINTS[kind]
        return _KINDS[kind](**{name: _read(value, hints[name]) for name, value in fields.items()})
    except (KeyError, TypeError) as error:
        raise ValueError("no effect of this version") from error


def _read(value: Any, hint: Any) -> Any:
    if hint is Item:
        item_class, content = value
        return codec.decode(item_class, content)
    return msgspec.convert(value, hint)


def blobs_of(effect: Written) -> str:
    """The keys of what has to be kept for an effect to be made, as their column holds them."""
    if isinstance(effect, Submit):
        return effect.blob
    # The bytes of what is to be changed or moved are upstream.
    item = getattr(effect, "new", None) or getattr(effect, "item", None)
    return codec.blob_keys(item) if isinstance(item, Item) else ""
