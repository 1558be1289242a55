"""Data directories with accounts and many messages, made fast."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

import msgspec
from sqlalchemy import bindparam, func, insert, select, update

from benchmarks.appointments import events
from benchmarks.letters import BEGIN, Letters
from benchmarks.phone import Account
from overair.items import Item, Message, searching
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.companions import ADD_KEY
from overair.mailboxes.embedded.search.words import (
    ADD_DOCUMENT,
    ADD_TERMS,
    ADD_WORDS,
    first_number,
    terms_of,
)
from overair.mailboxes.embedded.session import WRITE_JOURNAL
from overair.mailboxes.embedded.tables import folders, items
from overair.mailboxes.embedded.usage import size_of
from overair.mailboxes.interface import FolderType, Session
from overair.server.app import Application, build
from overair.server.settings import load
from overair.storage.interface import Transaction
from overair.storage.statement import Statement

PASSWORD: Final = "a good password"
BATCH: Final = 10_000
PATTERNS: Final = 50

ADD_ITEM: Final = Statement(insert(items))
LAST_ITEM: Final = Statement(select(func.max(items.c.id)))
SET_MODSEQ: Final = Statement(
    update(folders).where(folders.c.id == bindparam("folder")).values(modseq=bindparam("last"))
)


class Filling:
    """A data directory while no server has it: ``async with Filling(path) as filling``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._application: Application | None = None
        self._patterns: list[Message] = []

    async def __aenter__(self) -> Self:
        self._application = build(load(None, data_dir=str(self._path)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.shutdown()

    @property
    def _open(self) -> Application:
        assert self._application is not None
        return self._application

    async def add_account(self, name: str) -> Account:
        """A new account."""
        account = Account(f"{name}@example.org", PASSWORD)
        await self._open.directory.add_user(account.address, account.password, name.capitalize())
        return account

    async def add_letters(self, account: Account, number: int) -> None:
        """That many different messages of 2 to 200 KB in the Inbox, each with its bytes on disk."""
        await self._add(account, await self._letters(number))

    async def _letters(self, number: int) -> list[Message]:
        accept = self._open.delivery.accept
        return [(await accept(*letter)).message for letter in Letters().messages(number)]

    async def add_events(self, account: Account, number: int) -> None:
        """That many events in the calendar, a fifth of them recurring, with exceptions."""
        await self._add(account, events(number), FolderType.CALENDAR)

    async def add_copies(self, account: Account, number: int) -> None:
        """So many messages in the Inbox that they share the bytes of few."""
        if not self._patterns:
            self._patterns = await self._letters(PATTERNS)
        copies = (
            msgspec.structs.replace(pattern, date_received=BEGIN + timedelta(minutes=count))
            for count, pattern in enumerate(itertools.islice(itertools.cycle(self._patterns), number))
        )
        await self._add(account, copies)

    async def _add(
        self, account: Account, added: Iterable[Item], folder_type: FolderType = FolderType.INBOX
    ) -> None:
        """Rows as the mailbox writes them, many at a time."""
        user = await self._open.delivery.recipient(account.address)
        assert user is not None
        session_of = self._open.services.mailbox(user.account_id)

        async def number_of_folder(session: Session) -> int:
            return int((await session.folder_of_type(folder_type)).folder_id)

        folder = await session_of.inspect(number_of_folder)
        modseq = 0
        remaining = iter(added)
        while batch := list(itertools.islice(remaining, BATCH)):
            await self._add_batch(folder, modseq, batch)
            modseq += len(batch)

    async def _add_batch(self, folder: int, modseq: int, batch: list[Item]) -> None:
        async def work(transaction: Transaction) -> None:
            await add_rows(transaction, folder, modseq, batch)

        await self._open.services.database.write(work)


async def add_rows(transaction: Transaction, folder: int, modseq: int, batch: list[Item]) -> int:
    """Write the rows of new items behind a modification sequence of their folder, as a mailbox writes them,
    but those of search; returns the number of the first.
    """
    row = await transaction.one(LAST_ITEM)
    last = (row[0] or 0) if row else 0
    numbered = list(enumerate(batch, 1))
    await transaction.many(
        ADD_ITEM,
        [
            {
                "id": last + count,
                "folder_id": folder,
                "view_date": item.view_date,
                "conversation_date": item.view_date,
                "revision": modseq + count,
                "journaled": modseq + count,
                "item_class": item.item_class.value,
                "blobs": codec.blob_keys(item),
                "content": (content := codec.encode(item)),
                "size": size_of(item, len(content)),
            }
            for count, item in numbered
        ],
    )
    keys = [
        {"folder_id": folder, "name": key, "item_id": last + count}
        for count, item in numbered
        for key in item.keys
    ]
    if keys:
        await transaction.many(ADD_KEY, keys)
    await transaction.many(
        WRITE_JOURNAL,
        [
            {
                "folder_id": folder,
                "modseq": modseq + count,
                "item_id": last + count,
                "view_date_before": None,
                "conversation_date_before": None,
                "removed": 0,
                "fields": None,
                "written": time.time_ns() // 1000,
            }
            for count, _ in numbered
        ],
    )
    await transaction.execute(SET_MODSEQ, folder=folder, last=modseq + len(batch))
    return last + 1


async def add_documents(
    transaction: Transaction, account_id: int, folder: int, first: int, batch: list[Item]
) -> None:
    """Write what of items with numbers from ``first`` on can be searched, as a mailbox writes it.

    No two of them may have been received within a millisecond.
    """
    documents = [
        (first_number(item.view_date), place, item.view_date, searching.document(item))
        for place, item in enumerate(batch, first)
    ]
    await transaction.many(
        ADD_DOCUMENT,
        [
            {
                "number": number,
                "item_id": place,
                "account_id": account_id,
                "folder_id": folder,
                "received": received,
            }
            for number, place, received, _ in documents
        ],
    )
    await transaction.many(
        ADD_TERMS, [{"number": number, "terms": packed} for number, _, _, packed in documents]
    )
    await transaction.many(
        ADD_WORDS,
        [
            {"number": number, "account": account_id, "terms": terms_of(account_id, folder, packed)}
            for number, _, _, packed in documents
        ],
    )
