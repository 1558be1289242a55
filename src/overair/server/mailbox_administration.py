"""What an administrator sees of mailboxes and sets for them: quotas, and out of office."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from overair.delivery.out_of_office.absence import (
    LONGEST_REPLY,
    Absence,
    Audience,
    Replies,
    Reply,
    absence_of,
    set_absence,
)
from overair.directory.interface import User
from overair.mailboxes.embedded.usage import Usage, set_quota, usage_of, usages
from overair.protocol.settings import OofState
from overair.server.administration import (
    Account,
    AutomaticReply,
    OutOfOffice,
    SetOutOfOffice,
    SetQuota,
)
from overair.server.context import Services
from overair.storage.interface import Transaction


class ImpossibleAbsence(ValueError):
    """What is to be set for the time out of office makes no sense."""


async def usage_by_account(services: Services) -> dict[int, Usage]:
    """How much every mailbox holds. Raises DatabaseUnavailable."""
    return await services.database.read(usages)


def with_usage(services: Services, account: Account, usage: Usage | None) -> Account:
    """An account with what its mailbox holds and may hold."""
    if usage is None:
        return account
    default = services.settings.limits.mailbox
    quota = default if usage.quota is None else usage.quota
    return msgspec.structs.replace(
        account, used=usage.used, quota=quota, has_own_quota=usage.quota is not None
    )


async def quota_set(services: Services, user: User, request: SetQuota) -> Usage:
    """Set a mailbox's quota; what it holds then. Raises DatabaseUnavailable."""

    async def work(transaction: Transaction) -> Usage:
        await set_quota(transaction, user.account_id, request.quota)
        return await usage_of(transaction, user.account_id)

    return await services.database.write(work)


async def out_of_office(services: Services, user: User) -> OutOfOffice:
    """What a user has set. Raises DatabaseUnavailable."""
    return _described(
        user, await services.database.read(lambda transaction: absence_of(transaction, user.account_id))
    )


async def out_of_office_set(services: Services, user: User, request: SetOutOfOffice) -> OutOfOffice:
    """Set it; what stands then. Raises ImpossibleAbsence, DatabaseUnavailable."""
    if request.end is not None and request.start is not None and request.start >= request.end:
        raise ImpossibleAbsence("the time ends before it begins")
    state = OofState.DISABLED
    if request.on:
        state = OofState.TIME_BASED if request.end is not None else OofState.GLOBAL
    now = datetime.now(UTC).replace(microsecond=0)
    if request.end is not None and request.end <= now:
        raise ImpossibleAbsence("the time is over already")
    in_range = state is OofState.TIME_BASED

    async def work(transaction: Transaction) -> Absence:
        stored = await absence_of(transaction, user.account_id)
        absence = Absence(
            state,
            (request.start or now) if in_range else None,
            request.end if in_range else None,
            Replies(
                _reply(stored.replies.internal, request.internal),
                _reply(stored.replies.known, request.known),
                _reply(stored.replies.unknown, request.unknown),
            ),
        )
        if request.on and not any(absence.replies.to(audience).is_sent for audience in Audience):
            raise ImpossibleAbsence("there is no message to reply with")
        await set_absence(transaction, user.account_id, absence)
        return absence

    return _described(user, await services.database.write(work))


def _reply(stored: Reply, asked: AutomaticReply | None) -> Reply:
    if asked is None:
        return stored
    if asked.message is None:
        return msgspec.structs.replace(stored, enabled=asked.enabled)
    if len(asked.message) > LONGEST_REPLY:
        raise ImpossibleAbsence(f"the message is longer than {LONGEST_REPLY} characters")
    return Reply(asked.enabled, asked.message, asked.html)


def _described(user: User, absence: Absence) -> OutOfOffice:
    now = datetime.now(UTC)
    is_on = absence.state is not OofState.DISABLED and not absence.is_over(now)
    internal, known, unknown = (
        AutomaticReply(reply.enabled, reply.message, reply.html)
        for reply in map(absence.replies.to, Audience)
    )
    return OutOfOffice(
        address=user.address,
        on=is_on,
        now=absence.holds(now),
        start=absence.start if is_on else None,
        end=absence.end if is_on else None,
        internal=internal,
        known=known,
        unknown=unknown,
    )
