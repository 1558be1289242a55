"""Which folder is meant, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from overair.cli.client.words import Kind
from overair.cli.output import Failure
from overair.client import Client
from overair.items import CLASSES as RECORDS
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderEntry

FOLDERS: Final = {
    Kind.EMAIL: FolderType.INBOX,
    Kind.CONTACTS: FolderType.CONTACTS,
    Kind.CALENDAR: FolderType.CALENDAR,
    Kind.TASKS: FolderType.TASKS,
    Kind.NOTES: FolderType.NOTES,
}
"""The folder of a class that every mailbox has."""
CLASSES: Final = {
    Kind.EMAIL: ItemClass.EMAIL,
    Kind.CONTACTS: ItemClass.CONTACTS,
    Kind.CALENDAR: ItemClass.CALENDAR,
    Kind.TASKS: ItemClass.TASKS,
    Kind.NOTES: ItemClass.NOTES,
}
KINDS: Final = {
    FolderType.TASKS: Kind.TASKS,
    FolderType.USER_TASKS: Kind.TASKS,
    FolderType.CALENDAR: Kind.CALENDAR,
    FolderType.USER_CALENDAR: Kind.CALENDAR,
    FolderType.CONTACTS: Kind.CONTACTS,
    FolderType.USER_CONTACTS: Kind.CONTACTS,
    FolderType.RECIPIENT_INFORMATION_CACHE: Kind.CONTACTS,
    FolderType.NOTES: Kind.NOTES,
    FolderType.USER_NOTES: Kind.NOTES,
    FolderType.JOURNAL: Kind.NOTES,
    FolderType.USER_JOURNAL: Kind.NOTES,
}
"""What folders hold; those of other types hold messages."""


def kind_of(entry: FolderEntry) -> Kind:
    """What a folder holds."""
    return KINDS.get(FolderType(entry.type), Kind.EMAIL) if entry.type in list(FolderType) else Kind.EMAIL


def path_of(entry: FolderEntry, folders: Mapping[str, FolderEntry]) -> str:
    """A folder's name behind those that it is in, as ``Work/Plans``."""
    names = [entry.display_name]
    seen = {entry.server_id}
    while (parent := folders.get(entry.parent_id)) is not None and parent.server_id not in seen:
        seen.add(parent.server_id)
        names.append(parent.display_name)
        entry = parent
    return "/".join(reversed(names))


async def chosen(client: Client, name: str | None, kind: Kind | None) -> tuple[FolderEntry, Kind]:
    """The folder of a name, a path or an id, else the one of a class, and what it holds.

    Raises Failure for none and for several, ClientError.
    """
    if name is not None and kind is not None:
        raise Failure("--folder and --class exclude each other: a folder has one class", code=2)
    await client.folder_sync()
    entry, held = _chosen(client, name, kind)
    version = await client.version()
    if version < RECORDS[CLASSES[held]].first_version:
        raise Failure(f"ActiveSync {version.text} has no {held}: a newer --protocol has")
    return entry, held


def _chosen(client: Client, name: str | None, kind: Kind | None) -> tuple[FolderEntry, Kind]:
    if name is None:
        wanted = kind or Kind.EMAIL
        try:
            return client.folder_of_type(FOLDERS[wanted]), wanted
        except LookupError:
            raise Failure(f"the mailbox has no folder of its own for {wanted}") from None
    found = _named(client.folders, name)
    if len(found) > 1:
        paths = ", ".join(f"{path_of(entry, client.folders)} ({entry.server_id})" for entry in found)
        raise Failure(f"there are several folders {name}: {paths}; name one by its id")
    if not found:
        raise Failure(f"there is no folder {name}: `overair client folders` lists them")
    return found[0], kind_of(found[0])


def _named(folders: Mapping[str, FolderEntry], name: str) -> list[FolderEntry]:
    if name in folders:
        return [folders[name]]
    wanted = name.casefold()
    entries = folders.values()
    return [entry for entry in entries if path_of(entry, folders).casefold() == wanted] or [
        entry for entry in entries if entry.display_name.casefold() == wanted
    ]
