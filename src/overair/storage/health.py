"""Whether the database does its work: an administrator hears when that ends and when it comes back."""

from __future__ import annotations

import threading
import time
from typing import Final

import structlog

log = structlog.get_logger(__name__)

REPEAT_SECONDS: Final = 60.0
"""How often it is said that the database still fails; requests may fail by the thousand meanwhile."""


class Health:
    """What is known of one kind of work, such as ``"writes"``; its threads report what becomes of it."""

    def __init__(self, what: str) -> None:
        self._what: Final = what
        self._lock: Final = threading.Lock()
        self._since: float | None = None
        self._said = 0.0
        self._failed = 0

    def failed(self, reason: str, transactions: int) -> None:
        """So many transactions failed for a reason that lies in the database."""
        with self._lock:
            now = time.monotonic()
            first = self._since is None
            if self._since is None:
                self._since, self._failed = now, 0
            self._failed += transactions
            if first or now - self._said >= REPEAT_SECONDS:
                self._said = now
                log.error(
                    "the database fails; phones are told to come later",
                    work=self._what,
                    error=reason,
                    failed=self._failed,
                    seconds=round(now - self._since),
                )

    def worked(self) -> None:
        """A transaction did what it was to do."""
        if self._since is None:
            return
        with self._lock:
            if self._since is not None:
                seconds, self._since = round(time.monotonic() - self._since), None
                log.warning("the database works again", work=self._what, failed=self._failed, seconds=seconds)
