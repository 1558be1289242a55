"""What the owner of a phone of the model does there, of which the server hears with the next Sync."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.collection import Collection, Edit, Kind
from model.sending import Sending
from overair.mailboxes.interface import FolderType
from overair.protocol.sync_options import Conflict, FilterType


@dataclass
class Editing(Sending):
    """What is done by hand on a device."""

    client_ids: int = 0
    """How many items were new here."""

    def add(self) -> None:
        """A new contact."""
        contacts = self.folder_of(FolderType.CONTACTS)
        if contacts is not None:
            self._new(contacts)

    def write_draft(self) -> None:
        """A new draft, where the version has them."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is not None and drafts.takes_drafts:
            self._new(drafts)

    def _new(self, collection: Collection) -> None:
        marker, value = f"i{self.ledger.number()}", f"v{self.ledger.number()}"
        self.ledger.may_appear(self.account, marker, collection.folder_id, value, self.author)
        self.client_ids += 1
        collection.edits[f"c{self.client_ids}"] = Edit(Kind.ADD, marker, value)

    def change(self, collection: Collection, choice: int) -> None:
        """A new value for an item; of mail its flag."""
        name = self._chosen(collection, choice)
        if name is None or (collection.type is FolderType.DRAFTS and not collection.takes_drafts):
            return
        marker = self._marker(collection, name)
        value = f"v{self.ledger.number()}"
        self.ledger.may_become(self.account, marker, value, self.author)
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, marker, value)))

    def mark(self, collection: Collection, choice: int) -> None:
        """Mark a message as read, or unread again."""
        name = self._chosen(collection, choice)
        if name is None or collection.is_contacts or collection.type is FolderType.DRAFTS:
            return
        shown = collection.items[name]
        edit = collection.edits.get(name)
        read = not (shown if edit is None else edit.applied(shown)).read
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, shown.marker, read=read)))

    def _marker(self, collection: Collection, name: str) -> str:
        return collection.items[name].marker if name in collection.items else collection.edits[name].marker

    def _known(self, edit: Edit) -> Edit:
        return replace(edit, known=len(self.ledger.fate(self.account, edit.marker).values))

    def _edit(self, collection: Collection, name: str, edit: Edit) -> None:
        before = collection.edits.get(name)
        if before is not None and before.value is not None and self.owner.conflict is Conflict.CLIENT_WINS:
            # What was sent with it may be done already, and overwritten by others since.
            self.ledger.may_return(self.account, edit.marker, before.value)
        collection.edits[name] = edit if before is None else before.says_more(edit)

    def _chosen(self, collection: Collection, choice: int) -> str | None:
        """An item that can be edited, one that is not confirmed as well."""
        names = [
            name
            for name in sorted(collection.items.keys() | collection.edits.keys())
            if (edit := collection.edits.get(name)) is None
            or (edit.kind is not Kind.DELETE and not edit.send)
        ]
        return names[choice % len(names)] if names else None

    def send_draft(self, choice: int) -> None:
        """Let a draft leave as mail."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is None or not drafts.takes_drafts:
            return
        name = self._chosen(drafts, choice)
        if name is None:
            return
        marker = self._marker(drafts, name)
        self._will_send(marker)
        self.ledger.may_go(self.account, marker, self.author)
        self._edit(drafts, name, self._known(Edit(Kind.CHANGE, marker, send=True)))

    def delete(self, collection: Collection, choice: int) -> None:
        """Delete an item, to Deleted Items or for good."""
        gone = {key for key, edit in collection.edits.items() if edit.kind is Kind.DELETE}
        names = sorted(collection.items.keys() - gone)
        if not names:
            return
        name, author = names[choice % len(names)], f"{self.author} deletes"
        shown = collection.items[name]
        permanent = bool(choice % 2) or collection.type is FolderType.DELETED_ITEMS
        if permanent:
            # Said for all Deletes of a request, so the others go with it.
            doomed = [
                collection.items[key]
                for key, edit in collection.edits.items()
                if edit.kind is Kind.DELETE and key in collection.items
            ]
            for one in (shown, *doomed):
                self.ledger.may_go(self.account, one.marker, author)
        if any(edit.permanent for edit in collection.edits.values()):
            self.ledger.may_go(self.account, shown.marker, author)
        deleted = self.folder_of(FolderType.DELETED_ITEMS)
        if deleted is not None:
            self.ledger.may_move(self.account, shown.marker, deleted.folder_id, author)
        collection.edits[name] = Edit(Kind.DELETE, shown.marker, permanent=permanent)

    def think_again(self, collection: Collection, choice: int) -> None:
        """Take back what was not confirmed, though the server may have done it."""
        names = sorted(collection.edits)
        if names:
            del collection.edits[names[choice % len(names)]]

    def set_filter(self, collection: Collection, filter_type: FilterType) -> None:
        """The owner wants to see more or less."""
        if not collection.is_contacts:
            collection.filter = filter_type
