"""What became of a mailbox since the mirror was as it is: the Delta of a pull."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from overair.imap.errors import Untold
from overair.imap.responses import FetchResult, FetchSummary, Resync
from overair.imap.session import Session
from overair.imap.uid_set import UidSet, highest, lowest
from overair.items import Item
from overair.mailboxes.gateway.backend import Delta, FolderUnavailable, Mirror, MirroredFolder, Upsert
from overair.mailboxes.gateway.mail.comparison import NOT_TOLD, compare
from overair.mailboxes.gateway.mail.flags import DELETED
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.overview import (
    FLAGS_ALONE,
    OVERVIEW,
    WITH_NAMES,
    Mailbox,
    Sight,
    sight_of,
    upsert,
)
from overair.mailboxes.gateway.mail.place import Place, read_place, state_of
from overair.mailboxes.gateway.mail.selecting import mailbox_of, select
from overair.mailboxes.gateway.mail.successors import Successors, successors

CHUNK: Final = 2_000
"""Messages that one pull brings."""
HANDFUL: Final = 10
"""New messages that come whole at once, since a phone waits for them."""
FEW: Final = 500
"""Messages that are looked up one by one; where there are more, all of the folder are."""
CERTAIN_SECONDS: Final = 24 * 3600
"""How often everything is compared although the server says what changes."""

Bring = Callable[[Session, Mailbox, UidSet], Awaitable[Mapping[int, Item]]]
"""Messages whole, by UID."""
Take = Callable[[FetchResult], None]
Fetch = Callable[[UidSet, Sequence[str], Take], Awaitable[Sequence[int]]]
"""Fetches on connections of its own, and says at which messages the server breaks down."""


class Pull:
    """One pull of one mailbox. ``now`` are seconds since 1970. ``carefully`` is given where the server has
    broken down at some message, which must not keep back the others.
    """

    chunk: int | None = None
    """Messages that it brings, where those are fewer than CHUNK."""
    compares_flags = True
    """Whether it matters which flags a message has."""

    def __init__(
        self,
        session: Session,
        folder: MirroredFolder,
        mirror: Mirror,
        bring: Bring,
        now: int,
        carefully: Fetch | None = None,
    ) -> None:
        self.session = session
        self.folder = folder
        self.mirror = mirror
        self.bring = bring
        self._now = now
        self._carefully = carefully
        self.upserts: dict[int, Upsert] = {}
        self.removed: set[str] = set()
        self.new: set[int] = set()
        """UIDs of messages that the mirror may lack."""
        self.marked = 0
        """How many messages were found marked as deleted."""
        self._unmarked = 0
        """How many have gone that the mirror did not have, as those do that were marked."""
        self._more = False
        self._most = self.chunk or CHUNK

    async def delta(self) -> Delta:
        """What changed. Raises ImapError, MailboxUnavailable."""
        before = read_place(self.folder.state)
        resync = Resync(before.uid_validity, before.modseq) if before is not None and before.modseq else None
        selected = await select(self.session, self.folder.path, resync)
        self.mailbox = mailbox_of(selected, self.folder.type)
        self._selected = selected
        top = await self._uid_next()
        if before is None or before.uid_validity != selected.uid_validity:
            place = Place(
                uid_validity=selected.uid_validity,
                uid_next=top,
                floor=top,
                modseq=selected.highest_modseq,
                former=before is not None,
                compared=self._now,
            )
        else:
            place = await self._caught_up(before, top)
        if place.floor > 1 and not self._more:
            place = await self._further_down(place)
        if place.floor <= 1 and place.former and not self._more:
            place = await self._without_former(place)
        if place.floor <= 1 and not place.former and not self._more:
            place = await self._counted(place, top)
        upserts = [self.upserts[uid] for uid in sorted(self.upserts, reverse=True)]
        return Delta(
            state=state_of(msgspec.structs.replace(place, exists=selected.exists)),
            upserts=tuple(upserts),
            removed=tuple(sorted(self.removed)),
            more=self._more or place.floor > 1 or place.former,
        )

    async def _uid_next(self) -> int:
        """The UID that no message has yet."""
        if self._selected.uid_next:
            return self._selected.uid_next
        if not self._selected.exists:
            return 1
        last = (await self.session.uid_search(["UID", "*"])).uids
        return max((high for _, high in last.ranges), default=0) + 1

    async def _caught_up(self, place: Place, top: int) -> Place:
        """The place after all that changed in what the mirror has, and a chunk of what is new."""
        modseq = self._selected.highest_modseq
        known = place.uid_next - 1
        if modseq and place.modseq and place.modseq <= modseq and top >= place.uid_next:
            await self._take_changes(place, known)
            place = msgspec.structs.replace(place, modseq=modseq)
        else:
            place = msgspec.structs.replace(place, modseq=modseq)
            place = await self._compared(place, known, flags=True)
        if top > place.uid_next and not self._more:
            place = await self._take_new(place, top)
        return place

    async def _take_changes(self, place: Place, known: int) -> None:
        """The changes of the messages that the mirror has, as the server tells them."""
        changed: dict[int, frozenset[str]] = {}

        def take(result: FetchResult) -> None:
            if result.uid is not None and result.flags is not None and place.floor <= result.uid <= known:
                changed[result.uid] = result.flags

        vanished = self._selected.vanished
        if self._selected.resynced:
            for one in self._selected.changed:
                take(one)
        elif self._selected.highest_modseq > place.modseq and known >= place.floor:
            summary = await self.session.uid_fetch(
                UidSet.of_ranges([(place.floor, known)]),
                FLAGS_ALONE,
                take,
                changed_since=place.modseq,
                vanished="QRESYNC" in self.session.enabled,
            )
            _require_told(summary)
            vanished = summary.vanished
        gone = {uid for uid, flags in changed.items() if DELETED in flags}
        of_mirror = await self._of_mirror(UidSet(changed.keys()) | vanished.within(known))
        self.marked += len(gone & of_mirror)
        self._unmarked = len(vanished.within(known)) - sum(uid in vanished for uid in of_mirror)
        self.removed |= {
            self.mailbox.key(uid)
            for uid in of_mirror
            if uid in gone or (uid in vanished and uid not in changed)
        }
        for uid in of_mirror if self.compares_flags else ():
            if uid in changed and uid not in gone:
                self.upserts[uid] = upsert(self.mailbox, Sight(uid, changed[uid]))
        # What was marked as deleted and is so no more.
        back = UidSet(changed.keys() - gone - of_mirror)
        if back:
            await self.take(back)

    async def _take_new(self, place: Place, top: int) -> Place:
        """The messages that came since, the oldest first where they are very many."""
        uids = UidSet.of_ranges([(place.uid_next, top - 1)])
        if len(uids) > self._most:
            there = (await self.session.uid_search(["UID", f"{place.uid_next}:{top - 1}"])).uids.within(
                top - 1
            )
            uids = lowest(there, self._most)
            if len(uids) < len(there):
                self._more = True
                top = max(high for _, high in uids.ranges) + 1
        await self.take(uids, whole=len(uids) <= HANDFUL)
        return msgspec.structs.replace(place, uid_next=top)

    async def _further_down(self, place: Place) -> Place:
        """A chunk of the messages that the mirror does not have yet, the newest of them."""
        criteria = ["UID", f"1:{place.floor - 1}", "UNDELETED"]
        there = (await self.session.uid_search(criteria)).uids.within(place.floor - 1)
        uids = highest(there, self._most)
        await self.take(uids)
        floor = min((low for low, _ in uids.ranges), default=1) if len(uids) < len(there) else 1
        return msgspec.structs.replace(
            place, floor=floor, compared=self._now if floor <= 1 else place.compared
        )

    async def _without_former(self, place: Place) -> Place:
        """All has come under the new UIDVALIDITY: what still has keys of an earlier one is gone."""
        taken = {one.earlier for one in self.upserts.values()}
        old = [
            one.key
            for one in await self.mirror.known(self.folder)
            if one.key not in taken and read_key(one.key).uid_validity != self.mailbox.uid_validity
        ]
        self.removed.update(old[: self._most])
        self._more = self._more or len(old) > self._most
        return msgspec.structs.replace(place, former=len(old) > self._most)

    async def _counted(self, place: Place, top: int) -> Place:
        """Make sure that the mirror will hold as many messages as the mailbox; where not, compare both.

        So what a server that lies, or has no word for it, did not tell of is found.
        """
        if self._now - place.compared < CERTAIN_SECONDS and (place.modseq or place.unseen >= 0):
            present = await self._of_mirror(UidSet(self.new))
            added = len(self.new) - len(present)
            expected = await self.mirror.count(self.folder) + added - len(self.removed)
            skew = self._selected.exists - expected
            if skew in {place.skew + self.marked, place.skew + self.marked - self._unmarked}:
                return msgspec.structs.replace(place, skew=skew)
            flags = self._selected.resynced
        else:
            flags = True
        return await self._compared(place, top - 1, flags=flags)

    async def _compared(self, place: Place, last: int, *, flags: bool) -> Place:
        differences = await compare(
            self.session,
            await self.mirror.known(self.folder),
            place.uid_validity,
            place.floor,
            last,
            flags=flags and self.compares_flags,
        )
        earlier = {one.earlier for one in self.upserts.values()}
        self.removed.update(key for key in differences.gone if key not in earlier)
        for uid, said in differences.changed.items():
            if uid not in self.upserts:
                self.upserts[uid] = upsert(self.mailbox, Sight(uid, said))
        missing = UidSet(uid for uid in differences.missing if uid not in self.upserts)
        taken = highest(missing, self._most)
        hidden = 0
        if taken:
            hidden = await self.take(taken, whole=len(taken) <= HANDFUL)
        if len(taken) < len(missing):
            self._more = True
            return place
        skew = (
            self._selected.exists - differences.shown + hidden if last >= place.uid_next - 1 else place.skew
        )
        return msgspec.structs.replace(
            place, skew=skew, compared=self._now if flags else place.compared, unseen=differences.unseen
        )

    async def take(self, uids: UidSet, *, whole: bool = False) -> int:
        """Messages that the mirror lacks; returns how many of them are not shown."""
        mailbox = self.mailbox
        named = mailbox.in_drafts or bool(self.removed) or self._has_former
        sights = await self._sights(uids, WITH_NAMES if named else OVERVIEW)
        found = Successors({})
        if named:
            found = await successors(
                self.mirror, self.folder, mailbox, sights, self.removed, former=self._has_former
            )
        shown = [sight for sight in sights if sight.uid not in found.hidden]
        items: Mapping[int, Item] = {}
        if shown and whole and self._carefully is None:
            items = await self.bring(self.session, mailbox, UidSet(sight.uid for sight in shown))
        for sight in shown:
            successor = found.of.get(sight.uid)
            self.new.add(sight.uid)
            if successor is not None:
                self.removed.discard(successor.earlier)
                self.new.discard(sight.uid)
            self.upserts[sight.uid] = upsert(
                mailbox,
                sight,
                whole=items.get(sight.uid),
                earlier=None if successor is None else successor.earlier,
                renewed=successor is not None and successor.renewed,
            )
        return len(found.hidden)

    @property
    def _has_former(self) -> bool:
        before = read_place(self.folder.state)
        return before is not None and (before.former or before.uid_validity != self.mailbox.uid_validity)

    async def _sights(self, uids: UidSet, items: Sequence[str]) -> list[Sight]:
        sights: list[Sight] = []

        def take(result: FetchResult) -> None:
            sight = sight_of(result)
            if sight is None or sight.uid not in uids:
                return
            if DELETED in sight.flags:
                self.marked += 1
            else:
                sights.append(sight)

        await self.fetch(uids, items, take)
        return sights

    async def fetch(self, uids: UidSet, items: Sequence[str], take: Take) -> None:
        """Fetch; of messages at which the server breaks down their flags alone.

        Raises ImapError; MailboxUnavailable where the server does not even tell of flags.
        """
        if not uids:
            return
        if self._carefully is not None:
            broken = await self._carefully(uids, items, take)
            if broken:
                _require_told(await self.session.uid_fetch(UidSet(broken), FLAGS_ALONE, take))
        elif (await self.session.uid_fetch(uids, items, take)).refused:
            # One message may be the reason, or trouble that has nothing to do with any.
            _require_told(await self.session.uid_fetch(uids, FLAGS_ALONE, lambda _: None))
            raise Untold("NO to UID FETCH")

    async def _of_mirror(self, uids: UidSet) -> set[int]:
        """Those of some UIDs that the mirror has."""
        if not uids:
            return set()
        if len(uids) <= FEW:
            keys: Collection[str] = {self.mailbox.key(uid) for uid in uids}
            return {read_key(key).uid for key in await self.mirror.items(self.folder, keys)}
        known = [read_key(one.key) for one in await self.mirror.known(self.folder)]
        return {key.uid for key in known if key.uid_validity == self.mailbox.uid_validity and key.uid in uids}


def _require_told(summary: FetchSummary) -> None:
    if summary.refused:
        raise FolderUnavailable(NOT_TOLD)
