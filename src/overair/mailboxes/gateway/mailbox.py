"""One account's mailbox on other servers, as mailboxes.interface.Mailbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, runtime_checkable

from overair.items import ItemClass
from overair.items.calendar.busy import Busy
from overair.mailboxes.busy import busy_in
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import BackendName, WrongCredentials
from overair.mailboxes.gateway.effects import Plan, Wanted
from overair.mailboxes.gateway.session import GatewaySession
from overair.mailboxes.interface import MailboxUnavailable, Session, Span
from overair.storage.interface import BlobStore, DatabaseUnavailable, Transaction

if TYPE_CHECKING:
    from overair.mailboxes.gateway.accounts import Gateway

T = TypeVar("T")
HEARD_SECONDS: Final = 600.0
"""After how long a folder is looked at of which a server should have told everything."""
ATTEMPTS: Final = 20
"""How often a unit of work is run again for what it lacked; an ordinary one needs two."""
CALENDARS_AGE: Final = 30.0
"""Seconds for which calendars that were brought here say when their owner is busy."""
NOBODY: Final = "nobody of the account is here, so its servers cannot be asked"


@runtime_checkable
class Calendars(Protocol):
    """A server of calendars, which may be asked when people are busy."""

    @property
    def schedules(self) -> bool:
        """Whether it tells attendees itself what becomes of meetings."""

    async def busy(
        self, people: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Busy]] | None:
        """When people are busy, by their addresses in small letters, of those whom the server tells the
        user about; None where it tells of nobody. Raises MailboxUnavailable.
        """


class GatewayMailbox:
    """A mirror in the store, and the account's servers behind it while somebody of it is here."""

    takes_mail = False

    def __init__(self, account_id: int, gateway: Gateway, blobs: BlobStore) -> None:
        self.account_id = account_id
        self.blobs = blobs
        self._gateway = gateway

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that may write; what it does is done upstream, too, when this returns.

        Raises MailboxUnavailable.
        """
        result = await self._run(work, self._gateway.database.write)
        await self._gateway.take_invitations(self.account_id)
        return result

    async def inspect(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run a unit of work that only reads, beside the writer. Raises MailboxUnavailable."""
        result = await self._run(work, self._gateway.database.read)
        await self._gateway.take_invitations(self.account_id)
        return result

    @property
    def tells_attendees(self) -> bool:
        """Whether attendees are told by mail: the server of the calendars, which was asked, does not do it
        itself, and there is a submission server.
        """
        account = self._gateway.find(self.account_id)
        if account is None or not account.submits:
            return False
        server: object = account.backends.get(BackendName.CALDAV)
        return not (isinstance(server, Calendars) and server.schedules)

    def session(self, transaction: Transaction) -> Session:
        """A unit of work inside a transaction that is under way already: it can only read what is here."""
        return self._session(transaction, self._plan())

    async def refresh(self, folder_ids: Collection[str] | None, max_age: float = 0.0) -> None:
        """Bring folders, or with None the tree, to what their servers have; where they need not be right
        up to date, those of which a watch hears everything are left alone for a while.
        """
        account = self._gateway.find(self.account_id)
        if account is None:
            return
        watch = self._gateway.watch(self.account_id)
        if folder_ids is not None and max_age and watch is not None:
            heard = watch.heard(folder_ids)
            await account.refresh(heard, max(max_age, HEARD_SECONDS))
            folder_ids = [one for one in folder_ids if one not in heard]
        await account.refresh(folder_ids, max_age)

    async def busy(self, people: Mapping[str, int | None], span: Span) -> Mapping[str, Sequence[Busy]]:
        """When people are busy, as the user's own calendar server tells the user; where it tells nothing
        (no scheduling outbox), when the user is. Raises MailboxUnavailable.
        """
        account = self._gateway.find(self.account_id)
        server: object = None if account is None else account.backends.get(BackendName.CALDAV)
        found: dict[str, Sequence[Busy]] = {}
        if isinstance(server, Calendars):
            found |= await server.busy(list(people), span.start, span.end) or {}
        own = [one for one, whose in people.items() if whose == self.account_id and one not in found]
        if own:
            await self._refresh_calendars()
            reason = self._plan().unavailable.get(BackendName.CALDAV.value)
            if reason is not None:
                raise MailboxUnavailable(reason)
            times = await busy_in(self, span)
            if times is not None:
                found |= dict.fromkeys(own, times)
        return found

    async def _refresh_calendars(self) -> None:
        folders = await self.inspect(lambda session: session.folders())
        calendars = [one.folder_id for one in folders if one.item_class is ItemClass.CALENDAR]
        await self.refresh(calendars, CALENDARS_AGE)

    @contextmanager
    def watch(self, folder_ids: Collection[str]) -> Iterator[None]:
        """Have changes of folders noticed while the block runs."""
        watch = self._gateway.watch(self.account_id)
        if watch is None:
            yield
            return
        watch.enter(folder_ids)
        try:
            yield
        finally:
            watch.leave(folder_ids)

    def _plan(self) -> Plan:
        account = self._gateway.find(self.account_id)
        if account is None:
            return Plan(dict.fromkeys((name.value for name in self._gateway.configured), NOBODY))
        return Plan(account.unavailable)

    def _session(self, transaction: Transaction, plan: Plan) -> GatewaySession:
        return GatewaySession(self.account_id, transaction, plan, self._gateway.configured)

    async def _run(
        self,
        work: Callable[[Session], Awaitable[T]],
        run: Callable[[Callable[[Transaction], Awaitable[T]]], Awaitable[T]],
    ) -> T:
        plan = self._plan()

        async def attempt(transaction: Transaction) -> T:
            plan.begin()  # the database may run it again by itself
            session = self._session(transaction, plan)
            result = await work(session)
            plan.require_nothing()
            for name in plan.used:
                await transaction.execute(links.END_INTENT, account=self.account_id, name=name)
            return result

        try:
            async with AsyncExitStack() as held:
                for _ in range(ATTEMPTS):
                    try:
                        return await run(attempt)
                    except Wanted:
                        account = self._gateway.find(self.account_id)
                        if account is None:
                            raise MailboxUnavailable(NOBODY) from None
                        await account.supply(plan, held)
                raise MailboxUnavailable("what is upstream keeps changing")
        except DatabaseUnavailable as error:
            raise MailboxUnavailable(str(error)) from error
        except WrongCredentials as error:
            # Whoever asks next has to show who they are; what was asked for now was not done.
            self._gateway.refuse_log_in(self.account_id)
            raise MailboxUnavailable(str(error)) from error
