"""Times as tables hold them, integers of microseconds UTC, and what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def utc_now() -> datetime:
    """The time, unless a test has another one."""
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """An aware time as tables hold it."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    """A time of a table, aware."""
    return EPOCH + timedelta(microseconds=value)
