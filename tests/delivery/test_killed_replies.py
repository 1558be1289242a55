"""Whoever wrote to somebody who is away is told once, though the server was killed in between."""

from __future__ import annotations

import smtplib
import time
from collections import Counter
from pathlib import Path
from typing import Any

from delivery.killing import killed_while_mail_comes
from overair.delivery.out_of_office.absence import Absence, Replies, Reply, set_absence
from overair.delivery.out_of_office.noting import next_noted
from overair.delivery.transport import waiting_blobs
from overair.items import Message
from overair.mailboxes.interface import FolderType, Session, View
from overair.protocol.settings import OofState
from overair.server.app import Application, build
from overair.server.settings import load
from support.asynchronous import run
from support.house import House, add_accounts

ANNA, BEN = "anna@example.org", "ben@example.org"
ENOUGH = 24
"""Acknowledged messages after which the server is killed."""
AWAY = Absence(OofState.GLOBAL, replies=Replies(internal=Reply(True, "I am away.")))


async def mailbox_of(application: Application, address: str) -> int:
    user = await application.directory.find(address)
    assert user is not None
    return user.account_id


async def go_away(data_dir: Path) -> None:
    application = build(load(data_dir=str(data_dir), domain="example.org"))
    try:
        account_id = await mailbox_of(application, ANNA)
        await application.storage.database.write(
            lambda transaction: set_absence(transaction, account_id, AWAY)
        )
    finally:
        await application.shutdown()


async def told(data_dir: Path) -> tuple[bool, Counter[str]]:
    """Whether anything was still to be answered, and who was told when it was."""
    settings: dict[str, Any] = {"data_dir": str(data_dir), "domain": "example.org", "delivery.lmtp": ""}
    application = build(load(**settings))
    database = application.storage.database

    async def work(session: Session) -> list[str]:
        folder = (await session.folder_of_type(FolderType.INBOX)).folder_id
        changes = await session.changes(folder, View(), await session.start(folder), 10_000)
        stored = await session.read(folder, [change.item_id for change in changes.items])
        messages = [entry.item for entry in stored if entry is not None]
        return [message.to or "" for message in messages if isinstance(message, Message)]

    try:
        was_open = await next_noted(database, 0) is not None
        await application.startup()
        end = time.monotonic() + 60
        while await next_noted(database, 0) is not None or await waiting_blobs(database):
            assert time.monotonic() < end
            await application.services.transport.deliver_waiting()
        ben = application.services.mailbox(await mailbox_of(application, BEN))
        return was_open, Counter(await ben.inspect(work))
    finally:
        await application.shutdown()


def test_replies_survive_a_kill_and_come_once(tmp_path: Path) -> None:
    house = House(tmp_path / "data", settings='domain = "example.org"')
    add_accounts(house.data_dir, {ANNA: "Anna", BEN: "Ben"}, "a good secret")
    run(go_away(house.data_dir))

    def send(lmtp: smtplib.LMTP, sender: int, number: int) -> str:
        address = f"ben+{sender}x{number}@example.org"
        letter = f"To: {ANNA}\r\nSubject: {number}\r\nMessage-ID: <{sender}.{number}@x>\r\n\r\nHi\r\n"
        for _ in range(2):  # the second one is not answered
            lmtp.sendmail(address, [ANNA], letter)
        return address

    acknowledged = killed_while_mail_comes(house, send, enough=ENOUGH)
    was_open, found = run(told(house.data_dir))
    assert was_open, "everything was answered before the kill: nothing was tested"
    assert set(acknowledged) <= set(found)
    assert set(found.values()) == {1}
