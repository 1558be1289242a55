"""Sending: SendMail, SmartReply, SmartForward."""

from __future__ import annotations

from uuid import uuid4

from overair.client.errors import StatusError
from overair.client.session import Session
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.schema import Record
from overair.protocol.send_mail import (
    SendMailRequest,
    SendMailResponse,
    SmartForwardRequest,
    SmartForwardResponse,
    SmartReplyRequest,
    SmartReplyResponse,
    Source,
)
from overair.versions import Version


def new_client_id() -> str:
    """A ClientId that no other message has."""
    return uuid4().hex


class MailCommands(Session):
    """Sending messages, as bare MIME up to 12.1 and inside of WBXML from 14.0 on.

    A message that is sent again with the same ``client_id`` is not sent twice.
    """

    async def send_mail(
        self, mime: bytes, *, save_in_sent_items: bool = True, client_id: str | None = None
    ) -> None:
        """Send a message. Raises StatusError or HttpError where it was not sent."""
        if await self.version() < Version.V14_0:
            await self._send_mime(Command.SEND_MAIL, mime, None, save_in_sent_items)
            return
        request = SendMailRequest(
            client_id=client_id or new_client_id(), save_in_sent_items=save_in_sent_items, mime=mime
        )
        await self._compose(Command.SEND_MAIL, request, SendMailResponse)

    async def smart_reply(
        self,
        mime: bytes,
        source: Source,
        *,
        replace_mime: bool = False,
        save_in_sent_items: bool = True,
        client_id: str | None = None,
    ) -> None:
        """Send a reply; the server adds the original unless ``replace_mime``."""
        await self._send_smart(
            SmartReplyRequest(
                client_id=client_id or new_client_id(),
                source=source,
                save_in_sent_items=save_in_sent_items,
                replace_mime=replace_mime,
                mime=mime,
            ),
            mime,
        )

    async def smart_forward(
        self,
        mime: bytes,
        source: Source,
        *,
        replace_mime: bool = False,
        save_in_sent_items: bool = True,
        client_id: str | None = None,
    ) -> None:
        """Forward a message; the server adds the original unless ``replace_mime``."""
        await self._send_smart(
            SmartForwardRequest(
                client_id=client_id or new_client_id(),
                source=source,
                save_in_sent_items=save_in_sent_items,
                replace_mime=replace_mime,
                mime=mime,
            ),
            mime,
        )

    async def _send_smart(self, request: SmartReplyRequest | SmartForwardRequest, mime: bytes) -> None:
        reply = isinstance(request, SmartReplyRequest)
        command = Command.SMART_REPLY if reply else Command.SMART_FORWARD
        if await self.version() < Version.V14_0:
            await self._send_mime(command, mime, request.source, request.save_in_sent_items)
        else:
            await self._compose(command, request, SmartReplyResponse if reply else SmartForwardResponse)

    async def _compose(
        self,
        command: Command,
        request: Record,
        response: type[SendMailResponse | SmartReplyResponse | SmartForwardResponse],
    ) -> None:
        answer = await self.call(command, request, response)
        if answer is not None and answer.status is not None:
            raise StatusError(command, answer.status)

    async def _send_mime(
        self, command: Command, mime: bytes, source: Source | None, save_in_sent_items: bool
    ) -> None:
        async def once() -> None:
            await self.post(
                command,
                mime,
                content_type=MIME_TYPE,
                save_in_sent=save_in_sent_items,
                collection_id=source.folder_id if source else None,
                item_id=source.item_id if source else None,
                long_id=source.long_id if source else None,
                occurrence=source.instance_id if source else None,
            )

        await self.provisioned(once)
