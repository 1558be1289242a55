"""Messages brought whole: small ones in batches, of large ones what is needed of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog

from overair.imap.errors import CommandFailed
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Item, Message
from overair.items.mail.flag import NO_FLAG
from overair.items.mail.message import index_message, read_message
from overair.items.mail.message_class import MESSAGE, PLAIN
from overair.items.mail.parts import Index
from overair.mailboxes.gateway.mail.flags import with_flags
from overair.mailboxes.gateway.mail.options import Owner
from overair.mailboxes.gateway.mail.overview import Mailbox, received_at
from overair.mailboxes.gateway.mail.ranged_message import FIRST, Irregular, RangedMessage, Span
from overair.mailboxes.interface import FolderType

BATCH: Final = 50
"""Messages that one FETCH brings; those of one are taken apart while the next comes."""
MOST_WHOLE: Final = 60_000_000
"""Bytes of a message that is fetched whole where it has to be; a larger one becomes a stand-in."""
UNREADABLE: Final = "(This message cannot be read from the mail server.)"
"""The subject of a stand-in."""
_START: Final = f"BODY.PEEK[]<0.{FIRST}>"
_ITEMS: Final = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", _START)
_OWN: Final = frozenset({FolderType.DRAFTS, FolderType.SENT_ITEMS})

_log = structlog.get_logger("overair.gateway")


class _Fetched(msgspec.Struct):
    """What was fetched of a message: of a large one its copy and index tell of the rest."""

    uid: int
    flags: frozenset[str]
    received: datetime
    size: int
    mime: bytes
    ranged: RangedMessage | None = None


class Contents:
    """Brings messages of a selected mailbox whole, for one owner."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    async def bring(
        self, session: Session, mailbox: Mailbox, kind: FolderType, uids: UidSet
    ) -> Mapping[int, Item]:
        """Messages by UID; what is gone is left out. Raises ConnectionLost, CommandFailed."""
        wanted = list(uids)
        items: dict[int, Item] = {}
        reading: asyncio.Task[list[tuple[int, Message]]] | None = None
        try:
            for start in range(0, len(wanted), BATCH):
                batch = wanted[start : start + BATCH]
                fetched, broken = await self._fetched(session, batch)
                large = [one for one in fetched if len(one.mime) < one.size and len(one.mime) >= FIRST]
                for one in large:
                    if not await self._complete(session, one):
                        fetched.remove(one)
                if reading is not None:
                    items.update(await reading)
                reading = asyncio.create_task(asyncio.to_thread(self._read, fetched, mailbox, kind))
                items.update({uid: stand_in(received, size) for uid, received, size in broken})
            if reading is not None:
                items.update(await reading)
        finally:
            if reading is not None and not reading.done():
                reading.cancel()
        return items

    async def _fetched(
        self, session: Session, uids: Sequence[int]
    ) -> tuple[list[_Fetched], list[tuple[int, datetime, int]]]:
        """The beginnings of messages, and those that the server has and cannot show."""
        found: dict[int, _Fetched] = {}

        def take(result: FetchResult) -> None:
            start = _section(result)
            if result.uid is not None and start is not None:
                found[result.uid] = _Fetched(
                    result.uid,
                    result.flags or frozenset(),
                    received_at(result.internal_date),
                    max(result.size or 0, len(start)) if len(start) >= FIRST else len(start),
                    start,
                )

        await _fetch(session, uids, _ITEMS, take)
        missing = [uid for uid in uids if uid not in found]
        if len(uids) > 1:
            for uid in missing:  # one that the server fails at must not keep back the others
                await _fetch(session, [uid], _ITEMS, take)
        broken: list[tuple[int, datetime, int]] = []

        def take_bare(result: FetchResult) -> None:
            if result.uid is not None and result.uid not in found:
                broken.append((result.uid, received_at(result.internal_date), result.size or 0))

        missing = [uid for uid in uids if uid not in found]
        if missing:
            await _fetch(session, missing, ("FLAGS", "INTERNALDATE"), take_bare)
        return list(found.values()), broken

    async def _complete(self, session: Session, one: _Fetched) -> bool:
        """Fetch what else is needed of a large message; whether it is still there."""
        structure = None

        def take(result: FetchResult) -> None:
            nonlocal structure
            if result.uid == one.uid and result.body_structure is not None:
                structure = result.body_structure

        await _fetch(session, [one.uid], ("BODYSTRUCTURE",), take)
        try:
            if structure is None:
                raise Irregular
            ranged = await asyncio.to_thread(RangedMessage, one.size, structure, one.mime)
            while (span := ranged.wanted()) is not None:
                data = await section(session, one.uid, span)
                await asyncio.to_thread(ranged.give, data)
            one.mime, one.ranged = ranged.copy, ranged
        except Irregular:
            if one.size > MOST_WHOLE:
                _log.warning("message too irregular to be read by parts", size=one.size)
                return True
            try:
                one.mime = await section(session, one.uid, None)
            except KeyError:
                return False
        except KeyError:
            return False
        return True

    def _read(
        self, fetched: Sequence[_Fetched], mailbox: Mailbox, kind: FolderType
    ) -> list[tuple[int, Message]]:
        """Take messages apart; in a thread."""
        return [(one.uid, self._one(one, mailbox, kind)) for one in fetched]

    def _one(self, one: _Fetched, mailbox: Mailbox, kind: FolderType) -> Message:
        try:
            message = self._parsed(one, kind)
        except Exception as error:  # whatever is wrong with a message, the others come
            _log.warning("message not read", error=type(error).__name__)
            message = stand_in(one.received, one.size)
        if message.index is not None:
            if one.ranged is not None:
                message.index = one.ranged.placed(message.index)
            else:
                message.index = msgspec.structs.replace(message.index, size=one.size)
        return with_flags(message, one.flags, None, mailbox.permanent, in_drafts=mailbox.in_drafts)

    def _parsed(self, one: _Fetched, kind: FolderType) -> Message:
        if kind in _OWN:
            return index_message(
                one.mime, one.received, open_tnef=kind is not FolderType.DRAFTS, searchable=False
            )
        arrived = read_message(one.mime, one.received, self._owner.time_zone, searchable=False)
        return arrived.received_by(self._owner.addresses)


