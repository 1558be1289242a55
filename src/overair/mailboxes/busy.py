"""When the owner of a mailbox is busy, from the calendars in it."""

from __future__ import annotations

import asyncio
from typing import Final

from overair.items import Event, ItemClass
from overair.items.calendar.busy import Busy, busy_times
from overair.mailboxes.interface import Mailbox, Session, Span
from overair.times import microseconds

MOST_EVENTS: Final = 20_000
"""Events of an account that are not over yet; of one that has more nobody is told when it is busy."""
PAGE: Final = 200
"""Events that are read in one transaction."""


async def busy_in(mailbox: Mailbox, span: Span) -> tuple[Busy, ...] | None:
    """When the owner of a mailbox is busy; None where the calendars hold too much to say.

    Raises MailboxUnavailable.
    """

    async def ids(session: Session) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for folder in await session.folders():
            if folder.item_class is ItemClass.CALENDAR:
                room = MOST_EVENTS + 1 - len(found)
                upcoming = await session.upcoming(folder.folder_id, microseconds(span.start), room)
                found += [(folder.folder_id, item_id) for item_id in upcoming]
        return found

    there = await mailbox.inspect(ids)
    if len(there) > MOST_EVENTS:
        return None
    found: set[Busy] = set()
    for begin in range(0, len(there), PAGE):
        page = there[begin : begin + PAGE]

        async def read(session: Session, page: list[tuple[str, str]] = page) -> list[Event]:
            folders = dict.fromkeys(folder_id for folder_id, _ in page)
            stored = [
                one
                for folder_id in folders
                for one in await session.read(
                    folder_id, [item for folder, item in page if folder == folder_id]
                )
            ]
            return [one.item for one in stored if one is not None and isinstance(one.item, Event)]

        events = await mailbox.inspect(read)
        found |= await asyncio.to_thread(_busy, events, span)
    return tuple(sorted(found))


def _busy(events: list[Event], span: Span) -> set[Busy]:
    return {one for event in events for one in busy_times(event, span.start, span.end, span.time_zone)}
