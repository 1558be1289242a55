"""The tables know every command, every field that can hold an id, and every table of the database."""

from __future__ import annotations

import pytest

from access.places import can_name, leaves, places
from access.roles import BARE, IN_XML, QUERY, ROLES, WITHOUT_MESSAGES, role_of
from access.rows import owner_columns
from overair.protocol.commands import MESSAGES, messages_of
from overair.protocol.http import Command, Request
from overair.server.commands import COMMANDS
from overair.storage.schema import metadata
from overair.versions import SERVED, Version


def test_every_command_is_known() -> None:
    with_messages = {command for command in MESSAGES if MESSAGES[command].request is not None}
    assert with_messages | set(WITHOUT_MESSAGES) | BARE | IN_XML == set(Command)
    assert not with_messages & (set(WITHOUT_MESSAGES) | BARE | IN_XML)
    assert not set(COMMANDS) & set(WITHOUT_MESSAGES), "it is served, so its messages are known"


def test_every_field_of_a_query_is_known() -> None:
    assert set(QUERY) == set(Request.__struct_fields__)


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("command", Command)
def test_every_field_is_known(command: Command, version: Version) -> None:
    message = messages_of(command, version).request
    if message is None:
        assert not places(command, version)
        return
    for path, tag, data_type in leaves(message, version):
        if can_name(data_type):
            assert role_of(tag), (path, tag)


def test_no_field_is_known_that_nothing_has() -> None:
    used = set()
    for command in MESSAGES:
        for version in SERVED:
            message = messages_of(command, version).request
            if message is not None:
                used |= {tag for _, tag, data_type in leaves(message, version) if can_name(data_type)}
    assert set(ROLES) - used == {tag for tag in ROLES if tag.name == "ApplicationData"}


def test_every_table_says_whose_its_rows_are() -> None:
    for table in metadata.tables.values():
        assert owner_columns(table) is not None, f"whose are the rows of {table.name}?"
