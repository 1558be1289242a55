"""SmartReply (MS-ASCMD 2.2.1.20)."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.send_mail import SmartReplyRequest
from overair.server.answering import Answer, send
from overair.server.commands.command import Command
from overair.server.commands.send_mail import mime_of, refuse
from overair.server.context import Context
from overair.server.responses import Outcome
from overair.server.sources import source_of
from overair.server.submitting import require_plain_sending
from overair.versions import Version


async def handle(context: Context, message: SmartReplyRequest) -> Outcome:
    """Send a reply, with what it answers below it unless the client says that it is whole."""
    require_plain_sending(message.account_id, message.template_id)
    answer = Answer(
        message.source,
        is_reply=True,
        mime=message.mime,
        client_id=message.client_id,
        save_in_sent=message.save_in_sent_items,
        replace_mime=message.replace_mime,
    )
    await send(context, answer)
    return None


async def handle_mime(context: Context) -> Outcome:
    """Up to 12.1 the body is the reply, and the query says what it answers."""
    request = context.request
    answer = Answer(
        source_of(request), is_reply=True, mime=mime_of(context), save_in_sent=request.save_in_sent
    )
    await send(context, answer)
    return None


COMMAND: Final = Command(
    http.Command.SMART_REPLY, SmartReplyRequest, handle, refuse, handle_raw=handle_mime, since=Version.V14_0
)