def stand_in(received: datetime, size: int) -> Message:
    """What is shown of a message that the server has and cannot show."""
    return Message(
        subject=UNREADABLE,
        date_received=received,
        read=False,
        flag=NO_FLAG,
        categories=(),
        is_draft=False,
        message_class=PLAIN,
        content_class=MESSAGE,
        native_body_type=1,
        importance=1,
        index=Index(size=size, text=UNREADABLE, preview=UNREADABLE),
    )


async def section(session: Session, uid: int, span: Span | None) -> bytes:
    """Bytes of a message of the selected mailbox; all of them without a span.

    Raises KeyError where it is gone, ConnectionLost, CommandFailed.
    """
    name = "BODY.PEEK[]" if span is None else f"BODY.PEEK[]<{span.start}.{span.end - span.start}>"
    found: bytes | None = None

    def take(result: FetchResult) -> None:
        nonlocal found
        data = _section(result)
        if result.uid == uid and data is not None:
            found = data

    await session.uid_fetch(UidSet([uid]), (name,), take)
    if found is None:
        raise KeyError(uid)
    return found


def _section(result: FetchResult) -> bytes | None:
    """The bytes of BODY[] in an answer, whichever of them were asked for."""
    return next((data for name, data in result.sections.items() if name == "" or name.startswith("<")), None)


async def _fetch(
    session: Session, uids: Sequence[int], items: Sequence[str], take: Callable[[FetchResult], None]
) -> None:
    """Fetch; what the server refuses because of one message is found missing afterwards."""
    try:
        await session.uid_fetch(UidSet(uids), items, take)
    except CommandFailed as error:
        _log.warning("messages not fetched", number=len(uids), error=str(error))
