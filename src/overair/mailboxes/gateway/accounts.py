"""Every account of the gateway that somebody is here of, and how long its password is held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import msgspec

from overair.credentials import Credentials
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.account import Account
from overair.mailboxes.gateway.backend import Backend, BackendName
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.gateway.making import Submission
from overair.mailboxes.gateway.watching import Watch
from overair.storage.interface import BlobStore, Database, Transaction

LINGER_SECONDS: Final = 60.0
"""How long an account's connections and watch are kept after its last request: the next one is near."""


class Servers(msgspec.Struct, frozen=True):
    """What an account's credentials open: its backends, and the way out for mail."""

    backends: Mapping[BackendName, Backend]
    submission: Submission | None


class _Present:
    """An account of which somebody is here, or was a moment ago."""

    __slots__ = ("account", "credentials", "leaving", "requests", "watch")

    def __init__(self, account: Account, credentials: tuple[Credentials, Credentials]) -> None:
        self.account: Final = account
        self.credentials: Final = credentials
        self.watch: Final = Watch(account)
        self.requests = 0
        self.leaving: asyncio.TimerHandle | None = None


class Gateway:
    """The accounts whose mailboxes are on other servers."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        configured: frozenset[BackendName],
        connect: Callable[[int, str, Credentials, Credentials], Servers],
    ) -> None:
        """``connect`` makes the backends of an account, by its id and address, with what opens its mail and
        what opens its calendars and contacts; they open nothing yet.
        """
        self.database: Final = database
        self.blobs: Final = blobs
        self.configured: Final = configured
        self._connect: Final = connect
        self.on_wrong_credentials: Callable[[int], None] | None = None
        """Called with an account whose log-in its servers do not take any more."""
        self.on_invitations: Callable[[int], Awaitable[None]] | None = None
        """Called with an account that may have meeting messages of which nobody has taken note."""
        self._present: Final[dict[int, _Present]] = {}
        self._closing: Final[set[asyncio.Task[None]]] = set()

    def mailbox(self, account_id: int) -> GatewayMailbox:
        """The mailbox of an account."""
        return GatewayMailbox(account_id, self, self.blobs)

    def find(self, account_id: int) -> Account | None:
        """The servers of an account that somebody is here of."""
        present = self._present.get(account_id)
        return present.account if present is not None and present.requests else None

    def watch(self, account_id: int) -> Watch | None:
        """What notices changes of an account that somebody is here of."""
        present = self._present.get(account_id)
        return present.watch if present is not None and present.requests else None

    @contextmanager
    def enter(
        self, account_id: int, address: str, mail: Credentials, groupware: Credentials | None = None
    ) -> Iterator[None]:
        """Hold an account's credentials while a request of it runs or waits; ``groupware`` are those for
        its calendars and contacts, where they are others than those for its mail.
        """
        opening = (mail, groupware or mail)
        present = self._present.get(account_id)
        if present is None:
            servers = self._connect(account_id, address, *opening)
            account = Account(
                account_id, self.database, servers.backends, servers.submission, self.refuse_log_in
            )
            present = self._present[account_id] = _Present(account, opening)
        for held, new in zip(present.credentials, opening, strict=True):
            held.secret = new.secret  # the request was let in by it, so it is the one that is right now
        present.requests += 1
        if present.leaving is not None:
            present.leaving.cancel()
            present.leaving = None
        try:
            yield
        finally:
            present.requests -= 1
            if not present.requests:
                for held in present.credentials:
                    held.secret = ""
                loop = asyncio.get_running_loop()
                present.leaving = loop.call_later(LINGER_SECONDS, self._leave, account_id, present)

    async def take_invitations(self, account_id: int) -> None:
        """Have meetings stand in the calendar that came by mail a moment ago."""
        account = self.find(account_id)
        if account is not None and account.invited and self.on_invitations is not None:
            account.invited = False
            await self.on_invitations(account_id)

    def refuse_log_in(self, account_id: int) -> None:
        """The servers of an account do not take its log-in any more."""
        if self.on_wrong_credentials is not None:
            self.on_wrong_credentials(account_id)

    def forget(self, account_id: int) -> None:
        """Let go of an account's connections, as when it has a new password."""
        present = self._present.get(account_id)
        if present is not None and not present.requests:
            self._leave(account_id, present)

    def _leave(self, account_id: int, present: _Present) -> None:
        if present.requests or self._present.get(account_id) is not present:
            return
        del self._present[account_id]
        if present.leaving is not None:
            present.leaving.cancel()
        task = asyncio.get_running_loop().create_task(_close(present))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """End every watch and connection."""
        for account_id, present in list(self._present.items()):
            present.requests = 0
            self._leave(account_id, present)
        await asyncio.gather(*self._closing, return_exceptions=True)


async def _close(present: _Present) -> None:
    await present.watch.close()
    await present.account.close()


async def forget_intents(transaction: Transaction, account_id: int) -> None:
    """Remove what an account was about to do upstream."""
    await transaction.execute(links.FORGET_INTENTS, account=account_id)
