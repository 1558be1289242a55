"""Sending: SendMail, SmartReply, SmartForward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict, TypeVar, Unpack
from uuid import uuid4

from overair.client.errors import StatusError
from overair.client.session import Session
from overair.protocol.body_preferences import BodyType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.send_mail import (
    ForwardBody,
    Forwardee,
    SendMailRequest,
    SendMailResponse,
    SmartForwardRequest,
    SmartForwardResponse,
    SmartReplyRequest,
    SmartReplyResponse,
    Source,
)
from overair.versions import Version

Smart = TypeVar("Smart", SmartReplyRequest, SmartForwardRequest)
Sending = SendMailRequest | SmartReplyRequest | SmartForwardRequest
_RESPONSES: Final[dict[Command, type[SendMailResponse | SmartReplyResponse | SmartForwardResponse]]] = {
    Command.SEND_MAIL: SendMailResponse,
    Command.SMART_REPLY: SmartReplyResponse,
    Command.SMART_FORWARD: SmartForwardResponse,
}


class SmartOptions(TypedDict, total=False):
    """What a reply or a forward may say besides."""

    replace_mime: bool
    """The message is whole already; False where it is left out."""
    save_in_sent_items: bool
    """True where it is left out."""
    client_id: str | None
    """A new one where it is left out."""


def new_client_id() -> str:
    """A ClientId that no other message has."""
    return uuid4().hex


class MailCommands(Session):
    """Sending messages, as bare MIME up to 12.1 and inside of WBXML from 14.0 on.

    A message that is sent again with the same ``client_id`` is not sent twice. All raise StatusError or
    HttpError where it was not sent.
    """

    async def send_mail(
        self, mime: bytes, *, save_in_sent_items: bool = True, client_id: str | None = None
    ) -> None:
        """Send a message."""
        request = SendMailRequest(
            client_id=client_id or new_client_id(), save_in_sent_items=save_in_sent_items, mime=mime
        )
        await self._send(Command.SEND_MAIL, request)

    async def smart_reply(self, mime: bytes, source: Source, **options: Unpack[SmartOptions]) -> None:
        """Send a reply; the server adds the original unless ``replace_mime``."""
        await self._send(Command.SMART_REPLY, _request(SmartReplyRequest, mime, source, options))

    async def smart_forward(self, mime: bytes, source: Source, **options: Unpack[SmartOptions]) -> None:
        """Forward a message or an event; the server adds the original unless ``replace_mime``."""
        await self._send(Command.SMART_FORWARD, _request(SmartForwardRequest, mime, source, options))

    async def forward_event(
        self, source: Source, forwardees: Sequence[Forwardee], text: str = "", *, client_id: str | None = None
    ) -> None:
        """Forward an event by a message that the server composes, from 16.0 on.

        Raises ValueError in older versions.
        """
        if await self.version() < Version.V16_0:
            raise ValueError("before 16.0 an event is forwarded with a message: use smart_forward")
        request = SmartForwardRequest(
            client_id=client_id or new_client_id(),
            source=source,
            forwardees=tuple(forwardees),
            body=ForwardBody(type=BodyType.PLAIN_TEXT, data=text) if text else None,
        )
        await self._send(Command.SMART_FORWARD, request)

    async def _send(self, command: Command, request: Sending) -> None:
        if await self.version() >= Version.V14_0:
            answer = await self.call(command, request, _RESPONSES[command])
            if answer is not None and answer.status is not None:
                raise StatusError(command, answer.status)
            return
        source = None if isinstance(request, SendMailRequest) else request.source
        if not isinstance(request, SendMailRequest) and request.replace_mime:
            command, source = Command.SEND_MAIL, None  # the query has no word for a message that is whole

        async def once() -> None:
            await self.post(
                command,
                request.mime or b"",
                content_type=MIME_TYPE,
                save_in_sent=request.save_in_sent_items,
                collection_id=source.folder_id if source else None,
                item_id=source.item_id if source else None,
                long_id=source.long_id if source else None,
                occurrence=source.instance_id if source else None,
            )

        await self.provisioned(once)


def _request(kind: type[Smart], mime: bytes, source: Source, options: SmartOptions) -> Smart:
    return kind(
        client_id=options.get("client_id") or new_client_id(),
        source=source,
        save_in_sent_items=options.get("save_in_sent_items", True),
        replace_mime=options.get("replace_mime", False),
        mime=mime,
    )
