"""Where log lines go: stderr, in colour on a terminal, as JSON lines elsewhere."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from typing import Final, TextIO, cast

import structlog

from overair.cli import tracebacks


class LossyStream(io.TextIOBase):
    """A stream that loses lines rather than failing: a full disk under the log stops no server.

    How many were lost stands in the log when it takes lines again.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream: Final = stream
        self._lock: Final = threading.Lock()
        self._lost = 0

    def write(self, text: str) -> int:
        """Write a line, or count it as lost."""
        with self._lock:
            try:
                if self._lost:
                    # Of the first lost line a part may stand there.
                    self._put(f'\n{{"event": "log lines were lost", "lines": {self._lost}}}\n')
                    self._lost = 0
                self._put(text)
            except (OSError, ValueError):  # ValueError: it was closed
                self._lost += 1
        return len(text)

    def _put(self, text: str) -> None:
        """Write past the stream's own buffer, which would keep what could not be written."""
        try:
            descriptor = self._stream.fileno()
        except io.UnsupportedOperation:  # a stream in memory
            self._stream.write(text)
            return
        rest = text.encode("utf-8", "backslashreplace")
        while rest:
            rest = rest[os.write(descriptor, rest) :]


def configure(level: int) -> None:
    """Log from ``level`` (of the logging module) on."""
    on_terminal = sys.stderr.isatty()
    stream = cast("TextIO", LossyStream(sys.stderr))  # what structlog and logging use of one
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if on_terminal else "iso", utc=not on_terminal),
            structlog.processors.StackInfoRenderer(),
            *([] if on_terminal else [structlog.processors.ExceptionRenderer(tracebacks.for_lines)]),
            _for_people() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(tracebacks.LibraryFormatter("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(exception_formatter=tracebacks.for_people)
