"""GetAttachment, up to 12.1 (MS-ASCMD 2.2.1.7)."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.statuses import CommonStatus
from overair.server.attachments import NoSuchAttachment, read_attachment
from overair.server.commands.command import RawCommand
from overair.server.context import Context
from overair.server.responses import HttpError, Outcome, Refused, Reply


async def handle(context: Context) -> Outcome:
    """The bytes of an attachment under its own media type."""
    name = context.request.attachment_name
    if not name:
        raise Refused(CommonStatus.INVALID_CONTENT, "there is no AttachmentName")
    try:
        found = await read_attachment(context, name)
    except NoSuchAttachment as error:
        raise HttpError(http.HttpStatus.INTERNAL_SERVER_ERROR, str(error)) from None  # MS-ASCMD_R166
    await context.claim.take(len(found.data))
    return Reply(body=found.data, content_type=found.content_type)


COMMAND: Final = RawCommand(http.Command.GET_ATTACHMENT, handle)
