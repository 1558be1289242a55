"""Moves that a device asked for itself, with MoveItems, of which it needs not be told."""

from __future__ import annotations

from overair.mailboxes.interface import Session, StoredItem
from overair.sync import state as states_of


async def has_news_of(session: Session, device_key: int, folder_id: str, item_id: str) -> bool:
    """Whether the device may not have heard of all that became of an item; asked before it is moved.

    What the last answer told counts for unheard until the device names its key. What the device did
    itself is known to it.
    """
    states = await states_of.load(session.transaction, device_key, folder_id)
    if states.newest is None:
        return True
    tokens = [states.newest.token]
    if states.acknowledged is not None:
        applied = states.handed_out.applied if states.handed_out is not None else None
        own = {} if applied is None else applied.own_change(item_id)
        tokens.append(session.accounted(states.acknowledged.token, own))
    for token in tokens:
        if await session.news_of(folder_id, token, item_id):
            return True
    return False


async def account_for_move(session: Session, device_key: int, moved: StoredItem, *, news: bool) -> None:
    """The device has the item under its new id already: it is not told of it as of a new one.

    For devices that give their own copy the id of the answer (devices/quirks.py); within the unit of
    work that moves. ``news``: the copy is older than the item, which is told as a change. A folder
    that the device has not begun to synchronise has nothing to note.
    """
    states = await states_of.load(session.transaction, device_key, moved.folder_id)

    def successor(token: str) -> str:
        if news:
            return session.held(token, moved.item_id, moved.revision)
        return session.accounted(token, {moved.item_id: moved.revision})

    if states.newest is not None:
        states.replace_tokens(successor)
        await states_of.save(session.transaction, device_key, moved.folder_id, states)
