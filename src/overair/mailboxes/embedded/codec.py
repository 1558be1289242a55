"""Items as the bytes in their rows."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import CLASSES, Item

_encoder: Final = msgspec.json.Encoder()
_decoders: Final = {item_class.value: msgspec.json.Decoder(record) for item_class, record in CLASSES.items()}


def encode(item: Item) -> bytes:
    """The item whole."""
    return _encoder.encode(item)


def decode(item_class: str, content: bytes) -> Item:
    """The item that ``encode`` wrote. Raises KeyError for a class that is not served."""
    return _decoders[item_class].decode(content)


def blob_keys(item: Item) -> str:
    """The keys of the blobs that the item names, as their column holds them."""
    return " ".join(item.blob_keys)


def changed_fields(old: Item, new: Item) -> str | None:
    """The names of the fields that differ, as their column holds them; None for another class."""
    if type(old) is not type(new):
        return None
    return " ".join(name for name in old.__struct_fields__ if getattr(old, name) != getattr(new, name))
