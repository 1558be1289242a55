"""Compares what a phone shows with what the mailbox has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from model.collection import Collection
from model.laws import Law, hold
from model.ledger import Ledger
from model.phone import Phone
from model.shown import Shown
from model.sight import Sight
from overair.mailboxes.interface import FolderType, View
from overair.sync.filters import view_of


class Comparison:
    """Knows the mailboxes from the ledger; ``now`` is the server's wall clock."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    def check(self, phone: Phone) -> None:
        """A phone at rest shows all that is there. Raises Broken."""
        there = self.folders(phone.account)
        hold(phone.folders == there, Law.AGREED, f"{phone.author} shows {phone.folders}, there is {there}")
        for collection in phone.collections.values():
            differs = self.differs(collection, self.view(collection))
            hold(not differs, Law.AGREED, f"{phone.author}, folder {collection.folder_id}: {differs}")

    def folders(self, account: str) -> dict[str, tuple[str, str, FolderType]]:
        """The folders that are there, as a phone is to show them."""
        return {
            key: (one.folder.parent_id, one.folder.name, one.folder.type)
            for key, one in self._ledger.mailboxes[account].items()
        }

    def view(self, collection: Collection, asked: Sight | None = None) -> View:
        """What is to be shown of a folder now."""
        sight = collection.in_force if asked is None else asked
        mode = bool(sight.conversations)
        return view_of(collection.item_class, sight.filter, self._now(), conversations=mode)

    def differs(self, collection: Collection, view: View) -> str:
        """What a phone does not show as the mailbox has it; the empty string where all is right."""
        there = self._there(collection, view)
        shown = collection.items
        if collection.type is FolderType.DRAFTS:
            shown = {key: replace(one, ticked=False) for key, one in shown.items()}
        unshown = self._ledger.unshown
        if view.conversations:
            unshown = unshown | self._ledger.threads.unsure
        there, shown = (
            {key: one for key, one in them.items() if key not in unshown} for them in (there, shown)
        )
        if there == shown:
            return ""
        different = {
            key: (shown.get(key), there.get(key))
            for key in sorted(there.keys() | shown.keys())
            if there.get(key) != shown.get(key)
        }
        return f"shown and there: {different}"

    def _there(self, collection: Collection, view: View) -> dict[str, Shown]:
        one = self._ledger.mailboxes[collection.account].get(collection.folder_id)
        found = {}
        for item_id, item in one.items.items() if one is not None else ():
            if item.item_class is not collection.item_class:
                continue
            if self._is_in(view, item_id, collection.form.view_date(item)):
                shown = self._ledger.shown(item_id, item)
                if collection.type is FolderType.DRAFTS:
                    shown = replace(shown, ticked=False)
                found[item_id] = shown
        return found

    def _is_in(self, view: View, item_id: str, date: int) -> bool:
        if view.conversations:
            date = self._ledger.threads.date(item_id, date)
        return view.cutoff is None or date >= view.cutoff
