"""How long a search in a large mailbox takes, in SQLite and in PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
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
from benchmarks.filling import add_documents, add_rows
from benchmarks.letters import BEGIN, SEED
from benchmarks.postgresql import executed, is_installed, running
from overair.items import ItemClass, Message, searching
from overair.items.mail.parts import Index
from overair.mailboxes.embedded import EmbeddedMailbox, create_mailbox
from overair.mailboxes.embedded.search.tables import INDEX_TABLES
from overair.mailboxes.interface import FolderType, Mailbox, Session
from overair.mailboxes.search_query import SearchQuery, clauses_of
from overair.storage.interface import Transaction
from overair.storage.open import Storage, open_storage

MESSAGES: Final = 200_000
BATCH: Final = 5_000
SMALL_EACH: Final = 250
"""Messages of which one goes into a small folder."""
RARE_EACH: Final = 20_000
"""Messages of which one holds a rare word."""
PATTERNS: Final = 10_000
"""Different texts."""
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
        """All of them, oldest first; each text comes again and again, at another time."""
        patterns = [self._pattern(count, rare=False) for count in range(PATTERNS)]
        rare = self._pattern(0, rare=True)
        for count in range(MESSAGES):
            pattern = patterns[count % PATTERNS] if count % RARE_EACH else rare
            yield msgspec.structs.replace(pattern, date_received=BEGIN + timedelta(minutes=count))

    def _pattern(self, count: int, *, rare: bool) -> Message:
        words = self._random.choices(self.words, cum_weights=self._weights, k=WORDS)
        words.append("everywhere")
        if rare:
            words.append("needle")
        if count % 10 == 0:
            words.append("".join(self._random.choices(IDEOGRAPHS, k=40)) + "東京都庁")
        message = Message(
            subject=" ".join(words[:6]),
            from_='"Otto Weiß" <otto@example.net>',
            to='"Anna" <anna@example.org>',
            date_received=BEGIN,
            read=True,
            index=Index(size=1_000, text=" ".join(words[6:])),
        )
        message.terms = searching.document(message)
        return message


async def _fill(storage: Storage, mailbox: Mailbox, url: str) -> tuple[str, str]:
    """Write everything; returns the ids of the Inbox and of a small folder.

    The rows are those that deliveries leave, in large transactions; PostgreSQL's index of words is made
    when all of them are there, as it is in a database that is restored.
    """

    async def folders(session: Session) -> tuple[str, str]:
        small = await session.create_folder("0", "Small", FolderType.USER_MAIL)
        return (await session.folder_of_type(FolderType.INBOX)).folder_id, small

    account = mailbox.account_id
    await storage.database.write(lambda transaction: create_mailbox(transaction, account))
    inbox, small = await mailbox.transact(folders)
    modseqs = dict.fromkeys((inbox, small), 0)
    if url:
        await executed(url, "DROP INDEX ix_full_text_terms")
    for batch in _batches(Writer().messages(), BATCH):
        chosen = {
            small: batch[::SMALL_EACH],
            inbox: [one for place, one in enumerate(batch) if place % SMALL_EACH],
        }

        async def work(transaction: Transaction, chosen: dict[str, list[Message]] = chosen) -> None:
            for folder, added in chosen.items():
                first = await add_rows(transaction, int(folder), modseqs[folder], list(added))
                await add_documents(transaction, account, int(folder), first, list(added))

        await storage.database.write(work)
        for folder, added in chosen.items():
            modseqs[folder] += len(added)
    if url:
        await executed(url, INDEX_TABLES["postgresql"][1], "ANALYZE")
    return inbox, small


def _batches(messages: Iterator[Message], size: int) -> Iterator[list[Message]]:
    while batch := list(itertools.islice(messages, size)):
        yield batch


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


class Taken(msgspec.Struct, frozen=True):
    """What a kind of search found, at most MOST, and took: milliseconds, and those of CPU."""

    kind: str
    found: int
    milliseconds: float
    cpu: float


async def _search(session: Session, query: SearchQuery) -> int:
    return len(await session.search(query, MOST))


async def _measure(mailbox: Mailbox, inbox: str, small: str, cpu: Callable[[], float]) -> list[Taken]:
    """Each search, the least of some rounds: whatever else the machine does is not meant."""
    found = []
    for name, query in _queries(inbox, small).items():
        rounds, count = [], 0
        for _ in range(ROUNDS):
            begun, before = time.perf_counter(), time.process_time() + cpu()
            count = await mailbox.inspect(partial(_search, query=query))
            rounds.append((time.perf_counter() - begun, time.process_time() + cpu() - before))
        seconds, used = (1000 * min(values) for values in zip(*rounds, strict=True))
        found.append(Taken(name, count, seconds, used))
    return found


async def _run(storage: Storage, url: str, cpu: Callable[[], float]) -> list[Taken]:
    found: list[Taken] = []
    async with storage:
        mailbox = EmbeddedMailbox(1, storage.database, storage.blobs)
        inbox, small = await _fill(storage, mailbox, url)
        found += await _measure(mailbox, inbox, small, cpu)
    return found


def _measure_in(name: str, url: str, cpu: Callable[[], float], say: Callable[[str], None]) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        say(f"{name}: {MESSAGES:,} messages are written to one mailbox, and searched")
        taken = asyncio.run(_run(open_storage(Path(folder), url), url, cpu))
    figures = []
    for one in taken:
        kind = f"{name}, {MESSAGES:,} messages: {one.kind} ({one.found:,} found)"
        figures.append(Figure(kind, one.milliseconds, "ms", TARGET, False))
        if one.milliseconds > TARGET / 4:
            figures.append(Figure("the same in CPU time", one.cpu, "ms", None, False))
    return figures


def measure(say: Callable[[str], None]) -> list[Figure]:
    """The time of each kind of search, in both databases where PostgreSQL is installed."""
    figures = _measure_in("SQLite", "", lambda: 0.0, say)
    if not is_installed():
        say("PostgreSQL is not installed: not searched")
        return figures
    with running() as (url, cpu):
        return figures + _measure_in("PostgreSQL", url, cpu, say)
