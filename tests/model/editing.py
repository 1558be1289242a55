"""What the owner of a phone of the model does there, of which the server hears with the next Sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from model.collection import Collection
from model.edit import Edit, Kind
from model.forms import Writer, planning
from model.sending import Sending
from model.shown import NOTHING, PATTERN, VALUE, WHEN, Shown
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.sync_options import Conflict, FilterType
from overair.versions import Version


@dataclass
class Editing(Sending):
    """What is done by hand on a device."""

    client_ids: int = 0
    """How many items were new here."""

    def add(self, kind: FolderType, choice: int) -> None:
        """A new item in the folder of a type."""
        collection = self.folder_of(kind)
        if collection is not None:
            self._new(collection, choice)

    def write_draft(self) -> None:
        """A new draft, where the version has them."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is not None and drafts.takes_drafts:
            self._new(drafts, 0)

    def _new(self, collection: Collection, choice: int) -> None:
        marker, number = f"i{self.ledger.number()}", self.ledger.number()
        says = collection.form.new(number, choice, self.ledger.today, collection.writer)
        self.ledger.may_appear(self.account, marker, collection.folder_id, says, self.author)
        self.client_ids += 1
        collection.edits[f"c{self.client_ids}"] = Edit(Kind.ADD, marker, says)

    def change(self, collection: Collection, choice: int) -> None:
        """A new value for an item; of mail its flag."""
        self._change(collection, choice, lambda shown, number: {VALUE: f"v{number}"})

    def change_more(self, collection: Collection, choice: int) -> None:
        """Something else of an item: an event at another time or place, when a task is due."""
        form, today = collection.form, self.ledger.today
        self._change(
            collection,
            choice,
            lambda shown, number: form.more(number, choice, today, shown, collection.writer),
        )

    def change_occurrence(self, choice: int) -> None:
        """One occurrence of a series with another subject, perhaps at another time or place."""
        self._change_series(
            choice, lambda shown, number, writer: planning.changed(number, choice, shown, writer)
        )

    def cancel_occurrence(self, choice: int) -> None:
        """One occurrence of a series is deleted."""
        self._change_series(choice, lambda shown, _, writer: planning.cancelled(choice, shown, writer.zone))

    def _change_series(self, choice: int, said: Callable[[Shown, int, Writer], Mapping[str, str]]) -> None:
        calendar = self.folder_of(FolderType.CALENDAR)
        if calendar is None:
            return
        series = [name for name in self._names(calendar) if PATTERN in self._shown(calendar, name).said]
        if series:
            name = series[choice % len(series)]
            self._change_one(calendar, name, lambda shown, number: said(shown, number, calendar.writer))

    def _change(
        self, collection: Collection, choice: int, said: Callable[[Shown, int], Mapping[str, str]]
    ) -> None:
        name = self._chosen(collection, choice)
        if name is not None:
            self._change_one(collection, name, said)

    def _change_one(
        self, collection: Collection, name: str, said: Callable[[Shown, int], Mapping[str, str]]
    ) -> None:
        if collection.type is FolderType.DRAFTS and not collection.takes_drafts:
            return
        shown = self._shown(collection, name)
        says = said(shown, self.ledger.number())
        if not says:
            return
        self.ledger.may_become(self.account, shown.marker, says, self.author)
        if WHEN in says:
            self.ledger.may_reset(self.account, shown.marker)
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, shown.marker, says)))

    def mark(self, collection: Collection, choice: int) -> None:
        """Mark a message as read or a task as complete, or not any longer."""
        name = self._chosen(collection, choice)
        if name is None or collection.type is FolderType.DRAFTS:
            return
        if collection.item_class not in (ItemClass.EMAIL, ItemClass.TASKS):
            return
        shown = self._shown(collection, name)
        self._edit(collection, name, self._known(Edit(Kind.CHANGE, shown.marker, ticked=not shown.ticked)))

    @staticmethod
    def _shown(collection: Collection, name: str) -> Shown:
        """An item as the phone shows it, with what is not confirmed."""
        shown, edit = collection.items.get(name, NOTHING), collection.edits.get(name)
        return shown if edit is None else edit.applied(shown)

    def _known(self, edit: Edit) -> Edit:
        return replace(edit, known=self.ledger.fate(self.account, edit.marker).known())

    def _edit(self, collection: Collection, name: str, edit: Edit) -> None:
        before = collection.edits.get(name)
        if before is not None and self.owner.conflict is Conflict.CLIENT_WINS:
            # What was sent with it may be done already, and overwritten by others since.
            self.ledger.may_return(self.account, edit.marker, before.says)
        collection.edits[name] = edit if before is None else before.says_more(edit)

    def _chosen(self, collection: Collection, choice: int) -> str | None:
        """An item that can be edited."""
        names = self._names(collection)
        return names[choice % len(names)] if names else None

    @staticmethod
    def _names(collection: Collection) -> list[str]:
        """The items that can be edited, those that are not confirmed as well."""
        return [
            name
            for name in sorted(collection.items.keys() | collection.edits.keys())
            if (edit := collection.edits.get(name)) is None
            or (edit.kind is not Kind.DELETE and not edit.send)
        ]

    def send_draft(self, choice: int) -> None:
        """Let a draft leave as mail."""
        drafts = self.folder_of(FolderType.DRAFTS)
        if drafts is None or not drafts.takes_drafts:
            return
        name = self._chosen(drafts, choice)
        if name is None:
            return
        marker = self._shown(drafts, name).marker
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
            name = names[choice % len(names)]
            edit, shown = collection.edits.pop(name), collection.items.get(name, NOTHING)
            # With the next change it may be said to be as it was.
            before = {register: shown.said.get(register, "") for register in edit.says}
            self.ledger.may_return(self.account, edit.marker, before)

    def set_filter(self, collection: Collection, filter_type: FilterType) -> None:
        """The owner wants to see more or less."""
        if filter_type in collection.form.filters:
            collection.sight = replace(collection.sight, filter=filter_type)

    def show_conversations(self, collection: Collection) -> None:
        """The owner wants to see whole conversations, or not any longer."""
        is_mail = collection.item_class is ItemClass.EMAIL and collection.type is not FolderType.DRAFTS
        if is_mail and self.owner.version >= Version.V14_0:
            conversations = not collection.sight.conversations
            collection.sight = replace(collection.sight, conversations=conversations)
