"""Which conversations are always moved, and where to."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from overair.mailboxes.embedded.tables import conversation_rules
from overair.storage.interface import Statement, Transaction
from overair.storage.statement import upsert

MAXIMUM_RULES: Final = 1_000
"""The most of a mailbox; those that were quiet the longest go."""
QUIET: Final = 86_400_000_000
"""Microseconds for which the use of a rule is not noted again."""

RULE: Final = Statement(
    select(conversation_rules.c.folder_id, conversation_rules.c.used).where(
        conversation_rules.c.account_id == bindparam("account"),
        conversation_rules.c.conversation == bindparam("conversation"),
    )
)
SET_RULE: Final = Statement(upsert(conversation_rules, ("account_id", "conversation"), ("folder_id", "used")))
END_RULE: Final = Statement(
    delete(conversation_rules).where(
        conversation_rules.c.account_id == bindparam("account"),
        conversation_rules.c.conversation == bindparam("conversation"),
    )
)
COUNT_RULES: Final = Statement(
    select(func.count()).where(conversation_rules.c.account_id == bindparam("account"))
)
OLDEST_RULES: Final = Statement(
    select(conversation_rules.c.conversation)
    .where(conversation_rules.c.account_id == bindparam("account"))
    .order_by(conversation_rules.c.used)
    .limit(bindparam("limit"))
)


async def destination(transaction: Transaction, account_id: int, conversation: str) -> int | None:
    """The number of the folder that a conversation is always moved to; a rule that is used is kept."""
    row = await transaction.one(RULE, account=account_id, conversation=conversation)
    if row is None:
        return None
    folder: int = row[0]
    now = time.time_ns() // 1000
    if now - row[1] > QUIET:
        await _set_rule(transaction, account_id, conversation, folder, now)
    return folder


async def move_always(
    transaction: Transaction, account_id: int, conversation: str, folder: int | None
) -> None:
    """Move what comes in a conversation to a folder from now on; None for the Inbox, as all else."""
    if folder is None:
        await transaction.execute(END_RULE, account=account_id, conversation=conversation)
        return
    await _set_rule(transaction, account_id, conversation, folder, time.time_ns() // 1000)
    row = await transaction.one(COUNT_RULES, account=account_id)
    surplus = (row[0] if row else 0) - MAXIMUM_RULES
    if surplus > 0:
        oldest = await transaction.all(OLDEST_RULES, account=account_id, limit=surplus)
        await transaction.many(END_RULE, [{"account": account_id, "conversation": one} for (one,) in oldest])


async def _set_rule(
    transaction: Transaction, account_id: int, conversation: str, folder: int, now: int
) -> None:
    await transaction.execute(
        SET_RULE, account_id=account_id, conversation=conversation, folder_id=folder, used=now
    )
