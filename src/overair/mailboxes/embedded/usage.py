"""How much a mailbox holds, kept exactly in the transactions that change it, and its quota.

A message counts the bytes of its MIME, so nothing that is done to it changes what it counts; another
item counts its stored form and the bytes of its attachments. Each counts for itself, though bytes that
several have are kept once.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal, or_, select, update

from overair.items import Item, ItemClass
from overair.mailboxes.embedded.tables import folders, items, mailbox_usage
from overair.mailboxes.interface import MailboxFull, NoSuchFolder
from overair.storage.interface import Statement, Transaction

UNLIMITED: Final = 0
"""A quota that is none."""

_u = mailbox_usage.c
_own = _u.account_id == bindparam("account")
_bytes = bindparam("bytes", type_=BigInteger())
_quota = func.coalesce(_u.quota, bindparam("default_quota", type_=BigInteger()))
_beyond = bindparam("beyond_quota", type_=BigInteger())

GROW: Final = Statement(
    update(mailbox_usage)
    .where(
        _own,
        select(folders.c.id)
        .where(folders.c.id == bindparam("folder"), folders.c.account_id == bindparam("account"))
        .exists(),
        or_(_bytes <= 0, _beyond == 1, _quota == UNLIMITED, _u.used + _bytes <= _quota),
    )
    .values(used=_u.used + _bytes)
)
"""Touches no row where the mailbox is full or has no such folder."""
SHRINK_BY_FOLDER: Final = Statement(
    update(mailbox_usage)
    .where(_own)
    .values(
        used=_u.used
        - select(func.coalesce(func.sum(items.c.size), literal(0, BigInteger())))
        .where(items.c.folder_id == bindparam("folder"))
        .scalar_subquery()
    )
)
ADD: Final = Statement(insert(mailbox_usage).values(account_id=bindparam("account"), used=0, quota=None))
REMOVE: Final = Statement(delete(mailbox_usage).where(_own))
READ: Final = Statement(select(_u.used, _u.quota).where(_own))
ALL: Final = Statement(select(_u.account_id, _u.used, _u.quota))
FOLDER: Final = Statement(
    select(folders.c.id).where(
        folders.c.id == bindparam("folder"), folders.c.account_id == bindparam("account")
    )
)
SET_QUOTA: Final = Statement(update(mailbox_usage).where(_own).values(quota=_bytes))


class Usage(msgspec.Struct, frozen=True):
    """How many bytes a mailbox holds, and how many it may: ``quota`` is 0 for no limit, None for that
    of the settings.
    """

    used: int
    quota: int | None


def size_of(item: Item, stored: int) -> int:
    """How many bytes an item counts whose stored form has that many."""
    blobs = item.blob_bytes
    return blobs if item.item_class is ItemClass.EMAIL and blobs else stored + blobs


async def grow(
    transaction: Transaction, account_id: int, folder: int, by: int, *, default: int, beyond: bool = False
) -> None:
    """Count bytes that a folder's item takes, or gives back where they are less than 0.

    Comes before every other effect, so that a refusal has none. ``default`` is the quota of mailboxes
    that have none of their own. Raises NoSuchFolder, MailboxFull.
    """
    if by == 0:
        return
    touched = await transaction.execute(
        GROW, account=account_id, folder=folder, bytes=by, default_quota=default, beyond_quota=int(beyond)
    )
    if touched:
        return
    if await transaction.one(FOLDER, account=account_id, folder=folder) is None:
        raise NoSuchFolder(str(folder))
    usage = await usage_of(transaction, account_id)
    quota = default if usage.quota is None else usage.quota
    raise MailboxFull(account_id, too_large=by > quota)


async def usage_of(transaction: Transaction, account_id: int) -> Usage:
    """What a mailbox holds. Raises NoSuchFolder where there is none."""
    row = await transaction.one(READ, account=account_id)
    if row is None:
        raise NoSuchFolder("the mailbox does not exist")
    used, quota = row
    return Usage(used, quota)


async def usages(transaction: Transaction) -> dict[int, Usage]:
    """What every mailbox holds, by account."""
    return {account: Usage(used, quota) for account, used, quota in await transaction.all(ALL)}


async def set_quota(transaction: Transaction, account_id: int, quota: int | None) -> None:
    """Set how many bytes a mailbox may hold: ``quota`` is as in Usage."""
    await transaction.execute(SET_QUOTA, account=account_id, bytes=quota)
