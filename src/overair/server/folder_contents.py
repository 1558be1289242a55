"""Folders as an administrator names them, and all that is in one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from overair.mailboxes.interface import Folder, FolderType, Mailbox, Session, StoredItem, View
from overair.protocol.folder_create import FOLDER_NAME
from overair.versions import SERVED

WINDOW: Final = 500


class FolderUnfit(Exception):
    """The folder that was named is none that is meant; the message says why."""


class FolderOfAnother(FolderUnfit):
    """It is there, and holds items of another class."""


async def items_of(mailbox: Mailbox, folder_id: str) -> AsyncIterator[StoredItem]:
    """Every item of a folder, a window at a time."""
    view = View()
    token = await mailbox.inspect(lambda session: session.start(folder_id))
    more = True
    while more:

        async def window(session: Session, since: str = token) -> tuple[list[StoredItem | None], str, bool]:
            changes = await session.changes(folder_id, view, since, WINDOW)
            present = [change.item_id for change in changes.items if change.is_in_view]
            return await session.read(folder_id, present), changes.token, changes.more

        found, token, more = await mailbox.inspect(window)
        for stored in found:
            if stored is not None:
                yield stored


async def folder_at(session: Session, path: str, own: FolderType | None = None) -> Folder:
    """The folder that a path names (``Projects/Garden``), made where it is missing, if ``own`` is its type.

    Raises FolderUnfit.
    """
    folders = await session.folders()
    parent = "0"
    folder: Folder | None = None
    for name in filter(None, (step.strip() for step in path.split("/"))):
        folder = next(
            (one for one in folders if one.parent_id == parent and one.name.casefold() == name.casefold()),
            None,
        )
        if folder is None:
            if own is None:
                raise FolderUnfit(f"there is no folder {path}")
            _check(name)
            folder = await session.folder(await session.create_folder(parent, name, own))
        parent = folder.folder_id
    if folder is None:
        raise FolderUnfit("a folder's name is not empty")
    return folder


def _check(name: str) -> None:
    """Raise FolderUnfit for a name that no phone could give to a folder, either."""
    try:
        FOLDER_NAME.decode(name, SERVED[-1])
    except ValueError as error:
        raise FolderUnfit(f"{name[:40]!r} is no name for a folder: {error}") from None
