"""What the ways in which a client's commands are applied have in common."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items import Author, Event, Item, ItemClass
from overair.items.mail.announcing import announced, is_announced
from overair.mailboxes.interface import Folder, Session, StoredItem
from overair.protocol.statuses import SyncStatus
from overair.sync.answers import Answer
from overair.sync.differences import read_only
from overair.sync.drafts import Drafts, takes_drafts
from overair.sync.options import client_wins
from overair.sync.partner import Partner
from overair.sync.preparing import Prepared
from overair.sync.refusal import CommandRefused
from overair.sync.state import Applied, State
from overair.sync.submission import SubmissionRefused
from overair.sync.wanted import Wanted
from overair.versions import Version

ANNOUNCES: Final = Version.V16_0
"""From which on the server tells attendees what their organizer does."""
MAXIMUM_WORK: Final = 200_000_000
"""Bytes of stored items that the commands of one request are let to work on, so that nobody waits long
for the writer; what comes then is refused."""


class Applying:
    """The state of applying the commands of one request to one folder.

    ``lost`` is what exchanges from the same key applied whose answers were lost. Afterwards
    ``applied`` is that and what this request did, ``confirmed`` the revisions that the client knows
    of because they are its own doing, ``answers`` the responses in the order of the commands,
    ``conflicts`` the items that the client has to be shown whole, as they stand now, ``ended`` those
    that it knows to be gone, and ``returned`` those that it has removed and that stay, so that it has
    to get them anew; ``fetched`` is about how many bytes were asked for by Fetch.
    """

    def __init__(
        self,
        session: Session,
        partner: Partner,
        author: Author,
        folder: Folder,
        base: State,
        lost: Applied | None,
        wanted: Wanted,
        drafts: Drafts,
        prepared: Prepared,
        deletes_as_moves: bool,
    ) -> None:
        self._session = session
        self._author = author
        self._folder = folder
        self._base = base
        self._lost = Applied() if lost is None else lost
        self._supported = None if base.supported is None else frozenset(base.supported)
        self._wanted = wanted
        self._drafts = drafts
        self._prepared = prepared
        self._user = partner.user
        self._tells_attendees = partner.mailbox.tells_attendees
        self._takes_drafts = takes_drafts(folder, partner.version)
        self._deletes_as_moves = deletes_as_moves
        self._added_now: set[str] = set()
        self._worked_on = 0
        self.applied = self._lost.copy()
        self.confirmed: dict[str, int] = {}
        self.answers: list[Answer] = []
        self.conflicts: dict[str, StoredItem] = {}
        self.ended: set[str] = set()
        self.returned: set[str] = set()
        self.fetched = 0

    async def _stored(self, item_id: str) -> StoredItem | None:
        if self._worked_on > MAXIMUM_WORK:
            raise CommandRefused(SyncStatus.SERVER_ERROR, "it is too much for one request; send it again")
        [stored] = await self._session.read(self._folder.folder_id, [item_id])
        self._worked_on += 0 if stored is None else stored.size
        return stored

    async def _is_newer(self, item_id: str, revision: int | None) -> bool:
        """Whether somebody else changed the item since the client last heard of it: a conflict.

        ``revision`` is what the client's own lost change made of it. Of what could not be shown the
        client has not heard.
        """
        if item_id in self._base.exceptions and item_id not in self.confirmed:
            return True
        return await self._session.news_of(self._folder.folder_id, self._token_of(item_id, revision), item_id)

    async def _only_server_s(self, stored: StoredItem, revision: int | None) -> bool:
        """Whether of an item that is newer only that changed which no client can say.

        As what the user did with a message: who replies and flags it then has no conflict with itself.
        """
        if stored.item_id in self._base.exceptions:
            return False
        known = self._token_of(stored.item_id, revision)
        changed = await self._session.changed_since(known, stored.item_id)
        return changed is not None and changed <= read_only(stored.item)

    def _token_of(self, item_id: str, revision: int | None) -> str:
        """The token with what the client itself did to an item."""
        own = {} if revision is None else {item_id: revision}
        if item_id in self.confirmed:
            own[item_id] = self.confirmed[item_id]  # what this request itself did to it
        return self._session.accounted(self._base.token, own)

    async def _announced(self, before: Item | None, after: Item | None) -> Item | None:
        """An item as it is to be stored; the attendees of a meeting of the user's are told what became of it,
        from 16.0 on (MS-ASCMD_R7478), unless the calendar's own server does that.

        ``after`` is None of an item that is removed. Raises CommandRefused where it cannot be sent now.
        """
        was = before if isinstance(before, Event) else None
        in_calendar = self._folder.item_class is ItemClass.CALENDAR  # and not among what was deleted before
        if not in_calendar or not (isinstance(after, Event) or (after is None and was is not None)):
            return after
        if self._author.version < ANNOUNCES:
            if isinstance(after, Event) and is_announced(after):
                return msgspec.structs.replace(after, organizer_revision=None)  # the client tells them
            return after
        own = (self._user.address, *self._user.aliases)
        kept, told = announced(was, after, self._author, own)
        try:
            for one in told if self._tells_attendees else ():
                await self._drafts.announce(self._session, self._user, one)
        except SubmissionRefused as error:
            raise CommandRefused(SyncStatus.SERVER_ERROR, str(error)) from error
        return kept

    def _show(self, stored: StoredItem) -> None:
        """Show the client an item whole in this answer, not as news."""
        self.conflicts[stored.item_id] = stored
        self.confirmed[stored.item_id] = stored.revision

    def _client_wins(self) -> bool:
        return client_wins(self._wanted.options)
