"""Typed records declared once, and their way to and from element trees.

A record is a class whose fields are annotated with the tag, data type and versions that the
specification gives them::

    class Response(Record):
        element_tag = Move.Response
        status: Annotated[int, Field(Move.Status, INTEGER)]
        destination: Annotated[str | None, Field(Move.DstMsgId, STRING)] = None

Reading, writing, refusing what the schema refuses and the documentation tables all come from
that declaration. The same mechanism carries command messages and items.
"""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

import msgspec

from overair.versions import Version
from overair.wbxml.element import Element, Tag

T = TypeVar("T")
Content = list[Element] | str | bytes | None


class Problem(Enum):
    """Why a tree was refused."""

    UNKNOWN = "is not known here"
    NOT_IN_VERSION = "does not exist in this protocol version"
    MISSING = "is missing"
    REPEATED = "stands more than once"
    VALUE = "has a bad value"
    ORDER = "stands out of order"


class SchemaError(ValueError):
    """A tree that breaks its schema; ``tag`` is where and ``problem`` is why."""

    def __init__(self, tag: Tag, problem: Problem, detail: str = "") -> None:
        super().__init__(f"{tag!r} {problem.value}{': ' if detail else ''}{detail}")
        self.tag = tag
        self.problem = problem


class DataType(ABC, Generic[T]):
    """How the content of one element is read and written.

    ``decode`` raises ValueError for content that the type refuses.
    """

    @abstractmethod
    def decode(self, content: Content, version: Version) -> T:
        """The value of an element's content."""

    @abstractmethod
    def encode(self, value: T, version: Version) -> Content:
        """The content that stands for the value."""


class Field(msgspec.Struct, frozen=True):
    """The declaration of one field: where it stands on the wire, since when and until when."""

    tag: Tag
    type: DataType[Any]  # the field's own annotation types the value
    since: Version = Version.V2_5
    until: Version = Version.V16_1
    ghosted: bool = False
    """May be left out of a Change without being deleted when the client did not list it in Supported."""
    kept: bool = False
    """Is never deleted by its absence from a Change (the specification's lists of exceptions)."""
    repeated: bool = False
    """The element may stand several times; the value is a tuple."""
    distinct: str = ""
    """Of a repeated record: the attribute in which no two may be alike."""
    read_only: bool = False
    """Only the server writes it; ignored when a client sends it."""

    def in_version(self, version: Version) -> bool:
        """Whether the field exists in a protocol version; the tag's own versions count too."""
        return self.since <= version <= self.until and version in self.tag.versions


class BoundField(msgspec.Struct, frozen=True):
    """A field of a record class, with its attribute's name and whether it must be present."""

    name: str
    field: Field
    required: bool


