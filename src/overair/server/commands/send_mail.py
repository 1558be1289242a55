"""SendMail (MS-ASCMD 2.2.1.17)."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.schema import SchemaError
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.statuses import CommonStatus
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.server.submitting import names_of, require_new, require_plain_sending, submit
from overair.versions import Version


async def handle(context: Context, message: SendMailRequest) -> Outcome:
    """Send a message; one whose ClientId is known was sent before (MS-ASCMD_R4848)."""
    require_plain_sending(message.account_id, message.template_id)
    return await _send(context, message.mime, message.client_id, save_in_sent=message.save_in_sent_items)


async def handle_mime(context: Context) -> Outcome:
    """Up to 12.1 the body is the message; it is known again by its Message-ID or content."""
    return await _send(context, mime_of(context), None, save_in_sent=context.request.save_in_sent)


def mime_of(context: Context) -> bytes:
    """The message that is a request's body. Raises Refused."""
    request = context.request
    if request.content_type != http.MIME_TYPE or not request.body:
        raise Refused(CommonStatus.INVALID_CONTENT, f"Content-Type {request.content_type[:40]!r}")
    return request.body


async def _send(context: Context, mime: bytes, client_id: str | None, *, save_in_sent: bool) -> Outcome:
    names = await names_of(client_id, mime)
    sent = await submit(context, names, lambda: mime, len(mime), save_in_sent=save_in_sent)
    require_new(context, sent=sent)
    return None


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4817)."""
    raise Refused(CommonStatus.INVALID_XML, str(error))


COMMAND: Final = Command(
    http.Command.SEND_MAIL, SendMailRequest, handle, refuse, handle_raw=handle_mime, since=Version.V14_0
)
