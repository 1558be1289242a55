"""Which conversations are always moved, and where to."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from overair.mailboxes.embedded.hierarchy import Hierarchy
from overair.mailboxes.embedded.tables import conversation_rules
from overair.storage.interface import Statement
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


class ConversationRules(Hierarchy):
    """The part of a mailboxes.interface.Session that knows the rules."""

    async def conversation_folder(self, key: str) -> str | None:
        """The folder that what comes in a conversation goes to; a rule that is asked for is in use."""
        row = await self.transaction.one(RULE, account=self.account_id, conversation=key)
        if row is None:
            return None
        if time.time_ns() // 1000 - row[1] > QUIET:
            await self._set_rule(key, row[0])
        return str(row[0])

    async def move_always(self, key: str, folder_id: str | None) -> None:
        """From now on move what comes in a conversation to a folder. Raises NoSuchFolder."""
        if folder_id is None:
            await self.transaction.execute(END_RULE, account=self.account_id, conversation=key)
            return
        await self._set_rule(key, int((await self.folder(folder_id)).folder_id))
        row = await self.transaction.one(COUNT_RULES, account=self.account_id)
        surplus = (row[0] if row else 0) - MAXIMUM_RULES
        if surplus > 0:
            oldest = await self.transaction.all(OLDEST_RULES, account=self.account_id, limit=surplus)
            await self.transaction.many(
                END_RULE, [{"account": self.account_id, "conversation": one} for (one,) in oldest]
            )

    async def has_rules(self) -> bool:
        """Whether any conversation is moved for good."""
        row = await self.transaction.one(COUNT_RULES, account=self.account_id)
        return bool(row and row[0])

    async def _set_rule(self, key: str, folder: int) -> None:
        now = time.time_ns() // 1000
        await self.transaction.execute(
            SET_RULE, account_id=self.account_id, conversation=key, folder_id=folder, used=now
        )
