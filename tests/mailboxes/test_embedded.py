"""The embedded mailbox keeps the contract, on a real SQLite file."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import settings
from mailboxes.machine import MailboxMachine

from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox
from overair.mailboxes.embedded.maintenance import prune
from overair.storage.blobs import FileBlobStore
from overair.storage.sqlite import SqliteDatabase

accounts = count(1)


class EmbeddedMachine(MailboxMachine):
    """All examples share one database; each has an account of its own."""

    directory = tempfile.TemporaryDirectory()
    database = SqliteDatabase.open(Path(directory.name) / "mailboxes.sqlite3")
    blobs = FileBlobStore(Path(directory.name) / "blobs")
    runner = asyncio.Runner()

    def open_mailbox(self) -> EmbeddedMailbox:
        account = next(accounts)
        self.runner.run(self.database.write(lambda transaction: create_mailbox(transaction, account)))
        return EmbeddedMailbox(account, self.database, self.blobs)

    async def prune(self) -> bool:
        return await prune(self.database, datetime.now(UTC) + timedelta(seconds=1)) > 0


EmbeddedMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=60)
TestEmbeddedAtRandom = EmbeddedMachine.TestCase
