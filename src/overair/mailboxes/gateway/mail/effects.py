"""What phones do to messages, done on the server: once each, however often it is attempted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
import structlog

from overair.imap.capabilities import Extension
from overair.imap.errors import CommandFailed, NoSuchMailbox, NotOffered
from overair.imap.message_commands import Change, Text
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import UidSet
from overair.items import Item, Message, Note
from overair.items.mail.parts import ByteSource
from overair.mailboxes.gateway.backend import Known, MirroredFolder, Stale, Stood
from overair.mailboxes.gateway.mail.appending import Prepared, appended_before, prepared, search_date
from overair.mailboxes.gateway.mail.comparison import NOT_TOLD
from overair.mailboxes.gateway.mail.contents import section
from overair.mailboxes.gateway.mail.filed_copies import FiledCopies
from overair.mailboxes.gateway.mail.flags import (
    DELETED,
    SEEN,
    flag_changes,
    flags_of,
    is_changed,
    signature,
    signature_after,
)
from overair.mailboxes.gateway.mail.message_key import MessageKey, read_key
from overair.mailboxes.gateway.mail.notes import compose_note
from overair.mailboxes.gateway.mail.notes_editing import NotEditable, edited
from overair.mailboxes.gateway.mail.options import Owner
from overair.mailboxes.gateway.mail.overview import Mailbox
from overair.mailboxes.gateway.mail.place import read_place
from overair.mailboxes.gateway.mail.selecting import entered
from overair.mailboxes.interface import FolderType, MailboxUnavailable, Refused

_log = structlog.get_logger("overair.gateway")


class Effects:
    """The effects on messages of one user. ``blobs`` has the bytes of what is added; ``filed`` finds the
    copies of sent messages that the server has filed itself.

    All raise ImapError, and MailboxUnavailable where the server does not say what it should.
    """

    __slots__ = ("_address", "_blobs", "_filed")

    def __init__(self, blobs: ByteSource, owner: Owner, filed: FiledCopies) -> None:
        self._blobs = blobs
        self._filed = filed
        self._address = next(iter(owner.addresses), "")

    async def add(self, session: Session, folder: MirroredFolder, item: Item, token: str) -> Stood:
        """Append a message. Raises KeyError where its bytes are gone, Refused."""
        if isinstance(item, Note):
            return await self._add_note(session, folder, item, token)
        ready = await self._prepared(item, token)
        mailbox = await entered(session, folder, anew=True)
        uid = await appended_before(session, token, ready.message.date_received)
        flags = flags_of(ready.message, mailbox.permanent)
        if uid is None and folder.type is FolderType.SENT_ITEMS:
            filed = await self._filed.find(session, mailbox, ready.message)
            if filed is not None:
                return filed
        if uid is None:
            received = ready.message.date_received
            uid = await append(session, folder, mailbox, ready.mime, flags, token, received)
        return Stood(mailbox.key(uid), signature(frozenset(flags)), ready.message)

    async def change(
        self, session: Session, folder: MirroredFolder, known: Known, old: Item, new: Item, token: str
    ) -> Stood:
        """Set flags or, where its content is another, put a new message in the place of the old one.

        Raises Stale where the old one is gone, Refused.
        """
        if isinstance(old, Note) and isinstance(new, Note):
            return await self._change_note(session, folder, known, old, new, token)
        if not isinstance(old, Message) or not isinstance(new, Message):
            raise Refused("an IMAP mailbox takes messages alone")
        mailbox = await entered(session, folder, anew=new.blob != old.blob)
        uid = key_in(mailbox, known).uid
        if new.blob != old.blob:
            return await self._replace(session, folder, mailbox, uid, new, token)
        add, remove = flag_changes(old, new, mailbox.permanent)
        flags: frozenset[str] | None = None
        for change, names in ((Change.ADD, add), (Change.REMOVE, remove)):
            if names:
                flags = await stored(session, uid, change, names) or flags
        flags = flags or await flags_there(session, uid)
        if flags is None:
            raise Stale(known.key)
        if not is_changed(flags, add, remove):
            raise Refused("the IMAP server did not change the flags of a message")
        return Stood(known.key, signature_after(known.tag, add, remove))

    async def remove(self, session: Session, folder: MirroredFolder, known: Known) -> None:
        """Delete a message for good. Raises Stale where its UIDVALIDITY is over."""
        try:
            mailbox = await entered(session, folder)
        except NoSuchMailbox:
            return
        require_deletable(mailbox)
        await expunge(session, key_in(mailbox, known).uid)

    async def move(
        self,
        session: Session,
        folder: MirroredFolder,
        known: Known,
        destination: MirroredFolder,
        item: Item,
    ) -> Stood:
        """Move a message to another mailbox. Raises Stale where it is gone, Refused where it has to stay."""
        mailbox = await entered(session, folder)
        require_deletable(mailbox)
        uid = key_in(mailbox, known).uid
        tag = (
            signature(frozenset(flags_of(item, mailbox.permanent)))
            if isinstance(item, Message)
            else known.tag
        )
        there = await flags_there(session, uid) is not None
        if there and Extension.MOVE in session.capabilities:
            copied = await session.uid_move(UidSet([uid]), destination.path)
        elif there:
            copy = await self.found(session, destination, item, new=True)
            if copy is not None:  # an attempt that was cut short has made it
                await entered(session, folder)
                await expunge(session, uid)
                return Stood(copy, tag)
            await entered(session, folder)
            copied = await session.uid_copy(UidSet([uid]), destination.path)
            await expunge(session, uid)
        else:
            copied = None
        if copied is not None and uid in copied.uids:
            return Stood(str(MessageKey(copied.uid_validity, copied.uids[uid])), tag)
        moved = await self.found(session, destination, item)
        if moved is None:
            raise Stale(known.key)
        return Stood(moved, tag)

    async def _prepared(self, item: Item, token: str) -> Prepared:
        if not isinstance(item, Message):
            raise Refused("an IMAP mailbox takes messages alone")
        try:
            return await asyncio.to_thread(prepared, item, self._blobs, token)
        except OSError as error:
            raise MailboxUnavailable(f"a message's bytes cannot be read: {error.strerror}") from error

    async def _replace(
        self,
        session: Session,
        folder: MirroredFolder,
        mailbox: Mailbox,
        old: int,
        new: Message,
        token: str,
    ) -> Stood:
        """Put a new message in the place of an old one, which goes only when the new one is there."""
        require_deletable(mailbox)
        ready = await self._prepared(new, token)
        flags = flags_of(new, mailbox.permanent)
        uid = await appended_before(session, token, ready.message.date_received)
        if uid is None:
            if await flags_there(session, old) is None:
                raise Stale(mailbox.key(old))
            received = ready.message.date_received
            uid = await append(session, folder, mailbox, ready.mime, flags, token, received)
        await expunge(session, old)
        return Stood(mailbox.key(uid), signature(frozenset(flags)), ready.message)

    async def _add_note(self, session: Session, folder: MirroredFolder, note: Note, token: str) -> Stood:
        mailbox = await entered(session, folder, anew=True)
        mime, identity = compose_note(note, token, self._address)
        uid = await appended_before(session, token, None)
        if uid is None:
            uid = await append(session, folder, mailbox, mime, {SEEN}, token, None)
        return Stood(mailbox.key(uid), identity, note)

    async def _change_note(
        self, session: Session, folder: MirroredFolder, known: Known, old: Note, new: Note, token: str
    ) -> Stood:
        """Put a note in the place of the old one, with what else that holds.

        Raises Stale, and Refused where the old one has to stay: what it was to be is another note then.
        """
        if msgspec.structs.replace(new, categories=old.categories) == old:
            return Stood(known.key, known.tag)
        mailbox = await entered(session, folder, anew=True)
        require_deletable(mailbox)
        there = key_in(mailbox, known).uid
        uid = await appended_before(session, token, None)
        if uid is None:
            if await flags_there(session, there) is None:
                raise Stale(known.key)
            try:
                mime = await section(session, there, "", None)
            except KeyError:
                raise Stale(known.key) from None
            try:
                mime = await asyncio.to_thread(edited, mime, new, token, self._address)
            except NotEditable as error:
                copied = hashlib.sha256(token.encode()).hexdigest()[:32]
                await self._add_note(session, folder, new, copied)
                raise Refused(
                    f"the note stays, and what it was to be is a note of its own: {error}"
                ) from error
            uid = await append(session, folder, mailbox, mime, {SEEN}, token, None)
        await expunge(session, there)
        return Stood(mailbox.key(uid), known.tag, new)

    async def found(
        self, session: Session, folder: MirroredFolder, item: Item, *, new: bool = False
    ) -> str | None:
        """The key of a message in the mailbox that it was moved to; ``new``: only if it came there after
        the mirror was brought up to date.
        """
        mailbox = await entered(session, folder, anew=True)
        if not isinstance(item, Message) or item.index is None or item.date_received is None:
            return None
        day = timedelta(days=1)
        criteria: list[str | Text | bytes] = [
            *("SINCE", search_date(item.date_received - day)),
            *("BEFORE", search_date(item.date_received + 2 * day)),
            *("LARGER", str(item.index.size - 1), "SMALLER", str(item.index.size + 1)),
        ]
        place = read_place(folder.state)
        if new and place is not None and place.uid_validity == mailbox.uid_validity:
            criteria += ["UID", f"{place.uid_next}:*"]
        if item.message_id is not None:
            criteria += ["HEADER", "MESSAGE-ID", Text(item.message_id)]
        found = [*(await session.uid_search([*criteria, "UNDELETED"])).uids.ranges]
        if new and place is not None:
            found = [one for one in found if one[1] >= place.uid_next]  # n:* is the last one at least
        return mailbox.key(found[-1][1]) if found else None


def key_in(mailbox: Mailbox, known: Known) -> MessageKey:
    """The key of a message under the UIDVALIDITY of its mailbox. Raises Stale."""
    key = read_key(known.key)
    if key.uid_validity != mailbox.uid_validity:
        raise Stale(known.key)
    return key


async def append(
    session: Session,
    folder: MirroredFolder,
    mailbox: Mailbox,
    mime: bytes,
    flags: set[str],
    token: str,
    received: datetime | None,
) -> int:
    """Append a message to the selected mailbox; its UID."""
    stood = await session.append(folder.path, mime, sorted(flags), received)
    if stood is not None and stood.uid_validity == mailbox.uid_validity:
        return stood.uid
    await session.noop()
    uid = await appended_before(session, token, received)
    if uid is None:
        raise MailboxUnavailable("the IMAP server took a message and does not have it")
    return uid


def require_deletable(mailbox: Mailbox) -> None:
    """Raise Refused where nothing may be deleted: some servers say OK to that and do nothing."""
    if not mailbox.permanent.holds(DELETED):
        raise Refused("no message may be deleted from the mailbox on the IMAP server")


async def expunge(session: Session, uid: int) -> None:
    """Remove a message of the selected mailbox. Raises Refused where the server leaves it as it is.

    Where the server cannot expunge one alone it is only marked, so that nobody's other messages go with
    it; what is marked is not shown to phones.
    """
    flags = await stored(session, uid, Change.ADD, [DELETED])
    if flags is None:
        if await flags_there(session, uid) is not None:
            raise Refused("the IMAP server did not mark a message as deleted")
    elif DELETED not in flags:
        raise Refused("the IMAP server did not mark a message as deleted")
    try:
        await session.uid_expunge(UidSet([uid]))
    except NotOffered:
        _log.info("message only marked as deleted, for the IMAP server has no UIDPLUS")
    except CommandFailed:
        _log.info("message only marked as deleted, for the IMAP server does not expunge it")


async def stored(session: Session, uid: int, change: Change, names: Collection[str]) -> frozenset[str] | None:
    """Change the flags of a message; those that the server says it has then, None where it says nothing."""
    result = await session.uid_store(UidSet([uid]), change, names)
    return next((one.flags for one in reversed(result.changed) if one.uid == uid), None)


async def flags_there(session: Session, uid: int) -> frozenset[str] | None:
    """The flags of a message of the selected mailbox; None where it is gone or marked as deleted.

    Raises ImapError, MailboxUnavailable.
    """
    found: frozenset[str] | None = None

    def take(result: FetchResult) -> None:
        nonlocal found
        if result.uid == uid and result.flags is not None and DELETED not in result.flags:
            found = result.flags

    summary = await session.uid_fetch(UidSet([uid]), ("FLAGS",), take)
    if summary.refused:
        raise MailboxUnavailable(NOT_TOLD)
    return found
