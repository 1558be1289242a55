"""What the classes say of how their items are made of what a client sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from overair.items.author import Author

if TYPE_CHECKING:
    from overair.items.item import Item
    from overair.items.rendering import RenderOptions

NO_KEYS: Final[Mapping[bytes, str]] = MappingProxyType({})


class Sent(NamedTuple):
    """What a client sent of one item, read by the declaration of its class."""

    values: dict[str, Any]
    """By attribute what is to be set, None where the field is to be deleted; the rest stays as it is."""
    author: Author
    options: RenderOptions | None = None
    """Those in force when the client was last told of the item."""
    blob_keys: Mapping[bytes, str] = NO_KEYS
    """The keys of the contents of new attachments, which are in the BlobStore already."""


class Maker(NamedTuple):
    """What is special about a class, beyond the declaration of its fields. Both raise SchemaError."""

    new: Callable[[Sent], Item]
    """The item of an Add."""
    changed: Callable[[Any, Sent], Item]  # an item of the maker's own class
    """The item after a Change; a new object."""
