"""What log lines look like, and what is never in them."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from overair.cli import logs


class Stream(io.StringIO):
    """A stderr that is a terminal or not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(params=[True, False], ids=["terminal", "file"], name="stderr")
def stream(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stream]:
    stderr = Stream(request.param)
    monkeypatch.setattr(sys, "stderr", stderr)
    before = structlog.get_config()
    logs.configure(logging.INFO)
    yield stderr
    structlog.configure(**before)


def test_a_traceback_shows_no_values(stderr: Stream) -> None:
    def deliver(text: str) -> None:
        raise ValueError(f"a text of {len(text)} characters")

    private = "dear Ben, nobody else may read this"
    try:
        deliver(private)
    except ValueError:
        structlog.get_logger("overair.test").exception("not delivered")
    assert "not delivered" in stderr.getvalue()
    assert "a text of 35 characters" in stderr.getvalue()
    assert "in deliver" in stderr.getvalue()
    assert "nobody else may read" not in stderr.getvalue()


def test_lines_are_json_where_nobody_looks(stderr: Stream) -> None:
    structlog.get_logger("overair.test").info("account added", address="anna@example.org")
    structlog.get_logger("overair.test").debug("too much")
    [line] = stderr.getvalue().splitlines()
    if stderr.isatty():
        assert "account added" in line
        assert "anna@example.org" in line
    else:
        assert json.loads(line)["address"] == "anna@example.org"
