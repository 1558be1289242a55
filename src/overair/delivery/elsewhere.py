"""Mail out to recipients who are elsewhere: attempts, when the next one is, and what the sender is told.

An attempt is begun in the queue before a byte goes to the server and settled after its answer. Where
the process ends between the two, the server may have the message and it is sent once more, with the
same Message-ID.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from overair.delivery import queue
from overair.delivery.local import LocalDelivery
from overair.delivery.queue import Outgoing, Recipient, RecipientState
from overair.delivery.relay import Relay, Unreachable
from overair.delivery.settling import DATABASE_SECONDS, Settling
from overair.delivery.smtp import Connection
from overair.delivery.smtp_answers import Verdict, failed_here, unheard
from overair.delivery.tracing import MOST_HOPS, hops, traced
from overair.items.mail.header_fields import HeaderError
from overair.storage.interface import DatabaseUnavailable
from overair.times import microseconds, moment_of

MOST_RECIPIENTS: Final = 100
"""Recipients of one transaction, which every server takes (RFC 5321, 4.5.3.1.8)."""
HOLD: Final = timedelta(minutes=1)
"""For how long a server that cannot be reached is not asked again; what is due meanwhile waits on."""
LONGEST_SLEEP: Final = 3600.0
CLOSE_SECONDS: Final = 1.0
"""How long attempts may take to end when the server leaves."""

_log = structlog.get_logger("overair.delivery")


class Elsewhere:
    """Sends what the queue has for recipients who are nobody here."""

    def __init__(
        self, delivery: LocalDelivery, relay: Relay, domain: str, clock: Callable[[], datetime]
    ) -> None:
        self._delivery = delivery
        self._relay = relay
        self._domain = domain
        self._clock = clock
        self._connections = relay.settings.connections
        self._settling = Settling(delivery, relay, domain, clock)
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self._closing = False
        self._connecting = asyncio.Lock()
        self._unreachable: tuple[datetime, Verdict] | None = None

    async def start(self) -> None:
        """Take up the attempts that the last run left open, and go on by itself."""
        try:
            interrupted = await self._delivery.database.write(
                lambda transaction: queue.settle_interrupted(transaction, microseconds(self._clock()))
            )
        except DatabaseUnavailable as error:
            _log.error("the queue cannot be read", error=str(error))
        else:
            if interrupted:
                _log.warning(
                    "attempts were interrupted, recipients may get a message twice", number=interrupted
                )
        self._runner = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """Look at the queue: something may be due."""
        self._wake.set()

    def retry(self) -> None:
        """Look at the queue, and ask the server even if it could not be reached a moment ago."""
        self._unreachable = None
        self.wake()

    async def attempt_due(self) -> None:
        """Attempt everything that is due, to its end. Raises DatabaseUnavailable."""
        await self._begin_workers()
        while self._workers:
            await asyncio.wait(self._workers)

    async def close(self) -> None:
        """Begin no more attempts, and let those under way end for a moment."""
        self._closing = True
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        if self._workers:
            await asyncio.wait(self._workers, timeout=CLOSE_SECONDS)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._begin_workers()
                earliest = await self._delivery.database.read(queue.earliest)
            except DatabaseUnavailable as error:
                _log.error("the queue cannot be read", error=str(error))
                seconds = DATABASE_SECONDS
            else:
                seconds = self._until(earliest)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds)

    def _until(self, due: int | None) -> float:
        if due is None or len(self._workers) >= self._connections:
            return LONGEST_SLEEP  # new mail wakes it, and so does the end of a worker
        left = (moment_of(due) - self._clock()).total_seconds()
        return min(max(left, 0.1), LONGEST_SLEEP)

    async def _begin_workers(self) -> None:
        free = self._connections - len(self._workers)
        now = microseconds(self._clock())
        waiting = await self._delivery.database.read(lambda transaction: queue.due(transaction, now, free))
        for _ in waiting[: self._connections - len(self._workers)]:
            worker = asyncio.get_running_loop().create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._ended)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and worker.exception() is not None:
            _log.error("mail out failed", exc_info=worker.exception())
        self._wake.set()

    async def _work(self) -> None:
        """Attempt one message after the other, on one connection as long as it holds."""
        connection: Connection | None = None
        try:
            while not self._closing:
                begun = await self._delivery.database.write(
                    lambda transaction: queue.begin_next(transaction, microseconds(self._clock()))
                )
                if begun is None:
                    break
                connection = await self._attempt(*begun, connection)
        except DatabaseUnavailable as error:
            _log.error("the queue cannot be read", error=str(error))
            await asyncio.sleep(DATABASE_SECONDS)
        finally:
            if connection is not None:
                await connection.close()

    async def _attempt(
        self, outgoing: Outgoing, recipients: tuple[Recipient, ...], connection: Connection | None
    ) -> Connection | None:
        """Attempt a message; returns the connection if it can be used on."""
        waiting = [one for one in recipients if one.state is RecipientState.WAITING]
        try:
            mime = await asyncio.to_thread(self._bytes_of, outgoing)
        except (_Unsendable, OSError) as error:
            verdict = error.verdict if isinstance(error, _Unsendable) else unheard("4.3.0")
            _log.error("message cannot be read", message_key=outgoing.message_key, error=repr(error))
            await self._settling.settle(outgoing, waiting, [verdict] * len(waiting), last=True)
            return connection
        while waiting:
            part, rest = waiting[:MOST_RECIPIENTS], waiting[MOST_RECIPIENTS:]
            try:
                if connection is None or not connection.is_open:
                    connection = await self._connect()
                verdicts = await connection.send(outgoing.sender, [one.address for one in part], mime)
            except Unreachable as error:
                part, rest = waiting, []
                verdicts = [error.verdict] * len(part)
            except Exception:  # whatever is wrong with a message holds up no other
                _log.exception("message not sent", message_key=outgoing.message_key)
                part, rest = waiting, []
                verdicts = [unheard("4.3.0")] * len(part)
            again = [one for one, verdict in zip(part, verdicts, strict=True) if verdict.again]
            waiting = again + rest
            await self._settling.settle(outgoing, part, verdicts, last=not waiting)
        return connection if connection is not None and connection.is_open else None

    def _bytes_of(self, outgoing: Outgoing) -> bytes:
        """What travels. Raises _Unsendable, OSError."""
        try:
            mime = self._delivery.blobs.read(outgoing.blob)
            if hops(mime) > MOST_HOPS:
                raise _Unsendable(failed_here("5.4.6"))
            return traced(mime, outgoing, self._domain, return_path=False)
        except (KeyError, HeaderError) as error:
            raise _Unsendable(failed_here("5.3.5")) from error

    async def _connect(self) -> Connection:
        """A connection, or what was wrong a moment ago. Raises Unreachable.

        One at a time, so that a server that does not answer is asked once.
        """
        async with self._connecting:
            now = self._clock()
            if self._unreachable is not None:
                since, verdict = self._unreachable
                if timedelta() <= now - since < HOLD:
                    raise Unreachable(verdict, "it could not be used a moment ago")
            try:
                connection = await self._relay.connect()
            except Unreachable as error:
                self._unreachable = (now, error.verdict)
                _log.warning("the mail server cannot be used", server=self._relay.name, reason=str(error))
                raise
            self._unreachable = None
            return connection


class _Unsendable(Exception):
    """A message that no attempt can send."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.status)
        self.verdict = verdict
