"""Mail out to recipients who are here: at once, in the transaction that settles them in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog

from overair.delivery import non_delivery, queue
from overair.delivery.local import LocalDelivery
from overair.delivery.non_delivery import NOBODY
from overair.delivery.queue import Outgoing, Recipient, RecipientState
from overair.delivery.tracing import traced
from overair.directory.interface import User
from overair.mailboxes.interface import MailboxFull
from overair.metrics import DELIVERED, DELIVERIES, REFUSED
from overair.storage.interface import Transaction
from overair.times import microseconds

GIVE_UP: Final = 2 * 24 * 3600 * 1_000_000
"""Microseconds after which the sender is told that a message could not be delivered here."""
FULL: Final = "5.2.2"
TOO_LONG: Final = "4.4.7"

_log = structlog.get_logger("overair.delivery")


class Here:
    """Delivers what the queue has for the accounts of this server.

    Recipients that are nobody here stay in the queue with ``leave_others``, else the sender is told.
    """

    def __init__(
        self, delivery: LocalDelivery, domain: str, clock: Callable[[], datetime], *, leave_others: bool
    ) -> None:
        self._delivery = delivery
        self._domain = domain
        self._clock = clock
        self._leave_others = leave_others

    async def attempt(self, outgoing: Outgoing) -> bool:
        """Deliver a message to those who are here; whether that is settled.

        One that has waited for long is given up only when it fails again: the server may have been
        down for all that time.
        """
        overdue = microseconds(self._clock()) - outgoing.submitted > GIVE_UP
        for give_up in (False, True)[: 1 + overdue]:
            try:
                await self.deliver(outgoing, give_up=give_up)
            except Exception:  # one message must not hold up the others, whatever is wrong with it
                _log.exception("message not delivered yet", message_key=outgoing.message_key)
            else:
                return True
        return False

    async def deliver(self, outgoing: Outgoing, *, give_up: bool) -> None:
        """Deliver to everybody who is here and settle them; ``give_up`` reports all of them.

        The sender is told at once of a mailbox that is full: there is no later message that says so.
        """
        users, others = await self.sort(outgoing)
        full: set[int] = set()
        while True:
            try:
                await self._settle(outgoing, users, others, full, give_up=give_up)
            except MailboxFull as error:
                full.add(error.account_id)
            else:
                return

    async def _settle(
        self,
        outgoing: Outgoing,
        users: Sequence[tuple[Recipient, User]],
        others: Sequence[Recipient],
        full: Collection[int],
        *,
        give_up: bool,
    ) -> None:
        """Settle everybody who is here in one transaction. Raises MailboxFull for one not among ``full``."""
        reached = [] if give_up else [one for one in users if one[1].account_id not in full]
        settled = [_as(recipient, RecipientState.DELIVERED) for recipient, _ in reached]
        failed = [
            _as(recipient, RecipientState.FAILED, FULL if user.account_id in full else TOO_LONG)
            for recipient, user in users
            if give_up or user.account_id in full
        ]
        if not self._leave_others:
            failed += [_as(recipient, RecipientState.FAILED, NOBODY) for recipient in others]
        now = self._clock()
        arrived = report = None
        if settled:
            mime = await asyncio.to_thread(self._delivery.blobs.read, outgoing.blob)
            form = await asyncio.to_thread(traced, mime, outgoing, self._domain, return_path=True)
            arrived = await self._delivery.accept(form, now)
        if failed and outgoing.sender:  # of what has no return path nobody is told (RFC 5321, 6.1)
            report = await non_delivery.written(self._delivery, outgoing, failed, self._domain, now)

        async def work(transaction: Transaction) -> bool:
            if not await queue.set_sorted(transaction, outgoing.message_key, microseconds(now)):
                return False  # it is settled already, or was taken away
            await queue.set_states(transaction, outgoing.message_key, (*settled, *failed))
            noted = False
            if arrived is not None:
                everyone = {user.account_id: user for _, user in reached}
                noted = await self._delivery.deliver_within(
                    transaction, arrived, everyone.values(), outgoing.sender
                )
            if report is not None:
                await self._delivery.report_within(transaction, report, outgoing.account_id)
            if len(others) == 0 or not self._leave_others:
                await queue.remove(transaction, outgoing.message_key)
            return noted

        if await self._delivery.database.write(work):
            self._delivery.noted.set()
        DELIVERIES.labels("here", DELIVERED).inc(len(settled))
        DELIVERIES.labels("here", REFUSED).inc(len(failed))
        _log.info(
            "message delivered",
            message_key=outgoing.message_key,
            delivered=len(settled),
            undelivered=len(failed),
            elsewhere=len(others) if self._leave_others else 0,
        )

    async def sort(self, outgoing: Outgoing) -> tuple[list[tuple[Recipient, User]], list[Recipient]]:
        """The recipients who wait: those who are here with their accounts, and the others."""
        found = await self._delivery.database.read(
            lambda transaction: queue.recipients_of(transaction, outgoing.message_key)
        )
        users: list[tuple[Recipient, User]] = []
        others: list[Recipient] = []
        for recipient in found:
            if recipient.state is RecipientState.WAITING:
                user = await self._delivery.recipient(recipient.address)
                if user is None:
                    others.append(recipient)
                else:
                    users.append((recipient, user))
        return users, others


def _as(recipient: Recipient, state: RecipientState, status: str = "") -> Recipient:
    return msgspec.structs.replace(recipient, state=state, status=status)
