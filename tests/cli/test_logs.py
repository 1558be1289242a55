"""What log lines look like, and what is never in them."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

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


def test_a_full_disk_under_the_log_stops_nothing_and_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full, (tmp_path / "log").open("w") as log:
        there = os.dup(log.fileno())
        os.dup2(full.fileno(), log.fileno())
        stream = logs.LossyStream(log)
        assert stream.write("lost\n") == 5
        assert stream.write("lost, too\n") == 10
        os.dup2(there, log.fileno())
        os.close(there)
        stream.write("there\n")
    assert (tmp_path / "log").read_text().split("\n") == [
        "",
        '{"event": "log lines were lost", "lines": 2}',
        "there",
        "",
    ]
