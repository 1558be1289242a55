"""LongIds: by what a search names its results, which clients give to Fetch, SmartReply and SmartForward.

An item's id is in one folder for ever, so a LongId says no more than that and is good for as long as
the item stays where it is; nothing has to be kept for it.
"""

from __future__ import annotations

from typing import Final

_PREFIX: Final = "item:"
"""What tells a LongId from a ServerId, which some clients give in its place."""


def long_id(item_id: str) -> str:
    """The LongId of an item."""
    return _PREFIX + item_id


def item_of(text: str) -> tuple[str, str]:
    """The ids of the folder and of the item that a LongId names, which need not be there.

    Raises LookupError for what is no LongId of ours.
    """
    item_id = text.removeprefix(_PREFIX)
    folder_id, colon, number = item_id.partition(":")
    if item_id == text or not (folder_id and colon and number):
        raise LookupError("no LongId of ours")
    return folder_id, item_id
