"""What the declared messages can say: every element, under which parent, in which versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from overair.protocol.address_list import Entry
from overair.protocol.commands import MESSAGES, messages_of
from overair.protocol.http import Command
from overair.protocol.item_operations import EmptyFolderContents, Fetch, ItemOperationsRequest, Move
from overair.protocol.schema import ELEMENTS, Choices, DataType, Nested, Record, Sequence
from overair.protocol.search import Query, QueryType
from overair.versions import SERVED, Version
from overair.wbxml.element import Tag
from overair.wbxml.pages import Find, Search

ADDRESS_LISTS = (Search.Properties, Find.Properties)
"""What holds entries of the address list, which the messages carry as raw elements."""


def parts(
    holder: Tag, data_type: DataType[object], version: Version
) -> Iterator[tuple[Tag | None, type[Record] | None]]:
    """The records and tags inside a container type."""
    if data_type is ELEMENTS and holder in ADDRESS_LISTS:
        yield None, Entry
    elif isinstance(data_type, Nested):
        yield None, data_type.record
    elif isinstance(data_type, Sequence):
        item = data_type.item
        yield data_type.tag, item.record if isinstance(item, Nested) else None
    elif isinstance(data_type, Choices):
        for record in data_type.records.values():
            assert record.element_tag is not None
            if version in record.element_tag.versions:
                yield record.element_tag, record
    elif isinstance(data_type, QueryType):
        yield None, Query


def elements_of(record: type[Record], parent: str, version: Version) -> Iterator[tuple[str, Tag]]:
    """Every element inside a record in a version, with the name of the element that it stands in."""
    if record is ItemOperationsRequest:
        for operation in (Fetch, EmptyFolderContents, Move):
            if version in operation.element_tag.versions:
                yield parent, operation.element_tag
                yield from elements_of(operation, operation.element_tag.name, version)
        return
    for bound in record.fields():
        field = bound.field
        if not field.in_version(version):
            continue
        yield parent, field.tag
        for tag, inner in parts(field.tag, field.type, version):
            holder = field.tag.name
            if tag is not None:
                yield holder, tag
                holder = tag.name
            if inner is not None:
                yield from elements_of(inner, holder, version)


def declared() -> dict[tuple[Command, str, str], set[Version]]:
    """The versions of every (command, parent, element) that the messages can say."""
    found: dict[tuple[Command, str, str], set[Version]] = defaultdict(set)
    for command in MESSAGES:
        for version in SERVED:
            messages = messages_of(command, version)
            for message in (messages.request, messages.response):
                if message is None or message.element_tag is None:
                    continue
                top = message.element_tag
                found[command, "", top.name].add(version)
                for parent, tag in elements_of(message, top.name, version):
                    found[command, parent, tag.name].add(version)
    return found
