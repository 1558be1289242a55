"""Messages as the cheapest FETCH tells of them, and what the mirror makes of that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from overair.imap.responses import FetchResult
from overair.items import Item, Message, Note
from overair.items.mail.flag import NO_FLAG
from overair.mailboxes.gateway.backend import Upsert
from overair.mailboxes.gateway.mail.flags import Permanent, signature, with_flags
from overair.mailboxes.gateway.mail.message_key import MessageKey

FLAGS_ALONE: Final = ("FLAGS",)
OVERVIEW: Final = ("FLAGS", "INTERNALDATE")
"""Nothing for which many servers have to read the message itself, as for its size."""
NAMED: Final = "HEADER.FIELDS (MESSAGE-ID)"
WITH_NAMES: Final = (*OVERVIEW, "RFC822.SIZE", f"BODY.PEEK[{NAMED}]")
"""With what a message is known by that has another UID now."""
NO_DATE: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Mailbox(msgspec.Struct, frozen=True):
    """What of a selected mailbox decides how its messages are shown."""

    uid_validity: int
    permanent: Permanent
    in_drafts: bool = False

    def key(self, uid: int) -> str:
        """The key of a message there."""
        return str(MessageKey(self.uid_validity, uid))


class Sight(msgspec.Struct, frozen=True):
    """A message as an overview shows it."""

    uid: int
    flags: frozenset[str]
    received: datetime = NO_DATE
    size: int = 0
    message_id: str | None = None


def sight_of(result: FetchResult) -> Sight | None:
    """What a FETCH says of a message; None where it does not say which one, or nothing of its flags."""
    if result.uid is None or result.flags is None:
        return None
    header = b"".join(
        data for section, data in result.sections.items() if section.upper().startswith("HEADER.FIELDS")
    )
    return Sight(
        uid=result.uid,
        flags=result.flags,
        received=received_at(result.internal_date),
        size=result.size or 0,
        message_id=named(header),
    )


def received_at(internal_date: datetime | None) -> datetime:
    """INTERNALDATE in UTC; long ago where the server's cannot be read."""
    if internal_date is None:
        return NO_DATE
    try:
        return internal_date.astimezone(UTC)
    except (OverflowError, ValueError):
        return NO_DATE


def named(header: bytes) -> str | None:
    """The Message-ID in a header that holds no other field."""
    start = header.find(b"<")
    end = header.find(b">", start)
    if start < 0 or end < 0:
        return None
    found = header[start : end + 1]
    return None if b" " in found or len(found) > 900 else found.decode("utf-8", "replace")


def stub(sight: Sight) -> Message:
    """A message of which nothing but its overview is known."""
    return Message(date_received=sight.received, read=False, flag=NO_FLAG, categories=(), is_draft=False)


def upsert(
    mailbox: Mailbox,
    sight: Sight,
    *,
    whole: Item | None = None,
    earlier: str | None = None,
    renewed: bool = False,
) -> Upsert:
    """A message as the mirror is to have it.

    ``whole`` is its content where that was brought along. ``renewed``: what the mirror has under
    ``earlier`` is an older form of it, of which only what flags cannot say is kept.
    """

    def make(old: Item | None) -> Item:
        if isinstance(whole, Note):
            return whole
        before = old if isinstance(old, Message) else None
        if before is not None and before.index is not None and not renewed:
            content = before
        elif isinstance(whole, Message):
            content = whole
        else:
            content = stub(sight) if before is None or renewed else before
        return with_flags(content, sight.flags, before, mailbox.permanent, in_drafts=mailbox.in_drafts)

    return Upsert(mailbox.key(sight.uid), signature(sight.flags), make, earlier)
