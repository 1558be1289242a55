"""What changed in a folder since a token.

docs/architecture.md, "What changed since a token", is the description; the names are the same.
Everything happens in one transaction, so the journal and the rows of the items are of one moment.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select, tuple_

from overair.mailboxes.embedded.tables import items, journal
from overair.mailboxes.embedded.token import Edge, Known, Token, edge_of
from overair.mailboxes.interface import ItemChange, View
from overair.storage.interface import Row, Statement, Transaction

CHUNK: Final = 200
"""Journal rows read at a time."""

JOURNAL: Final = Statement(
    select(
        journal.c.modseq,
        journal.c.item_id,
        journal.c.view_date_before,
        journal.c.conversation_date_before,
        journal.c.removed,
        journal.c.fields,
        items.c.view_date,
        items.c.conversation_date,
        items.c.revision,
        items.c.journaled,
    )
    .select_from(journal.outerjoin(items, items.c.id == journal.c.item_id))
    .where(journal.c.folder_id == bindparam("folder_id"), journal.c.modseq > bindparam("position"))
    .order_by(journal.c.modseq)
    .limit(bindparam("limit"))
)
REMOVAL: Final = Statement(
    select(journal.c.modseq).where(
        journal.c.item_id == bindparam("item_id"),
        journal.c.removed == 1,
        journal.c.folder_id == bindparam("folder_id"),
    )
)
FIELDS: Final = Statement(
    select(journal.c.fields).where(
        journal.c.item_id == bindparam("item_id"),
        journal.c.modseq > bindparam("position"),
        journal.c.folder_id == bindparam("folder_id"),
    )
)

STANDING: Final = Statement(
    select(items.c.id, items.c.view_date, items.c.conversation_date, items.c.journaled).where(
        items.c.id == bindparam("item_id"), items.c.folder_id == bindparam("folder_id")
    )
)

_edge = tuple_(
    bindparam("edge_date", type_=items.c.view_date.type), bindparam("edge_id", type_=items.c.id.type)
)


class Order:
    """The statements that follow one of the dates of items."""

    def __init__(self, date: ColumnElement[int], other: ColumnElement[int]) -> None:
        place = tuple_(date, items.c.id)
        below = (
            items.c.folder_id == bindparam("folder_id"),
            place < _edge,
            date >= bindparam("cutoff"),
        )
        above = (
            items.c.folder_id == bindparam("folder_id"),
            place >= _edge,
            date < bindparam("cutoff"),
        )
        self.below: Final = Statement(
            select(date, items.c.id)
            .where(*below)
            .order_by(date.desc(), items.c.id.desc())
            .limit(bindparam("limit"))
        )
        self.above: Final = Statement(
            select(date, items.c.id).where(*above).order_by(date, items.c.id).limit(bindparam("limit"))
        )
        self.count_below: Final = Statement(select(func.count()).where(*below))
        self.count_above: Final = Statement(select(func.count()).where(*above))
        # What stands above the edge in this order, but below it in the other one. No index may serve
        # the second, for far more stands below.
        self.only_here: Final = Statement(
            select(items.c.id, items.c.view_date, items.c.conversation_date, items.c.journaled).where(
                items.c.folder_id == bindparam("folder_id"),
                place >= _edge,
                tuple_(other + literal_column("0"), items.c.id) < _edge,
            )
        )


BY_VIEW_DATE: Final = Order(items.c.view_date, items.c.conversation_date)
BY_CONVERSATION: Final = Order(items.c.conversation_date, items.c.view_date)


class Reading:
    """One reading of a folder from a token on; it moves the token as it goes."""

    def __init__(
        self,
        transaction: Transaction,
        folder_id: int,
        modseq: int,
        view: View,
        token: Token,
        limit: int,
    ) -> None:
        """``modseq`` is the folder's own now, ``limit`` how many items may be told."""
        self._transaction = transaction
        self._folder_id = folder_id
        self._modseq = modseq
        self._target: Edge = edge_of(view.cutoff)
        self._cutoff = self._target[0]
        self._conversations = view.conversations
        self._limit = limit
        self.token = token
        self.told: list[ItemChange] = []

    async def window(self) -> bool:
        """Fill ``told`` up to the limit; returns whether more would follow."""
        if not await self._read_journal():
            return True
        if self.token.conversations != self._conversations:
            if self.told:
                return True  # an item that was told by the old order may be told otherwise by the new one
            await self._turn()
        return not (self._settle() and await self._move_edge())

    async def count(self) -> int:
        """How many changes follow; the limit has to be above that."""
        await self._read_journal()
        if self.token.conversations != self._conversations:
            await self._turn()
        self._settle()
        edge = self.token.edge
        if edge == self._target:
            return len(self.told)
        statement = self._order.count_below if edge > self._target else self._order.count_above
        row = await self._transaction.one(statement, **self._range())
        # What is still ahead lies between the edge and the cut-off and will not be told again.
        return len(self.told) + (row[0] if row else 0) - len(self.token.ahead)

    def _tell(
        self,
        item_id: int,
        was_in_view: bool,
        is_in_view: bool,
        exists: bool = True,
        fields: frozenset[str] | None = None,
    ) -> bool:
        """Add to what is told; False when the window is full."""
        if len(self.told) >= self._limit:
            return False
        self.told.append(ItemChange(f"{self._folder_id}:{item_id}", was_in_view, is_in_view, exists, fields))
        return True

    async def _read_journal(self) -> bool:
        """Tell what the journal says; False when the window was full before its end."""
        token = self.token
        while token.position < self._modseq:
            rows = await self._transaction.all(
                JOURNAL, folder_id=self._folder_id, position=token.position, limit=CHUNK
            )
            for row in rows:
                if not await self._read_row(row):
                    return False
            if len(rows) < CHUNK:
                token.position = self._modseq
        return True

    async def _read_row(self, row: Row) -> bool:
        modseq: int
        item_id: int
        modseq, item_id, _, _, removed, named, _, _, revision, journaled = row
        token = self.token
        before: int | None = row[3 if token.conversations else 2]
        date: int | None = row[7 if token.conversations else 6]
        known = token.ahead.get(item_id)
        if known is not None and known.has is not None and modseq <= known.revision:
            token.position = modseq
            token.note(item_id, known)
            return True
        exists = date is not None
        if revision is None:
            revision = journaled = modseq if removed else await self._removal(item_id)
        in_view = date is not None and date >= self._cutoff
        if known is None:
            was_in_view = before is not None and (before, item_id) >= token.edge
        else:
            was_in_view = known.has is not False  # the device has what it added or changed itself
        if known is not None and known.has is None and known.revision == revision:
            # Its own change is no news, but that the item left the view by it is.
            quiet = in_view or not exists
        else:
            quiet = not (was_in_view or in_view)
        if not was_in_view and date is not None and (date, item_id) < token.edge:
            in_view = False  # not yet: the edge will come to it
            quiet = True
        fields = None
        if not quiet and was_in_view and in_view:
            since = max(token.position, known.revision if known else 0)
            fields = _names(named) if journaled == modseq else await self._fields(item_id, since)
            # What a conversation's date alone changed is no news where the item is in the view anyway.
            quiet = fields is not None and not fields
        if not quiet and not self._tell(item_id, was_in_view, in_view, exists, fields):
            return False
        token.position = modseq
        token.note(item_id, Known(journaled, in_view, date))
        return True

    async def _removal(self, item_id: int) -> int:
        row = await self._transaction.one(REMOVAL, folder_id=self._folder_id, item_id=item_id)
        revision: int = row[0] if row else 0
        return revision

    async def _fields(self, item_id: int, since: int) -> frozenset[str] | None:
        return await fields_since(self._transaction, self._folder_id, item_id, since)

    async def _turn(self) -> None:
        """Go over to the other order: what stands on the other side of the edge by it is ahead.

        The journal was read to its end, so what is known of an item is its row.
        """
        token = self.token
        edge = {"folder_id": self._folder_id, "edge_date": token.edge[0], "edge_id": token.edge[1]}
        rows: list[Row | None] = [
            *await self._transaction.all(BY_VIEW_DATE.only_here, **edge),
            *await self._transaction.all(BY_CONVERSATION.only_here, **edge),
            *await self._transaction.each(
                STANDING, [{"item_id": item_id, "folder_id": self._folder_id} for item_id in token.ahead]
            ),
        ]
        ahead, token.ahead = token.ahead, {}
        for row in rows:
            if row is None:
                continue
            item_id, view_date, conversation_date, journaled = row
            old, new = view_date, conversation_date
            if token.conversations:
                old, new = new, old
            known = ahead.get(item_id)
            has = (old, item_id) >= token.edge if known is None else known.has
            token.note(item_id, Known(journaled, has, new))
        token.conversations = self._conversations

    @property
    def _order(self) -> Order:
        return BY_CONVERSATION if self.token.conversations else BY_VIEW_DATE

    def _settle(self) -> bool:
        """Tell of items ahead that a changed cut-off brought into the view or out of it."""
        for item_id, known in list(self.token.ahead.items()):
            in_view = known.view_date is not None and known.view_date >= self._cutoff
            if known.has is not None and known.has != in_view:
                if not self._tell(item_id, known.has, in_view):
                    return False
                self.token.note(item_id, Known(known.revision, in_view, known.view_date))
        return True

    def _range(self) -> dict[str, int]:
        edge_date, edge_id = self.token.edge
        return {
            "folder_id": self._folder_id,
            "edge_date": edge_date,
            "edge_id": edge_id,
            "cutoff": self._cutoff,
        }

    async def _move_edge(self) -> bool:
        """Work the edge towards the cut-off; False when the window was full before it got there."""
        token = self.token
        if token.edge == self._target:
            return True
        down = token.edge > self._target
        rows = await self._transaction.all(
            self._order.below if down else self._order.above,
            limit=self._limit - len(self.told) + 1 + len(token.ahead),
            **self._range(),
        )
        for date, item_id in rows:
            # An item that is still ahead was told of, or never was: the edge passes it by.
            if item_id not in token.ahead and not self._tell(item_id, not down, down):
                return False
            token.edge = (date, item_id if down else item_id + 1)
            token.ahead.pop(item_id, None)
        token.edge = self._target
        return True


async def fields_since(
    transaction: Transaction, folder_id: int, item_id: int, since: int
) -> frozenset[str] | None:
    """The fields of an item that changed since a revision; None when that is not known of each change."""
    rows = await transaction.all(FIELDS, folder_id=folder_id, item_id=item_id, position=since)
    changed = [_names(named) for (named,) in rows]
    return None if None in changed else frozenset[str]().union(*(names for names in changed if names))


def _names(column: str | None) -> frozenset[str] | None:
    return None if column is None else frozenset(column.split())
