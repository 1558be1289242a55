"""An IMAP server as a Backend, for one account."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from overair.credentials import Credentials
from overair.imap.capabilities import Extension
from overair.imap.errors import BrokenProtocol, ConnectionLost, Crowded, TimedOut, Untold
from overair.imap.pool import Pool
from overair.imap.responses import FolderStatus
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Item, ItemClass
from overair.items.mail.parts import SECTION, ByteSource
from overair.mailboxes.gateway.backend import (
    BackendName,
    Delta,
    Known,
    Mirror,
    MirroredFolder,
    Stood,
    UpstreamFolder,
    Watching,
)
from overair.mailboxes.gateway.effects import UpstreamEffect
from overair.mailboxes.gateway.mail import attempts, folder_effects
from overair.mailboxes.gateway.mail.contents import Contents, Span, section, stand_in
from overair.mailboxes.gateway.mail.effects import Effects
from overair.mailboxes.gateway.mail.filed_copies import FiledCopies
from overair.mailboxes.gateway.mail.hierarchy import Hierarchy
from overair.mailboxes.gateway.mail.isolation import broke_down, by_halves
from overair.mailboxes.gateway.mail.listing import listing
from overair.mailboxes.gateway.mail.message_key import MessageKey, read_key
from overair.mailboxes.gateway.mail.notes_pull import NotesPull
from overair.mailboxes.gateway.mail.options import MailOptions, Owner
from overair.mailboxes.gateway.mail.overview import NO_DATE, Mailbox
from overair.mailboxes.gateway.mail.place import read_place
from overair.mailboxes.gateway.mail.pull import Pull, Take
from overair.mailboxes.gateway.mail.search import search
from overair.mailboxes.gateway.mail.selecting import entered
from overair.mailboxes.gateway.mail.tree import Tree
from overair.mailboxes.gateway.mail.trouble import translated
from overair.mailboxes.gateway.mail.watch import MailWatch
from overair.mailboxes.interface import FolderType, MailboxUnavailable, NoSuchFolder
from overair.mailboxes.search_query import SearchQuery

T = TypeVar("T")

NOTES: Final = (FolderType.NOTES, FolderType.USER_NOTES)
TO_THE_END: Final = 2**31 - 1
"""Bytes of a range that has no end."""


class ImapBackend:
    """The mail of one account. It opens nothing until it is asked something.

    ``pool`` are the connections to the server and ``filed`` what is known of the copies that it files, both
    shared by all accounts; ``blobs`` has the bytes of messages that are added.
    """

    name: Final = BackendName.IMAP

    __slots__ = (
        "_clock",
        "_contents",
        "_credentials",
        "_effects",
        "_has_notes",
        "_hierarchy",
        "_options",
        "_owner",
        "_pool",
    )

    def __init__(
        self,
        pool: Pool,
        credentials: Credentials,
        owner: Owner,
        options: MailOptions,
        blobs: ByteSource,
        clock: Callable[[], float] = time.time,
        filed: FiledCopies | None = None,
    ) -> None:
        self._pool: Final = pool
        self._credentials: Final = credentials
        self._owner: Final = owner
        self._options: Final = options
        self._contents: Final = Contents(owner)
        self._effects: Final = Effects(blobs, owner, filed or FiledCopies())
        self._clock: Final = clock
        self._hierarchy: Hierarchy | None = None
        self._has_notes: dict[str, bool] = {}

    # What there is.

    async def tree(self) -> Sequence[UpstreamFolder]:
        """Every folder, parents before children."""

        async def work(session: Session) -> Tree:
            self._hierarchy, tree = await listing(session, self._options, self._has_notes)
            return tree

        return (await self._ask(None, work)).folders()

    async def changed(self, folders: Sequence[MirroredFolder]) -> Sequence[MirroredFolder]:
        """Those folders that may have changed since their states; one round trip for all of them."""

        if not folders:
            return []
        return await self._ask(None, lambda session: self._compared(session, folders))

    async def _compared(
        self, session: Session, folders: Sequence[MirroredFolder]
    ) -> Sequence[MirroredFolder]:
        has_modseq = Extension.CONDSTORE in session.capabilities
        if session.selected is not None and any(one.path == session.selected.name for one in folders):
            # STATUS of it may say how it was, even of one that has been renamed since.
            await session.unselect()
        found = await session.statuses(
            [folder.path for folder in folders],
            ("UIDVALIDITY", "UIDNEXT", "MESSAGES", "HIGHESTMODSEQ" if has_modseq else "UNSEEN"),
        )
        return [folder for folder in folders if self._may_have_changed(folder, found.get(folder.path))]

    def _may_have_changed(self, folder: MirroredFolder, status: FolderStatus | None) -> bool:
        place = read_place(folder.state)
        if place is None or status is None or place.floor > 1 or place.former:
            return True
        if (status.uid_validity, status.messages) != (place.uid_validity, place.exists):
            return True
        if status.uid_next is not None and status.uid_next != place.uid_next:
            return True
        if place.modseq and status.highest_modseq:
            return status.highest_modseq != place.modseq
        # Flags other than \Seen may have changed without a trace.
        elapsed = self._clock() - place.compared
        return status.unseen != place.unseen or not 0 <= elapsed < self._options.compare_interval

    async def pull(self, folder: MirroredFolder, mirror: Mirror) -> Delta:
        """What became of a folder since its state. Raises NoSuchFolder, MailboxUnavailable."""
        kind = NotesPull if folder.type in NOTES else Pull
        now = int(self._clock())

        async def bring(session: Session, mailbox: Mailbox, uids: UidSet) -> Mapping[int, Item]:
            return await self._contents.bring(session, mailbox, folder.type, uids)

        async def fetch(uids: UidSet, items: Sequence[str], take: Take) -> Sequence[int]:
            async def fetch_some(session: Session, some: Sequence[int]) -> None:
                await entered(session, folder)
                if (await session.uid_fetch(UidSet(some), items, take)).refused:
                    raise Untold("NO to UID FETCH")

            return await by_halves(
                list(uids), lambda some: self._ask(folder, partial(fetch_some, some=some)), self.check
            )

        try:
            return await self._ask(folder, lambda session: kind(session, folder, mirror, bring, now).delta())
        except MailboxUnavailable as error:
            if not broke_down(error):
                raise
        await self.check()
        return await self._ask(
            folder, lambda session: kind(session, folder, mirror, bring, now, fetch).delta()
        )

    # What messages hold.

    async def contents(self, folder: MirroredFolder, keys: Sequence[str]) -> Mapping[str, Item]:
        """Messages whole, by key; what is gone is left out. Raises MailboxUnavailable."""
        found: dict[str, Item] = {}

        async def work(session: Session, some: Sequence[str]) -> None:
            wanted = [read_key(key) for key in some]
            mailbox = await entered(session, folder, fresh=True)
            _require(mailbox, wanted)
            uids = UidSet(key.uid for key in wanted)
            items = await self._contents.bring(session, mailbox, folder.type, uids)
            found.update({mailbox.key(uid): item for uid, item in items.items()})

        broken = await by_halves(keys, lambda some: self._ask(folder, partial(work, some=some)), self.check)
        return found | {key: stand_in(NO_DATE, 0) for key in broken}

    async def read(self, folder: MirroredFolder, key: str, offset: int, length: int | None) -> bytes:
        """Bytes of a message or section. Raises KeyError where it is gone or cannot be read,
        MailboxUnavailable.
        """
        if length == 0:
            return b""
        message, _, part = key.partition(SECTION)
        wanted = read_key(message)
        span = None
        if offset or length is not None:
            span = Span(offset, offset + (TO_THE_END if length is None else length))

        async def work(session: Session) -> bytes:
            _require(await entered(session, folder), [wanted])
            try:
                return await section(session, wanted.uid, part, span)
            except KeyError:
                await session.noop()  # it may have come since the mailbox was selected
                return await section(session, wanted.uid, part, span)
            except Untold:
                raise KeyError(key) from None

        return await self._ask(folder, work)

    # What phones do.

    async def add(self, folder: MirroredFolder, item: Item, token: str) -> Stood:
        """A new item. Raises NoSuchFolder, MailboxFull, Refused, MailboxUnavailable."""
        return await self._ask(folder, lambda session: self._effects.add(session, folder, item, token))

    async def change(self, folder: MirroredFolder, known: Known, old: Item, new: Item, token: str) -> Stood:
        """An item with new content. Raises Stale, NoSuchFolder, MailboxFull, Refused, MailboxUnavailable."""
        return await self._ask(
            folder, lambda session: self._effects.change(session, folder, known, old, new, token)
        )

    async def remove(self, folder: MirroredFolder, known: Known, token: str) -> None:
        """Delete for good; nothing happens to what is gone. Raises Stale, Refused, MailboxUnavailable."""
        await self._ask(folder, lambda session: self._effects.remove(session, folder, known))

    async def move(
        self, folder: MirroredFolder, known: Known, destination: MirroredFolder, item: Item, token: str
    ) -> Stood:
        """Move to another mailbox. Raises Stale, NoSuchFolder, MailboxFull, Refused, MailboxUnavailable."""
        return await self._ask(
            folder, lambda session: self._effects.move(session, folder, known, destination, item)
        )

    async def create_folder(
        self, parent: MirroredFolder | None, name: str, kind: FolderType
    ) -> UpstreamFolder:
        """A new mailbox; one of that name that is there counts as made. Raises Refused."""

        async def work(session: Session) -> UpstreamFolder:
            hierarchy = await self._known_hierarchy(session)
            return await folder_effects.create(session, hierarchy, parent, name, kind)

        return await self._ask(None, work)

    async def update_folder(
        self, folder: MirroredFolder, parent: MirroredFolder | None, name: str
    ) -> UpstreamFolder:
        """Rename or move a mailbox. Raises NoSuchFolder, FolderExists, FolderProtected, Refused."""

        async def work(session: Session) -> UpstreamFolder:
            hierarchy = await self._known_hierarchy(session)
            return await folder_effects.update(session, hierarchy, folder, parent, name)

        return await self._ask(None, work)

    async def delete_folder(self, folder: MirroredFolder) -> None:
        """Delete a mailbox with all below it; nothing happens to one that is gone. Raises Refused."""

        async def work(session: Session) -> None:
            await folder_effects.delete(session, await self._known_hierarchy(session), folder)

        await self._ask(None, work)

    async def _known_hierarchy(self, session: Session) -> Hierarchy:
        if self._hierarchy is None:
            self._hierarchy, _ = await listing(session, self._options, self._has_notes)
        return self._hierarchy

    async def begun(self, effect: UpstreamEffect, token: str) -> bool:
        """Whether an earlier attempt at an effect got anywhere. Raises Stale, MailboxUnavailable."""

        async def work(session: Session) -> bool:
            hierarchy = await self._known_hierarchy(session)
            return await attempts.begun(session, hierarchy, self._effects, effect, token)

        return await self._ask(getattr(effect, "folder", None), work)

    async def holds(self, folder: MirroredFolder, message_id: str) -> bool:
        """Whether a message has come to a folder lately. Raises NoSuchFolder, MailboxUnavailable."""
        return await self._ask(folder, partial(attempts.holds, folder=folder, message_id=message_id))

    # What phones ask.

    async def search(
        self, folders: Sequence[MirroredFolder], query: SearchQuery, limit: int
    ) -> Sequence[tuple[str, str]] | None:
        """(folder_id, key) of the messages that match, newest first; None for those of a conversation, of
        which a server knows nothing.
        """
        if query.conversation_id is not None:
            return None
        if ItemClass.EMAIL not in query.item_classes:
            return ()
        found: list[tuple[datetime, str, str]] = []
        for folder in folders:
            wanted = query.folder_ids is None or folder.folder_id in query.folder_ids
            if wanted and folder.type not in NOTES:
                try:
                    found += await self._ask(folder, partial(search, folder=folder, query=query, limit=limit))
                except NoSuchFolder:
                    continue  # it has gone since the tree was looked at
        return [(folder_id, key) for _, folder_id, key in sorted(found, reverse=True)[:limit]]

    def watch(
        self,
        folders: Callable[[], Collection[MirroredFolder]],
        changed: Callable[[Collection[MirroredFolder] | None], None],
    ) -> Watching:
        """Call ``changed`` when something may have changed in one of some folders."""
        return MailWatch(self._pool, self._credentials, folders, changed, self._options, self._compared)

    async def check(self) -> None:
        """Log in. Raises WrongCredentials, MailboxUnavailable."""

        async def work(session: Session) -> None:
            await session.noop()

        await self._ask(None, work)

    async def close(self) -> None:
        """Let go of connections that nobody uses."""
        self._pool.close_user(self._credentials.user)

    async def _ask(self, folder: MirroredFolder | None, work: Callable[[Session], Awaitable[T]]) -> T:
        """Do something on a connection, by preference one that has a mailbox selected.

        What is done here may be done twice: so it is done again where a connection that was kept turns
        out to have been ended. Raises MailboxError.
        """
        path = None if folder is None else folder.path
        with translated(self._owner.account_id):
            try:
                async with self._pool.session(self._credentials, path) as session:
                    return await work(session)
            except (TimedOut, BrokenProtocol, Crowded):
                raise
            except ConnectionLost:
                async with self._pool.session(self._credentials, path) as session:
                    return await work(session)


def _require(mailbox: Mailbox, keys: Collection[MessageKey]) -> None:
    """Raise MailboxUnavailable where keys are of a UIDVALIDITY that is over: a pull sets that right."""
    if any(key.uid_validity != mailbox.uid_validity for key in keys):
        raise MailboxUnavailable("the UIDs of a mailbox have changed")
