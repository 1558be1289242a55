"""How long a search in a large mailbox takes: in SQLite and, where OVERAIR_BENCHMARK_DATABASE is the URL
of an empty database, in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.figures import Figure
from benchmarks.letters import BEGIN, SEED
from overair.items import ItemClass, Message
from overair.items.mail.parts import Index
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox
from overair.mailboxes.interface import FolderType, Mailbox, Session
from overair.mailboxes.search_query import SearchQuery, clauses_of
from overair.storage.open import Storage, open_storage

MESSAGES: Final = 200_000
BATCH: Final = 250
"""Messages of a transaction, of which one goes into a small folder."""
RARE_EACH: Final = 20_000
"""Messages of which one holds a rare word."""
VOCABULARY: Final = 40_000
WORDS: Final = 90
ROUNDS: Final = 5
MOST: Final = 1_000
TARGET: Final = 100.0
LETTERS: Final = "etaoinshrdlucmfwypvbgkqjxz"
IDEOGRAPHS: Final = "".join(map(chr, range(0x4E00, 0x4E00 + 800)))


class Writer:
    """Messages whose words are as common and as rare as those of a language."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        weights = range(len(LETTERS), 0, -1)
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(self._random.choices(LETTERS, weights, k=self._random.randint(2, 10)))] = None
        self.words = list(words)
        total, self._weights = 0.0, list[float]()
        for rank in range(1, VOCABULARY + 1):
            total += 1 / rank
            self._weights.append(total)

    def messages(self) -> Iterator[Message]:
        """All of them, oldest first."""
        for count in range(MESSAGES):
            words = self._random.choices(self.words, cum_weights=self._weights, k=WORDS)
            words.append("everywhere")
            if count % RARE_EACH == 0:
                words.append("needle")
            if count % 10 == 0:
                words.append("".join(self._random.choices(IDEOGRAPHS, k=40)) + "東京都庁")
            yield Message(
                subject=" ".join(words[:6]),
                from_='"Otto Weiß" <otto@example.net>',
                to='"Anna" <anna@example.org>',
                date_received=BEGIN + timedelta(minutes=count),
                read=True,
                index=Index(size=1_000, text=" ".join(words[6:])),
            )


async def _fill(storage: Storage, mailbox: Mailbox) -> tuple[str, str]:
    """Deliver everything; returns the ids of the Inbox and of a small folder."""

    async def folders(session: Session) -> tuple[str, str]:
        small = await session.create_folder("0", "Small", FolderType.USER_MAIL)
        return (await session.folder_of_type(FolderType.INBOX)).folder_id, small

    await storage.database.write(lambda transaction: create_mailbox(transaction, mailbox.account_id))
    inbox, small = await mailbox.transact(folders)
    batch: list[Message] = []

    async def add(session: Session) -> None:
        for place, message in enumerate(batch):
            await session.add(small if place == 0 else inbox, message)

    for message in Writer().messages():
        batch.append(message)
        if len(batch) == BATCH:
            await mailbox.transact(add)
            batch.clear()
    return inbox, small


def _queries(inbox: str, small: str) -> dict[str, SearchQuery]:
    words = Writer().words
    common, second = words[0], words[1]

    def query(text: str, **conditions: object) -> SearchQuery:
        found = SearchQuery(clauses=clauses_of(text), item_classes=frozenset(ItemClass))
        return msgspec.structs.replace(found, **conditions)

    in_inbox, in_small = frozenset([inbox]), frozenset([small])
    return {
        "a rare word": query("needle"),
        "a word of every message": query("everywhere"),
        "two common words": query(f"{common} {second}"),
        "a rare word and one of every message": query("needle everywhere"),
        "a phrase of common words": query(f'"{common} {second}"'),
        "a word in quotation marks that is nowhere": query('"nowherewhatsoever"'),
        "the beginning of a word: one letter": query("e"),
        "two letters": query("et"),
        "three letters": query("eta"),
        "three letters and the rare word": query("eta needle"),
        "a word and not another": query(f"everywhere -{common}"),
        "four Chinese characters": query("東京都庁"),
        "one Chinese character": query(IDEOGRAPHS[5]),
        "a sender": query("from:otto"),
        "a word of every message, in the Inbox, of some days": query(
            "everywhere",
            folder_ids=in_inbox,
            after=BEGIN + timedelta(days=50),
            before=BEGIN + timedelta(days=53),
        ),
        "a word of every message, in a folder of few": query("everywhere", folder_ids=in_small),
    }


async def _search(session: Session, query: SearchQuery) -> int:
    return len(await session.search(query, MOST))


async def _measure(mailbox: Mailbox, inbox: str, small: str) -> dict[str, float]:
    """Milliseconds of each search, the least of some: whatever else the machine does is not meant."""
    taken: dict[str, float] = {}
    for name, query in _queries(inbox, small).items():
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            await mailbox.inspect(partial(_search, query=query))
            times.append(1000 * (time.perf_counter() - begun))
        taken[name] = min(times)
    return taken


async def _run(storage: Storage) -> dict[str, float]:
    async with storage:
        mailbox = EmbeddedMailbox(1, storage.database, storage.blobs)
        inbox, small = await _fill(storage, mailbox)
        return await _measure(mailbox, inbox, small)


def measure(say: Callable[[str], None]) -> list[Figure]:
    """The time of each kind of search."""
    url = os.environ.get("OVERAIR_BENCHMARK_DATABASE", "")
    figures = []
    for name, database in {"SQLite": "", **({"PostgreSQL": url} if url else {})}.items():
        with tempfile.TemporaryDirectory() as folder:
            say(f"{name}: {MESSAGES:,} messages are delivered to one mailbox, and searched")
            taken = asyncio.run(_run(open_storage(Path(folder), database)))
        figures += [
            Figure(f"{name}, {MESSAGES:,} messages: {kind}", milliseconds, "ms", TARGET, False)
            for kind, milliseconds in taken.items()
        ]
    return figures
