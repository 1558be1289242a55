"""Random work on a mailbox and random windows on its phones, against the simplest model there is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mailboxes.phones import Held, Phone, message, view_of
from overair.items import Item, Message
from overair.mailboxes.interface import FolderType, Mailbox, Session, StoredItem, TokenExpired, View

T = TypeVar("T")
DAYS = st.integers(0, 6)
CUTOFFS = st.none() | DAYS
PHONES = st.integers(0, 1)
PICKS = st.integers(0, 1000)
CONVERSATIONS = st.integers(0, 2)
DAY = 86_400_000_000
FOLDERS = (FolderType.INBOX, FolderType.DELETED_ITEMS)


class MailboxMachine(RuleBasedStateMachine):
    """A folder with two phones, whose views come and go, and another one to move items to.

    The model is the set of items with their latest content; each phone checks what it is told
    (``phones.Phone``), and at rest holds exactly what its view shows.
    """

    runner: asyncio.Runner
    mailbox: Mailbox

    def open_mailbox(self) -> Mailbox:
        """A new, empty mailbox; every backend has its own."""
        raise NotImplementedError

    async def prune(self) -> bool:
        """Forget every change so far; False where the backend has nothing of the kind."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, StoredItem] = {}
        self.dates: dict[tuple[str, bytes], int] = {}
        self.phones: list[Phone] = []
        self.earlier: list[Phone] = []
        self.subjects = 0
        self.pruned = False

    def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        return self.runner.run(self.mailbox.transact(work))

    def new_message(self, day: int, conversation: int = 0) -> Message:
        self.subjects += 1
        return message(day, f"subject {self.subjects}", conversation, self.subjects % 24)

    def store(self, stored: StoredItem, *, instead_of: StoredItem | None = None) -> None:
        """Note an item; its conversation is of the latest day that it had while it had a message."""
        if instead_of is not None:
            self.forget(instead_of)
        place, day = self.place_of(stored), stored.item.view_date // DAY
        if place is not None:
            old = instead_of if instead_of is not None and self.place_of(instead_of) == place else None
            known = self.gone if old is not None else self.dates.get(place)
            self.dates[place] = day if known is None else max(day, known)
        self.stored[stored.item_id] = stored

    def forget(self, stored: StoredItem) -> None:
        """Note that an item is gone; ``gone`` is then the day of its conversation."""
        del self.stored[stored.item_id]
        place = self.place_of(stored)
        if place is not None:
            self.gone = self.dates[place]
            if not any(self.place_of(other) == place for other in self.stored.values()):
                del self.dates[place]

    @staticmethod
    def place_of(stored: StoredItem) -> tuple[str, bytes] | None:
        item = stored.item
        if not isinstance(item, Message) or item.conversation_id is None:
            return None
        return stored.folder_id, item.conversation_id

    def in_view(self, stored: StoredItem, view: View) -> bool:
        if view.cutoff is None:
            return True
        place = self.place_of(stored)
        if view.conversations and place is not None:
            return self.dates[place] * DAY >= view.cutoff
        return stored.item.view_date >= view.cutoff

    def some_item(self, pick: int) -> StoredItem:
        items = list(self.stored.values())
        return items[pick % len(items)]

    @initialize(cutoffs=st.tuples(CUTOFFS, CUTOFFS), days=st.lists(DAYS, max_size=8))
    def begin(self, cutoffs: tuple[int | None, int | None], days: list[int]) -> None:
        self.mailbox = self.open_mailbox()
        self.folders = [
            self.transact(lambda session, kind=kind: session.folder_of_type(kind)).folder_id  # type: ignore[misc]
            for kind in FOLDERS
        ]
        for day in days:
            self.add(day, day % 3)
        self.phones = [
            self.runner.run(Phone.begin(self.mailbox, self.folders[0], view_of(cutoff))) for cutoff in cutoffs
        ]

    @rule(day=DAYS, conversation=CONVERSATIONS)
    def add(self, day: int, conversation: int) -> None:
        item = self.new_message(day, conversation)
        stored = self.transact(lambda session: session.add(self.folders[0], item))
        assert stored.item_id not in self.stored
        self.store(stored)

    @precondition(lambda self: self.stored)
    @rule(pick=PICKS, day=DAYS, conversation=CONVERSATIONS)
    def change(self, pick: int, day: int, conversation: int) -> None:
        old, item = self.some_item(pick), self.new_message(day, conversation)
        new = self.transact(lambda session: session.change(old.folder_id, old.item_id, item))
        assert new.revision > old.revision
        self.store(new, instead_of=old)

    @precondition(lambda self: self.stored)
    @rule(pick=PICKS)
    def remove(self, pick: int) -> None:
        old = self.some_item(pick)
        assert self.transact(lambda session: session.remove(old.folder_id, old.item_id)) > old.revision
        self.forget(old)

    @precondition(lambda self: self.stored)
    @rule(pick=PICKS)
    def move(self, pick: int) -> None:
        old = self.some_item(pick)
        destination = self.folders[old.folder_id == self.folders[0]]
        new = self.transact(lambda session: session.move(old.folder_id, old.item_id, destination))
        assert new.item_id not in self.stored
        self.store(new, instead_of=old)

    @rule(number=PHONES, day=DAYS, conversation=CONVERSATIONS)
    def add_on_phone(self, number: int, day: int, conversation: int) -> None:
        phone, item = self.phones[number], self.new_message(day, conversation)
        stored = self.transact(lambda session: session.add(phone.folder_id, item))
        self.store(stored)
        self.apply_on_phone(phone, stored.item_id, stored.revision, stored.item)

    @precondition(lambda self: any(phone.items for phone in self.phones))
    @rule(number=PHONES, pick=PICKS, day=DAYS, conversation=CONVERSATIONS)
    def change_on_phone(self, number: int, pick: int, day: int, conversation: int) -> None:
        phone, item = self.phones[number], self.new_message(day, conversation)
        held = [item_id for item_id in phone.items if item_id in self.stored]
        if not held:
            return
        item_id = held[pick % len(held)]
        new = self.transact(lambda session: session.change(phone.folder_id, item_id, item))
        self.store(new, instead_of=self.stored[item_id])
        self.apply_on_phone(phone, item_id, new.revision, new.item)

    @precondition(lambda self: any(phone.items for phone in self.phones))
    @rule(number=PHONES, pick=PICKS)
    def remove_on_phone(self, number: int, pick: int) -> None:
        phone = self.phones[number]
        held = [item_id for item_id in phone.items if item_id in self.stored]
        if not held:
            return
        item_id = held[pick % len(held)]
        revision = self.transact(lambda session: session.remove(phone.folder_id, item_id))
        self.forget(self.stored[item_id])
        self.apply_on_phone(phone, item_id, revision, None)

    def apply_on_phone(self, phone: Phone, item_id: str, revision: int, item: Item | None) -> None:
        async def account(session: Session) -> str:
            return session.accounted(phone.token, {item_id: revision})

        phone.token = self.transact(account)
        if item is None:
            phone.items.pop(item_id, None)
        else:
            phone.items[item_id] = Held(item, revision)

    @rule(number=PHONES, cutoff=CUTOFFS, conversations=st.booleans())
    def change_view(self, number: int, cutoff: int | None, conversations: bool) -> None:
        phone = self.phones[number]
        phone.turned |= phone.view.conversations != conversations
        phone.view = view_of(cutoff, conversations=conversations)

    @rule(number=PHONES, limit=st.integers(0, 3))
    def window(self, number: int, limit: int) -> None:
        phone = self.phones[number]
        try:
            self.runner.run(phone.window(self.mailbox, limit))
        except TokenExpired:
            self.begin_anew(phone)

    @rule(number=PHONES)
    def remember(self, number: int) -> None:
        self.earlier.append(self.phones[number].copy())

    @precondition(lambda self: self.earlier)
    @rule(pick=PICKS)
    def lose_answers(self, pick: int) -> None:
        self.phones[pick % 2] = self.earlier[pick % len(self.earlier)].copy()

    @rule()
    def forget_journal(self) -> None:
        self.pruned |= self.runner.run(self.prune())

    @rule(number=PHONES, limit=st.integers(1, 4))
    def rest(self, number: int, limit: int) -> None:
        phone = self.phones[number]
        try:
            self.runner.run(phone.rest(self.mailbox, limit))
        except TokenExpired:
            self.begin_anew(phone)
            return
        assert phone.items == {
            stored.item_id: Held(stored.item, stored.revision)
            for stored in self.stored.values()
            if stored.folder_id == phone.folder_id and self.in_view(stored, phone.view)
        }
        before = phone.token
        assert self.runner.run(phone.window(self.mailbox, limit)) == ([], False)
        assert phone.token == before, "a token that moves though nothing happened"

    def begin_anew(self, phone: Phone) -> None:
        assert self.pruned, "a token expired though nothing was forgotten"
        fresh = self.runner.run(Phone.begin(self.mailbox, phone.folder_id, phone.view))
        phone.token, phone.items = fresh.token, {}

    @rule()
    def look_for_conflicts(self) -> None:
        async def work(session: Session) -> list[tuple[bool, bool]]:
            return [
                (
                    await session.news_of(phone.folder_id, phone.token, item_id),
                    item_id not in self.stored or self.stored[item_id].revision > held.revision,
                )
                for phone in self.phones
                for item_id, held in phone.items.items()
            ]

        if not self.pruned:
            for told, expected in self.runner.run(self.mailbox.inspect(work)):
                assert told == expected
