"""Element trees, and the tags they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from overair.versions import Version


class Tag:
    """One token of a code page; the attributes are set when its CodePage class is made."""

    __slots__ = ("key", "name", "namespace", "page", "token", "versions")

    page: int
    namespace: str
    name: str
    key: int
    """Page and token in one number, ``page << 8 | token``."""

    def __init__(self, token: int, since: Version = Version.V2_5, until: Version = Version.V16_1) -> None:
        self.token: Final = token
        self.versions: Final = frozenset(version for version in Version if since <= version <= until)

    def __repr__(self) -> str:
        return f"{self.namespace}:{self.name}"


class Element(msgspec.Struct, eq=False, gc=False):
    """A tag with its content: child elements, text, opaque bytes, or nothing (None)."""

    # Trees have no cycles, so the garbage collector need not look at their elements.

    tag: Tag
    content: list[Element] | str | bytes | None = None

    @property
    def children(self) -> list[Element]:
        """The child elements; an empty list where the content is not elements."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str:
        """The text; opaque bytes are read as UTF-8, and an element without text gives ``""``."""
        if isinstance(self.content, str):
            return self.content
        if isinstance(self.content, bytes):
            return self.content.decode("utf-8", "replace")
        return ""

    def find(self, tag: Tag) -> Element | None:
        """The first child with this tag."""
        for child in self.children:
            if child.tag is tag:
                return child
        return None

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        # An empty list and None are the same empty element on the wire.
        return self.tag is other.tag and (self.content or None) == (other.content or None)

    def __ne__(self, other: object) -> bool:
        # msgspec's own inequality would go by identity.
        return not self == other

    __hash__ = None  # type: ignore[assignment]  # trees are mutable

    def __repr__(self) -> str:
        return f"Element({self.tag!r}, {self.content!r})"
