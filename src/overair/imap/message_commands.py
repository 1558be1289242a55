"""Commands about the messages of the selected mailbox: flags, search, copies, and APPEND."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from overair.imap.capabilities import Extension
from overair.imap.conversation import Conversation
from overair.imap.errors import LimitReached, ResponseCode
from overair.imap.response_codes import appended, copied, modified
from overair.imap.responses import (
    Appended,
    Condition,
    Copied,
    FetchResult,
    Found,
    SearchResult,
    StoreResult,
    UnreadableFetch,
    Untagged,
)
from overair.imap.uid_set import UidSet
from overair.imap.writing import Literal, Part, Stream, date_time, flags, string

LONGEST_SET: Final = 4_000
"""Characters of a set of UIDs in one command; servers take lines of 8,000 and more (RFC 7162, 4)."""


class Change(StrEnum):
    """What STORE does with the flags it names."""

    ADD = "+FLAGS"
    REMOVE = "-FLAGS"
    REPLACE = "FLAGS"


class Text(str):
    """A text of the user's within search criteria: written as a string or literal, never as syntax."""

    __slots__ = ()


class MessageCommands(Conversation):
    """Commands about messages."""

    async def uid_store(
        self, uids: UidSet, change: Change, names: Collection[str], *, unchanged_since: int | None = None
    ) -> StoreResult:
        """Change flags. ``unchanged_since`` (CONDSTORE) leaves messages alone that have changed since."""
        refused = UidSet()
        changed: list[FetchResult] = []

        def take(said: Untagged) -> bool:
            if not isinstance(said, FetchResult) or said.uid not in uids:
                return isinstance(said, UnreadableFetch)
            changed.append(said)
            return True

        modifiers: list[Part] = []
        if unchanged_since is not None:
            self._need(Extension.CONDSTORE)
            modifiers.append(b"(UNCHANGEDSINCE %d)" % unchanged_since)
        what = (*modifiers, change.value.encode("ascii"), flags(names))
        for some in uids.texts(LONGEST_SET):
            condition = await self._run("UID STORE", some.encode("ascii"), *what, take=take)
            refused |= modified(condition.code)
        return StoreResult(refused, tuple(changed))

    async def uid_search(self, criteria: Sequence[str | Text | bytes]) -> SearchResult:
        """UIDs of the messages that match.

        ``criteria`` are the words of the command: a ``str`` is syntax ("SINCE", "1-Jan-2024"), ``Text``
        the user's, bytes a literal. The charset is UTF-8 where a text needs it; a server that does not
        know it (BADCHARSET) raises CommandFailed.
        """
        found: list[SearchResult] = []

        def take(said: Untagged) -> bool:
            if isinstance(said, Found):
                found.append(said.result)
            return isinstance(said, Found)

        parts: list[Part] = []
        if Extension.ESEARCH in self.capabilities:
            parts += [b"RETURN", b"(ALL)"]
        if not all(_ascii(word) for word in criteria) and not self._connection.utf8:
            parts += [b"CHARSET", b"UTF-8"]
        parts += [_criterion(word) for word in criteria]
        await self._run("UID SEARCH", *parts, take=take)
        ranges = (pair for result in found for pair in result.uids.ranges)
        modseqs = [result.modseq for result in found if result.modseq is not None]
        return SearchResult(UidSet.of_ranges(ranges), max(modseqs, default=None))

    async def uid_copy(self, uids: UidSet, destination: str) -> Copied | None:
        """Copy messages; None where the server does not say where they are. Raises NoSuchMailbox,
        OverQuota.
        """
        return await self._transfer("UID COPY", uids, destination)

    async def uid_move(self, uids: UidSet, destination: str) -> Copied | None:
        """Move messages: MOVE, or COPY, STORE ``\\\\Deleted`` and UID EXPUNGE.

        Raises NotOffered where the server has neither MOVE nor UIDPLUS: EXPUNGE would then remove other
        messages that somebody marked. Otherwise as ``uid_copy``.
        """
        if Extension.MOVE in self.capabilities:
            return await self._transfer("UID MOVE", uids, destination)
        self._need(Extension.UIDPLUS)
        result = await self.uid_copy(uids, destination)
        await self.uid_store(uids, Change.ADD, ["\\Deleted"])
        await self.uid_expunge(uids)
        return result

    async def append(
        self,
        name: str,
        message: bytes | Stream,
        names: Collection[str] = (),
        date: dt.datetime | None = None,
    ) -> Appended | None:
        """Put a message with flags into a mailbox, selected or not; None where the server does not say
        where it is. ``date`` has a time zone.

        Raises NoSuchMailbox, OverQuota, LimitReached (also before anything is sent: APPENDLIMIT).
        """
        literal = Literal(message)
        limit = self.capabilities.append_limit
        if limit is not None and literal.size > limit:
            raise LimitReached("APPEND", ResponseCode("TOOBIG"))
        parts = [self._mailbox(name)]
        if names:
            parts.append(flags(names))
        if date is not None:
            parts.append(date_time(date))
        return appended((await self._run("APPEND", *parts, literal)).code)

    async def expunge(self) -> None:
        """Remove every message of the selected mailbox that is marked ``\\\\Deleted``."""
        await self._run("EXPUNGE")

    async def uid_expunge(self, uids: UidSet) -> None:
        """Remove those of these messages that are marked. Raises NotOffered without UIDPLUS."""
        self._need(Extension.UIDPLUS)
        for some in uids.texts(LONGEST_SET):
            await self._run("UID EXPUNGE", some.encode("ascii"))

    async def _transfer(self, command: str, uids: UidSet, destination: str) -> Copied | None:
        codes: list[ResponseCode] = []

        def take(said: Untagged) -> bool:
            """MOVE tells COPYUID before its end."""
            if not isinstance(said, Condition) or said.code.name != "COPYUID":
                return False
            codes.append(said.code)
            return True

        for some in uids.texts(LONGEST_SET):
            condition = await self._run(command, some.encode("ascii"), self._mailbox(destination), take=take)
            codes.append(condition.code)
        found = [made for made in map(copied, codes) if made is not None]
        places = {old: new for made in found for old, new in made.uids.items()}
        return Copied(found[-1].uid_validity, places) if places else None


def _ascii(word: str | bytes) -> bool:
    return word.isascii()


def _criterion(word: str | Text | bytes) -> Part:
    if isinstance(word, Text):
        return string(word.encode("utf-8").replace(b"\0", b""))  # there is no NUL in IMAP's strings
    return Literal(word) if isinstance(word, bytes) else word.encode("ascii")
