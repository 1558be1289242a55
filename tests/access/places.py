"""The places of a request that can hold an id, from the declarations; requests that fill them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from access.roles import Role, role_of
from overair.items import CLASSES, ItemClass
from overair.items.calendar.data_types import Reminder
from overair.protocol.commands import MESSAGES, messages_of
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
from overair.protocol.http import Command
from overair.protocol.item_operations import EmptyFolderContents, Fetch, ItemOperationsRequest, Move
from overair.protocol.policy import OrEmpty
from overair.protocol.ranges import Range, RangeType
from overair.protocol.schema import ELEMENTS, PRESENCE, Choices, DataType, Nested, Record, Sequence
from overair.protocol.search import Query, QueryType
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    Calendar,
    ComposeMail,
    Contacts,
    Email,
    FolderHierarchy,
    GetItemEstimate,
    ItemOperations,
    Notes,
    Ping,
    Provision,
    Search,
    Tasks,
)

Step = str | type[Record]
Path = tuple[Step, ...]
"""From a request's record down: attributes, and which record where one of several may stand."""
Fill = Callable[[Path, Role], str]
"""The text for a place."""

OPERATIONS: Final = Choices(Fetch, EmptyFolderContents, Move)
NAMELESS: Final = (
    Integer, Boolean, ZeroOrOne, Reminder, Enumeration, DateTime, CompactDateTime, Double, RangeType, OrEmpty
)  # fmt: skip
"""Types whose values are no ids: numbers that count, dates, and one of a few words."""


@dataclass(frozen=True)
class Place:
    """A field that can hold an id."""

    path: Path
    tag: Tag
    role: Role


def written(path: Path) -> str:
    """A path as tests print it."""
    return ".".join(step if isinstance(step, str) else step.__name__ for step in path)


COMPANIONS: Final[dict[Command, tuple[tuple[str, str], ...]]] = {
    Command.ITEM_OPERATIONS: (
        ("server_id", "operations.Fetch.collection_id"),
        ("collection_id", "operations.Fetch.server_id"),
        ("conversation_id", "operations.Move.options.move_always"),
        ("destination_folder_id", "operations.Move.options.move_always"),
    ),
    Command.SMART_FORWARD: (("item_id", "source.folder_id"), ("folder_id", "source.item_id")),
    Command.SMART_REPLY: (("item_id", "source.folder_id"), ("folder_id", "source.item_id")),
    Command.PING: (("", "heartbeat_interval"),),
    Command.PROVISION: (("policy_key", "policies.status"),),
}
"""Optional fields without which a request with a place (by its last attribute; "" for any) makes no sense."""

WORDS: Final[dict[Tag, str]] = {
    AirSync.Class: "Email",
    GetItemEstimate.Class: "Email",
    Ping.Class: "Email",
    Email.To: "",
    FolderHierarchy.DisplayName: "A folder",
    ItemOperations.Store: "Mailbox",
    Search.Name: "Mailbox",
    Provision.PolicyType: "MS-EAS-Provisioning-WBXML",
    ComposeMail.Email: "eve@example.org",
}
"""What stands in a field that is not the one in question and has to be there."""

PROPERTIES: Final[dict[str, Element]] = {
    ItemClass.CONTACTS: Element(Contacts.FirstName, "Somebody"),
    ItemClass.CALENDAR: Element(Calendar.Subject, "Something"),
    ItemClass.TASKS: Element(Tasks.Subject, "Something"),
    ItemClass.NOTES: Element(Notes.Subject, "Something"),
}
"""What is said of an item where something else is in question; of others that they were read."""

NUMBERS: Final[dict[Tag, int]] = {FolderHierarchy.Type: 12, Ping.HeartbeatInterval: 60, Provision.Status: 1}


def leaves(
    record: type[Record], version: Version, path: Path = ()
) -> Iterator[tuple[Path, Tag, DataType[Any]]]:
    """Every field without fields of its own, with its path; an item's where elements of one stand."""
    if record is ItemOperationsRequest:
        yield from _inside(OPERATIONS, (*path, "operations"), ItemOperations.ItemOperations, version)
        return
    for bound in record.fields():
        if bound.field.in_version(version):
            yield from _inside(bound.field.type, (*path, bound.name), bound.field.tag, version)


def _inside(
    data_type: DataType[Any], path: Path, tag: Tag, version: Version
) -> Iterator[tuple[Path, Tag, DataType[Any]]]:
    if isinstance(data_type, Nested):
        yield from leaves(data_type.record, version, path)
    elif isinstance(data_type, Sequence):
        yield from _inside(data_type.item, path, data_type.tag, version)
    elif isinstance(data_type, Choices):
        for record in data_type.records.values():
            assert record.element_tag is not None
            if version in record.element_tag.versions:
                yield from leaves(record, version, (*path, record))
    elif isinstance(data_type, QueryType):
        yield path, tag, data_type
        yield from leaves(Query, version, path)
    elif data_type is ELEMENTS and role_of(tag) is Role.PROPERTIES:
        for item in CLASSES.values():
            yield from leaves(item, version, (*path, item))
    else:
        yield path, tag, data_type


