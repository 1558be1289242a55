"""The fields of the item classes as tables: docs/fields.md is what this module prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from overair.items.changes import CLASSES, deleted_by_absence
from overair.items.item import Item
from overair.items.mail.message import Message
from overair.protocol.schema import Choices, DataType, Field, Nested, Record, Sequence
from overair.versions import SERVED, Version

INTRODUCTION: Final = """\
# Fields

Every field of every class that is synchronised, as `overair.items` declares it: its attribute there, its
tag, its data type, and the protocol versions that have it. The last column says what becomes of a field
that a Change leaves out:

- *deleted*: it is deleted, in the versions named if not in all;
- *ghosted*: so it is, unless the collection was begun with a Supported element that lacks it;
- *kept*: it stays as it is;
- *the server's*: only the server says it, and what a client says of it is ignored.

Fields that hold others have tables of their own, after those of the classes; a client says them whole.
This page is what `python -m overair.items.table` prints.
"""


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
        yield Row(*_declared(bound.name, bound.field), _absent(model, bound.field))


def _declared(name: str, field: Field) -> tuple[str, str, str, str]:
    return name, repr(field.tag), _type(field.type), ", ".join(one.text for one in _versions(field))


def _versions(field: Field) -> list[Version]:
    return [version for version in SERVED if field.in_version(version)]


def _type(data_type: DataType[Any]) -> str:
    if isinstance(data_type, Nested):
        return data_type.record.__name__
    if isinstance(data_type, Sequence):
        return f"list of {_type(data_type.item)}"
    if isinstance(data_type, Choices):
        return "list of " + " or ".join(record.__name__ for record in data_type.records.values())
    return type(data_type).__name__.lstrip("_")


def _absent(model: type[Item], field: Field) -> str:
    """What a Change without the field means to it."""
    if field.read_only:
        return "the server's"
    if field.kept:
        return "kept"
    if model is Message:
        return "kept, of a draft deleted"
    versions = _versions(field)
    deleted = [version for version in versions if field.tag.key in deleted_by_absence(model, version, None)]
    if not deleted:
        return "kept"
    what = "ghosted" if field.ghosted else "deleted"
    return what if deleted == versions else f"{what} up to {deleted[-1].text}"


def _held(data_type: DataType[Any]) -> Iterator[type[Record]]:
    """The records that a field of a type holds, those inside them included."""
    if isinstance(data_type, Sequence):
        yield from _held(data_type.item)
    found: Iterable[type[Record]] = ()
    if isinstance(data_type, Nested):
        found = (data_type.record,)
    elif isinstance(data_type, Choices):
        found = data_type.records.values()
    for record in found:
        yield record
        for bound in record.fields():
            yield from _held(bound.field.type)


def _table(title: str, columns: tuple[str, ...], lines: Iterable[Iterable[str]]) -> str:
    head = [f"## {title}", "", f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines)]) + "\n"


def markdown() -> str:
    """The page."""
    columns = ("field", "tag", "type", "versions", "absent from a Change")
    tables = [_table(item_class, columns, rows(model)) for item_class, model in CLASSES.items()]
    held = dict.fromkeys(
        record for model in CLASSES.values() for bound in model.fields() for record in _held(bound.field.type)
    )
    for record in sorted(held, key=lambda record: record.__name__):
        declared = [
            (*_declared(bound.name, bound.field), "the server's" if bound.field.read_only else "")
            for bound in record.fields()
        ]
        tables.append(_table(record.__name__, (*columns[:-1], ""), declared))
    return "\n".join([INTRODUCTION, *tables])


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201  # this is its output
