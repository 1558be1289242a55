"""Noticing what changes in an account's mailboxes, on one connection: NOTIFY, or IDLE and polls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

import structlog

from overair.credentials import Credentials
from overair.imap.capabilities import Extension
from overair.imap.errors import CommandFailed, ImapError, LoginRefused
from overair.imap.pool import BackOff, Pool
from overair.imap.responses import Event, FolderStatus, ListEntry, NotificationOverflow
from overair.imap.session import Session
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.mail.hierarchy import INBOX
from overair.mailboxes.gateway.mail.options import MailOptions

RENEWED: Final = 28 * 60.0
"""Seconds of an IDLE; servers may end one after 30 minutes (RFC 2177)."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
"""Seconds until a connection that was lost is opened anew."""
REFUSED_DELAY: Final = 15 * 60.0
"""Seconds until a log-in that was refused is tried again: servers lock accounts after a few attempts."""
RENEWED_LOG_IN: Final = 2.0
"""How often is looked whether a request came with another log-in meanwhile, in seconds."""
TREE_ROUNDS: Final = 10
"""The tree of mailboxes is looked at in every tenth round, where the server does not tell of it."""
Standing = tuple[int | None, int | None, int | None, int | None] | None
"""What STATUS says of a mailbox, as far as it tells whether something has changed."""
Compare = Callable[[Session, Sequence[MirroredFolder]], Awaitable[Sequence[MirroredFolder]]]
"""Those of some folders that may have changed since their states."""

_log = structlog.get_logger("overair.gateway")


