"""The embedded mailbox keeps the contract, on a real SQLite file."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from sqlalchemy import func, select

from mailboxes.contract import EVERYTHING, MailboxContract, OwnFormContract
from mailboxes.key_contract import KeyContract
from mailboxes.machine import MailboxMachine
from mailboxes.phones import Phone, message
from mailboxes.search_contract import SearchContract
from overair.items.calendar.event import Event
from overair.mailboxes.embedded import (
    EmbeddedMailbox,
    companions,
    conversation_rules,
    conversations,
    create_mailbox,
    reading,
    remove_mailbox,
    session,
)
from overair.mailboxes.embedded.maintenance import collect_blobs, keep_tidy, prune
from overair.mailboxes.embedded.tables import (
    folders,
    item_keys,
    items,
    journal,
    mailbox_usage,
    mailboxes,
    removed_folders,
)
from overair.mailboxes.interface import FolderType, NoSuchFolder, Session, TokenExpired
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import MailboxChange, Statement, Transaction
from support.databases import DEFAULT, KINDS, open_database, outside

T = TypeVar("T")

VIEW = "COVERING INDEX ix_items_view (folder_id=? AND view_date>? AND view_date<?)"
CONVERSATIONS = VIEW.replace("_view", "_conversations").replace("view", "conversation")
accounts = count(1)
COUNTS = [
    Statement(select(func.count()).select_from(table))
    for table in (mailboxes, mailbox_usage, folders, removed_folders, items, item_keys, journal)
]


class Store:
    """One database for the module's tests; each test has accounts of its own."""

    def __init__(self, directory: Path, kind: str) -> None:
        self.runner = asyncio.Runner()
        self.directory = directory
        self.kind = kind
        self.database = open_database(directory, kind)
        self.blobs = FileBlobStore(directory / "blobs")

    def mailbox(self) -> EmbeddedMailbox:
        account = next(accounts)
        self.runner.run(self.database.write(lambda transaction: create_mailbox(transaction, account)))
        return EmbeddedMailbox(account, self.database, self.blobs)

    def inbox(self, mailbox: EmbeddedMailbox) -> str:
        inbox = self.runner.run(mailbox.inspect(lambda session: session.folder_of_type(FolderType.INBOX)))
        return inbox.folder_id


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("mailboxes"), request.param)
    with store.runner:
        yield store
        store.runner.run(store.database.close())


@pytest.fixture
def runner(store: Store) -> asyncio.Runner:
    return store.runner


@pytest.fixture
def mailbox(store: Store) -> EmbeddedMailbox:
    return store.mailbox()


@pytest.fixture
def stranger(store: Store) -> EmbeddedMailbox:
    return store.mailbox()


class TestEmbeddedMailbox(MailboxContract, OwnFormContract, KeyContract, SearchContract):
    """The contract."""


@cache
def shared_store() -> Store:
    directory = tempfile.TemporaryDirectory()
    store = Store(Path(directory.name), DEFAULT)
    atexit.register(directory.cleanup)
    return store


class EmbeddedMachine(MailboxMachine):
    """All examples share one database."""

    def open_mailbox(self) -> EmbeddedMailbox:
        self.runner = shared_store().runner
        return shared_store().mailbox()

    async def prune(self) -> bool:
        return await prune(shared_store().database, datetime.now(UTC) + timedelta(seconds=1)) > 0


EmbeddedMachine.TestCase.settings = settings(
    max_examples=(settings().max_examples + 1) // 2, stateful_step_count=50
)
TestEmbeddedAtRandom = EmbeddedMachine.TestCase


def test_an_empty_window_takes_one_statement_however_large_the_folder(
    store: Store, mailbox: EmbeddedMailbox
) -> None:
    async def fill(session: Session) -> None:
        for day in range(300):
            await session.add(inbox, message(day, ""))

    inbox = store.inbox(mailbox)
    store.runner.run(mailbox.transact(fill))
    phone = store.runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
    store.runner.run(phone.rest(mailbox))
    before = store.database.statements
    assert store.runner.run(phone.window(mailbox, 100)) == ([], False)
    assert store.database.statements - before == 1


