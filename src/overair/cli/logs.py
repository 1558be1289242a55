"""Where log lines go: stderr, in colour on a terminal, as JSON lines elsewhere."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: int) -> None:
    """Log from ``level`` (of the logging module) on."""
    on_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if on_terminal else "iso", utc=not on_terminal),
            structlog.processors.StackInfoRenderer(),
            *([] if on_terminal else [structlog.processors.format_exc_info]),
            _for_people() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")


def _for_people() -> structlog.dev.ConsoleRenderer:
    # The formatter that it would choose shows local variables, which hold messages and passwords.
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