class MailWatch:
    """A watch of one account. As soon as nothing that happens later can be missed it compares, on its own
    connection, the folders with their states, and calls ``changed`` for those that may have changed;
    after an interruption it does so for all of them.
    """

    __slots__ = (
        "_changed",
        "_compare",
        "_compare_interval",
        "_credentials",
        "_folders",
        "_heard",
        "_interrupted",
        "_interval",
        "_lost",
        "_notified",
        "_pool",
        "_rounds",
        "_selected",
        "_standings",
        "_task",
        "_tree",
        "_waiting",
    )

    def __init__(
        self,
        pool: Pool,
        credentials: Credentials,
        folders: Callable[[], Collection[MirroredFolder]],
        changed: Callable[[Collection[MirroredFolder] | None], None],
        options: MailOptions,
        compare: Compare,
    ) -> None:
        self._pool = pool
        self._credentials = credentials
        self._folders = folders
        self._changed = changed
        self._interval = options.poll_interval
        self._compare_interval = options.compare_interval
        self._compare = compare
        self._interrupted = False
        """Whether there was a connection before, on which something may have gone untold."""
        self._heard: frozenset[str] = frozenset()
        """The paths of folders of which nothing goes untold."""
        self._waiting: asyncio.Future[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    def hears(self, folder: MirroredFolder) -> bool:
        """See Watching."""
        return folder.path in self._heard

    async def close(self) -> None:
        """End it."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        back_off = BackOff(FIRST_DELAY, LONGEST_DELAY)
        loop, refused, until = asyncio.get_running_loop(), "", 0.0
        while True:
            if self._credentials.secret == refused and loop.time() < until:
                await asyncio.sleep(RENEWED_LOG_IN)
                continue
            try:
                session = await self._pool.take(self._credentials)
                try:
                    await self._follow(session, back_off)
                finally:
                    self._pool.give_back(session, self._credentials)
            except ImapError as error:
                self._heard, self._interrupted = frozenset(), True
                _log.info("watch interrupted", reason=str(error))
                if isinstance(error, LoginRefused):
                    refused, until = self._credentials.secret, loop.time() + REFUSED_DELAY
                    continue
            await asyncio.sleep(back_off.failed())

    async def _follow(self, session: Session, back_off: BackOff) -> None:
        """Watch on one connection until it is lost. Raises ImapError."""
        self._lost, self._notified, self._rounds, self._selected = False, False, 0, ""
        self._standings: dict[str, Standing] = {}
        self._tree: frozenset[str] = frozenset()
        session.on_event, session.on_lost = self._on_event, self._on_lost
        followed: frozenset[str] = frozenset()
        while not self._lost:
            folders = list(self._folders())
            paths = frozenset(folder.path for folder in folders)
            if paths != followed or (Extension.NOTIFY in session.capabilities and not self._notified):
                followed = frozenset()  # while it is set anew something may go untold
                await self._listen(session, folders)
            changed = await self._look(session, folders)
            others = [one for one in folders if one.path not in followed and one not in changed]
            changed += others if self._interrupted else await self._compare_with(session, others)
            followed = paths
            if Extension.IDLE in session.capabilities and (self._notified or session.selected is not None):
                await session.idle()
            polled = self._polls(session, folders)
            self._heard = paths.difference(folder.path for folder in polled) if polled else paths
            self._interrupted = False
            self._rounds += 1
            back_off.succeeded()
            if changed:
                self._changed(changed)
            await self._wait(session, followed, polls=bool(polled))

    async def _listen(self, session: Session, folders: Sequence[MirroredFolder]) -> None:
        """Have the server tell of what it can tell of. Raises ImapError."""
        if not folders:
            return
        if Extension.NOTIFY in session.capabilities:
            # What an earlier use of the connection has selected would be told of without its name.
            await session.unselect()
            try:
                await session.notify([folder.path for folder in folders])
                self._notified = True
            except CommandFailed as error:
                self._notified = False
                _log.info("NOTIFY refused", reason=str(error))
        if not self._notified and Extension.IDLE in session.capabilities:
            path = _idled(folders)
            if session.selected is None or session.selected.name != path:
                await session.select(path)
            self._selected = path

    async def _compare_with(
        self, session: Session, folders: Sequence[MirroredFolder]
    ) -> Sequence[MirroredFolder]:
        """Those of some folders that may have changed. Raises ImapError."""
        # What IDLE is to tell of stays selected; STATUS of it may say how it was.
        told = [one for one in folders if not self._notified and one.path == self._selected]
        others = [one for one in folders if one not in told]
        return [*told, *(await self._compare(session, others) if others else ())]

    def _polls(self, session: Session, folders: Sequence[MirroredFolder]) -> list[MirroredFolder]:
        """The folders of which the server tells nothing."""
        if self._notified:
            return []
        idles = Extension.IDLE in session.capabilities and session.selected is not None
        told = session.selected.name if idles and session.selected is not None else None
        return [folder for folder in folders if folder.path != told]

    async def _look(self, session: Session, folders: Sequence[MirroredFolder]) -> list[MirroredFolder]:
        """Look at what the server does not tell of; the folders that seem to have changed."""
        polled = self._polls(session, folders)
        changed: list[MirroredFolder] = []
        has_modseq = Extension.CONDSTORE in session.capabilities
        if polled:
            items = ("UIDVALIDITY", "UIDNEXT", "MESSAGES", "HIGHESTMODSEQ" if has_modseq else "UNSEEN")
            found = await session.statuses([folder.path for folder in polled], items)
            for folder in polled:
                standing = _standing(found.get(folder.path))
                if self._standings.get(folder.path, standing) != standing:
                    changed.append(folder)
                self._standings[folder.path] = standing
        if not self._notified and self._rounds % TREE_ROUNDS == 0:
            tree = frozenset(entry.name for entry in await session.list("*"))
            if self._tree and tree != self._tree:
                self._changed(None)
            self._tree = tree
        every = max(1, round(self._compare_interval / self._interval))
        if not has_modseq and self._rounds and self._rounds % every == 0:
            return list(folders)  # flags may have changed without a trace
        return changed

    async def _wait(self, session: Session, followed: frozenset[str], *, polls: bool) -> None:
        """Until the next look: what the server tells meanwhile is passed on as it comes."""
        loop = asyncio.get_running_loop()
        idle_until = loop.time() + RENEWED
        while not self._lost:
            self._waiting = loop.create_future()
            timer = loop.call_later(self._interval, _settle, self._waiting)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
            other = frozenset(folder.path for folder in self._folders()) != followed
            overflown = Extension.NOTIFY in session.capabilities and not self._notified
            if polls or other or overflown or loop.time() + self._interval > idle_until:
                return

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ListEntry):
            # Dovecot tells of mailboxes that have been there for long, too.
            if not event.selectable or event.name not in {folder.path for folder in self._folders()}:
                self._changed(None)
        elif isinstance(event, NotificationOverflow):
            self._notified, self._interrupted, self._heard = False, True, frozenset()
            self._changed(list(self._folders()))
            _settle(self._waiting)
        else:
            path = event.name if isinstance(event, FolderStatus) else self._selected
            folders = [one for one in self._folders() if one.path == path]
            if folders:
                self._changed(folders)

    def _on_lost(self, _error: Exception) -> None:
        self._lost, self._interrupted, self._heard = True, True, frozenset()
        _settle(self._waiting)


def _settle(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)


def _idled(folders: Sequence[MirroredFolder]) -> str:
    """The mailbox of which most news are expected: INBOX where it is watched."""
    paths = sorted(folder.path for folder in folders)
    return INBOX if INBOX in paths else paths[0]


def _standing(status: FolderStatus | None) -> Standing:
    if status is None:
        return None
    return (
        status.uid_validity,
        status.uid_next,
        status.messages,
        status.unseen if status.highest_modseq is None else status.highest_modseq,
    )