def test_what_is_written_after_a_look_at_its_folder_is_seen(store: Store, mailbox: EmbeddedMailbox) -> None:
    async def work(session: Session) -> None:
        folder = await session.create_folder("0", "Lists", FolderType.USER_MAIL)
        start = await session.start(folder)
        await session.folder(folder)
        await session.add(folder, message(1, ""))
        assert len((await session.changes(folder, EVERYTHING, start, 10)).items) == 1
        await session.folder(folder)
        await session.delete_folder(folder)
        with pytest.raises(NoSuchFolder):
            await session.changes(folder, EVERYTHING, start, 10)

    store.runner.run(mailbox.transact(work))


def test_a_window_of_changes_takes_few_statements(store: Store, mailbox: EmbeddedMailbox) -> None:
    async def fill(session: Session) -> None:
        for day in range(300):
            await session.add(inbox, message(day, ""))

    inbox = store.inbox(mailbox)
    phone = store.runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
    store.runner.run(phone.rest(mailbox))
    store.runner.run(mailbox.transact(fill))
    before = store.database.statements
    store.runner.run(mailbox.inspect(lambda session: session.changes(inbox, EVERYTHING, phone.token, 100)))
    assert store.database.statements - before == 2


def test_only_items_with_keys_cost_statements_for_them(store: Store, mailbox: EmbeddedMailbox) -> None:
    inbox = store.inbox(mailbox)

    def cost(work: Callable[[Session], Awaitable[T]]) -> tuple[int, T]:
        before = store.database.statements
        result = store.runner.run(mailbox.transact(work))
        return store.database.statements - before, result

    assert cost(lambda session: session.add(inbox, message(1, "")))[0] == 7
    added, event = cost(lambda session: session.add(inbox, Event(uid="one")))
    changed, _ = cost(lambda session: session.change(inbox, event.item_id, Event(uid="one", subject="x")))
    removed, _ = cost(lambda session: session.remove(inbox, event.item_id))
    assert (added, changed, removed) == (8, 10, 5)


def test_a_busy_conversation_is_lifted_once_a_day(store: Store, mailbox: EmbeddedMailbox) -> None:
    inbox = store.inbox(mailbox)
    random.seed(2026)  # a document's number that is taken costs a statement more

    def cost(day: int) -> int:
        before = store.database.statements
        item = message(5_000 + day, "", 1)  # when no other test's messages came, whose numbers are random
        store.runner.run(mailbox.transact(lambda session: session.add(inbox, item)))
        return store.database.statements - before

    alone = cost(0)
    same_day = [cost(0) for _ in range(50)]
    next_day = [cost(1) for _ in range(3)]
    assert set(same_day) == {alone}
    assert next_day == [alone + 2 + 2 * 51, alone, alone]
    assert cost(0) == alone + 1


def test_the_quietest_rules_go_where_there_are_too_many(store: Store, mailbox: EmbeddedMailbox) -> None:
    async def fill(session: Session) -> list[bool]:
        folder_id = await session.create_folder("0", "away", FolderType.USER_MAIL)
        for number in range(conversation_rules.MAXIMUM_RULES + 2):
            await session.move_always(f"conversation:{number}", folder_id)
        return [
            await session.conversation_folder(f"conversation:{number}") is not None for number in range(4)
        ]

    assert store.runner.run(mailbox.transact(fill)) == [False, False, True, True]


def test_what_was_forgotten_expires_older_tokens_alone(store: Store, mailbox: EmbeddedMailbox) -> None:
    inbox = store.inbox(mailbox)
    late = store.runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
    store.runner.run(mailbox.transact(lambda session: session.add(inbox, message(1, ""))))
    current = store.runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
    store.runner.run(prune(store.database, datetime.now(UTC) - timedelta(days=1)))
    store.runner.run(late.copy().rest(mailbox))
    store.runner.run(prune(store.database, datetime.now(UTC) + timedelta(seconds=1)))
    with pytest.raises(TokenExpired):
        store.runner.run(late.rest(mailbox))
    assert len(store.runner.run(current.rest(mailbox))) == 1