Writer = tuple[str, Tag, DataType[Any], bool, bool]
"""What writing a field needs: its name, tag and type, whether it is repeated, left out when empty."""


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Base of everything that is declared by fields: messages, their parts, items.

    ``element_tag`` is the record's own element; records that stand under various tags have none.
    A field whose default is an empty tuple or list is not written when it is empty.
    """

    element_tag: ClassVar[Tag | None] = None
    ordered: ClassVar[bool] = False
    """Whether elements that stand in another order than the fields are refused."""
    _bound: ClassVar[tuple[BoundField, ...] | None] = None
    _writers: ClassVar[dict[Version, tuple[Writer, ...]]]
    _readers: ClassVar[dict[Version, dict[int, BoundField]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._bound, cls._writers, cls._readers = None, {}, {}

    @classmethod
    def fields(cls) -> tuple[BoundField, ...]:
        """The declared fields in the order in which they are written."""
        if cls._bound is None:
            hints = typing.get_type_hints(cls, include_extras=True)
            required = {info.name: info.required for info in msgspec.structs.fields(cls)}
            cls._bound = tuple(
                BoundField(name, declaration, required[name])
                for name, hint in hints.items()
                if typing.get_origin(hint) is Annotated and name in required
                for declaration in hint.__metadata__
                if isinstance(declaration, Field)
            )
        return cls._bound

    @classmethod
    def _writer(cls, version: Version) -> tuple[Writer, ...]:
        writer = cls._writers.get(version)
        if writer is None:
            optional = {
                info.name
                for info in msgspec.structs.fields(cls)
                if info.default == () or info.default_factory is list
            }
            writer = cls._writers[version] = tuple(
                (bound.name, bound.field.tag, bound.field.type, bound.field.repeated, bound.name in optional)
                for bound in cls.fields()
                if bound.field.in_version(version)
            )
        return writer

    @classmethod
    def _reader(cls, version: Version) -> dict[int, BoundField]:
        reader = cls._readers.get(version)
        if reader is None:
            reader = cls._readers[version] = {bound.field.tag.key: bound for bound in cls.fields()}
        return reader

    def to_children(self, version: Version) -> list[Element]:
        """The child elements that say this record in a protocol version; what it lacks is left out."""
        children: list[Element] = []
        for name, tag, data_type, repeated, may_be_empty in self._writer(version):
            value = getattr(self, name)
            if value is None or (may_be_empty and not value):
                continue
            if repeated:
                children.extend(Element(tag, data_type.encode(one, version)) for one in value)
            elif value is not False or data_type is not PRESENCE:
                children.append(Element(tag, data_type.encode(value, version)))
        return children

    def to_element(self, version: Version) -> Element:
        """The record as an element of its own tag."""
        if self.element_tag is None:
            raise TypeError(f"{type(self).__name__} has no tag of its own")
        return Element(self.element_tag, self.to_children(version))

    @classmethod
    def values_of(cls, children: Iterable[Element], version: Version) -> dict[str, Any]:
        """The values of the fields that are present, by attribute name.

        Raises SchemaError for an element that is unknown, not in this version, repeated where it
        may not be, or whose content its type refuses. Missing fields are not looked for.
        """
        reader = cls._reader(version)
        values: dict[str, Any] = {}
        children = list(children)
        if cls.ordered:
            cls._refuse_disorder(children)
        for child in children:
            bound = reader.get(child.tag.key)
            if bound is None:
                raise SchemaError(child.tag, Problem.UNKNOWN, f"in {cls.__name__}")
            field = bound.field
            if not field.in_version(version):
                raise SchemaError(child.tag, Problem.NOT_IN_VERSION, version.text)
            try:
                value = field.type.decode(child.content, version)
            except SchemaError:
                raise
            except ValueError as error:
                raise SchemaError(child.tag, Problem.VALUE, str(error)) from None
            if field.repeated:
                values.setdefault(bound.name, []).append(value)
            elif bound.name in values:
                raise SchemaError(child.tag, Problem.REPEATED)
            else:
                values[bound.name] = value
        for bound in cls.fields():
            if bound.field.repeated and bound.name in values:
                values[bound.name] = cls._repeated(bound.field, values[bound.name])
        return values

    @classmethod
    def _repeated(cls, field: Field, found: list[Any]) -> tuple[Any, ...]:
        if field.distinct and len({getattr(one, field.distinct) for one in found}) < len(found):
            raise SchemaError(field.tag, Problem.REPEATED, f"with one {field.distinct}")
        return tuple(found)

    @classmethod
    def _refuse_disorder(cls, children: list[Element]) -> None:
        place = {bound.field.tag: position for position, bound in enumerate(cls.fields())}
        reached = 0
        for child in children:
            position = place.get(child.tag, reached)
            if position < reached:
                raise SchemaError(child.tag, Problem.ORDER, f"in {cls.__name__}")
            reached = position

    @classmethod
    def from_children(cls, children: Iterable[Element], version: Version) -> Self:
        """The record that child elements say; raises SchemaError, for a missing field too."""
        values = cls.values_of(children, version)
        for bound in cls.fields():
            if bound.required and bound.name not in values:
                raise SchemaError(bound.field.tag, Problem.MISSING, f"in {cls.__name__}")
        return cls(**values)

    @classmethod
    def from_element(cls, element: Element, version: Version) -> Self:
        """The record that an element says; raises SchemaError."""
        if cls.element_tag is not None and element.tag is not cls.element_tag:
            raise SchemaError(element.tag, Problem.UNKNOWN, f"instead of {cls.element_tag!r}")
        if element.content and not isinstance(element.content, list):
            raise SchemaError(element.tag, Problem.VALUE, "holds text where elements are expected")
        return cls.from_children(element.children, version)


class _Presence(DataType[bool]):
    """An element whose being there is its meaning, such as MoreAvailable."""

    def decode(self, content: Content, version: Version) -> bool:
        if isinstance(content, str) and content not in ("", "0", "1"):
            raise ValueError("is not a boolean")
        return content != "0"

    def encode(self, value: bool, version: Version) -> Content:
        return None


PRESENCE: DataType[bool] = _Presence()

R = TypeVar("R", bound=Record)


class Nested(DataType[R]):
    """A record inside an element."""

    def __init__(self, record: type[R]) -> None:
        self.record = record

    def decode(self, content: Content, version: Version) -> R:
        if content is not None and not isinstance(content, list):
            raise ValueError("holds text where elements are expected")
        return self.record.from_children(content or (), version)

    def encode(self, value: R, version: Version) -> Content:
        return value.to_children(version)


class Sequence(DataType[tuple[T, ...]]):
    """A container of like elements, such as Categories with its Category."""

    def __init__(self, tag: Tag, item: DataType[T], limit: int = 1_000_000, minimum: int = 0) -> None:
        self.tag, self.item, self.limit, self.minimum = tag, item, limit, minimum

    def decode(self, content: Content, version: Version) -> tuple[T, ...]:
        if content is not None and not isinstance(content, list):
            raise ValueError("holds text where elements are expected")
        values: list[T] = []
        for child in content or ():
            if child.tag is not self.tag:
                raise SchemaError(child.tag, Problem.UNKNOWN, f"instead of {self.tag!r}")
            try:
                values.append(self.item.decode(child.content, version))
            except SchemaError:
                raise
            except ValueError as error:
                raise SchemaError(child.tag, Problem.VALUE, str(error)) from None
        if len(values) > self.limit:
            raise ValueError(f"holds {len(values)} elements, the limit is {self.limit}")
        if len(values) < self.minimum:
            raise SchemaError(self.tag, Problem.MISSING)
        return tuple(values)

    def encode(self, value: tuple[T, ...], version: Version) -> Content:
        return [Element(self.tag, self.item.encode(one, version)) for one in value]


class Choices(DataType[tuple[Record, ...]]):
    """A container of records of several kinds in any order, such as Sync's Commands."""

    def __init__(self, *records: type[Record]) -> None:
        self.records = {record.element_tag.key: record for record in records if record.element_tag}

    def decode(self, content: Content, version: Version) -> tuple[Record, ...]:
        if content is not None and not isinstance(content, list):
            raise ValueError("holds text where elements are expected")
        values: list[Record] = []
        for child in content or ():
            record = self.records.get(child.tag.key)
            if record is None:
                raise SchemaError(child.tag, Problem.UNKNOWN)
            if version not in child.tag.versions:
                raise SchemaError(child.tag, Problem.NOT_IN_VERSION, version.text)
            values.append(record.from_element(child, version))
        return tuple(values)

    def encode(self, value: tuple[Record, ...], version: Version) -> Content:
        return [record.to_element(version) for record in value]


class _Raw(DataType[list[Element]]):
    """Elements that another layer understands, such as ApplicationData."""

    def decode(self, content: Content, version: Version) -> list[Element]:
        if content is not None and not isinstance(content, list):
            raise ValueError("holds text where elements are expected")
        return content or []

    def encode(self, value: list[Element], version: Version) -> Content:
        return value


ELEMENTS: DataType[list[Element]] = _Raw()

__all__ = [
    "ELEMENTS",
    "PRESENCE",
    "BoundField",
    "Choices",
    "Content",
    "DataType",
    "Field",
    "Nested",
    "Problem",
    "Record",
    "SchemaError",
    "Sequence",
]
