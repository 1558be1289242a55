"""What the classes say of how their items are made of what a client sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from overair.items.author import Author
from overair.items.item import Item
from overair.items.render_options import WHOLE, RenderOptions
from overair.protocol.schema import Field, Record
from overair.versions import Version
from overair.wbxml.element import Element

NO_KEYS: Final[Mapping[bytes, str]] = MappingProxyType({})


class Sent(NamedTuple):
    """What a client sent of one item, read by the declaration of its class."""

    values: dict[str, Any]
    """By attribute what is to be set, None where the field is to be deleted; the rest stays as it is."""
    author: Author
    supported: frozenset[int] | None = None
    """The tag keys of the collection's Supported element, None where it had none."""
    options: RenderOptions = WHOLE
    """Those in force when the client was last told of the item."""
    blob_keys: Mapping[bytes, str] = NO_KEYS
    """The keys of the contents of new attachments, which are in the BlobStore already."""


class Maker(NamedTuple):
    """What is special about a class, beyond the declaration of its fields. Both raise SchemaError."""

    new: Callable[[Sent], Item]
    """The item of an Add."""
    changed: Callable[[Any, Sent], Item]  # an item of the maker's own class
    """The item after a Change; a new object."""


def said(model: type[Record], application_data: Sequence[Element], version: Version) -> dict[str, Any]:
    """The values that a client may set, by attribute; of the others not even the form counts.

    Raises SchemaError.
    """
    server_s = _server_s(model, version)
    return model.values_of([one for one in application_data if one.tag.key not in server_s], version)


@cache
def _server_s(model: type[Record], version: Version) -> frozenset[int]:
    """The keys of the tags that only the server writes."""
    fields = [bound.field for bound in model.fields()]
    return frozenset(field.tag.key for field in fields if field.read_only and field.in_version(version))


def is_ghosted(field: Field, supported: frozenset[int] | None) -> bool:
    """Whether absence leaves a field as it is, since the client does not manage it (MS-ASCMD_R5906 on)."""
    return field.ghosted and supported is not None and field.tag.key not in supported
