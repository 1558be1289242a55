"""What log lines look like, and what is never in them."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import uvloop

from overair.cli import logs
from overair.storage.interface import DatabaseUnavailable


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
    handlers = logging.root.handlers[:]
    logging.root.handlers.clear()
    logs.configure(logging.INFO)
    yield stderr
    structlog.configure(**before)
    logging.root.handlers[:] = handlers


PRIVATE = "dear Ben, nobody else may read this"


def _number(text: str) -> None:
    int(text)


def _own(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise DatabaseUnavailable("the database is locked") from error


def _key(text: str) -> None:
    dict[str, str]()[text]


def _group(text: str) -> None:
    raise ExceptionGroup(text, [KeyError(text), OSError(28, "No space left on device")])


@pytest.mark.parametrize(
    ("work", "shown"),
    [
        (_number, ["ValueError", "in _number"]),
        (_own, ["ValueError", "in _own", "DatabaseUnavailable: the database is locked"]),
        (_key, ["KeyError", "in _key"]),
        (_group, ["ExceptionGroup", "KeyError", "No space left on device"]),
    ],
)
@pytest.mark.parametrize("library", [False, True])
def test_a_traceback_repeats_no_texts(
    stderr: Stream, work: Callable[[str], None], shown: list[str], library: bool
) -> None:
    try:
        work(PRIVATE)
    except Exception:
        if library:
            logging.getLogger("some.library").exception("not delivered")
        else:
            structlog.get_logger("overair.test").exception("not delivered")
    for text in ("not delivered", *shown):
        assert text in stderr.getvalue()
    assert "Ben" not in stderr.getvalue()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_an_event_loop_reports_repeats_no_texts(
    stderr: Stream, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def fail() -> None:
        int(PRIVATE)

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(fail())
        await asyncio.sleep(0.01)
        del task
        gc.collect()
        asyncio.get_running_loop().call_soon(_number, PRIVATE)
        await asyncio.sleep(0.01)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())
    told = stderr.getvalue()
    assert "Task exception was never retrieved" in told
    assert "Exception in callback" in told
    assert "in _number" in told
    assert "Ben" not in told


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