def can_name(data_type: DataType[Any]) -> bool:
    """Whether a field of this type can hold an id. Raises TypeError for a type that nobody judged."""
    if data_type is PRESENCE or isinstance(data_type, NAMELESS):
        return False
    if data_type is ELEMENTS or isinstance(data_type, String | Opaque | Base64 | QueryType):
        return True
    raise TypeError(f"{data_type!r}: say whether it can hold an id")


@cache
def places(command: Command, version: Version) -> tuple[Place, ...]:
    """The places of a command's request. Raises KeyError for a field that roles.py does not know."""
    message = messages_of(command, version).request
    if message is None:
        return ()
    return tuple(
        Place(path, tag, role_of(tag))
        for path, tag, data_type in leaves(message, version)
        if can_name(data_type) and role_of(tag) is not Role.NAMES
    )


def request(command: Command, version: Version, chosen: Collection[Path], fill: Fill) -> Record:
    """A command's request with the chosen places filled, and what has to be there beside them."""
    message = MESSAGES[command].request
    assert message is not None
    wanted = set(chosen)
    for last, companion in COMPANIONS.get(command, ()):
        if any(last in ("", path[-1]) for path in chosen):
            wanted |= {path for path, _, _ in leaves(message, version) if written(path) == companion}
    return _record(message, version, (), wanted, fill)


def merged(one: Record, other: Record) -> Record:
    """Two requests of a command as one: what may repeat, as collections and moves, of both."""
    joined: Mapping[str, Any] = {
        name: first + second
        for name in one.__struct_fields__
        if isinstance(first := getattr(one, name), tuple)
        and isinstance(second := getattr(other, name), tuple)
    }
    return msgspec.structs.replace(one, **joined)


def _record(record: type[Record], version: Version, path: Path, wanted: set[Path], fill: Fill) -> Record:
    if record is ItemOperationsRequest:
        return ItemOperationsRequest(
            operations=_value(OPERATIONS, ItemOperations.Fetch, version, ("operations",), wanted, fill)
        )
    values: dict[str, Any] = {}
    for bound in record.fields():
        here = (*path, bound.name)
        on_the_way = any(way[: len(here)] == here for way in wanted)
        # One that is required may be of other versions, and is not written then.
        if bound.required or (on_the_way and bound.field.in_version(version)):
            value = _value(bound.field.type, bound.field.tag, version, here, wanted, fill)
            values[bound.name] = (value,) if bound.field.repeated else value
    return record(**values)


def _value(
    data_type: DataType[Any], tag: Tag, version: Version, path: Path, wanted: set[Path], fill: Fill
) -> Any:  # what the field's type takes
    match data_type:
        case Nested():
            return _record(data_type.record, version, path, wanted, fill)
        case Sequence():
            return (_value(data_type.item, data_type.tag, version, path, wanted, fill),)
        case Choices():
            kinds = [
                kind
                for kind in data_type.records.values()
                if any(way[: len(path) + 1] == (*path, kind) for way in wanted)
            ]
            return tuple(_record(kind, version, (*path, kind), wanted, fill) for kind in kinds)
        case QueryType():
            inner = {way for way in wanted if way[: len(path)] == path and len(way) > len(path)}
            if inner:
                return _record(Query, version, path, inner, fill)
            return Query(text=fill(path, Role.WORDS) if path in wanted else "somebody")
    if data_type is ELEMENTS:
        return _elements(tag, version, path, wanted, fill)
    return _leaf(data_type, tag, path, wanted, fill)


def _elements(tag: Tag, version: Version, path: Path, wanted: set[Path], fill: Fill) -> Any:
    role = role_of(tag)
    if role is Role.NAMES:
        return [Element(Email.Subject)]
    if role is Role.CONDITIONS:
        found = (fill(path, Role.FOLDER), fill(path, Role.CONVERSATION))
        conditions = [Element(AirSync.CollectionId, found[0]), Element(Search.ConversationId, found[1])]
        return [condition for condition in conditions if version in condition.tag.versions]
    for item in CLASSES.values():
        if any(way[: len(path) + 1] == (*path, item) for way in wanted):
            return _record(item, version, (*path, item), wanted, fill).to_children(version)
    return [PROPERTIES.get(fill(path, Role.PROPERTIES), Element(Email.Read, "1"))]


def _leaf(data_type: DataType[Any], tag: Tag, path: Path, wanted: set[Path], fill: Fill) -> Any:
    if data_type is PRESENCE:
        return True
    match data_type:
        case Boolean() | ZeroOrOne():
            return True
        case Enumeration():
            return min(data_type.members.__members__.values())
        case Integer():
            allowed = sorted(data_type.allowed or ())
            return NUMBERS.get(tag, allowed[0] if allowed else max(data_type.minimum, 1))
        case DateTime() | CompactDateTime():
            return datetime(2026, 1, 1, tzinfo=UTC)
        case RangeType():
            return Range(0, 9)
        case OrEmpty() | Double() | Reminder():
            return 1
    role = role_of(tag)
    beside = role is Role.WORDS and path not in wanted
    text = WORDS.get(tag, "somebody") if beside else fill(path, role)
    if role is Role.CONVERSATION and isinstance(data_type, Opaque):
        return bytes.fromhex(text) if _is_hex(text) else text.encode()
    return text.encode() if isinstance(data_type, Opaque | Base64) else text


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True
