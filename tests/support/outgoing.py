"""Accounts with a way out to another server, on a clock that tests put forward."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.policy import default as policy
from pathlib import Path
from typing import Any

from overair.delivery import queue
from overair.delivery.elsewhere import Elsewhere
from overair.delivery.queue import Outgoing, Recipient
from overair.delivery.relay import Relay
from overair.delivery.sent_mail import SendLimits
from overair.delivery.smtp_settings import Smtp
from overair.delivery.transport import Transport
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType
from sync.world import Clock, World, world

DOMAIN = "example.org"


@dataclass
class Office:
    """Anna and Ben, and their way out."""

    there: World
    transport: Transport
    elsewhere: Elsewhere
    clock: Clock

    async def send(
        self, *recipients: str, mime: bytes | None = None, name: str = "anna", **fields: str
    ) -> None:
        """Submit a message and set it off; local recipients have it then."""
        mime = mime or letter(*recipients, **fields)
        prepared = self.transport.prepare(self.there.users[name], mime, save_in_sent=True)
        await self.there.mailbox(name).transact(lambda session: self.transport.enqueue(session, prepared))
        await self.transport.deliver_waiting()

    async def attempt(self, **later: float) -> None:
        """Let time pass, and have everything attempted that is due."""
        self.clock.forward(**later)
        await self.elsewhere.attempt_due()

    async def queued(self) -> list[tuple[Outgoing, tuple[Recipient, ...]]]:
        """What is in the queue."""
        found = await self.there.storage.database.read(
            lambda transaction: queue.listed(transaction, 0, 10_000)
        )
        return [
            (
                one,
                await self.there.storage.database.read(
                    lambda transaction, key=one.message_key: queue.recipients_of(transaction, key)  # type: ignore[misc]  # bound now
                ),
            )
            for one in found
        ]

    async def inbox(self, name: str = "anna", folder: FolderType = FolderType.INBOX) -> list[EmailMessage]:
        """The messages in a folder, the oldest first."""
        items = await self.there.items(await self.there.folder(folder, name), name)
        found = []
        for item in reversed(items.values()):
            assert isinstance(item, Message)
            assert item.blob is not None
            parsed = message_from_bytes(self.there.storage.blobs.read(item.blob), policy=policy)
            assert isinstance(parsed, EmailMessage)
            found.append(parsed)
        return found


def letter(*recipients: str, body: str = "Hello\r\n", **fields: str) -> bytes:
    """A small message from Anna."""
    message = EmailMessage(policy=SMTP)
    values = {"From": f"anna@{DOMAIN}", "To": ", ".join(recipients), "Subject": "Greetings"} | fields
    for name, value in values.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


@asynccontextmanager
async def office(
    directory: Path, port: int, *, limits: SendLimits | None = None, **smtp: Any
) -> AsyncIterator[Office]:
    """The accounts with the server at a port as their way out; without TLS unless ``smtp`` says so."""
    async with world(directory, listed=True) as there:
        clock = there.clock
        values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "tls": "none", "timeout": 10.0}
        settings = Smtp(**(values | smtp))
        settings.check()
        elsewhere = Elsewhere(there.delivery, Relay(settings, DOMAIN), DOMAIN, clock)
        transport = Transport(there.delivery, DOMAIN, limits or SendLimits(), elsewhere, clock)
        try:
            yield Office(there, transport, elsewhere, clock)
        finally:
            await transport.close()


def statuses(report: EmailMessage) -> list[dict[str, str]]:
    """The groups of a report's delivery status (RFC 3464), the first about the message."""
    part = next(part for part in report.walk() if part.get_content_type() == "message/delivery-status")
    groups = part.get_payload()
    assert isinstance(groups, list)
    return [dict(group.items()) for group in groups]  # type: ignore[union-attr]  # the parser makes messages of them
