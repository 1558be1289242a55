"""When the conversations of a folder were last continued.

All messages that a folder has of a conversation have the same day of ``items.conversation_date``: that
of the newest that came while others were there. So a view of whole conversations is a cut-off on one
column as any other view is. What a new message lifts gets a row in the journal that names no field,
which is news to nobody but a view that it comes into by it; that happens to a conversation once a day.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, func, insert, select, update

from overair.items import Item, Message
from overair.items.mail.message import message_key
from overair.items.mail.replying import threads
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.companion import Companion, Place
from overair.mailboxes.embedded.tables import folders, item_keys, items, journal
from overair.mailboxes.interface import APART
from overair.storage.interface import Statement, Transaction

DAY: Final = 86_400_000_000
"""Microseconds. Cut-offs of views of conversations lie at midnight UTC."""
MAXIMUM_LIFTED: Final = 5_000
"""The most messages that a new one of their conversation lifts; older ones stay where they are."""
PREFIX: Final = "conversation:"

_own = items.alias("own")
_other = items.alias("other")
DATES: Final = Statement(
    select(_own.c.view_date, _own.c.conversation_date, _other.c.conversation_date)
    .select_from(
        _own.outerjoin(
            item_keys,
            and_(
                item_keys.c.folder_id == bindparam("folder"),
                item_keys.c.name == bindparam("name"),
                item_keys.c.item_id != bindparam("item"),
            ),
        ).outerjoin(_other, _other.c.id == item_keys.c.item_id)
    )
    .where(_own.c.id == bindparam("item"))
    .order_by(item_keys.c.item_id.desc())
    .limit(1)
)
_key = item_keys.alias("own_key")
CONVERSATION: Final = Statement(
    select(item_keys.c.name, items.c.item_class, items.c.content)
    .where(
        items.c.id == item_keys.c.item_id,
        folders.c.account_id == bindparam("account"),
        _key.c.folder_id == folders.c.id,
        _key.c.name == bindparam("name"),
        item_keys.c.item_id == _key.c.item_id,
        func.substr(item_keys.c.name, 1, len(PREFIX)) == PREFIX,
    )
    .limit(1)
)
SIBLINGS: Final = Statement(
    select(items.c.id, items.c.view_date, items.c.conversation_date)
    .where(
        item_keys.c.folder_id == bindparam("folder"),
        item_keys.c.name == bindparam("name"),
        item_keys.c.item_id != bindparam("item"),
        items.c.id == item_keys.c.item_id,
    )
    .order_by(item_keys.c.item_id.desc())
    .limit(bindparam("limit"))
)
ALONE: Final = Statement(
    update(items).where(items.c.id == bindparam("item")).values(conversation_date=items.c.view_date)
)
SET_DATE: Final = Statement(
    update(items).where(items.c.id == bindparam("item")).values(conversation_date=bindparam("date"))
)
RESERVE: Final = Statement(
    update(folders)
    .where(folders.c.id == bindparam("folder"))
    .values(modseq=folders.c.modseq + bindparam("count", type_=folders.c.modseq.type))
    .returning(folders.c.modseq)
)
LIFT: Final = Statement(
    update(items)
    .where(items.c.id == bindparam("item"))
    .values(conversation_date=bindparam("date"), journaled=bindparam("modseq"))
)
WRITE_JOURNAL: Final = Statement(insert(journal))


async def joined(transaction: Transaction, account_id: int, item: Item) -> Item:
    """A new item; a message that answers one that is there is of the same conversation.

    So a thread stays one where a client names only what it answers, or cuts the list of those before.
    """
    if not isinstance(item, Message) or not item.answers:
        return item
    for message_id in item.answers:
        row = await transaction.one(CONVERSATION, account=account_id, name=message_key(message_id))
        if row is not None:
            item = msgspec.structs.replace(
                item,
                conversation_id=bytes.fromhex(row[0].removeprefix(PREFIX)),
                conversation_index=_continued(row[1], row[2], item.conversation_index),
            )
            break
    return msgspec.structs.replace(item, answers=())


def _continued(item_class: str, content: bytes, index: bytes | None) -> bytes | None:
    """The index of an answer, made of that of what it answers unless its own client said one."""
    try:
        answered = codec.decode(item_class, content)
    except (KeyError, msgspec.DecodeError):
        return index
    if not isinstance(answered, Message) or answered.conversation_index is None or index is None:
        return index
    return threads.continued_index(answered.conversation_index, index)


class Conversations(Companion):
    """``items.conversation_date``; it is told before the item's own keys are written."""

    async def added(self, transaction: Transaction, place: Place, item: Item) -> None:
        """The row's date is its view date so far."""
        if item.conversation_key is not None:
            await _settle(transaction, place, item.conversation_key, stays=True)

    async def changed(self, transaction: Transaction, place: Place, before: Item, after: Item) -> None:
        """The row's date is still that of before."""
        stays = before.conversation_key == after.conversation_key
        if stays and before.view_date == after.view_date:
            return
        if after.conversation_key is None:
            await transaction.execute(ALONE, item=place.number)
        else:
            await _settle(transaction, place, after.conversation_key, stays=stays)


async def _settle(transaction: Transaction, place: Place, key: str, *, stays: bool) -> None:
    """Give an item and the others of its conversation the later of their days.

    ``stays``: the date that its row has is one of this conversation.
    """
    row = await transaction.one(DATES, folder=place.folder, name=key, item=place.number)
    if row is None:
        return
    view_date, date, others = row
    if view_date == APART:
        await _set_date(transaction, place, date, APART)
        return
    known = [one for one in (date if stays and date != APART else None, others, view_date) if one is not None]
    latest: int = max(known, key=lambda one: one // DAY)
    await _set_date(transaction, place, date, latest)
    if others is not None and others // DAY < latest // DAY:
        await _lift(transaction, place, key, latest)


async def _set_date(transaction: Transaction, place: Place, old: int, new: int) -> None:
    if old != new:
        await transaction.execute(SET_DATE, item=place.number, date=new)


async def _lift(transaction: Transaction, place: Place, key: str, date: int) -> None:
    """Give the others a date, those that came last where there are too many."""
    siblings = await transaction.all(
        SIBLINGS, folder=place.folder, name=key, item=place.number, limit=MAXIMUM_LIFTED
    )
    row = await transaction.one(RESERVE, folder=place.folder, count=len(siblings))
    last = row[0] if row else 0
    modseqs = range(last - len(siblings) + 1, last + 1)
    await transaction.many(
        LIFT,
        [
            {"item": sibling[0], "date": date, "modseq": modseq}
            for modseq, sibling in zip(modseqs, siblings, strict=True)
        ],
    )
    written = time.time_ns() // 1000
    await transaction.many(
        WRITE_JOURNAL,
        [
            {
                "folder_id": place.folder,
                "modseq": modseq,
                "item_id": item_id,
                "view_date_before": view_date,
                "conversation_date_before": before,
                "removed": 0,
                "fields": "",
                "written": written,
            }
            for modseq, (item_id, view_date, before) in zip(modseqs, siblings, strict=True)
        ],
    )
