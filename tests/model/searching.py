"""A phone of the model looks for messages by their words: Search in the mailbox."""

from __future__ import annotations

from dataclasses import dataclass

from model.collection import Collection
from model.hierarchy import Hierarchy
from model.laws import Law, hold
from model.wire import Exchange
from overair.items import ItemClass
from overair.protocol.http import Command
from overair.protocol.statuses import SearchStoreStatus
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, Email, Search
from phones.handset import e, text


@dataclass
class Searching(Hierarchy):
    """What a device looks for."""

    def search(self, collection: Collection, choice: int) -> Exchange | None:
        """Look for a message of a folder, as the mailbox has it now, by its marker.

        What else is found has the marker as well, as an answer to it has; but nothing that was gone.
        """
        there = self.ledger.mailboxes[self.account].get(collection.folder_id)
        if there is None or not there.items or collection.item_class is not ItemClass.EMAIL:
            return None
        names = sorted(there.items)
        item_id = names[choice % len(names)]
        marker = self.ledger.shown(item_id, there.items[item_id]).marker
        if there.items[item_id].item_class is not ItemClass.EMAIL:
            return None
        here, before = (collection.folder_id, item_id), self.ledger.markers(self.account)
        tree = e(
            Search.Search,
            e(
                Search.Store,
                e(Search.Name, "Mailbox"),
                e(
                    Search.Query,
                    e(
                        Search.And,
                        e(Search.FreeText, f'"{marker}"'),
                        e(AirSync.Class, "Email"),
                        e(AirSync.CollectionId, collection.folder_id),
                    ),
                ),
                e(Search.Options, e(Search.RebuildResults), e(Search.Range, "0-99")),
            ),
        )

        def take(answer: Element | None) -> None:
            response = None if answer is None else answer.find(Search.Response)
            store = None if response is None else response.find(Search.Store)
            assert store is not None
            status = int(text(store, Search.Status))
            if status == SearchStoreStatus.SERVER_ERROR:
                return
            if status == SearchStoreStatus.HIERARCHY_CHANGED:
                gone = self.ledger.may_be_gone(self.account, collection.folder_id)
                hold(gone, Law.FOUND, f"folder {collection.folder_id} is there and is not searched")
                return
            hold(status == SearchStoreStatus.SUCCESS, Law.FOUND, f"a search got {status}")
            results = [one for one in store.children if one.tag is Search.Result and one.children]
            found = set(map(_marker, results))
            now = self.ledger.markers(self.account)
            stale = found - now - before
            hold(not stale, Law.FOUND, f"{stale} are found, and are not there")
            stays = self.ledger.stays(self.account, marker, here)
            shown = item_id not in self.ledger.unshown
            hold(
                not (stays and shown) or marker in found, Law.FOUND, f"{marker} is {item_id}, found: {found}"
            )

        return self._exchange(Command.SEARCH, tree, take)


def _marker(result: Element) -> str:
    properties = result.find(Search.Properties)
    return "" if properties is None else text(properties, Email.Subject).partition(" ")[0]