def test_changes_are_told_to_the_listener_of_the_database(store: Store, mailbox: EmbeddedMailbox) -> None:
    heard: list[MailboxChange] = []
    store.database.listen(heard.append)
    inbox = store.inbox(mailbox)

    async def work(session: Session) -> None:
        stored = await session.add(inbox, message(1, ""))
        deleted = await session.folder_of_type(FolderType.DELETED_ITEMS)
        await session.move(inbox, stored.item_id, deleted.folder_id)
        await session.create_folder("0", "new", FolderType.USER_MAIL)

    store.runner.run(mailbox.transact(work))
    deleted = store.runner.run(
        mailbox.inspect(lambda session: session.folder_of_type(FolderType.DELETED_ITEMS))
    )
    account = mailbox.account_id
    assert heard == [
        MailboxChange(account, inbox),
        MailboxChange(account, deleted.folder_id),
        MailboxChange(account, None),
    ]


def test_blobs_stay_for_as_long_as_an_item_names_them(store: Store, mailbox: EmbeddedMailbox) -> None:
    inbox = store.inbox(mailbox)
    keys = [store.blobs.put(os.urandom(100)) for _ in range(2)]
    for path in store.blobs.path.glob("??/*"):
        os.utime(path, (time.time() - 7200,) * 2)

    async def deliver(session: Session) -> list[str]:
        ids = []
        for key in keys:
            mail = message(1, "")
            mail.blob = key
            ids.append((await session.add(inbox, mail)).item_id)
        return ids

    first, _ = store.runner.run(mailbox.transact(deliver))
    assert store.runner.run(collect_blobs(store.database, store.blobs)) == 0
    store.runner.run(mailbox.transact(lambda session: session.remove(inbox, first)))
    assert store.runner.run(collect_blobs(store.database, store.blobs)) == 1
    assert len(store.blobs.read(keys[1])) == 100
    with pytest.raises(KeyError):
        store.blobs.read(keys[0])


def test_a_removed_mailbox_leaves_no_row(store: Store) -> None:
    async def rows(transaction: Transaction) -> list[object]:
        return [await transaction.one(statement) for statement in COUNTS]

    async def use(session: Session) -> None:
        folder = await session.create_folder("0", "outer", FolderType.USER_MAIL)
        await session.create_folder(folder, "inner", FolderType.USER_MAIL)
        gone = await session.create_folder("0", "gone", FolderType.USER_MAIL)
        await session.delete_folder(gone)
        await session.add(folder, message(1, ""))
        await session.add(folder, Event(uid="one"))

    before = store.runner.run(store.database.read(rows))
    mailbox = store.mailbox()
    store.runner.run(mailbox.transact(use))
    assert store.runner.run(store.database.read(rows)) != before
    store.runner.run(
        store.database.write(lambda transaction: remove_mailbox(transaction, mailbox.account_id))
    )
    assert store.runner.run(store.database.read(rows)) == before


