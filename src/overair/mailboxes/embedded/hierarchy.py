"""The folder tree of an embedded mailbox."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from overair.items import ItemClass
from overair.mailboxes.embedded import folder_statements as statements
from overair.mailboxes.embedded import usage
from overair.mailboxes.interface import (
    Folder,
    FolderChanges,
    FolderExists,
    FolderProtected,
    FolderType,
    NoSuchFolder,
    NoSuchParent,
    TokenExpired,
)
from overair.storage.interface import Row, Transaction

TOP: Final = 0

DEFAULT_FOLDERS: Final = {
    FolderType.INBOX: "Inbox",
    FolderType.DRAFTS: "Drafts",
    FolderType.DELETED_ITEMS: "Deleted Items",
    FolderType.SENT_ITEMS: "Sent Items",
    FolderType.OUTBOX: "Outbox",
    FolderType.TASKS: "Tasks",
    FolderType.CALENDAR: "Calendar",
    FolderType.CONTACTS: "Contacts",
    FolderType.NOTES: "Notes",
    FolderType.JOURNAL: "Journal",
    FolderType.RECIPIENT_INFORMATION_CACHE: "Recipient Cache",
}
"""The folders that every mailbox has, once each, and their names."""

ITEM_CLASSES: Final = {
    FolderType.TASKS: ItemClass.TASKS,
    FolderType.USER_TASKS: ItemClass.TASKS,
    FolderType.CALENDAR: ItemClass.CALENDAR,
    FolderType.USER_CALENDAR: ItemClass.CALENDAR,
    FolderType.CONTACTS: ItemClass.CONTACTS,
    FolderType.USER_CONTACTS: ItemClass.CONTACTS,
    FolderType.RECIPIENT_INFORMATION_CACHE: ItemClass.CONTACTS,
    FolderType.NOTES: ItemClass.NOTES,
    FolderType.USER_NOTES: ItemClass.NOTES,
    # The protocol has no class for journal entries; notes come nearest.
    FolderType.JOURNAL: ItemClass.NOTES,
    FolderType.USER_JOURNAL: ItemClass.NOTES,
}
"""What folders hold; those of other types hold Email."""

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}")


def number_of(text: str) -> int | None:
    """The row's number or modseq that a text gives, or None for what does not write one."""
    return int(text) if _NUMBER.fullmatch(text) else None


