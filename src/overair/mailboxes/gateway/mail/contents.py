"""Messages brought with their index: small ones whole, of others what their index is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import structlog

from overair.imap.body_structure import BodyPart
from overair.imap.errors import CommandFailed, TryLater, Untold
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Item, Message
from overair.items.mail.flag import NO_FLAG
from overair.items.mail.message import index_message, read_message
from overair.items.mail.message_class import MESSAGE, PLAIN
from overair.items.mail.parts import Index
from overair.mailboxes.gateway.mail.comparison import NOT_TOLD
from overair.mailboxes.gateway.mail.flags import with_flags
from overair.mailboxes.gateway.mail.options import Owner
from overair.mailboxes.gateway.mail.outline import Irregular, Outline
from overair.mailboxes.gateway.mail.overview import Mailbox, received_at
from overair.mailboxes.interface import FolderType, MailboxUnavailable

BATCH: Final = 50
"""Messages that one FETCH brings; those of one are taken apart while the next comes."""
FIRST: Final = 16 * 1024
"""Bytes of a message that are fetched at first; a message that is not larger is there then."""
LARGEST_BATCH: Final = 4_000_000
"""Bytes of texts that are in memory together, where they are not those of one message."""
MOST_WHOLE: Final = 60_000_000
"""Bytes of a message that is fetched whole where it has to be; of a larger one its beginning is shown."""
UNREADABLE: Final = "(This message cannot be read from the mail server.)"
"""The subject of a stand-in."""
_OVERVIEW: Final = ("FLAGS", "INTERNALDATE", "RFC822.SIZE")
_OWN: Final = frozenset({FolderType.DRAFTS, FolderType.SENT_ITEMS})

_log = structlog.get_logger("overair.gateway")


class Span(NamedTuple):
    """Bytes of a message, or of a section of one, from ``start`` to before ``end``."""

    start: int
    end: int


class _Fetched(msgspec.Struct):
    """What was fetched of a message: ``mime`` is all of it, or its beginning, or what its outline is of."""

    uid: int
    flags: frozenset[str]
    received: datetime
    size: int
    mime: bytes
    is_whole: bool
    outline: Outline | None = None
    sections: dict[str, bytes] = msgspec.field(default_factory=dict)

    @property
    def header(self) -> bytes | None:
        """Its header, where that is in its first bytes."""
        end = 2 if self.mime.startswith(b"\r\n") else self.mime.find(b"\r\n\r\n") + 4
        return self.mime[:end] if end > 3 or end == 2 else None


class Contents:
    """Brings messages of a selected mailbox with their index, for one owner.

    ``first`` is in place of FIRST.
    """

    __slots__ = ("_first", "_owner")

    def __init__(self, owner: Owner, first: int = FIRST) -> None:
        self._owner = owner
        self._first = first

    async def bring(
        self, session: Session, mailbox: Mailbox, kind: FolderType, uids: UidSet
    ) -> Mapping[int, Item]:
        """Messages by UID; what is gone is left out. Raises ConnectionLost, CommandFailed,
        MailboxUnavailable.
        """
        wanted = list(uids)
        items: dict[int, Item] = {}
        irregular: list[_Fetched] = []
        reading: asyncio.Task[list[tuple[_Fetched, Message | None]]] | None = None

        async def take() -> None:
            for one, message in await reading if reading is not None else ():
                if message is None:
                    irregular.append(one)
                else:
                    items[one.uid] = message

        try:
            for start in range(0, len(wanted), BATCH):
                fetched, broken = await self._fetched(session, wanted[start : start + BATCH])
                items.update({uid: stand_in(received, size) for uid, received, size in broken})
                await _outline(session, [one for one in fetched if not one.is_whole])
                for some in _batches(fetched):
                    await _fetch_sections(session, some)
                    await take()
                    reading = asyncio.create_task(asyncio.to_thread(self._read, some, mailbox, kind))
            await take()
            for one in irregular:
                if await _fetch_whole(session, one):
                    items[one.uid] = await asyncio.to_thread(self._one, one, mailbox, kind)
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
                # Some servers do not know the size of a message before they have read it.
                size = max(result.size or 0, len(start)) if len(start) >= self._first else len(start)
                flags = result.flags or frozenset()
                received = received_at(result.internal_date)
                found[result.uid] = _Fetched(result.uid, flags, received, size, start, len(start) == size)

        asked = (*_OVERVIEW, f"BODY.PEEK[]<0.{self._first}>")
        await _fetch(session, uids, asked, take)
        missing = [uid for uid in uids if uid not in found]
        if len(uids) > 1:
            for uid in missing:  # one that the server fails at must not keep back the others
                await _fetch(session, [uid], asked, take)
        broken: list[tuple[int, datetime, int]] = []

        def take_bare(result: FetchResult) -> None:
            if result.uid is not None and result.uid not in found:
                broken.append((result.uid, received_at(result.internal_date), result.size or 0))

        missing = [uid for uid in uids if uid not in found]
        if missing and not await _fetch(session, missing, ("FLAGS", "INTERNALDATE"), take_bare):
            raise MailboxUnavailable(NOT_TOLD)  # that says of none of them that it is gone
        return list(found.values()), broken

    def _read(
        self, fetched: Sequence[_Fetched], mailbox: Mailbox, kind: FolderType
    ) -> list[tuple[_Fetched, Message | None]]:
        """Take messages apart; None for what has to be there whole. In a thread."""
        found: list[tuple[_Fetched, Message | None]] = []
        for one in fetched:
            try:
                if not one.is_whole:
                    one.mime = _copy(one)
                found.append((one, self._one(one, mailbox, kind)))
            except Irregular:
                found.append((one, None))
        return found

    def _one(self, one: _Fetched, mailbox: Mailbox, kind: FolderType) -> Message:
        """Raises Irregular."""
        try:
            message = self._parsed(one, kind)
        except Exception as error:  # whatever is wrong with a message, the others come
            _log.warning("message not read", error=type(error).__name__)
            message = stand_in(one.received, one.size)
        if message.index is not None:
            if one.outline is not None:
                message.index = one.outline.placed(message.index)
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


async def section(session: Session, uid: int, name: str, span: Span | None) -> bytes:
    """Bytes of a section of a message of the selected mailbox ("" is all of it); all without a span.

    Raises KeyError where it is gone, Untold where the server refuses it, ConnectionLost, CommandFailed.
    """
    asked = f"BODY.PEEK[{name}]" + ("" if span is None else f"<{span.start}.{span.end - span.start}>")
    found: bytes | None = None

    def take(result: FetchResult) -> None:
        nonlocal found
        data = _section(result, name)
        if result.uid == uid and data is not None:
            found = data

    summary = await session.uid_fetch(UidSet([uid]), (asked,), take)
    if found is None and summary.refused:
        raise Untold("NO to UID FETCH")
    if found is None:
        raise KeyError(uid)
    return found


async def _outline(session: Session, fetched: Sequence[_Fetched]) -> None:
    """Find out of which parts messages are made; those that do not say so have no outline."""
    structures: dict[int, BodyPart] = {}

    def take(result: FetchResult) -> None:
        if result.uid is not None and result.body_structure is not None:
            structures[result.uid] = result.body_structure

    await _fetch(session, [one.uid for one in fetched], ("BODYSTRUCTURE",), take)
    for one in fetched:
        try:
            one.outline = Outline(structures[one.uid], one.size, one.header)
        except (Irregular, KeyError):
            continue  # all of it is fetched


async def _fetch_sections(session: Session, fetched: Iterable[_Fetched]) -> None:
    """Fetch what the outlines of messages ask for."""
    wanted = {one.uid: one for one in fetched if one.outline is not None}
    asked = {
        one.uid: [section.asked for section in one.outline.sections]
        for one in wanted.values()
        if one.outline is not None
    }

    def take(result: FetchResult) -> None:
        one = wanted.get(result.uid or 0)
        if one is not None:
            one.sections.update(result.sections)

    if asked:
        try:
            await session.uid_fetch_each(asked, take)
        except CommandFailed as error:
            _log.warning("messages not fetched by sections", number=len(asked), error=str(error))


async def _fetch_whole(session: Session, one: _Fetched) -> bool:
    """Fetch all of a message; whether it is still there."""
    one.outline = None
    if one.size > MOST_WHOLE:
        _log.warning("message too irregular to be read by parts", size=one.size)
        return True
    try:
        one.mime = await section(session, one.uid, "", None)
    except KeyError:
        return False
    except Untold:
        _log.warning("message not read whole", size=one.size)
    return True


def _copy(one: _Fetched) -> bytes:
    """What is parsed in place of a message. Raises Irregular."""
    if one.outline is None:
        raise Irregular
    return one.outline.copy(one.sections)


def _batches(fetched: Sequence[_Fetched]) -> Iterator[list[_Fetched]]:
    """Messages in groups of which the texts are in memory together."""
    some: list[_Fetched] = []
    size = 0
    for one in fetched:
        own = 0 if one.outline is None else one.outline.bytes_fetched
        if some and size + own > LARGEST_BATCH:
            yield some
            some, size = [], 0
        some.append(one)
        size += own
    if some:
        yield some


def _section(result: FetchResult, wanted: str = "") -> bytes | None:
    """The bytes of a section in an answer, whichever of them were asked for."""
    return next((data for name, data in result.sections.items() if name.partition("<")[0] == wanted), None)


async def _fetch(
    session: Session, uids: Sequence[int], items: Sequence[str], take: Callable[[FetchResult], None]
) -> bool:
    """Fetch; what the server refuses because of one message is found missing afterwards, and False is
    returned. Raises TryLater where no message is the reason.
    """
    if not uids:
        return True
    try:
        return not (await session.uid_fetch(UidSet(uids), items, take)).refused
    except TryLater:
        raise
    except CommandFailed as error:
        _log.warning("messages not fetched", number=len(uids), error=str(error))
        return False
