"""Answering and forwarding what is in a mailbox, as phones of each version do it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.policy import default as policy
from typing import Any

from overair.items import Item, Message
from overair.mailboxes.interface import FolderType, Session, StoredItem
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.send_mail import SmartForwardRequest, SmartReplyRequest, Source
from overair.versions import Version
from support.mailboxes import deliver, messages_in
from support.phone import Answer, Phone, letter
from support.server import ANNA, BEN, DOMAIN, RunningServer

CARL = f"carl@{DOMAIN}"
USERS = {ANNA: "Anna Ámund", BEN: "Ben Beck", CARL: "Carl Cole"}


def original(subject: str, **headers: str) -> EmailMessage:
    """A message from Ben to Anna and Carl, with a file."""
    message = letter(subject, ANNA, "What do you think?", From=f"Ben Beck <{BEN}>", Cc=CARL, **headers)
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@x.net>"
    message.add_attachment(b"%PDF-1.7 plan", maintype="application", subtype="pdf", filename="plan.pdf")
    return message


def answering(to: str, text: str = "I think so.", **headers: str) -> EmailMessage:
    """What a phone writes above it."""
    return letter("Re", to, text, From=ANNA, **headers)


def smart(
    phone: Phone,
    command: Command,
    mime: EmailMessage | bytes,
    source: Source,
    client_id: str = "1",
    *,
    save: bool = False,
    **fields: Any,
) -> Answer:
    """Send a reply or forward as the phone's version does it."""
    data = mime if isinstance(mime, bytes) else mime.as_bytes(policy=SMTP)
    if phone.version < Version.V14_0:
        return phone.post(
            command,
            data,
            content_type=MIME_TYPE,
            save_in_sent=save,
            collection_id=source.folder_id,
            item_id=source.item_id,
            long_id=source.long_id,
            occurrence=source.instance_id,
        )
    message = SmartReplyRequest if command is Command.SMART_REPLY else SmartForwardRequest
    request = message(client_id=client_id, source=source, mime=data, save_in_sent_items=save, **fields)
    return phone.post(command, request)


def sent(answer: Answer) -> None:
    """Success is an empty answer."""
    assert (answer.status, answer.body) == (200, b"")


def refused(answer: Answer, status: int, http: int) -> None:
    """A status, up to 12.1 of HTTP."""
    if answer.version < Version.V14_0:
        assert answer.status == http
    else:
        assert answer.common_status == status


def inbox(server: RunningServer, address: str) -> list[EmailMessage]:
    found = messages_in(server, address, FolderType.INBOX)
    return [message_from_bytes(mime, policy=policy) for mime in found]


def delivered(server: RunningServer, subject: str, **headers: str) -> Source:
    """A message in Anna's Inbox."""
    folder_id, item_id = deliver(server, original(subject, **headers))
    return Source(folder_id=folder_id, item_id=item_id)


def stored(server: RunningServer, source: Source) -> Message:
    """The item of a source as it is now."""
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work(session: Session) -> Message:
        [found] = await session.read(str(source.folder_id), [str(source.item_id)])
        assert found is not None
        assert isinstance(found.item, Message)
        return found.item

    return server.call(lambda: mailbox.inspect(work))


def removed(server: RunningServer, source: Source) -> None:
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work(session: Session) -> None:
        await session.remove(str(source.folder_id), str(source.item_id))

    server.call(lambda: mailbox.transact(work))


def put(server: RunningServer, folder_type: FolderType, item: Item) -> Source:
    """An item in a default folder of Anna's."""
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work(session: Session) -> StoredItem:
        return await session.add((await session.folder_of_type(folder_type)).folder_id, item)

    made = server.call(lambda: mailbox.transact(work))
    return Source(folder_id=made.folder_id, item_id=made.item_id)
