"""Every statement of the program, in the words of both dialects, needs nothing from SQLAlchemy to run."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text, select

import overair
from overair.storage.schema import metadata
from overair.storage.statement import DIALECTS, Statement, upsert

for module in pkgutil.walk_packages(overair.__path__, "overair."):
    if ".migrations." not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
STATEMENTS = list(Statement.registered)
PLAIN = (Integer, BigInteger, Text, LargeBinary)


def test_statements_are_registered_when_they_are_declared() -> None:
    assert len(STATEMENTS) > 50
    statement = Statement(select(metadata.tables["users"].c.address))
    assert Statement.registered.pop() is statement


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_need_no_conversion(dialect: str) -> None:
    for statement in STATEMENTS:
        compiled = statement.compiled(dialect)
        compiler = compiled.compiler
        assert not compiler._bind_processors, compiled.sql
        assert not compiler.post_compile_params, compiled.sql
        assert not compiler.literal_execute_params, compiled.sql
        assert "POSTCOMPILE" not in compiled.sql
        for column in compiler._result_columns:
            kind = column.type.dialect_impl(DIALECTS[dialect])
            assert kind.result_processor(DIALECTS[dialect], None) is None, compiled.sql


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_statement_is_compiled_once(dialect: str) -> None:
    assert STATEMENTS[0].compiled(dialect) is STATEMENTS[0].compiled(dialect)


def test_tables_hold_integers_text_and_bytes() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert isinstance(column.type, PLAIN), column


def test_row_numbers_are_never_used_again() -> None:
    # An id that a phone or another table may still hold must not come to mean another row.
    for name in ("users", "folders", "items", "partnership"):
        assert metadata.tables[name].dialect_options["sqlite"]["autoincrement"], name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_upsert_is_one_statement_in_both_dialects(dialect: str) -> None:
    table = Table(
        "t", MetaData(), Column("a", Integer, primary_key=True), Column("b", Text), Column("c", Text)
    )
    written = Statement(upsert(table, ("a",), ("b",))).compiled(dialect)
    kept = Statement(upsert(table, ("a",))).compiled(dialect)
    del Statement.registered[-2:]
    assert written.sql.endswith("ON CONFLICT (a) DO UPDATE SET b = excluded.b")
    assert kept.sql.endswith("ON CONFLICT (a) DO NOTHING")
    assert written.bind({"c": "3", "a": 1, "b": "2"}) == (1, "2", "3")
