"""What absence from a Change means, as the client has to reckon with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from overair.items import Item
from overair.items.changes import deleted_by_absence
from overair.versions import Version
from overair.wbxml import Element, Tag


class Absence:
    """The properties of a class that a server deletes where a Change does not say them."""

    def __init__(self, model: type[Item], version: Version, supported: Sequence[Element] | None) -> None:
        tags = None if supported is None else frozenset(element.tag.key for element in supported)
        self._deleted = deleted_by_absence(model, version, tags)
        self._fields = {bound.name: bound.field for bound in model.fields()}
        self._version = version

    def left(self, elements: Iterable[Element]) -> list[Element]:
        """What is left of an item's elements by a Change that says nothing."""
        return [element for element in elements if element.tag.key not in self._deleted]

    def completed(
        self, before: Iterable[Element], said: Sequence[Element], clear: Iterable[str]
    ) -> list[Element]:
        """The elements of a Change by which nothing goes but the fields that ``clear`` names.

        ``before`` are those of the item. Raises ValueError for a field that cannot be deleted.
        """
        cleared = [self._tag_to_clear(name) for name in clear]
        emptied = [Element(tag) for tag in cleared if tag.key not in self._deleted]
        known = {element.tag for element in said} | set(cleared)
        rest = [one for one in before if one.tag.key in self._deleted and one.tag not in known]
        return [*said, *emptied, *rest]

    def _tag_to_clear(self, name: str) -> Tag:
        field = self._fields[name]
        if field.read_only or not field.in_version(self._version):
            raise ValueError(f"{name} cannot be deleted")
        return field.tag
