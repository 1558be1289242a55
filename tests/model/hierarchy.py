"""The folders of a phone of the model: FolderSync, FolderCreate, FolderUpdate and FolderDelete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from model.collection import Collection
from model.forms import FORMS
from model.laws import Law, hold
from model.wire import Exchange, Wire
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.statuses import FolderCreateStatus, FolderSyncStatus
from overair.wbxml.element import Element
from overair.wbxml.pages import FolderHierarchy
from phones.handset import e, text

SERVED: Final = {
    FolderType.INBOX: ItemClass.EMAIL,
    FolderType.DRAFTS: ItemClass.EMAIL,
    FolderType.DELETED_ITEMS: ItemClass.EMAIL,
    FolderType.SENT_ITEMS: ItemClass.EMAIL,
    FolderType.USER_MAIL: ItemClass.EMAIL,
    FolderType.CONTACTS: ItemClass.CONTACTS,
    FolderType.CALENDAR: ItemClass.CALENDAR,
    FolderType.USER_CALENDAR: ItemClass.CALENDAR,
    FolderType.TASKS: ItemClass.TASKS,
    FolderType.USER_TASKS: ItemClass.TASKS,
    FolderType.NOTES: ItemClass.NOTES,
    FolderType.USER_NOTES: ItemClass.NOTES,
}
"""The folders that a phone synchronises, and the class of what they hold."""
OWN: Final = (FolderType.USER_MAIL, FolderType.USER_CALENDAR, FolderType.USER_TASKS, FolderType.USER_NOTES)
"""The folders that are made, renamed and deleted."""
FOLDER_COMMANDS: Final = (Command.FOLDER_CREATE, Command.FOLDER_UPDATE, Command.FOLDER_DELETE)


@dataclass
class Hierarchy(Wire):
    """The folders that a device shows, and what it asks of them."""

    hierarchy_key: str = "0"
    folders: dict[str, tuple[str, str, FolderType]] = field(default_factory=dict)
    """Parent, name and type by id."""
    collections: dict[str, Collection] = field(default_factory=dict)
    asked_for_folders: Exchange | None = None
    """What was asked last of the folders, while the server may have told more than is here."""
    asked_of_folders: set[bytes] = field(default_factory=set)
    """What was asked of the folders under the key that is in force."""
    behind: bool = False
    """Whether the folders have to be asked for."""

    def folder_of(self, kind: FolderType) -> Collection | None:
        """The first collection of a type."""
        return next((one for one in self.collections.values() if one.type is kind), None)

    def own_folders(self) -> list[str]:
        """The folders that can be renamed and deleted."""
        return sorted(key for key, (_, _, kind) in self.folders.items() if kind in OWN)

    def _exchange_folders(
        self, command: Command, tree: Element, take: Callable[[Element | None], None]
    ) -> Exchange:
        def taken(answer: Element | None) -> None:
            if self.asked_for_folders is exchange:
                self.asked_for_folders = None
            take(answer)

        exchange = self._exchange(command, tree, taken)
        self.asked_for_folders = exchange
        self.asked_of_folders.add(exchange.request.body)
        return exchange

    def folder_sync(self) -> Exchange:
        """FolderSync."""
        asked = self.hierarchy_key

        def take(tree: Element | None) -> None:
            if tree is None:
                return
            status = int(text(tree, FolderHierarchy.Status))
            if status == FolderSyncStatus.SERVER_ERROR:
                return
            hold(status == FolderSyncStatus.SUCCESS, Law.KEY_LIVES, f"FolderSync with {asked} got {status}")
            changes = list(tree.find(FolderHierarchy.Changes) or ())
            self._new_hierarchy_key(text(tree, FolderHierarchy.SyncKey))
            self.behind = False
            if asked == "0":
                self.folders.clear()
            for change in changes:
                self._take_folder(change)
            for folder_id in self.collections.keys() - self.folders.keys():
                del self.collections[folder_id]

        tree = e(FolderHierarchy.FolderSync, e(FolderHierarchy.SyncKey, asked))
        return self._exchange_folders(Command.FOLDER_SYNC, tree, take)

    def _take_folder(self, change: Element) -> None:
        folder_id = text(change, FolderHierarchy.ServerId)
        if change.tag is FolderHierarchy.Count:
            return
        if change.tag is FolderHierarchy.Delete:
            hold(folder_id in self.folders, Law.ADD_FIRST, f"the end of folder {folder_id}, never told")
            del self.folders[folder_id]
            return
        place = (text(change, FolderHierarchy.ParentId), text(change, FolderHierarchy.DisplayName))
        kind = FolderType(int(text(change, FolderHierarchy.Type)))
        known = self.folders.get(folder_id)
        if change.tag is FolderHierarchy.Add:
            hold(known is None, Law.ADD_FIRST, f"folder {folder_id} is told a second time")
        else:
            hold(known is not None, Law.ADD_FIRST, f"a change of folder {folder_id}, never told")
            hold(known != (*place, kind), Law.NO_ECHO, f"folder {folder_id} is told as it was")
        self._keep_folder(folder_id, *place, kind)

    def _keep_folder(self, folder_id: str, parent_id: str, name: str, kind: FolderType) -> None:
        self.folders[folder_id] = (parent_id, name, kind)
        self._begin_collection(folder_id, kind)

    def _begin_collection(self, folder_id: str, kind: FolderType) -> None:
        """Synchronise a folder from now on, where the version has its class."""
        item_class = SERVED.get(kind)
        if (
            item_class is None
            or folder_id in self.collections
            or self.owner.version < FORMS[item_class].since
        ):
            return
        self.collections[folder_id] = Collection(
            self.account,
            self.author,
            self.owner.version,
            self.ledger,
            folder_id,
            kind,
            item_class,
            self.owner.conflict,
            self.owner.zone,
        )

    def create_folder(self, kind: FolderType) -> Exchange | None:
        """FolderCreate."""
        if self.hierarchy_key == "0":
            return None
        name = f"f{self.ledger.number()}"
        tree = e(
            FolderHierarchy.FolderCreate,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ParentId, "0"),
            e(FolderHierarchy.DisplayName, name),
            e(FolderHierarchy.Type, int(kind)),
        )

        def done(answer: Element) -> None:
            folder_id = text(answer, FolderHierarchy.ServerId)
            self._keep_folder(folder_id, "0", name, kind)
            self.ledger.promised_folder(self.account, folder_id)

        return self._change_folders(Command.FOLDER_CREATE, tree, done)

    def rename_folder(self, choice: int) -> Exchange | None:
        """FolderUpdate."""
        own = self.own_folders()
        if not own:
            return None
        folder_id, name = own[choice % len(own)], f"f{self.ledger.number()}"
        kind = self.folders[folder_id][2]
        tree = e(
            FolderHierarchy.FolderUpdate,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ServerId, folder_id),
            e(FolderHierarchy.ParentId, "0"),
            e(FolderHierarchy.DisplayName, name),
        )

        def done(answer: Element) -> None:
            self._keep_folder(folder_id, "0", name, kind)

        return self._change_folders(Command.FOLDER_UPDATE, tree, done)

    def delete_folder(self, choice: int) -> Exchange | None:
        """FolderDelete."""
        own = self.own_folders()
        if not own:
            return None
        folder_id = own[choice % len(own)]
        self.ledger.may_lose_folder(folder_id)
        tree = e(
            FolderHierarchy.FolderDelete,
            e(FolderHierarchy.SyncKey, self.hierarchy_key),
            e(FolderHierarchy.ServerId, folder_id),
        )

        def done(answer: Element) -> None:
            self.folders.pop(folder_id, None)
            self.collections.pop(folder_id, None)

        return self._change_folders(Command.FOLDER_DELETE, tree, done)

    def _change_folders(self, command: Command, tree: Element, done: Callable[[Element], None]) -> Exchange:
        key = self.hierarchy_key

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.ONCE, f"{command} has an empty answer")
            assert answer is not None
            status = int(text(answer, FolderHierarchy.Status))
            if status == FolderCreateStatus.SUCCESS:
                self._new_hierarchy_key(text(answer, FolderHierarchy.SyncKey))
                done(answer)
                return
            hold(status != FolderCreateStatus.INVALID_SYNC_KEY, Law.KEY_LIVES, f"{command} with {key} got 9")
            # No two folders have one name, so the folder that is in the way is the one that was asked for.
            exists = command is Command.FOLDER_CREATE and status == FolderCreateStatus.FOLDER_EXISTS
            others = len(self.asked_of_folders) > 1
            hold(others or not exists, Law.ONCE, f"FolderCreate with {key} got 2")
            self.behind = True

        return self._exchange_folders(command, tree, take)

    def _new_hierarchy_key(self, key: str) -> None:
        """What was asked for under the key before is not asked for again."""
        self.hierarchy_key = key
        self.asked_of_folders.clear()
        for command in FOLDER_COMMANDS:
            self.unanswered.pop(command, None)
