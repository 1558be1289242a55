"""Copies of what was sent that the server files among the sent messages by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from overair.imap.message_commands import Change, Text
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Message
from overair.mailboxes.gateway.backend import Stood
from overair.mailboxes.gateway.mail.appending import search_date
from overair.mailboxes.gateway.mail.flags import SEEN, signature, with_flags
from overair.mailboxes.gateway.mail.overview import OVERVIEW, Mailbox, Sight, sight_of, stub
from overair.times import utc_now

LOOKS: Final = (0.0, 0.3, 0.7)
"""Seconds before each look for a copy, of a server that may file copies."""


class FiledCopies:
    """Looks for filed copies, and remembers whether the server files any: where it filed none of the first
    message nobody waits for one of the next.
    """

    def __init__(self) -> None:
        self._files: bool | None = None

    async def find(self, session: Session, mailbox: Mailbox, message: Message) -> Stood | None:
        """The copy of a message in the selected mailbox. Raises ImapError."""
        if message.message_id is None:
            return None
        for seconds in LOOKS if self._files is not False else LOOKS[:1]:
            await asyncio.sleep(seconds)
            if seconds:
                await session.noop()
            since = search_date(utc_now() - timedelta(days=2))
            criteria = ["SINCE", since, "HEADER", "MESSAGE-ID", Text(message.message_id), "UNDELETED"]
            found = (await session.uid_search(criteria)).uids.ranges
            if found:
                self._files = True
                return await _stood(session, mailbox, found[-1][1])
        self._files = False
        return None


async def _stood(session: Session, mailbox: Mailbox, uid: int) -> Stood | None:
    """A filed copy, which is read: its owner wrote it."""
    sights: list[Sight] = []

    def take(result: FetchResult) -> None:
        sight = sight_of(result)
        if sight is not None and sight.uid == uid:
            sights.append(sight)

    await session.uid_store(UidSet([uid]), Change.ADD, [SEEN])
    await session.uid_fetch(UidSet([uid]), OVERVIEW, take)
    if not sights:
        return None
    flags = sights[0].flags | {SEEN}
    item = with_flags(stub(sights[0]), flags, None, mailbox.permanent, in_drafts=False)
    return Stood(mailbox.key(uid), signature(flags), item)
