"""What every command says of itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from overair.cli.application import application


def commands() -> Iterator[tuple[str, ...]]:
    """Every command with what stands before it, () for that of the root."""
    root = get_command(application)
    waiting = [(root, root.context_class(root))]
    while waiting:
        command, context = waiting.pop()
        yield tuple(context.command_path.split())
        if isinstance(command, TyperGroup):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                waiting.append((inner, inner.context_class(inner, info_name=name, parent=context)))


EVERY = sorted(commands())


def test_all_commands_are_looked_at() -> None:
    assert {(), ("serve",), ("import",), ("user", "add"), ("user", "out-of-office", "show")} <= set(EVERY)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_has_an_example_and_nothing_of_the_library(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    application([*words, "--help"], standalone_mode=False, prog_name="overair")
    text = " ".join(capsys.readouterr().out.split())
    assert " ".join(["Usage: overair", *words]) in text
    assert " ".join(["overair", *words]) in text.partition("Example:")[2]
    assert "completion" not in text
    assert "<bool>" not in text
