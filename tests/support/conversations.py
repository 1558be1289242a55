"""Threads of messages, and a phone that shows whole conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from email.utils import format_datetime
from itertools import count
from typing import TypeVar

from overair.items.mail.message import Message, conversation_key, index_message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.http import Command
from overair.protocol.sync import (
    ChangeCommand,
    CollectionRequest,
    DeleteCommand,
    ServerAdd,
    ServerDelete,
    SoftDelete,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync_options import FilterType, Options
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Email
from support.phone import Phone, letter
from support.server import ANNA, RunningServer

VERSIONS = (Version.V14_0, Version.V14_1, Version.V16_0, Version.V16_1)
threads = count(1)
T = TypeVar("T")


@dataclass
class Thread:
    """Messages that answer each other, delivered when they were sent."""

    server: RunningServer
    name: str = field(default_factory=lambda: f"thread{next(threads)}")
    ids: list[str] = field(default_factory=list)
    conversation_id: bytes = b""

    def deliver(self, days_ago: float = 0, address: str = ANNA) -> None:
        """One more, that came so long ago."""
        headers = {"Message_ID": f"<{self.name}.{len(self.ids)}@example.net>"}
        if self.ids:
            headers["References"] = " ".join(self.ids)
        self.ids.append(headers["Message_ID"])
        sent = datetime.now(UTC) - timedelta(days=days_ago)
        subject = f"{self.name} {len(self.ids)}"
        message = letter(subject, address, Date=format_datetime(sent), **headers).as_bytes(policy=SMTP)
        self.conversation_id = index_message(message, sent).conversation_id or b""
        delivery = self.server.application.delivery

        async def work() -> None:
            await delivery.deliver(await delivery.accept(message, sent), [self.server.users[address]])

        self.server.call(work)

    def places(self, address: str = ANNA) -> dict[str, str]:
        """The folders of its messages, by the messages' numbers."""
        mailbox = self.server.application.services.mailbox(self.server.users[address].account_id)

        async def work(session: Session) -> dict[str, str]:
            found = {}
            for folder in await session.folders():
                for stored in await session.all_with_key(
                    folder.folder_id, conversation_key(self.conversation_id), 100
                ):
                    assert isinstance(stored.item, Message)
                    assert stored.item.subject is not None
                    found[stored.item.subject.split()[1]] = folder.name
            return found

        return self.server.call(lambda: mailbox.inspect(work))


@dataclass
class Screen:
    """A phone with one folder; ``shown`` are subjects by ServerId."""

    phone: Phone
    folder_id: str
    options: Options = field(default_factory=lambda: Options(filter_type=FilterType.THREE_DAYS))
    conversations: bool | None = None
    key: str = "0"
    shown: dict[str, str] = field(default_factory=dict)
    soft: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, server: RunningServer, kind: FolderType = FolderType.INBOX, **fields: object) -> Screen:
        version = fields.pop("version", Version.V16_1)
        phone = Phone(server, version)  # type: ignore[arg-type]  # a version, by keyword
        screen = cls(phone, phone.folders()[kind].server_id, **fields)  # type: ignore[arg-type]  # its own
        screen.sync(key="0")
        screen.rest()
        return screen

    def sync(self, *commands: ChangeCommand | DeleteCommand, key: str | None = None) -> int:
        """One Sync; how many things were told."""
        first = key == "0"
        collection = CollectionRequest(
            sync_key=key or self.key,
            collection_id=self.folder_id,
            conversation_mode=self.conversations,
            options=(self.options,),
            commands=commands,
        )
        answer = self.phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
        if not answer.body:
            return 0
        [one] = answer.read(SyncResponse).collections
        assert one.status == 1, one
        assert all(told.status == 1 for told in one.responses), one
        self.key = one.sync_key
        for told in one.commands:
            if isinstance(told, ServerAdd):
                assert told.server_id not in self.shown
                self.shown[told.server_id] = text_of(told.application_data)
            elif isinstance(told, ServerDelete | SoftDelete):
                del self.shown[told.server_id]
                if isinstance(told, SoftDelete):
                    self.soft.add(told.server_id)
        for command in commands:
            if isinstance(command, DeleteCommand):
                self.shown.pop(command.server_id, None)
        return 1 if first else len(one.commands)

    def rest(self) -> list[str]:
        """Sync until nothing is told; the subjects shown."""
        while self.sync():
            pass
        return sorted(self.shown.values())

    def of(self, thread: Thread) -> list[str]:
        """The numbers of the messages of a thread that are shown."""
        return sorted(one.split()[1] for one in self.rest() if one.split()[0] == thread.name)


def text_of(data: Sequence[Element]) -> str:
    return next(one.text for one in data if one.tag is Email.Subject)


def within(server: RunningServer, address: str, work: Callable[[Session], Awaitable[T]]) -> T:
    mailbox = server.application.services.mailbox(server.users[address].account_id)
    return server.call(lambda: mailbox.transact(work))
