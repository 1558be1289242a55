"""What an administrator sees of mail on its way out, and does to it."""

from __future__ import annotations

from typing import Final

from overair.delivery import queue
from overair.delivery.queue import Outgoing, Recipient
from overair.server.administration import Queue, Queued, QueuedRecipient
from overair.server.context import Services
from overair.storage.interface import Transaction
from overair.times import microseconds, moment_of, utc_now

AT_ONCE: Final = 200
"""Messages of one answer, so that nobody waits long for the database."""


class NotQueued(LookupError):
    """No message of the queue has the number."""


async def listed(services: Services, names: dict[int, str], after: int) -> Queue:
    """Some messages behind one; ``names`` are the addresses of accounts. Raises DatabaseUnavailable."""

    async def work(transaction: Transaction) -> list[Queued]:
        found = await queue.listed(transaction, after, AT_ONCE)
        return [await _described(transaction, one, names) for one in found]

    return Queue(tuple(await services.database.read(work)))


async def shown(services: Services, names: dict[int, str], number: int) -> Queue:
    """One message. Raises NotQueued, DatabaseUnavailable."""

    async def work(transaction: Transaction) -> Queued:
        return await _described(transaction, await _required(transaction, number), names)

    return Queue((await services.database.read(work),))


async def removed(services: Services, names: dict[int, str], number: int) -> Queue:
    """Take a message out, whoever waits for it. Raises NotQueued, DatabaseUnavailable."""

    async def work(transaction: Transaction) -> Queued:
        described = await _described(transaction, await _required(transaction, number), names)
        await queue.remove(transaction, number)
        return described

    return Queue((await services.database.write(work),))


async def made_due(services: Services, number: int | None) -> int:
    """Have a message, or all, attempted now; how many. Raises NotQueued, DatabaseUnavailable."""
    now = microseconds(utc_now())

    async def work(transaction: Transaction) -> int:
        if number is not None:
            await _required(transaction, number)
        return await queue.make_due(transaction, number, now)

    made = await services.database.write(work)
    services.transport.retry()
    return made


async def _required(transaction: Transaction, number: int) -> Outgoing:
    found = await queue.one(transaction, number)
    if found is None:
        raise NotQueued(f"there is no message {number} in the queue")
    return found


async def _described(transaction: Transaction, outgoing: Outgoing, names: dict[int, str]) -> Queued:
    recipients = await queue.recipients_of(transaction, outgoing.message_key)
    return Queued(
        number=outgoing.message_key,
        account=names.get(outgoing.account_id, str(outgoing.account_id)),
        sender=outgoing.sender,
        submitted=moment_of(outgoing.submitted),
        sending=bool(outgoing.begun),
        attempts=outgoing.attempts,
        next_attempt=moment_of(outgoing.due),
        recipients=tuple(map(_recipient, recipients)),
    )


def _recipient(recipient: Recipient) -> QueuedRecipient:
    return QueuedRecipient(
        recipient.address, recipient.state.name.lower(), recipient.status, recipient.answer
    )
