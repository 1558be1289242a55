"""What FETCH tells before it ends, handed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from overair.imap.command import checked
from overair.imap.responses import (
    Condition,
    FetchResult,
    FetchSummary,
    UnreadableFetch,
    Untagged,
    Vanished,
    VanishedEarlier,
)
from overair.imap.uid_set import LARGEST, UidSet

PASSING: Final = frozenset({"UNAVAILABLE", "INUSE"})
"""Codes of a NO that is not because of a message (RFC 5530)."""


class Fetching:
    """A FETCH under way. ``flags_only``: nothing was asked for but what servers tell unasked, too."""

    def __init__(
        self, uids: UidSet, each: Callable[[FetchResult], None], *, flags_only: bool, all_above: bool
    ) -> None:
        self._uids: Final = uids
        self._above: Final = (uids.ranges or ((1, 1),))[-1][0] if all_above else LARGEST + 1
        self._flags_only: Final = flags_only
        self._each: Final = each
        self._vanished: list[UidSet] = []
        self._unreadable: list[int | None] = []
        self._complete = True
        self._refused = False

    def take(self, said: Untagged) -> bool:
        """A response; whether it is an answer to the FETCH."""
        if isinstance(said, FetchResult):
            if not self._is_answer(said):
                return False
            self._each(said)
            return True
        if isinstance(said, UnreadableFetch):
            self._unreadable.append(said.uid)
        elif isinstance(said, VanishedEarlier | Vanished):
            # What goes while the mailbox is selected is told as news, not as EARLIER.
            self._vanished.append(said.uids)
        return isinstance(said, UnreadableFetch | VanishedEarlier)

    def end(self, condition: Condition) -> None:
        """How a command of it ended. Raises CommandFailed for BAD, and for trouble that will pass."""
        if condition.kind != "NO" or condition.code.name in PASSING:
            checked("UID FETCH", condition)
            return
        self._complete = False
        self._refused = self._refused or condition.code.name != "EXPUNGEISSUED"

    def _is_answer(self, said: FetchResult) -> bool:
        if said.uid is None:
            return False
        if said.uid < self._above and said.uid not in self._uids:
            return False  # "n:*" also names the last message where that is below n
        return self._flags_only or any(
            value is not None
            for value in (said.internal_date, said.size, said.body_structure, said.sections or None)
        )

    def summary(self) -> FetchSummary:
        """How it went."""
        gone = (pair for uids in self._vanished for pair in uids.ranges)
        known = UidSet(uid for uid in self._unreadable if uid is not None)
        return FetchSummary(
            UidSet.of_ranges(gone), len(self._unreadable), known, self._complete, self._refused
        )
