"""A message that was answered with 250 is there after the server was killed, once."""

from __future__ import annotations

import contextlib
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from overair.items.message import Message
from overair.mailboxes.interface import FolderType, Session, View
from overair.server.app import build
from overair.server.settings import load
from support.asynchronous import run

SENDERS = 4
ENOUGH = 40
"""Acknowledged messages after which the server is killed."""


async def prepare(directory: Path) -> None:
    application = build(load(data_dir=str(directory)))
    await application.directory.add_user("anna@example.org", "a good secret", "Anna")
    await application.shutdown()


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
    directory = tmp_path / "data"
    run(prepare(directory))
    command = [str(Path(sys.executable).with_name("overair")), "serve", "--data-dir", str(directory)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([*command, "--no-tls", "--bind", "127.0.0.1:0"], stdout=log, stderr=log)
    path = directory / "lmtp.sock"
    end = time.monotonic() + 30
    while not path.exists():
        assert server.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    acknowledged: list[str] = []

    def send(sender: int) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            lmtp = smtplib.LMTP(str(path))
            for number in range(10_000):
                name = f"<{sender}.{number}@example.net>"
                letter = f"Message-ID: {name}\r\nSubject: {number}\r\n\r\n{'x' * 2000}\r\n"
                lmtp.sendmail("otto@example.net", ["anna@example.org"], letter)
                acknowledged.append(name)

    senders = [threading.Thread(target=send, args=(sender,)) for sender in range(SENDERS)]
    for sender in senders:
        sender.start()
    while len(acknowledged) < ENOUGH:
        assert server.poll() is None
        assert time.monotonic() < end
        time.sleep(0.001)
    server.kill()
    server.wait()
    for sender in senders:
        sender.join()
    found = run(message_ids(directory, "anna@example.org"))
    assert set(acknowledged) <= set(found)
    assert set(found.values()) == {1}
