"""SmartReply and SmartForward: composing the message, sending it, and noting it with its source."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from overair.items import Event, Message
from overair.items.author import Author
from overair.items.body import Body
from overair.items.mail.header_fields import HeaderError, RawHeader
from overair.items.mail.headers import Headers, undecoded_addresses
from overair.items.mail.replying.composing import compose
from overair.items.mail.replying.meetings import Person, message_of_event, original_of_event
from overair.items.mail.replying.original import Original, original_of, thread_of
from overair.items.mail.structure import parse
from overair.mailboxes.interface import NoSuchFolder, Session, StoredItem
from overair.protocol.send_mail import Source
from overair.protocol.statuses import CommonStatus
from overair.server.context import Context
from overair.server.partners import partner_of
from overair.server.responses import Refused
from overair.server.sources import Place, find, occurrence, place_of, size_of_source
from overair.server.submitting import Names, names_of, require_new, submit, was_sent
from overair.sync.submission import SubmissionRefused

COPIES: Final = 4
"""How often the bytes of a source and of the client's message are held at once while one is composed."""
TEXT_COPIES: Final = 12
"""How often what is quoted, as text and as HTML, is held at once beside that."""

_FAILED: Final = {
    True: CommonStatus.MESSAGE_REPLY_FAILED,
    False: CommonStatus.MAIL_SUBMISSION_FAILED,
}
"""What is said of a reply, and of a forward, whose source has lost its bytes."""


class Verb(IntEnum):
    """The values of LastVerbExecuted (MS-ASEMAIL_R515 to R518)."""

    REPLY_TO_SENDER = 1
    REPLY_TO_ALL = 2
    FORWARD = 3


class Invitation(NamedTuple):
    """An event that the server forwards by a message of its own."""

    people: tuple[Person, ...]
    body: Body | None


class Answer(NamedTuple):
    """What a client asks to be sent, in whichever version."""

    source: Source
    is_reply: bool
    mime: bytes | None = None
    invitation: Invitation | None = None
    """In place of ``mime``."""
    client_id: str | None = None
    save_in_sent: bool = False
    replace_mime: bool = False
    """The client's message is whole: nothing of the original goes into it (MS-ASCMD_R3775)."""


async def send(context: Context, answer: Answer) -> None:
    """Send a reply or a forward. Raises Refused."""
    place = place_of(answer.source)
    names = await names_of(answer.client_id, answer.mime, place.name)

    async def look(session: Session) -> StoredItem | None:
        # First of all: the source may be gone since the message was sent.
        return None if await was_sent(session, context, names) else await find(session, place)

    stored = await context.mailbox.inspect(look)
    sent = stored is not None and await _send(context, answer, names, stored, place)
    require_new(context, sent=sent)


async def _send(context: Context, answer: Answer, names: Names, stored: StoredItem, place: Place) -> bool:
    author = partner_of(context).author(datetime.now(UTC))
    item = occurrence(stored.item, place, author)
    mime = answer.mime
    if mime is None:
        mime = _message_for(answer.invitation, item, author)
    composing = _Composing(context, answer, item, author)
    size = len(mime) + size_of_source(item)

    async def effect(session: Session) -> None:
        await _note(session, stored, composing.verb(mime), author.second)

    quoted = 0 if answer.replace_mime else _size_of_quoted(item)
    async with context.claim.for_now(COPIES * size + TEXT_COPIES * quoted):
        return await submit(
            context,
            names,
            lambda: composing.composed(mime),
            size,
            save_in_sent=answer.save_in_sent,
            effect=effect if isinstance(item, Message) else None,
        )


def _size_of_quoted(item: Message | Event) -> int:
    """Bytes of what of an item is quoted, as text and as HTML, which may be five times as long."""
    if not isinstance(item, Message) or item.index is None:
        return 0
    return item.index.text_size + item.index.html_size


def _message_for(invitation: Invitation | None, item: Message | Event, author: Author) -> bytes:
    """The message with which an event is forwarded. Raises Refused for another item (MS-ASCMD_R7177)."""
    if invitation is None or not isinstance(item, Event):
        raise Refused(CommonStatus.INVALID_SMART_FORWARD_PARAMETERS, "Forwardees are for events")
    return message_of_event(item, invitation.people, invitation.body, author)


class _Composing:
    """The making of one message."""

    def __init__(self, context: Context, answer: Answer, item: Message | Event, author: Author) -> None:
        self._context, self._answer, self._item, self._author = context, answer, item, author

    def composed(self, mime: bytes) -> bytes:
        """The message as it is sent; for a thread. Raises SubmissionRefused."""
        is_reply, whole = self._answer.is_reply, self._answer.replace_mime
        try:
            original = self._original(mime)
            made = compose(mime, original, self._author.now, is_reply=is_reply, with_original=not whole)
        except HeaderError as error:
            raise SubmissionRefused(CommonStatus.INVALID_MIME, str(error)) from None
        except KeyError as error:
            # The bytes of the source are gone for good.
            raise SubmissionRefused(_FAILED[is_reply], str(error)) from None
        limit = self._context.services.settings.limits.request_body
        if len(made) > limit:
            raise SubmissionRefused(
                CommonStatus.ATTACHMENT_IS_TOO_LARGE, f"{len(made)} bytes, the limit is {limit}"
            )
        return made

    def _original(self, mime: bytes) -> Original:
        blobs = self._context.mailbox.blobs
        if isinstance(self._item, Message):
            if self._answer.replace_mime:
                return Original(heading=(), text="", thread=thread_of(self._item, blobs))
            return original_of(self._item, blobs)
        header = header_of(mime)
        return original_of_event(self._item, blobs, self._author, header.addresses("To", "Cc"))

    def verb(self, mime: bytes) -> Verb:
        """What the client did with a message: it answered all if it wrote to any who had got it, too."""
        item = self._item
        if not self._answer.is_reply or not isinstance(item, Message):
            return Verb.FORWARD
        sender = {address.lower() for address in _addresses(item.from_, item.reply_to)}
        others = {
            address.lower()
            for address in _addresses(item.to, item.cc)
            if address.lower() not in sender and not self._context.user.owns(address)
        }
        written = {address.lower() for _, address in header_of(mime).addresses("To", "Cc", "Bcc")}
        return Verb.REPLY_TO_ALL if written & others else Verb.REPLY_TO_SENDER


def header_of(mime: bytes) -> Headers:
    """The header of a client's message. Raises HeaderError."""
    return Headers(parse(b"".join(field.lines for field in RawHeader(mime).fields) + b"\r\n"))


def _addresses(*lists: str | None) -> list[str]:
    return [address for _, address in undecoded_addresses([one for one in lists if one])]


async def _note(session: Session, stored: StoredItem, verb: Verb, now: datetime) -> None:
    """Note with a message what was done with it, if it is still there."""
    try:
        [current] = await session.read(stored.folder_id, [stored.item_id])
    except NoSuchFolder:
        return
    if current is not None and isinstance(current.item, Message):
        noted = msgspec.structs.replace(
            current.item, last_verb_executed=int(verb), last_verb_execution_time=now
        )
        await session.change(stored.folder_id, stored.item_id, noted)
