"""Mail to a running server by LMTP, and what becomes of it in its mailboxes."""

from __future__ import annotations

import smtplib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from overair.items import Item, Message
from overair.items.calendar.event import Event
from overair.items.mail.meeting_request import MeetingMessageType
from overair.mailboxes.interface import FolderType, Session, StoredItem, View
from support.server import ANNA, RunningServer

T = TypeVar("T")


@dataclass
class Post:
    """The way of the mail, and a look at what came of it."""

    server: RunningServer
    directory: Path

    def send(self, mime: bytes, *recipients: str, sender: str = "otto@example.net") -> None:
        """Deliver to Anna or to others; every one of them takes the message."""
        with smtplib.LMTP(str(self.directory / "lmtp.sock")) as lmtp:
            lmtp.ehlo("mail.example.org")
            lmtp.mail(sender)
            asked = recipients or (ANNA,)
            assert [lmtp.rcpt(recipient)[0] for recipient in asked] == [250] * len(asked)
            assert lmtp.docmd("DATA")[0] == 354
            lmtp.send(mime.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
            assert [lmtp.getreply()[0] for _ in asked] == [250] * len(asked)

    def do(self, work: Callable[[Session], Awaitable[T]], address: str = ANNA) -> T:
        """A unit of work on a mailbox."""
        mailbox = self.server.application.services.mailbox(self.server.users[address].account_id)
        return self.server.call(lambda: mailbox.transact(work))

    def stored(self, folder_type: FolderType, address: str = ANNA) -> list[StoredItem]:
        """What a default folder holds, in the order in which it came there."""

        async def work(session: Session) -> list[StoredItem]:
            folder = (await session.folder_of_type(folder_type)).folder_id
            changes = await session.changes(folder, View(), await session.start(folder), 10_000)
            ids = sorted((change.item_id for change in changes.items), key=_number)
            return [found for found in await session.read(folder, ids) if found is not None]

        return self.do(work, address)

    def entries(self, uid: str, address: str = ANNA) -> list[StoredItem]:
        """The events of a UID in the calendar."""
        return [one for one in self.stored(FolderType.CALENDAR, address) if event_in(one).uid == uid]

    def events(self, uid: str, address: str = ANNA) -> list[Event]:
        """The same without where they are."""
        return [event_in(one) for one in self.entries(uid, address)]

    def event(self, uid: str, address: str = ANNA) -> Event:
        """The one event of a UID."""
        [event] = self.events(uid, address)
        return event

    def message(self, address: str = ANNA) -> Message:
        """The message that came last."""
        item = self.stored(FolderType.INBOX, address)[-1].item
        assert isinstance(item, Message)
        return item

    def kind(self, address: str = ANNA) -> MeetingMessageType | None:
        """What the message that came last is for its user."""
        request = self.message(address).meeting_request
        assert request is not None
        return request.meeting_message_type

    def file(self, event: Event) -> None:
        """Put an event into the calendar, as an import or a phone does."""

        async def work(session: Session) -> None:
            await session.add((await session.folder_of_type(FolderType.CALENDAR)).folder_id, event)

        self.do(work)

    def change(self, uid: str, change: Callable[[Event], Item], address: str = ANNA) -> None:
        """Change the one event of a UID, as its user does."""
        [stored] = self.entries(uid, address)

        async def work(session: Session) -> None:
            await session.change(stored.folder_id, stored.item_id, change(event_in(stored)))

        self.do(work, address)


def event_in(stored: StoredItem) -> Event:
    """The event that is stored."""
    assert isinstance(stored.item, Event)
    return stored.item


def at(day: int, hour: int, month: int = 12) -> datetime:
    """A time of the winter in which the invitations of the tests are."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def answered(event: Event) -> Event:
    """An event whose user has accepted and filed it."""
    return msgspec.structs.replace(
        event, busy_status=2, response_type=3, appointment_reply_time=at(21, 9, 11), categories=("Mine",)
    )


def _number(item_id: str) -> int:
    return int(item_id.partition(":")[2])
