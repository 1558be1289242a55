"""What SELECT tells before it ends, gathered."""

from __future__ import annotations

from typing import Final

from overair.imap.atoms import text
from overair.imap.fetch_response import parse_flags
from overair.imap.response_codes import number
from overair.imap.responses import (
    Condition,
    Exists,
    FetchResult,
    Flags,
    ListEntry,
    Resync,
    SelectResult,
    UnreadableFetch,
    Untagged,
    VanishedEarlier,
)
from overair.imap.uid_set import UidSet


class Selecting:
    """A SELECT under way."""

    def __init__(self, name: str, resync: Resync | None, *, read_only: bool) -> None:
        self._name: Final = name
        self._read_only: Final = read_only
        self._resync: Final = resync
        self._forget()

    def _forget(self) -> None:
        self._exists = 0
        self._numbers: dict[str, int] = {}
        self._codes: set[str] = set()
        self._flags: frozenset[str] = frozenset()
        self._permanent_flags: frozenset[str] | None = None
        self._mailbox_id: str | None = None
        self._vanished: list[UidSet] = []
        self._changed: list[FetchResult] = []
        self._readable = True

    def take(self, said: Untagged) -> bool:
        """A response; whether it is about the mailbox that is being selected."""
        if isinstance(said, Condition):
            self._code(said)
            return said.code.name not in {"CAPABILITY", "NOTIFICATIONOVERFLOW"}
        if isinstance(said, Exists):
            self._exists = said.count
        elif isinstance(said, Flags):
            self._flags = said.flags
        elif isinstance(said, VanishedEarlier):
            self._vanished.append(said.uids)
        elif isinstance(said, FetchResult) and self._resync is not None:
            self._changed.append(said)
        elif isinstance(said, UnreadableFetch) and self._resync is not None:
            self._readable = False
        else:
            return isinstance(said, ListEntry)  # IMAP4rev2 tells the mailbox's name
        return True

    def _code(self, condition: Condition) -> None:
        code = condition.code
        value = number(code)
        if code.name == "CLOSED":
            self._forget()  # all that came until here was about the mailbox before
        elif code.name == "PERMANENTFLAGS":
            names = code.arguments[0] if code.arguments else None
            if isinstance(names, tuple):
                self._permanent_flags = parse_flags(
                    b" ".join(name for name in names if isinstance(name, bytes))
                )
        elif code.name == "MAILBOXID" and code.arguments:
            identity = code.arguments[0]
            self._mailbox_id = text(identity[0]) if isinstance(identity, tuple) and identity else None
        elif value is not None:
            self._numbers[code.name] = value
        self._codes.add(code.name)

    def result(self, end: Condition) -> SelectResult:
        """The mailbox, after the tagged OK."""
        self._code(end)
        validity = self._numbers.get("UIDVALIDITY", 0)
        modseq = 0 if "NOMODSEQ" in self._codes else self._numbers.get("HIGHESTMODSEQ", 0)
        resync = self._resync
        resynced = resync is not None and resync.uid_validity == validity and modseq > 0 and self._readable
        gone = (pair for uids in self._vanished for pair in uids.ranges)
        return SelectResult(
            self._name,
            self._exists,
            validity,
            self._numbers.get("UIDNEXT"),
            modseq,
            self._flags,
            # Without the code all flags are permanent (RFC 3501, 7.1).
            self._flags if self._permanent_flags is None else self._permanent_flags,
            self._read_only or "READ-ONLY" in self._codes,
            "UIDNOTSTICKY" not in self._codes,
            self._mailbox_id,
            resynced,
            UidSet.of_ranges(gone) if resynced else UidSet(),
            tuple(self._changed) if resynced else (),
        )
