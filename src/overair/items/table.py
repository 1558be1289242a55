"""The fields of the item classes as rows, for the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from overair.items.changes import CLASSES
from overair.items.item import Item
from overair.versions import SERVED


class Row(NamedTuple):
    """One field: its attribute, tag, data type, the versions that carry it, what its absence means."""

    name: str
    tag: str
    type: str
    versions: str
    absent: str


def rows(model: type[Item]) -> Iterator[Row]:
    """The declared fields of a class in the order in which they are written."""
    for bound in model.fields():
        field = bound.field
        carried = [version.text for version in SERVED if field.in_version(version)]
        absent = "kept" if field.kept or field.read_only else "ghosted" if field.ghosted else "deleted"
        yield Row(bound.name, repr(field.tag), type(field.type).__name__, ", ".join(carried), absent)


def markdown() -> str:
    """Every class as a table in Markdown."""
    pieces = []
    for item_class, model in CLASSES.items():
        lines = [f"## {item_class}", "", "| field | tag | type | versions | absent from a Change |"]
        lines.append("| --- | --- | --- | --- | --- |")
        lines += [f"| {' | '.join(row)} |" for row in rows(model)]
        pieces.append("\n".join(lines) + "\n")
    return "\n".join(pieces)


if __name__ == "__main__":
    print(markdown())  # noqa: T201  # this is its output
