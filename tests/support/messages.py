"""Hypothesis strategies of messages, made from their declarations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from hypothesis import strategies as st

from overair.items.calendar.data_types import (
    NO_REMINDER,
    BusyStatus,
    Reminder,
    instance_id_of,
)
from overair.items.calendar.event import EventException
from overair.items.calendar.statuses import WORKING_ELSEWHERE
from overair.protocol import search
from overair.protocol.address_list import Entry
from overair.protocol.data_types import (
    Base64,
    Boolean,
    CompactDateTime,
    DateTime,
    Double,
    Enumeration,
    Integer,
    Opaque,
    String,
    ZeroOrOne,
)
from overair.protocol.item_operations import (
    EmptyFolderContents,
    Fetch,
    ItemOperationsRequest,
    Move,
    Properties,
)
from overair.protocol.policy import OrEmpty
from overair.protocol.ranges import Range, RangeType
from overair.protocol.schema import ELEMENTS, PRESENCE, Choices, DataType, Field, Nested, Record, Sequence
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSync, Contacts, Email, Find, Search
from overair.wbxml.pages import ItemOperations as ItemOperationsPage

# What XML can hold, without what XML Schema would normalise.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["C"])
TEXT = st.text(CHARACTERS, max_size=20)
MOMENTS = st.integers(0, 4_000_000_000_000).map(
    lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)


@cache
def records(record: type[Record], version: Version) -> st.SearchStrategy[Any]:
    """Instances of a record as a protocol version can say them."""
    if record is ItemOperationsRequest:
        kinds = [kind for kind in (Fetch, EmptyFolderContents, Move) if version in kind.element_tag.versions]
        operations = st.lists(st.one_of([records(kind, version) for kind in kinds]), max_size=3).map(tuple)
        return st.builds(ItemOperationsRequest, operations=operations)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for bound in record.fields():
        if bound.field.in_version(version):
            (required if bound.required else optional)[bound.name] = _field(
                bound.field, bound.required, version
            )
    drawn = st.fixed_dictionaries(required, optional=optional)
    if record is EventException and version >= Version.V16_0:
        return st.tuples(MOMENTS.map(lambda moment: moment.replace(microsecond=0)), drawn).map(
            lambda pair: EventException(
                **pair[1] | {"exception_start_time": pair[0], "instance_id": instance_id_of(pair[0])}
            )
        )
    if record is Properties:
        return st.builds(
            lambda values, item: Properties(**values, item=item), drawn, st.lists(_leaf(Email.Subject))
        )
    return drawn.map(lambda values: record(**values))


def _field(field: Field, required: bool, version: Version) -> st.SearchStrategy[Any]:
    if field.repeated:
        one = _raw(field.tag, version) if field.type is ELEMENTS else _value(field.type, version)
        unique_by = attrgetter(field.distinct) if field.distinct else None
        return st.lists(one, min_size=int(required), max_size=3, unique_by=unique_by).map(tuple)
    if field.type is ELEMENTS:
        return _raw(field.tag, version)
    if field.type is PRESENCE and required:
        return st.just(True)
    return _value(field.type, version)


def _leaf(tag: Tag) -> st.SearchStrategy[Element]:
    return TEXT.filter(bool).map(lambda text: Element(tag, text))


def _raw(tag: Tag, version: Version) -> st.SearchStrategy[list[Element]]:
    """What may stand where elements are passed on raw: an item's properties or their names."""
    if tag in (Search.Properties, Find.Properties):
        return records(Entry, version).map(lambda entry: entry.to_children(version)).filter(bool)
    if tag is AirSync.Supported:
        return st.just([Element(Contacts.FirstName), Element(Contacts.Picture)])
    if tag is ItemOperationsPage.Schema:
        return st.just([Element(Email.Subject), Element(Email.To)])
    return st.lists(_leaf(Email.Subject), min_size=1, max_size=3)


def _value(data_type: DataType[Any], version: Version) -> st.SearchStrategy[Any]:
    if data_type is PRESENCE:
        return st.booleans()
    match data_type:
        case Nested(record=record):
            assert issubclass(record, Record)
            return records(record, version)
        case Sequence():
            return st.lists(_value(data_type.item, version), min_size=data_type.minimum, max_size=3).map(
                tuple
            )
        case Choices():
            kinds = [record for record in data_type.records.values() if _exists(record, version)]
            return st.lists(st.one_of([records(kind, version) for kind in kinds]), max_size=3).map(tuple)
        case search.QueryType():
            return st.builds(search.Query, text=TEXT) | records(search.Query, version).filter(
                lambda query: query.to_children(version)
            )
        case OrEmpty():
            return _value(data_type.number, version)
        case String(allowed=None):
            return st.text(
                CHARACTERS,
                min_size=data_type.min_length,
                max_size=min(data_type.max_length or 20, 20),
            )
        case BusyStatus() if version < Version.V16_0:
            return st.integers(data_type.minimum, WORKING_ELSEWHERE - 1)
        case Integer(allowed=None):
            return st.integers(data_type.minimum, data_type.maximum)
        case Reminder():
            return st.integers(NO_REMINDER if version >= Version.V14_1 else 0, 2**32 - 1)
        case Integer():
            return st.sampled_from(sorted(data_type.allowed or ()))
        case Boolean() | ZeroOrOne():
            return st.booleans()
        case DateTime() | CompactDateTime():
            return MOMENTS
        case Base64() | Opaque():
            return st.binary(max_size=40)
        case Enumeration():
            return st.sampled_from(data_type.members)
        case Double():
            return st.floats(allow_nan=False, allow_infinity=False)
        case RangeType():
            return st.tuples(st.integers(0, 999), st.integers(0, 999)).map(lambda two: Range(*sorted(two)))
    raise AssertionError(f"no strategy for {data_type!r}")


def _exists(record: type[Record], version: Version) -> bool:
    return record.element_tag is not None and version in record.element_tag.versions
