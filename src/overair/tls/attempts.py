"""When a renewal that failed is attempted again, also after restarts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from overair.tls.files import write_file

MINUTES: Final = (1, 5, 15, 60, 180, 360)
"""To each next attempt; the last one repeats. Let's Encrypt counts five failures an hour."""


class Failed(msgspec.Struct, frozen=True):
    """What is known of attempts that failed since the last one that did not."""

    count: int
    last: datetime
    reason: str


class Attempts:
    """The failures of one folder, kept in ``renewal.json`` while there are any."""

    def __init__(self, folder: Path) -> None:
        self._path: Final = folder / "renewal.json"
        self.failed: Failed | None = self._read()

    def next(self, now: datetime) -> datetime:
        """When there may be another attempt; a failure in the future, by a clock that was wrong, is none."""
        failed = self.failed
        if failed is None or failed.last > now:
            return now
        return failed.last + timedelta(minutes=MINUTES[min(failed.count, len(MINUTES)) - 1])

    def failure(self, now: datetime, reason: str) -> datetime:
        """Note a failure; gives the time of the next attempt. Raises OSError, having noted it in memory."""
        count = self.failed.count + 1 if self.failed is not None else 1
        self.failed = Failed(count, now, reason)
        if self._path.parent.is_dir():
            write_file(self._path, msgspec.json.encode(self.failed))
        return self.next(now)

    def success(self) -> None:
        """Forget them. Raises OSError."""
        self.failed = None
        self._path.unlink(missing_ok=True)

    def _read(self) -> Failed | None:
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=Failed)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None  # it only holds attempts back: without it there is one at once
        return found if found.count > 0 and found.last.tzinfo is not None else None
