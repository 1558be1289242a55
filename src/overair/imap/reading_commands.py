"""SELECT and FETCH: reading mailboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overair.imap.capabilities import Extension
from overair.imap.errors import CommandFailed
from overair.imap.existence import ExistenceCommands
from overair.imap.fetching import Fetching
from overair.imap.message_commands import LONGEST_SET
from overair.imap.responses import FetchResult, FetchSummary, Resync, SelectResult
from overair.imap.selecting import Selecting
from overair.imap.uid_set import UidSet

ALWAYS: Final = frozenset({"UID", "FLAGS", "MODSEQ"})
"""What a server may tell of a message without having been asked."""


class ReadingCommands(ExistenceCommands):
    """Commands that read mailboxes."""

    async def select(
        self, name: str, *, read_only: bool = False, resync: Resync | None = None
    ) -> SelectResult:
        """Select a mailbox (EXAMINE where ``read_only``), with CONDSTORE where the server has it.

        ``resync`` asks for what has changed since, where the server has QRESYNC; ``resynced`` of the
        result says whether it was answered. Raises NoSuchMailbox, NotPermitted.
        """
        resync = resync if "QRESYNC" in self.enabled else None
        selecting = Selecting(name, resync, read_only=read_only)
        parts = [self._mailbox(name)]
        if resync is not None:
            known = b" %s" % str(resync.known).encode("ascii") if resync.known else b""
            parts.append(b"(QRESYNC (%d %d%s))" % (resync.uid_validity, resync.modseq, known))
        elif Extension.CONDSTORE in self.capabilities:
            parts.append(b"(CONDSTORE)")
        command = "EXAMINE" if read_only else "SELECT"
        try:
            async with self._turn:
                self.selected = None  # a SELECT that fails leaves nothing selected
                condition = await self._run_now(command, *parts, take=selecting.take)
                result = selecting.result(condition)
                self.selected = msgspec.structs.replace(result, vanished=UidSet(), changed=())
        except CommandFailed as error:
            raise await self._told_apart(error, missing=name) from None
        return result

    async def unselect(self) -> None:
        """Leave the mailbox without expunging anything, also on servers without UNSELECT."""
        async with self._turn:
            if self.selected is None:
                return
            if Extension.UNSELECT in self.capabilities:
                await self._run_now("UNSELECT")
            elif not self.selected.read_only:
                # CLOSE would expunge; a mailbox that is opened for reading is closed without that.
                await self._run_now("EXAMINE", self._mailbox(self.selected.name))
                await self._run_now("CLOSE")
            else:
                await self._run_now("CLOSE")
            self.selected = None

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
        gone since (QRESYNC), which counts what goes meanwhile. ``all_above``: everything above the
        highest of ``uids``, too (``n:*``).
        """
        modifiers = b""
        if changed_since is not None:
            self._need(Extension.CONDSTORE)
            gone = b" VANISHED" if vanished and "QRESYNC" in self.enabled else b""
            modifiers = b" (CHANGEDSINCE %d%s)" % (changed_since, gone)
        names = ["UID", *(item for item in items if item != "UID")]
        asked = b"(%s)%s" % (" ".join(names).encode("ascii"), modifiers)
        fetching = Fetching(uids, each, flags_only=ALWAYS.issuperset(names), all_above=all_above)
        for some in _sets(uids, all_above=all_above):
            condition = await self._end_of("UID FETCH", some.encode("ascii"), asked, take=fetching.take)
            fetching.end(condition)
        return fetching.summary()

    async def uid_fetch_each(
        self, asked: Mapping[int, Sequence[str]], each: Callable[[FetchResult], None]
    ) -> FetchSummary:
        """Fetch other items of each message, by UID, with all commands sent at once; see ``uid_fetch``."""
        commands = [
            (b"%d" % uid, b"(UID %s)" % " ".join(some).encode("ascii"))
            for uid, items in asked.items()
            for some in _lines(items)
        ]
        fetching = Fetching(UidSet(asked), each, flags_only=False, all_above=False)
        for condition in await self._run_all("UID FETCH", commands, take=fetching.take):
            fetching.end(condition)
        return fetching.summary()


def _lines(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Items in pieces that are short enough for one command each."""
    start = size = 0
    for place, item in enumerate(items):
        size += len(item) + 1
        if size > LONGEST_SET:
            yield items[start:place]
            start, size = place, len(item) + 1
    yield items[start:]


def _sets(uids: UidSet, *, all_above: bool) -> Iterator[str]:
    """The set in pieces that are short enough for one command each."""
    if not all_above:
        yield from uids.texts(LONGEST_SET)
        return
    *below, last = uids.ranges or ((1, 1),)
    yield from UidSet.of_ranges(below).texts(LONGEST_SET)
    yield f"{last[0]}:*"
