"""Moves that a device asked for itself, with MoveItems, of which it needs not be told."""

from __future__ import annotations

from overair.mailboxes.interface import Session, StoredItem
from overair.sync import state as states_of


async def account_for_move(session: Session, device_key: int, moved: StoredItem) -> None:
    """The device has the item under its new id already: it is not told of it as of a new one.

    For devices that give their own copy the id of the answer (devices/quirks.py); within the unit of
    work that moves. A folder that the device has not begun to synchronise has nothing to note.
    """
    states = await states_of.load(session.transaction, device_key, moved.folder_id)
    known = {moved.item_id: moved.revision}
    if states.newest is not None:
        states.replace_tokens(lambda token: session.accounted(token, known))
        await states_of.save(session.transaction, device_key, moved.folder_id, states)