def test_no_statement_walks_through_a_table(store: Store) -> None:
    """Each is a search by the columns that its cost may grow with, whatever the planner would prefer."""
    searches = {
        reading.JOURNAL: [
            "journal USING PRIMARY KEY (folder_id=? AND modseq>?)",
            "items USING INTEGER PRIMARY KEY",
        ],
        reading.FIELDS: ["ix_journal_item (item_id=? AND folder_id=? AND modseq>?)"],
        reading.REMOVAL: ["ix_journal_item (item_id=? AND folder_id=?)"],
        reading.BY_VIEW_DATE.below: [VIEW],
        reading.BY_VIEW_DATE.above: [VIEW],
        reading.BY_CONVERSATION.below: [CONVERSATIONS],
        reading.BY_CONVERSATION.above: [CONVERSATIONS],
        reading.BY_VIEW_DATE.only_here: ["INDEX ix_items_view (folder_id=? AND view_date>?)"],
        reading.BY_CONVERSATION.only_here: [
            "INDEX ix_items_conversations (folder_id=? AND conversation_date>?)"
        ],
        reading.STANDING: ["items USING INTEGER PRIMARY KEY"],
        conversations.DATES: [
            "own USING INTEGER PRIMARY KEY",
            "item_keys USING PRIMARY KEY (folder_id=? AND name=?)",
            "other USING INTEGER PRIMARY KEY",
        ],
        conversations.SIBLINGS: [
            "item_keys USING PRIMARY KEY (folder_id=? AND name=?)",
            "items USING INTEGER PRIMARY KEY",
        ],
        conversation_rules.RULE: ["conversation_rules USING PRIMARY KEY (account_id=? AND conversation=?)"],
        conversation_rules.OLDEST_RULES: ["COVERING INDEX ix_conversation_rules_used (account_id=?)"],
        session.ITEM: ["items USING INTEGER PRIMARY KEY", "folders USING INTEGER PRIMARY KEY"],
        session.WITH_KEY: [
            "item_keys USING PRIMARY KEY (folder_id=? AND name=?)",
            "items USING INTEGER PRIMARY KEY",
            "folders USING INTEGER PRIMARY KEY",
        ],
        companions.FORGET_KEYS: ["ix_item_keys_item (item_id=?)"],
        session.STATE: ["items USING INTEGER PRIMARY KEY", "folders USING INTEGER PRIMARY KEY"],
    }
    if store.kind != "sqlite":
        pytest.skip("the plans are SQLite's")
    with outside(store.directory) as connection:
        for statement, expected in searches.items():
            sql = statement.compiled("sqlite").sql
            plan = connection.rows(f"EXPLAIN QUERY PLAN {sql}", *[1] * sql.count("?"))
            assert len(plan) == len(expected), plan
            for (*_, step), part in zip(plan, expected, strict=True):
                assert part in step


def test_no_statement_walks_through_a_table_in_postgresql(store: Store) -> None:
    """Each can be answered from indexes; which of them it takes depends on what the tables hold."""
    if store.kind == "sqlite":
        pytest.skip("the plans are PostgreSQL's")
    searches = [
        reading.JOURNAL,
        reading.FIELDS,
        reading.REMOVAL,
        reading.BY_VIEW_DATE.below,
        reading.BY_VIEW_DATE.above,
        reading.BY_CONVERSATION.below,
        reading.BY_CONVERSATION.above,
        session.ITEM,
        session.WITH_KEY,
        session.STATE,
    ]
    with outside(store.directory) as connection:
        for name in ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"):
            connection.rows(f"SET {name} = off")
        connection.rows("SET plan_cache_mode = force_generic_plan")
        for number, statement in enumerate(searches):
            sql = statement.compiled("postgresql").sql
            connection.rows(f"PREPARE s{number} AS {sql}")
            values = ", ".join(["'1'"] * len(set(re.findall(r"\$\d+", sql))))
            plan = "\n".join(step for (step,) in connection.rows(f"EXPLAIN EXECUTE s{number}({values})"))
            assert "Seq Scan" not in plan, plan
            assert "Index Cond" in plan, plan


def test_the_store_is_tidied_while_the_server_runs(store: Store) -> None:
    kept, gone = store.blobs.put(os.urandom(50)), store.blobs.put(os.urandom(50))
    for path in store.blobs.path.glob("??/*"):
        os.utime(path, (time.time() - 7200,) * 2)

    async def others() -> list[str]:
        return [kept]

    async def scenario() -> None:
        tidying = asyncio.ensure_future(keep_tidy(store.database, store.blobs, others))
        with contextlib.suppress(KeyError):
            for _ in range(1500):
                store.blobs.read(gone)
                await asyncio.sleep(0.02)
        tidying.cancel()

    store.runner.run(scenario())
    assert len(store.blobs.read(kept)) == 50
    with pytest.raises(KeyError):
        store.blobs.read(gone)
