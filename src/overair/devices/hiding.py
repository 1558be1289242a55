"""Folders that a device is not shown though they are there, with all that lies below them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from overair.mailboxes.interface import Folder, FolderChanges


def below(chosen: Collection[str], current: Mapping[str, Folder]) -> frozenset[str]:
    """The folders that were chosen to be hidden, as far as they are there, and all below them."""
    hidden = set(chosen) & current.keys()
    while more := {
        folder_id
        for folder_id, folder in current.items()
        if folder.parent_id in hidden and folder_id not in hidden
    }:
        hidden |= more
    return frozenset(hidden)


def shown(
    changes: FolderChanges,
    before: frozenset[str],
    hidden: frozenset[str],
    current: Mapping[str, Folder],
) -> FolderChanges:
    """The changes as a device is told them from which ``before`` were hidden, and from now on ``hidden``.

    What is hidden goes from the device, and what is not any more comes; items are touched by neither.
    """
    added = tuple(folder for folder in changes.added if folder.folder_id not in hidden)
    new = {folder.folder_id for folder in changes.added}
    again = (folder for folder_id, folder in current.items() if folder_id in before - hidden - new)
    return FolderChanges(
        added=(*added, *again),
        changed=tuple(folder for folder in changes.changed if folder.folder_id not in hidden | before),
        removed=(
            *(folder_id for folder_id in changes.removed if folder_id not in before),
            *(folder_id for folder_id in current if folder_id in hidden - before - new),
        ),
        token=changes.token,
    )
