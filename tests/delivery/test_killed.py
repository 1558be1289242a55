"""A message that was answered with 250 is there after the server was killed, once."""

from __future__ import annotations

import smtplib
from collections import Counter
from pathlib import Path

from delivery.killing import killed_while_mail_comes
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType, Session, View
from overair.server.app import build
from overair.server.settings import load
from support.asynchronous import run
from support.house import House, add_accounts

ENOUGH = 40
"""Acknowledged messages after which the server is killed."""


async def message_ids(directory: Path, address: str) -> Counter[str | None]:
    application = build(load(data_dir=str(directory)))
    user = await application.directory.find(address)
    assert user is not None

    async def work(session: Session) -> Counter[str | None]:
        folder = (await session.folder_of_type(FolderType.INBOX)).folder_id
        changes = await session.changes(folder, View(), await session.start(folder), 10_000)
        stored = await session.read(folder, [change.item_id for change in changes.items])
        messages = [entry.item for entry in stored if entry is not None]
        for message in messages:
            assert isinstance(message, Message)
            assert message.blob is not None
            assert application.services.blobs.read(message.blob)
        return Counter(message.message_id for message in messages if isinstance(message, Message))

    try:
        return await application.services.mailbox(user.account_id).inspect(work)
    finally:
        await application.shutdown()


def test_acknowledged_messages_survive_a_kill(tmp_path: Path) -> None:
    house = House(tmp_path / "data")
    add_accounts(house.data_dir, {"anna@example.org": "Anna"}, "a good secret")

    def send(lmtp: smtplib.LMTP, sender: int, number: int) -> str:
        name = f"<{sender}.{number}@example.net>"
        letter = f"Message-ID: {name}\r\nSubject: {number}\r\n\r\n{'x' * 2000}\r\n"
        lmtp.sendmail("otto@example.net", ["anna@example.org"], letter)
        return name

    acknowledged = killed_while_mail_comes(house, send, enough=ENOUGH)
    found = run(message_ids(house.data_dir, "anna@example.org"))
    assert set(acknowledged) <= set(found)
    assert set(found.values()) == {1}
