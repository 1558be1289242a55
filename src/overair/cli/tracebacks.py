"""Tracebacks that say where and what kind, and repeat no text of people's.

An exception that nobody foresaw may hold whatever was being read: int() and float() repeat the text
that is no number, an enumeration the value that it lacks, a mapping the key. So the message is shown
only of exceptions whose messages are made by Overair, the operating system or the database, which
say nothing of what they were given.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import traceback
from types import TracebackType
from typing import Final, TextIO

from structlog.typing import EventDict, WrappedLogger

PLAIN: Final = (OSError, sqlite3.Error, ImportError, MemoryError, RecursionError)
"""What repeats paths, addresses and names of modules, but nothing that was written by people."""
OWN: Final = "overair."
WITHHELD: Final = "(its message is withheld: it may repeat a text of somebody's)"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def described(error: BaseException) -> str:
    """An exception's kind, and its message where it can hold no text of people's."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    message = str(error)
    if not message:
        return name
    plain = isinstance(error, PLAIN) and not isinstance(error, UnicodeError)
    return f"{name}: {message if plain or kind.__module__.startswith(OWN) else WITHHELD}"


def formatted(error: BaseException, *, _seen: frozenset[int] = frozenset()) -> str:
    """The traceback of an exception, after those that led to it."""
    parts: list[str] = []
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in _seen:
        parts += [formatted(earlier, _seen=_seen | {id(error)}), "which led to:"]
    if error.__traceback__ is not None:
        parts += ["Traceback (most recent call last):"]
        parts += ["".join(traceback.format_tb(error.__traceback__)).rstrip("\n")]
    parts.append(described(error))
    if isinstance(error, BaseExceptionGroup):
        parts += [formatted(one, _seen=_seen | {id(error)}) for one in error.exceptions]
    return "\n".join(parts)


def for_lines(exc_info: ExcInfo) -> str:
    """As structlog's ExceptionRenderer takes it."""
    return "" if exc_info[1] is None else formatted(exc_info[1])


def for_people(stream: TextIO, exc_info: ExcInfo) -> None:
    """As structlog's ConsoleRenderer takes it."""
    stream.write(f"\n{for_lines(exc_info)}")


def without_arguments(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor: asyncio's lines without arguments and tasks, whose forms hold what they carry."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0].partition("(")[0]
    return event


def take_uncaught() -> None:
    """Have exceptions that nothing catches printed like this, too, in every thread."""

    def printed(error: BaseException | None, where: str) -> None:
        if error is not None and sys.stderr is not None:
            sys.stderr.write(f"{where}: {formatted(error)}\n")

    sys.excepthook = lambda _kind, error, _traceback: printed(error, "overair")
    threading.excepthook = lambda args: printed(args.exc_value, "overair, in a thread")
    sys.unraisablehook = lambda args: printed(args.exc_value, "overair, where nothing can be raised")
