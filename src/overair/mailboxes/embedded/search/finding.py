"""Searches in an embedded mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.sql.elements import ClauseElement

from overair.mailboxes.embedded.search.expressions import expressions
from overair.mailboxes.embedded.search.words import NUMBERS_EACH, first_number
from overair.mailboxes.interface import APART, FolderType, FoundItem
from overair.mailboxes.search_query import SearchQuery
from overair.storage.interface import Statement, Transaction
from overair.times import microseconds

EVER: Final = 2**61
"""Microseconds from 1970 to after everything, and minus those to before it."""

# The index is gone through from its end, the newest documents, and the rest looked up for what it gives.
_FROM: Final = {
    "sqlite": (
        "FROM full_text AS words CROSS JOIN search_documents AS document ON document.number = words.rowid "
        "CROSS JOIN items ON items.id = document.item_id CROSS JOIN folders ON folders.id = items.folder_id "
        "WHERE full_text MATCH :fts5 AND :tsquery IS NOT NULL "
        "AND words.rowid BETWEEN :lowest AND :highest "
    ),
    "postgresql": (
        "FROM full_text AS words JOIN search_documents AS document ON document.number = words.number "
        "JOIN items ON items.id = document.item_id JOIN folders ON folders.id = items.folder_id "
        "WHERE words.terms @@ CAST(CAST(:tsquery AS TEXT) AS TSQUERY) AND CAST(:fts5 AS TEXT) IS NOT NULL "
        "AND words.account_id = CAST(:account AS BIGINT) "
        "AND words.number BETWEEN CAST(:lowest AS BIGINT) AND CAST(:highest AS BIGINT) "
    ),
}
_ORDER: Final = {"sqlite": "words.rowid", "postgresql": "words.number"}
# What an account's terms do not say: that the item is one which phones are shown.
_SHOWN: Final = (
    "AND document.received > CAST(:after AS BIGINT) AND document.received < CAST(:before AS BIGINT) "
    "AND folders.account_id = CAST(:account AS BIGINT) "
    f"AND folders.type <> {FolderType.RECIPIENT_INFORMATION_CACHE.value} AND items.view_date > {APART} "
)


def _search(dialect: str) -> ClauseElement:
    return text(
        f"SELECT items.folder_id, items.id {_FROM[dialect]}{_SHOWN}"
        f"ORDER BY {_ORDER[dialect]} DESC LIMIT CAST(:limit AS BIGINT)"
    )


# By a rare word it is quickest to begin with the word, by a common one with the newest.
SEARCH: Final = Statement(_search, planned_by_values=True)


def _microseconds(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else microseconds(moment)


class Searching:
    """The part of a Session that finds items by what they hold."""

    account_id: int
    transaction: Transaction

    async def search(self, query: SearchQuery, limit: int) -> list[FoundItem]:
        """The items that match and that phones are shown, newest first, at most ``limit``."""
        if not query.item_classes:
            return []
        after, before = _microseconds(query.after, -EVER), _microseconds(query.before, EVER)
        found = expressions(self.account_id, query)
        rows = await self.transaction.all(
            SEARCH,
            fts5=found.fts5,
            tsquery=found.tsquery,
            lowest=first_number(after),
            # Where very many came at once, some have the numbers of the milliseconds after it.
            highest=first_number(before) + 1_000 * NUMBERS_EACH,
            after=after,
            before=before,
            account=self.account_id,
            limit=limit,
        )
        return [FoundItem(str(folder), f"{folder}:{number}") for folder, number in rows]
