"""Items as the bytes in their rows."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import CLASSES, Item
from overair.mailboxes.embedded.usage import size_of
from overair.mailboxes.interface import APART
from overair.storage.interface import Value

_encoder: Final = msgspec.json.Encoder()
_decoders: Final = {item_class.value: msgspec.json.Decoder(record) for item_class, record in CLASSES.items()}


def encode(item: Item) -> bytes:
    """The item whole, without what the store keeps apart."""
    return _encoder.encode(item.as_stored)


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
    names = (name for name in old.__struct_fields__ if name not in old.transient)
    return " ".join(name for name in names if getattr(old, name) != getattr(new, name))


class Written:
    """An item as its row holds it, all but what its folder gives it."""

    def __init__(self, item: Item) -> None:
        self.item: Final = item
        self.content: Final = encode(item)
        self.size: Final = size_of(item, len(self.content))

    def values(self, revision: int, folder_class: str) -> dict[str, Value]:
        """The row's columns, at a revision in a folder of a class of items."""
        return {
            "view_date": self.item.view_date if self.item.item_class == folder_class else APART,
            "revision": revision,
            "item_class": self.item.item_class.value,
            "blobs": blob_keys(self.item),
            "content": self.content,
            "size": self.size,
        }
