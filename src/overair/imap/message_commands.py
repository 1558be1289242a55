"""Commands about the messages of the selected mailbox, and APPEND."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from enum import StrEnum

import msgspec

from overair.imap.responses import (
    Appended,
    Copied,
    FetchResult,
    FetchSummary,
    Resync,
    SearchResult,
    SelectResult,
    StoreResult,
)
from overair.imap.uid_set import UidSet


class Change(StrEnum):
    """What STORE does with the flags it names."""

    ADD = "+FLAGS"
    REMOVE = "-FLAGS"
    REPLACE = "FLAGS"


class Stream(msgspec.Struct, frozen=True):
    """A message that is not in memory at once: its size in bytes, and its bytes in pieces."""

    size: int
    pieces: AsyncIterator[bytes]


class Text(str):
    """A text of the user's within search criteria: written as a string or literal, never as syntax."""


class MessageCommands:
    """Commands about messages."""

    async def select(
        self, name: str, *, read_only: bool = False, resync: Resync | None = None
    ) -> SelectResult:
        """Select a mailbox (EXAMINE where ``read_only``), with CONDSTORE where the server has it.

        ``resync`` asks for what has changed since, where the server has QRESYNC; ``resynced`` of the
        result says whether it was answered. Raises NoSuchMailbox, NotPermitted.
        """
        raise NotImplementedError

    async def unselect(self) -> None:
        """Leave the mailbox without expunging anything, also on servers without UNSELECT."""
        raise NotImplementedError

    async def uid_fetch(
        self,
        uids: UidSet,
        items: Sequence[str],
        each: Callable[[FetchResult], None],
        *,
        changed_since: int | None = None,
        vanished: bool = False,
        all_above: bool = False,
    ) -> FetchSummary:
        """Fetch ``items`` ("FLAGS", "BODY.PEEK[1]<0.512>"; UID is always among them) of messages.

        ``each`` is called with each answer as it comes, so nothing is kept here, and never with one that
        the server sent for another reason and that lacks what was asked for (except FLAGS, MODSEQ). An
        answer that does not parse is counted, not raised. Long sets are cut into several commands.
        ``changed_since``: only those with a higher MODSEQ (CONDSTORE); ``vanished`` with it: and what has
        gone since (QRESYNC). ``all_above``: everything above the highest of ``uids``, too (``n:*``).
        """
        raise NotImplementedError

    async def uid_store(
        self, uids: UidSet, change: Change, flags: Collection[str], *, unchanged_since: int | None = None
    ) -> StoreResult:
        """Change flags. ``unchanged_since`` (CONDSTORE) leaves messages alone that have changed since."""
        raise NotImplementedError

    async def uid_search(self, criteria: Sequence[str | Text | bytes]) -> SearchResult:
        """UIDs of the messages that match.

        ``criteria`` are the words of the command: a ``str`` is syntax ("SINCE", "1-Jan-2024"), ``Text``
        the user's, bytes a literal. The charset is UTF-8 where a text needs it; a server that does not
        know it (BADCHARSET) raises CommandFailed.
        """
        raise NotImplementedError

    async def uid_copy(self, uids: UidSet, destination: str) -> Copied | None:
        """Copy messages; None where the server does not say where they are. Raises NoSuchMailbox,
        OverQuota.
        """
        raise NotImplementedError

    async def uid_move(self, uids: UidSet, destination: str) -> Copied | None:
        """Move messages: MOVE, or COPY, STORE ``\\\\Deleted`` and UID EXPUNGE.

        Raises NotOffered where the server has neither MOVE nor UIDPLUS: EXPUNGE would then remove other
        messages that somebody marked. Otherwise as ``uid_copy``.
        """
        raise NotImplementedError

    async def append(
        self,
        name: str,
        message: bytes | Stream,
        flags: Collection[str] = (),
        date: dt.datetime | None = None,
    ) -> Appended | None:
        """Put a message into a mailbox, selected or not; None where the server does not say where it is.

        Raises NoSuchMailbox, OverQuota, LimitReached (also before anything is sent: APPENDLIMIT).
        """
        raise NotImplementedError

    async def expunge(self) -> None:
        """Remove every message of the selected mailbox that is marked ``\\\\Deleted``."""
        raise NotImplementedError

    async def uid_expunge(self, uids: UidSet) -> None:
        """Remove those of these messages that are marked. Raises NotOffered without UIDPLUS."""
        raise NotImplementedError
