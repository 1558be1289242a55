"""Statements of SQLAlchemy Core, compiled once per dialect and handed to the driver.

SQLAlchemy's own execution costs several times the driver's CPU, so it is used to write SQL, not to
run it: hot tables hold integers, text and bytes only, which every driver takes and gives as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Value = int | str | bytes | None
"""What hot tables hold: times are integer microseconds UTC, booleans are 0 and 1."""
Row = tuple[Any, ...]
"""A row of a result. Its columns are Values; the statement says which, so readers need not ask again."""
Parameters = Mapping[str, Value]

DIALECTS: Final[Mapping[str, Dialect]] = {
    "sqlite": sqlite.dialect(),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves this one untyped
}
"""The dialects served, by the names that SQLAlchemy gives them."""

Construct = ClauseElement | Callable[[str], ClauseElement]
"""A statement, or what makes one for a dialect's name where the dialects have constructs of their own."""


class Compiled:
    """A statement in the words of one driver."""

    __slots__ = ("_count", "_pick", "compiler", "planned_by_values", "sql")

    def __init__(self, compiler: SQLCompiler, *, planned_by_values: bool = False) -> None:
        self.compiler: Final = compiler
        self.planned_by_values: Final = planned_by_values
        self.sql: Final = compiler.string
        order = tuple(compiler.positiontup or ())
        values = compiler.params
        constants = {name: values[name] for name in order if not compiler.binds[name].required}
        # A value that the statement itself holds, such as a literal 0, is bound beside the caller's own.
        self._count: Final = len({name for name in order if name not in constants})
        self._pick: Final = _picker(order, constants)

    def bind(self, parameters: Parameters) -> tuple[Value, ...]:
        """The parameters in the driver's order. Raises TypeError when one is missing or unknown."""
        if len(parameters) != self._count:
            raise TypeError(f"{len(parameters)} parameters instead of {self._count} for: {self.sql}")
        try:
            return self._pick(parameters)
        except KeyError as error:
            raise TypeError(f"no parameter {error} for: {self.sql}") from None


def _picker(order: tuple[str, ...], constants: dict[str, Any]) -> Callable[[Parameters], tuple[Value, ...]]:
    if constants:
        return lambda parameters: tuple([{**constants, **parameters}[name] for name in order])
    if not order:
        return lambda _: ()
    if len(order) == 1:
        name = order[0]
        return lambda parameters: (parameters[name],)
    return itemgetter(*order)


class Statement:
    """A statement that is declared once, at import, and compiled once for the dialect in use.

    One that is ``planned_by_values`` finds a row or a hundred thousand, as its parameters have it, so
    that no one plan is good for all: a database that keeps plans makes one each time.
    """

    registered: Final[list[Statement]] = []
    """Every statement of the modules imported so far."""

    __slots__ = ("_construct", "_planned_by_values", "compiled_for")

    def __init__(self, construct: Construct, *, planned_by_values: bool = False) -> None:
        self._construct: Final = construct
        self._planned_by_values: Final = planned_by_values
        self.compiled_for: Final[dict[str, Compiled]] = {}
        self.registered.append(self)

    def compiled(self, dialect: str) -> Compiled:
        """The statement for a dialect of ``DIALECTS``."""
        compiled = self.compiled_for.get(dialect)
        if compiled is None:
            construct = self._construct
            element = construct if isinstance(construct, ClauseElement) else construct(dialect)
            compiler = element.compile(dialect=DIALECTS[dialect])
            assert isinstance(compiler, SQLCompiler)  # noqa: S101  # what statements compile to, narrowed
            compiled = self.compiled_for[dialect] = Compiled(
                compiler, planned_by_values=self._planned_by_values
            )
        return compiled

    @classmethod
    def compile_all(cls, dialect: str) -> None:
        """Compile every registered statement, so that no request pays for it."""
        for statement in cls.registered:
            statement.compiled(dialect)


_INSERTS: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def upsert(table: Table, key: tuple[str, ...], update: tuple[str, ...] = ()) -> Construct:
    """Insert a row of all columns, or give the row with the same key new values.

    ``key`` are the columns of a primary key or unique index, ``update`` the columns that are
    written over; with none the row that is there stays as it is.
    """

    def construct(dialect: str) -> ClauseElement:
        insert = _INSERTS[dialect](table)
        if not update:
            return insert.on_conflict_do_nothing(index_elements=key)
        return insert.on_conflict_do_update(
            index_elements=key, set_={name: insert.excluded[name] for name in update}
        )

    return construct
