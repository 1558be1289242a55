"""Connections to a server that are kept for a while, with limits."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from overair.credentials import Credentials
from overair.imap.errors import ConnectionLost, Crowded, NoLogIn
from overair.imap.server import Server
from overair.imap.session import Session, log_in


class PoolLimits(msgspec.Struct, frozen=True):
    """How many connections there may be, and how long."""

    of_user: int = 4
    of_server: int = 4_000
    idle_seconds: float = 60
    """How long a connection is kept that nobody uses."""
    wait_seconds: float = 30
    """How long to wait for one where there are as many as may be."""
    backoff_seconds: float = 1
    longest_backoff_seconds: float = 60
    """After a failure to connect nobody tries for so long; it doubles up to the longest."""


class BackOff:
    """How long to wait after failures in a row, a little more or less, so that not all come at once."""

    def __init__(self, first: float, longest: float) -> None:
        self._first: Final = first
        self._longest: Final = longest
        self._failures = 0

    def failed(self) -> float:
        """It has failed once more: seconds until the next attempt."""
        # After 30 doublings it is the longest, whatever it was at first.
        seconds: float = min(self._first * 2.0 ** min(self._failures, 30), self._longest)
        self._failures += 1
        return seconds * random.uniform(0.75, 1.0)  # noqa: S311 - nothing secret

    def succeeded(self) -> None:
        """It has gone well: begin from the start after the next failure."""
        self._failures = 0


class Pool:
    """The connections to one server."""

    def __init__(self, server: Server, limits: PoolLimits | None = None) -> None:
        self.server: Final = server
        self.limits: Final = limits or PoolLimits()
        self._all: dict[str, set[Session]] = {}
        """Every connection, by its user."""
        self._count = 0
        self._kept: dict[Session, tuple[Credentials, asyncio.TimerHandle]] = {}
        """Those that nobody uses, the longest unused first."""
        self._turns: dict[str, tuple[asyncio.Semaphore, int]] = {}
        """For each user with connections in use or wanted: the turns, and how many want or have one."""
        self._server_turns: Final = asyncio.Semaphore(self.limits.of_server)
        self._back_off: Final = BackOff(self.limits.backoff_seconds, self.limits.longest_backoff_seconds)
        self._not_before = 0.0
        self._why = ""
        self._closed = False

    @contextlib.asynccontextmanager
    async def session(self, credentials: Credentials, mailbox: str | None = None) -> AsyncIterator[Session]:
        """A session for a while, by preference one that has ``mailbox`` selected: see ``take``."""
        session = await self.take(credentials, mailbox)
        try:
            yield session
        finally:
            self.give_back(session, credentials)

    async def take(self, credentials: Credentials, mailbox: str | None = None) -> Session:
        """A session that is the caller's until it is given back, for as long as that likes.

        Raises what ``log_in`` does, and Crowded (a ConnectionLost) where all connections are in use for
        too long.
        """
        await self._take_turn(credentials.user)
        try:
            return self._reuse(credentials, mailbox) or await self._connect(credentials)
        except BaseException:
            self._give_turn(credentials.user)
            raise

    def give_back(self, session: Session, credentials: Credentials) -> None:
        """Keep a session for others where it is usable and as others are (no NOTIFY), and close it
        otherwise. Its ``on_event`` and ``on_lost`` are unset then.
        """
        try:
            self._keep(session, credentials)
        finally:
            self._give_turn(credentials.user)

    def close_user(self, user: str) -> None:
        """Close what nobody uses of a user's connections."""
        for session in self._all.get(user, set()) & self._kept.keys():
            self._drop(user, session)

    def close(self) -> None:
        """Close all connections, also those in use; there are no new ones."""
        self._closed = True
        for user, sessions in list(self._all.items()):
            for session in list(sessions):
                self._drop(user, session)

    async def _take_turn(self, user: str) -> None:
        turns, users = self._turns.get(user, (asyncio.Semaphore(self.limits.of_user), 0))
        self._turns[user] = (turns, users + 1)
        try:
            async with asyncio.timeout(self.limits.wait_seconds):
                await turns.acquire()
                try:
                    await self._server_turns.acquire()
                except BaseException:
                    turns.release()
                    raise
        except BaseException as error:
            self._leave_turns(user)
            if isinstance(error, TimeoutError):
                raise Crowded("all connections are in use") from None
            raise

    def _give_turn(self, user: str) -> None:
        self._server_turns.release()
        self._turns[user][0].release()
        self._leave_turns(user)

    def _leave_turns(self, user: str) -> None:
        turns, users = self._turns.pop(user)
        if users > 1:
            self._turns[user] = (turns, users - 1)

    def _reuse(self, credentials: Credentials, mailbox: str | None) -> Session | None:
        found: Session | None = None
        for session in self._all.get(credentials.user, set()) & self._kept.keys():
            if self._kept[session][0] == credentials:
                found = session
                if session.selected is not None and session.selected.name == mailbox:
                    break
        if found is not None:
            found.on_lost = None
            self._kept.pop(found)[1].cancel()
        return found

    async def _connect(self, credentials: Credentials) -> Session:
        loop = asyncio.get_running_loop()
        self._check_open()
        if not credentials.secret:
            # Nobody of the account is here any more: an empty password would only lock it.
            raise NoLogIn("nobody is here whose log-in it would be")
        if loop.time() < self._not_before:
            raise ConnectionLost(self._why)
        self._make_room(credentials.user)
        try:
            session = await log_in(self.server, credentials)
        except ConnectionLost as error:
            if loop.time() >= self._not_before:  # or another one has just found the same
                self._not_before = loop.time() + self._back_off.failed()
                self._why = str(error)
            raise
        self._back_off.succeeded()
        self._not_before = 0.0
        try:
            self._check_open()
        except ConnectionLost:
            session.close()
            raise
        self._all.setdefault(credentials.user, set()).add(session)
        self._count += 1
        return session

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost("the pool is closed")

    def _make_room(self, user: str) -> None:
        """Close what nobody uses where there would be too many: turns count those in use alone."""
        own = self._all.get(user, set())
        spare = own & self._kept.keys()
        if len(own) >= self.limits.of_user and spare:
            self._drop(user, next(iter(spare)))
        if self._count >= self.limits.of_server and self._kept:
            session, (owner, _) = next(iter(self._kept.items()))
            self._drop(owner.user, session)

    def _keep(self, session: Session, credentials: Credentials) -> None:
        session.on_event = session.on_lost = None
        if not session.usable or session.altered or self._closed:
            self._drop(credentials.user, session)
            return
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.limits.idle_seconds, self._drop, credentials.user, session)
        self._kept[session] = (credentials, timer)
        session.on_lost = lambda _error: self._drop(credentials.user, session)

    def _drop(self, user: str, session: Session) -> None:
        session.on_lost = None
        session.close()
        kept = self._kept.pop(session, None)
        if kept is not None:
            kept[1].cancel()
        own = self._all.get(user, set())
        if session in own:
            own.discard(session)
            self._count -= 1
        if not own:
            self._all.pop(user, None)
