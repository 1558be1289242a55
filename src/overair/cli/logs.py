"""Where log lines go: stderr, in colour on a terminal, as JSON lines elsewhere."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from typing import Final, TextIO, cast

import structlog
from structlog.typing import Processor

from overair.cli import tracebacks

AUTO: Final = "auto"
CONSOLE: Final = "console"


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


def configure(level: int, form: str = AUTO) -> None:
    """Log from ``level`` (of the logging module) on; ``form`` is that of ``[log] format``."""
    for_people = sys.stderr.isatty() if form == AUTO else form == CONSOLE
    stream = cast("TextIO", LossyStream(sys.stderr))  # what structlog and logging use of one
    time_format = "%H:%M:%S" if for_people else "iso"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt=time_format, utc=not for_people),
    ]
    last: list[Processor] = [_for_people()]
    if not for_people:
        render_exception = structlog.processors.ExceptionRenderer(tracebacks.for_lines)
        last = [render_exception, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, structlog.processors.StackInfoRenderer(), *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    handler = _LibraryHandler(stream)
    # Lines of the libraries, which use the standard library's logging, look like our own.
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, tracebacks.without_arguments],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, _LibraryHandler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)


class _LibraryHandler(logging.StreamHandler[TextIO]):
    """The one that ``configure`` puts in place of its last one."""


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(exception_formatter=tracebacks.for_people)
