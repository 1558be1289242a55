"""What an attempt comes to: the queue is told, and where it has to be the sender, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from overair.delivery import non_delivery, queue
from overair.delivery.local import LocalDelivery
from overair.delivery.queue import Outgoing, Recipient, RecipientState
from overair.delivery.relay import Relay
from overair.delivery.smtp_answers import Verdict
from overair.items.mail.message import Message
from overair.mailboxes.interface import MailboxError
from overair.metrics import DEFERRED, DELIVERED, DELIVERIES, REFUSED
from overair.storage.interface import DatabaseUnavailable, Transaction
from overair.times import microseconds, moment_of

DATABASE_SECONDS: Final = 5.0
"""How long to wait for a database that is not available."""
EXPIRED: Final = "4.4.7"

_log = structlog.get_logger("overair.delivery")


class Settling:
    """Writes down verdicts."""

    def __init__(
        self, delivery: LocalDelivery, relay: Relay, domain: str, clock: Callable[[], datetime]
    ) -> None:
        self._delivery = delivery
        self._relay = relay
        self._domain = domain
        self._clock = clock
        self._settings = relay.settings

    async def settle(
        self, outgoing: Outgoing, recipients: Sequence[Recipient], verdicts: Sequence[Verdict], *, last: bool
    ) -> None:
        """Write down what became of recipients, and tell the sender; ``last`` ends the attempt."""
        now = self._clock()
        age = now - moment_of(outgoing.submitted)
        expired = age >= timedelta(hours=self._settings.give_up_hours)
        heard = [
            _heard(one, verdict, expired=expired)
            for one, verdict in zip(recipients, verdicts, strict=True)
            if not verdict.again
        ]
        late = timedelta(hours=self._settings.delay_notice_hours)
        delayed = [one for one in heard if one.state is RecipientState.WAITING]
        is_late = bool(delayed) and not outgoing.told and bool(late) and age >= late and last
        failed = [one for one in heard if one.state is RecipientState.FAILED]
        delivered = sum(one.state is RecipientState.DELIVERED for one in heard)
        reports = await self._reports(outgoing, failed, delayed if is_late else [], now)
        next_attempt = microseconds(now + self._pause(outgoing.attempts))

        async def work(transaction: Transaction) -> bool:
            if await queue.one(transaction, outgoing.message_key) is None:
                return True  # its account or an administrator took it away
            await queue.set_states(transaction, outgoing.message_key, heard)
            for report in reports:
                await self._delivery.report_within(transaction, report, outgoing.account_id)
            return last and await queue.finish(
                transaction,
                outgoing.message_key,
                next_attempt=next_attempt,
                told=bool(outgoing.told) or is_late,
            )

        gone: bool | None = None
        while gone is None:
            try:
                gone = await self._delivery.database.write(work)
            except DatabaseUnavailable as error:
                # What the server has accepted is not to be sent again for want of a note.
                _log.error("what was sent cannot be recorded yet", error=str(error))
                await asyncio.sleep(DATABASE_SECONDS)
            except MailboxError as error:
                if not reports:
                    raise
                _log.error("the sender cannot be told", message_key=outgoing.message_key, error=repr(error))
                reports = []
        waiting = len(recipients) - len(heard) + len(delayed)
        for result, count in ((DELIVERED, delivered), (DEFERRED, waiting), (REFUSED, len(failed))):
            DELIVERIES.labels("elsewhere", result).inc(count)
        _log.info(
            "message sent" if gone else "message waits",
            message_key=outgoing.message_key,
            delivered=delivered,
            undelivered=len(failed),
            waiting=waiting,
            statuses=sorted({one.status for one in heard}),
            attempts=outgoing.attempts,
        )

    def _pause(self, attempts: int) -> timedelta:
        """From the end of an attempt to the next."""
        retries = self._settings.retries
        return timedelta(minutes=retries[min(max(attempts, 1), len(retries)) - 1])

    async def _reports(
        self, outgoing: Outgoing, failed: Sequence[Recipient], delayed: Sequence[Recipient], now: datetime
    ) -> list[Message]:
        if not outgoing.sender:
            return []  # of what has no return path nobody is told (RFC 5321, 6.1)
        until = moment_of(outgoing.submitted) + timedelta(hours=self._settings.give_up_hours)
        reports = []
        for some, kind in ((failed, non_delivery.FAILED), (delayed, non_delivery.DELAYED)):
            if not some:
                continue
            try:
                written = await non_delivery.written(
                    self._delivery,
                    outgoing,
                    some,
                    self._domain,
                    now,
                    kind=kind,
                    remote=self._relay.name,
                    until=until if kind is non_delivery.DELAYED else None,
                )
            except OSError as error:
                _log.error("the sender cannot be told", message_key=outgoing.message_key, error=str(error))
            else:
                reports.append(written)
        return reports


def _heard(recipient: Recipient, verdict: Verdict, *, expired: bool) -> Recipient:
    state, status = verdict.state, verdict.status
    if state is RecipientState.WAITING and expired:
        state, status = RecipientState.FAILED, EXPIRED
    return msgspec.structs.replace(recipient, state=state, status=status, answer=verdict.answer)
