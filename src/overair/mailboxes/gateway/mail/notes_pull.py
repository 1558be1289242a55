"""What became of a mailbox of notes: they come whole, and are known by who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from overair.imap.responses import FetchResult
from overair.imap.uid_set import UidSet
from overair.items import Item, Note
from overair.mailboxes.gateway.backend import Known, Upsert
from overair.mailboxes.gateway.mail.flags import DELETED
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.notes import LARGEST, ReadNote, read_note
from overair.mailboxes.gateway.mail.overview import received_at
from overair.mailboxes.gateway.mail.pull import Pull

_ITEMS: Final = ("FLAGS", "INTERNALDATE", f"BODY.PEEK[]<0.{LARGEST}>")


class NotesPull(Pull):
    """One pull of one mailbox of notes. The tag of a note is who it is."""

    chunk = 100
    compares_flags = False

    async def take(self, uids: UidSet, *, whole: bool = False) -> int:
        """Notes that the mirror lacks; returns how many are not shown, being older forms of others."""
        notes = await self._read(uids)
        there = await self.mirror.known(self.folder)
        keys = {one.key for one in there}
        known = {one.tag: one for one in there if one.tag}
        hidden = len(uids) - len(notes)
        newest: set[str] = set()
        for uid in sorted(notes, reverse=True):
            if self.mailbox.key(uid) in keys:
                continue  # a phone wrote it, and what it wrote is kept as it was
            read = notes[uid]
            before = known.get(read.identity) if read.identity else None
            if read.identity and (read.identity in newest or self._is_newer(before, uid)):
                hidden += 1
                continue
            newest.add(read.identity)
            earlier = None if before is None else before.key
            if earlier is None:
                self.new.add(uid)
            else:
                self.removed.discard(earlier)
            self.upserts[uid] = Upsert(self.mailbox.key(uid), read.identity, _making(read.note), earlier)
        return hidden

    def _is_newer(self, known: Known | None, uid: int) -> bool:
        """Whether the mirror has a newer form of a note, that is still there."""
        if known is None or known.key in self.removed:
            return False
        key = read_key(known.key)
        return key.uid_validity == self.mailbox.uid_validity and key.uid > uid

    async def _read(self, uids: UidSet) -> dict[int, ReadNote]:
        notes: dict[int, ReadNote] = {}

        def take(result: FetchResult) -> None:
            flags = result.flags or frozenset()
            if result.uid is None or result.uid not in uids or DELETED in flags:
                return
            for name, mime in result.sections.items():
                if name == "" or name.startswith("<"):
                    notes[result.uid] = read_note(mime, received_at(result.internal_date))

        await self.fetch(uids, _ITEMS, take)
        return notes


def _making(note: Note) -> Callable[[Item | None], Item]:
    """The note as the mirror is to have it; its categories are known there alone."""

    def make(old: Item | None) -> Item:
        kept = old.categories if isinstance(old, Note) else None
        return msgspec.structs.replace(note, categories=kept or ())

    return make