def name_key(name: str) -> str:
    """A folder's name as siblings are compared: their letters' case does not tell them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def item_class_of(folder_type: FolderType) -> ItemClass:
    """The class of the items in a folder of a type."""
    return ITEM_CLASSES.get(folder_type, ItemClass.EMAIL)


def _folder(row: Row) -> Folder:
    number, parent, name, kind, item_class = row[:5]
    return Folder(str(number), str(parent), name, FolderType(kind), ItemClass(item_class))


class Hierarchy:
    """The part of a Session that concerns the folders."""

    def __init__(self, account_id: int, transaction: Transaction) -> None:
        self.account_id = account_id
        self.transaction = transaction
        # Where the items of folders stand that were looked up, until something is written.
        self._positions: dict[str, tuple[int, int]] = {}

    async def folders(self) -> tuple[Folder, ...]:
        """Every folder, parents before children."""
        rows = await self.transaction.all(statements.TREE, account=self.account_id)
        children: dict[str, list[Folder]] = {}
        for folder in map(_folder, rows):
            children.setdefault(folder.parent_id, []).append(folder)
        ordered = children.pop(str(TOP), [])
        for folder in ordered:  # grows while it is walked
            ordered.extend(children.pop(folder.folder_id, ()))
        return tuple(ordered)

    async def folder(self, folder_id: str) -> Folder:
        """One folder. Raises NoSuchFolder."""
        number = number_of(folder_id)
        row = None
        if number is not None:
            row = await self.transaction.one(statements.FOLDER, account=self.account_id, folder=number)
        if row is None:
            raise NoSuchFolder(folder_id)
        self._positions[folder_id] = (row[5], row[6])
        return _folder(row)

    async def folder_of_type(self, folder_type: FolderType) -> Folder:
        """The default folder of a type, such as the Inbox. Raises NoSuchFolder."""
        row = await self.transaction.one(statements.OF_TYPE, account=self.account_id, type=folder_type.value)
        if row is None:
            raise NoSuchFolder(folder_type.name)
        return _folder(row)

    async def folder_changes(self, since: str | None) -> FolderChanges:
        """The hierarchy's changes. Raises TokenExpired."""
        row = await self.transaction.one(statements.HIERARCHY_MODSEQ, account=self.account_id)
        if row is None:
            raise NoSuchFolder("the mailbox does not exist")
        modseq: int = row[0]
        if since is None:
            return FolderChanges(await self.folders(), (), (), str(modseq))
        position = number_of(since)
        if position is None or position > modseq:
            raise TokenExpired("not a token of this hierarchy")
        if position == modseq:
            return FolderChanges((), (), (), since)
        changed = {
            str(row[0]): row[5]
            for row in await self.transaction.all(
                statements.CHANGED_FOLDERS, account=self.account_id, since=position
            )
        }
        tree = [folder for folder in await self.folders() if folder.folder_id in changed]
        removed = await self.transaction.all(
            statements.REMOVED_FOLDERS, account=self.account_id, since=position
        )
        return FolderChanges(
            tuple(folder for folder in tree if changed[folder.folder_id] > position),
            tuple(folder for folder in tree if changed[folder.folder_id] <= position),
            tuple(str(row[0]) for row in removed),
            str(modseq),
        )

    async def create_folder(self, parent_id: str, name: str, folder_type: FolderType) -> str:
        """A new folder; returns its id. Raises NoSuchParent, FolderExists, FolderProtected."""
        if folder_type in DEFAULT_FOLDERS:
            raise FolderProtected(f"a mailbox has one {folder_type.name}")
        parent = await self._parent(parent_id)
        await self._require_free(parent, name, None)
        folder_id = await self._add(parent, name, folder_type, await self._next_modseq())
        self.transaction.changed(self.account_id, None)
        return folder_id

    async def update_folder(self, folder_id: str, parent_id: str, name: str) -> None:
        """Rename or move. Raises NoSuchFolder, NoSuchParent, FolderExists, FolderProtected."""
        folder = await self._changeable(folder_id)
        parent = await self._parent(parent_id)
        if str(parent) in await self._subtree(folder.folder_id):
            raise NoSuchParent(f"folder {parent} lies inside folder {folder.folder_id}")
        await self._require_free(parent, name, folder.folder_id)
        if (folder.parent_id, folder.name) == (str(parent), name):
            return
        await self.transaction.execute(
            statements.UPDATE_FOLDER,
            folder=int(folder.folder_id),
            parent=parent,
            name=name,
            key=name_key(name),
            modseq=await self._next_modseq(),
        )
        self.transaction.changed(self.account_id, None)

    async def delete_folder(self, folder_id: str) -> None:
        """Delete with all it holds. Raises NoSuchFolder, FolderProtected."""
        folder = await self._changeable(folder_id)
        modseq = await self._next_modseq()
        for inner in reversed(await self._subtree(folder.folder_id)):
            number = int(inner)
            await self.transaction.execute(statements.BURY_FOLDER, folder=number, modseq=modseq)
            await self._drop(number)
            self.transaction.changed(self.account_id, inner)
        self.transaction.changed(self.account_id, None)

    async def add_default_folders(self) -> None:
        """Fill a new mailbox's tree."""
        for folder_type, name in DEFAULT_FOLDERS.items():
            await self._add(TOP, name, folder_type, 1)
        self.transaction.changed(self.account_id, None)

    async def remove_every_folder(self) -> None:
        """Empty the tree, as when an account goes; nothing is remembered of it."""
        for folder in await self.folders():
            await self._drop(int(folder.folder_id))
            self.transaction.changed(self.account_id, folder.folder_id)
        self.transaction.changed(self.account_id, None)

    async def _add(self, parent: int, name: str, folder_type: FolderType, modseq: int) -> str:
        row = await self.transaction.one(
            statements.ADD_FOLDER,
            account=self.account_id,
            parent=parent,
            name=name,
            key=name_key(name),
            type=folder_type.value,
            item_class=item_class_of(folder_type).value,
            hierarchy_modseq=modseq,
        )
        return str(row[0]) if row else ""

    async def _drop(self, number: int) -> None:
        self._positions.clear()
        await self.transaction.execute(usage.SHRINK_BY_FOLDER, account=self.account_id, folder=number)
        for statement in (statements.EMPTY_FOLDER, statements.FORGET_FOLDER, statements.DELETE_FOLDER):
            await self.transaction.execute(statement, folder=number)

    async def _next_modseq(self) -> int:
        row = await self.transaction.one(statements.NEXT_HIERARCHY_MODSEQ, account=self.account_id)
        if row is None:
            raise NoSuchFolder("the mailbox does not exist")
        revision: int = row[0]
        return revision

    async def _parent(self, parent_id: str) -> int:
        if parent_id == str(TOP):
            return TOP
        try:
            return int((await self.folder(parent_id)).folder_id)
        except NoSuchFolder:
            raise NoSuchParent(parent_id) from None

    async def _changeable(self, folder_id: str) -> Folder:
        folder = await self.folder(folder_id)
        if folder.type in DEFAULT_FOLDERS:
            raise FolderProtected(folder_id)
        return folder

    async def _require_free(self, parent: int, name: str, but: str | None) -> None:
        row = await self.transaction.one(
            statements.SIBLING, account=self.account_id, parent=parent, key=name_key(name)
        )
        if row is not None and str(row[0]) != but:
            raise FolderExists(name)

    async def _subtree(self, folder_id: str) -> list[str]:
        """The ids of a folder and of all below it, parents before children."""
        inside = {folder_id}
        found = []
        for folder in await self.folders():
            if folder.folder_id in inside or folder.parent_id in inside:
                inside.add(folder.folder_id)
                found.append(folder.folder_id)
        return found


async def create_mailbox(transaction: Transaction, account_id: int) -> None:
    """A new mailbox with the default folders, within the transaction that makes the account."""
    await transaction.execute(statements.ADD_MAILBOX, account_id=account_id, modseq=1)
    await transaction.execute(usage.ADD, account=account_id)
    await Hierarchy(account_id, transaction).add_default_folders()


async def remove_mailbox(transaction: Transaction, account_id: int) -> None:
    """Delete an account's mailbox with all it holds; nothing happens when it has none."""
    await Hierarchy(account_id, transaction).remove_every_folder()
    await transaction.execute(statements.FORGET_REMOVED, account=account_id)
    await transaction.execute(usage.REMOVE, account=account_id)
    await transaction.execute(statements.DELETE_MAILBOX, account=account_id)
