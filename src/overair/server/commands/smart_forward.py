"""SmartForward (MS-ASCMD 2.2.1.19)."""

from __future__ import annotations

import re
from typing import Final

from overair.items.body import Body
from overair.protocol import http
from overair.protocol.schema import Problem, SchemaError
from overair.protocol.send_mail import Forwardee, SmartForwardRequest
from overair.protocol.statuses import CommonStatus
from overair.server.answering import Answer, Invitation, send
from overair.server.commands import send_mail
from overair.server.commands.command import Command
from overair.server.commands.send_mail import mime_of
from overair.server.context import Context
from overair.server.responses import Outcome, Refused
from overair.server.sources import source_of
from overair.server.submitting import require_plain_sending
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, ComposeMail

_INVITING: Final = frozenset(
    (
        *(ComposeMail.Forwardees, ComposeMail.Forwardee, ComposeMail.Email, ComposeMail.Name),
        *(AirSyncBase.Body, AirSyncBase.Type, AirSyncBase.Data),
    )
)
"""Elements whose breach of the schema has a status of its own (MS-ASCMD_R7470)."""
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()@]{1,64}@[^\s<>,;:\"()@]{1,255}")


async def handle(context: Context, message: SmartForwardRequest) -> Outcome:
    """Forward a message with all that it has; or an event, perhaps by a message of the server's own."""
    require_plain_sending(message.account_id, None)
    invitation = _invitation(message)
    require_plain_sending(None, message.template_id)
    if invitation is None and message.mime is None:
        refuse(SchemaError(ComposeMail.Mime, Problem.MISSING))
    answer = Answer(
        message.source,
        is_reply=False,
        mime=message.mime,
        invitation=invitation,
        client_id=message.client_id,
        # What the server composed its user finds there, too, who has no copy and cannot ask for one.
        save_in_sent=message.save_in_sent_items or invitation is not None,
        replace_mime=message.replace_mime,
    )
    await send(context, answer)
    return None


def _invitation(message: SmartForwardRequest) -> Invitation | None:
    """Whom an event is forwarded to, with what words; None for a client's own message. Raises Refused."""
    if not message.forwardees and message.body is None:
        return None
    if message.mime is not None or message.save_in_sent_items or message.replace_mime or message.template_id:
        # MS-ASCMD_R7176, R7467, R7468
        raise Refused(CommonStatus.INVALID_MIME_BODY_COMBINATION, "Forwardees or a Body beside a message")
    if not message.forwardees:
        raise Refused(CommonStatus.MESSAGE_HAS_NO_RECIPIENT, "no Forwardees")
    body = None if message.body is None else Body(type=message.body.type, data=message.body.data)
    return Invitation(tuple(map(_person, message.forwardees)), body)


def _person(forwardee: Forwardee) -> tuple[str, str]:
    if _ADDRESS.fullmatch(forwardee.email) is None or not forwardee.email.isprintable():
        raise Refused(CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED, "a Forwardee has no address")
    return forwardee.name or "", forwardee.email


async def handle_mime(context: Context) -> Outcome:
    """Up to 12.1 the body is the new message, and the query says what it passes on."""
    request = context.request
    answer = Answer(
        source_of(request), is_reply=False, mime=mime_of(context), save_in_sent=request.save_in_sent
    )
    await send(context, answer)
    return None


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4817, R7470)."""
    if error.tag in _INVITING:
        raise Refused(CommonStatus.INVALID_SMART_FORWARD_PARAMETERS, str(error))
    return send_mail.refuse(error)


COMMAND: Final = Command(
    http.Command.SMART_FORWARD,
    SmartForwardRequest,
    handle,
    refuse,
    handle_raw=handle_mime,
    since=Version.V14_0,
)
