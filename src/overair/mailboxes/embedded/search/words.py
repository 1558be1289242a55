"""The documents of items, written in the transactions that write the items' rows.

Hot paths only add to the index. The document of an item that went, changed or moved loses its item,
and is found no more from then on; upkeep.py takes it out of the index later, in its own time.
"""

from __future__ import annotations

import random
import time
from typing import Final

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.sql.elements import ClauseElement

from overair.items import Item, Message, searching
from overair.items.search_document import folder_term, unpacked
from overair.mailboxes.embedded.companion import Companion, Place
from overair.mailboxes.embedded.search.tables import search_documents, search_terms
from overair.storage.interface import Transaction
from overair.storage.statement import Statement, upsert

MICROSECONDS_EACH: Final = 1_000
"""Documents received within a millisecond have numbers of one range, in no order."""
NUMBERS_EACH: Final = 2**16
EARLIEST: Final = -(2**46)
"""The earliest millisecond that a number tells, and minus the latest: 2,000 years from 1970."""

ADD_DOCUMENT: Final = Statement(upsert(search_documents, ("number",)))
ADD_TERMS: Final = Statement(insert(search_terms))
DOCUMENT: Final = Statement(
    select(search_documents.c.number, search_documents.c.received, search_terms.c.terms)
    .where(
        search_documents.c.item_id == bindparam("item"), search_terms.c.number == search_documents.c.number
    )
    .limit(1)
)
LET_GO: Final = Statement(
    update(search_documents).where(search_documents.c.item_id == bindparam("item")).values(item_id=None)
)


def _add_words(dialect: str) -> ClauseElement:
    if dialect == "sqlite":
        return text("INSERT INTO full_text (rowid, terms) SELECT :number, :terms WHERE :account IS NOT NULL")
    # The places of terms are their order; a tsvector counts no further than 16,383.
    return text(
        "INSERT INTO full_text (number, account_id, terms) SELECT "
        "CAST(:number AS BIGINT), CAST(:account AS BIGINT), CAST(("
        "SELECT string_agg(quote_literal(term) || '\\:' || LEAST(place, 16383), ' ') "
        "FROM unnest(string_to_array(CAST(:terms AS TEXT), ' ')) WITH ORDINALITY AS terms (term, place)"
        ") AS TSVECTOR)"
    )


ADD_WORDS: Final = Statement(_add_words)


def terms_of(account_id: int, folder: int, packed: bytes) -> str:
    """The terms of a document as the index has them, parted by spaces."""
    account = str(account_id)
    terms = f"{unpacked(packed)} {folder_term(folder)}"
    return account + terms.replace(" ", f" {account}")


def first_number(received: int) -> int:
    """The lowest number of documents received at a moment, in microseconds UTC."""
    millisecond = max(EARLIEST, min(received // MICROSECONDS_EACH, -EARLIEST))
    return millisecond * NUMBERS_EACH


async def add_document(transaction: Transaction, place: Place, received: int, packed: bytes) -> None:
    """Index an item that has no document; ``received`` is in microseconds UTC."""
    lowest = first_number(received)
    attempts = 0
    while True:
        # Many at the same moment are no chance: the dates of mail that is imported are whole seconds.
        number = lowest + attempts // 8 * NUMBERS_EACH + random.randrange(NUMBERS_EACH)  # noqa: S311  # no secret
        added = await transaction.execute(
            ADD_DOCUMENT,
            number=number,
            item_id=place.number,
            account_id=place.account_id,
            folder_id=place.folder,
            received=received,
        )
        if added:
            break
        attempts += 1
    await transaction.execute(ADD_TERMS, number=number, terms=packed)
    await transaction.execute(
        ADD_WORDS,
        number=number,
        account=place.account_id,
        terms=terms_of(place.account_id, place.folder, packed),
    )


def received_of(item: Item) -> int:
    """When an item was received, in microseconds UTC; what is no message is when it is stored."""
    if isinstance(item, Message) and item.date_received is not None:
        return item.view_date
    return time.time_ns() // 1000


class Words(Companion):
    """What of items can be searched."""

    async def added(self, transaction: Transaction, place: Place, item: Item) -> None:
        """The document of a new item."""
        await add_document(transaction, place, received_of(item), searching.document(item))

    async def changed(self, transaction: Transaction, place: Place, before: Item, after: Item) -> None:
        """Another document, where the words are others."""
        if searching.is_same_document(before, after):
            return
        found = await transaction.one(DOCUMENT, item=place.number)
        received = received_of(after) if isinstance(after, Message) or found is None else found[1]
        await transaction.execute(LET_GO, item=place.number)
        await add_document(transaction, place, received, searching.document(after))

    async def moved(self, transaction: Transaction, source: Place, place: Place, item: Item) -> None:
        """The same words in another folder; an item that is still to be indexed will be there."""
        found = await transaction.one(DOCUMENT, item=source.number)
        if found is not None:
            _, received, packed = found
            await add_document(transaction, place, received, packed)
