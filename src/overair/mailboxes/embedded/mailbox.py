"""The mailboxes of the embedded store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from overair.items.calendar.busy import Busy
from overair.mailboxes.busy import busy_in
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.embedded.usage import UNLIMITED
from overair.mailboxes.interface import MailboxUnavailable, Session, Span
from overair.storage.interface import BlobStore, Database, DatabaseUnavailable, Transaction

T = TypeVar("T")


class EmbeddedMailbox:
    """One account's mailbox in the database, as mailboxes.interface.Mailbox.

    ``quota`` is how many bytes it may hold where nothing else was set for it; 0 for no limit.
    """

    takes_mail = True
    tells_attendees = True

    def __init__(self, account_id: int, database: Database, blobs: BlobStore, quota: int = UNLIMITED) -> None:
        self.account_id = account_id
        self.blobs = blobs
        self._database = database
        self._quota = quota

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that may write; it awaits only its session. Raises MailboxUnavailable."""
        try:
            return await self._database.write(lambda transaction: work(self.session(transaction)))
        except DatabaseUnavailable as error:
            raise MailboxUnavailable(str(error)) from error

    async def inspect(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that only reads, beside the writer. Raises MailboxUnavailable."""
        try:
            return await self._database.read(lambda transaction: work(self.session(transaction)))
        except DatabaseUnavailable as error:
            raise MailboxUnavailable(str(error)) from error

    async def refresh(self, folder_ids: Collection[str] | None, max_age: float = 0.0) -> None:
        """Everything is here."""

    def watch(self, folder_ids: Collection[str]) -> AbstractContextManager[None]:
        """Every change is made here, and told by the database."""
        return nullcontext()

    async def busy(self, people: Mapping[str, int | None], span: Span) -> Mapping[str, Sequence[Busy]]:
        """When people are busy who have accounts here. Raises MailboxUnavailable."""
        found: dict[str, Sequence[Busy]] = {}
        for address, account_id in people.items():
            if account_id is not None:
                theirs = EmbeddedMailbox(account_id, self._database, self.blobs)
                times = await busy_in(theirs, span)
                if times is not None:
                    found[address] = times
        return found

    def session(self, transaction: Transaction) -> Session:
        """A unit of work inside a transaction that is under way already."""
        return EmbeddedSession(self.account_id, transaction, self._quota)
