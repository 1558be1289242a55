"""Looking into a running server's mailboxes, and putting mail there."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from overair.items import Message
from overair.mailboxes.interface import FolderType, Session, View
from support.server import ANNA, RunningServer


def deliver(server: RunningServer, message: EmailMessage) -> tuple[str, str]:
    """Deliver to Anna; returns the Inbox's id and the new item's."""
    server.deliver(ANNA, message.as_bytes(policy=SMTP))
    return newest(server, FolderType.INBOX)


def newest(server: RunningServer, folder_type: FolderType) -> tuple[str, str]:
    folder_id, items = listed(server, folder_type)
    return folder_id, max(items, key=lambda item_id: int(item_id.partition(":")[2]))


def listed(server: RunningServer, folder_type: FolderType) -> tuple[str, list[str]]:
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work(session: Session) -> tuple[str, list[str]]:
        folder = (await session.folder_of_type(folder_type)).folder_id
        changes = await session.changes(folder, View(), await session.start(folder), 10_000)
        return folder, [change.item_id for change in changes.items]

    return server.call(lambda: mailbox.inspect(work))


def messages_in(server: RunningServer, address: str, folder_type: FolderType) -> list[bytes]:
    """The MIME bytes of the messages of a default folder."""
    mailbox = server.application.services.mailbox(server.users[address].account_id)

    async def work(session: Session) -> list[bytes]:
        folder = await session.folder_of_type(folder_type)
        start = await session.start(folder.folder_id)
        changes = await session.changes(folder.folder_id, View(), start, 10_000)
        found = await session.read(folder.folder_id, [change.item_id for change in changes.items])
        items = [stored.item for stored in found if stored is not None]
        return [mailbox.blobs.read(item.blob) for item in items if isinstance(item, Message) and item.blob]

    return server.call(lambda: mailbox.inspect(work))
