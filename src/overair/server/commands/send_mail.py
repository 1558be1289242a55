"""SendMail (MS-ASCMD 2.2.1.17)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final, NamedTuple

from overair.delivery.submission import message_id
from overair.devices.remembered import Kind, recall, remember
from overair.mailboxes.interface import Session
from overair.protocol import http
from overair.protocol.schema import SchemaError
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.statuses import CommonStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.sync.submission import SubmissionRefused
from overair.versions import Version


async def handle(context: Context, message: SendMailRequest) -> Outcome:
    """Send a message; one whose ClientId is known was sent before (MS-ASCMD_R4848)."""
    if message.account_id is not None:
        # The one account that a user has here has no AccountId (MS-ASCMD_R724, R729).
        raise Refused(CommonStatus.INVALID_ACCOUNT_ID, "there is no such AccountId")
    if message.template_id is not None:
        raise Refused(CommonStatus.IRM_FEATURE_DISABLED, "rights management is not served")
    name = f"client-id {message.client_id}"
    content = await asyncio.to_thread(_name_of, message.mime)
    names = _Names(known=(name, content), kept=(name, f"sent {content}"))
    if not await _send(context, message.mime, names, save_in_sent=message.save_in_sent_items):
        raise Refused(CommonStatus.MESSAGE_PREVIOUSLY_SENT, "the ClientId was used before")
    return None


async def handle_mime(context: Context) -> Outcome:
    """Up to 12.1 the body is the message; it is known again by its Message-ID or content."""
    request, mime = context.request, context.request.body
    if request.content_type != http.MIME_TYPE or not mime:
        raise Refused(CommonStatus.INVALID_CONTENT, f"Content-Type {request.content_type[:40]!r}")
    content = await asyncio.to_thread(_name_of, mime)
    names = _Names(known=(content, f"sent {content}"), kept=(content,))
    await _send(context, mime, names, save_in_sent=request.save_in_sent)
    return None


class _Names(NamedTuple):
    """By what a message is known again when it is repeated, and by what it will be known.

    A phone that takes another version of the protocol has the same outbox, so each way knows what was
    sent the other way.
    """

    known: tuple[str, ...]
    kept: tuple[str, ...]


def _name_of(mime: bytes) -> str:
    """By what a message without ClientId is known again."""
    found = message_id(mime)
    return f"message-id {found}" if found else f"content {hashlib.sha256(mime).hexdigest()}"


async def _send(context: Context, mime: bytes, names: _Names, *, save_in_sent: bool) -> bool:
    """Send once: False where it was done before. The message is delivered when this returns."""
    transport = context.services.transport
    device_key = context.device.device_key
    try:
        async with context.services.delivery.turn(len(mime)):
            prepared = await asyncio.to_thread(
                transport.prepare, context.user, mime, save_in_sent=save_in_sent
            )
    except SubmissionRefused as error:
        raise Refused(error.status, str(error)) from None

    async def work(session: Session) -> bool:
        for name in names.known:
            if await recall(session.transaction, device_key, Kind.SEND_MAIL, name) is not None:
                return False
        for name in names.kept:
            await remember(session.transaction, device_key, Kind.SEND_MAIL, name)
        await transport.enqueue(session, prepared)
        return True

    sent = await context.mailbox.transact(work)
    await transport.deliver_waiting()
    return sent


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4817)."""
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(
    http.Command.SEND_MAIL, SendMailRequest, handle, refuse, handle_raw=handle_mime, since=Version.V14_0
)
