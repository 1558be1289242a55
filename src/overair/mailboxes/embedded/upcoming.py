"""What of a folder is not over yet at some time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from overair.mailboxes.embedded.hierarchy import number_of
from overair.mailboxes.embedded.tables import folders, items
from overair.storage.interface import Statement, Transaction

UPCOMING: Final = Statement(
    select(items.c.id)
    .select_from(items.join(folders, folders.c.id == items.c.folder_id))
    .where(
        items.c.folder_id == bindparam("folder"),
        folders.c.account_id == bindparam("account"),
        items.c.view_date >= bindparam("since"),
    )
    .order_by(items.c.view_date, items.c.id)
    .limit(bindparam("limit"))
)


class Upcoming:
    """The part of a Session that knows what is not over yet."""

    account_id: int
    transaction: Transaction

    async def upcoming(self, folder_id: str, since: int, limit: int) -> list[str]:
        """The ids of the items whose view date is not before ``since``, at most ``limit``."""
        rows = await self.transaction.all(
            UPCOMING, account=self.account_id, folder=number_of(folder_id) or 0, since=since, limit=limit
        )
        return [f"{folder_id}:{row[0]}" for row in rows]
