"""A phone of the model keeps its collections as the server has them: Sync, whole and in short, and Ping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from model.asking import Asking
from model.collection import Collection
from model.hierarchy import Hierarchy
from model.laws import Broken, Law, hold
from model.wire import Exchange
from overair.protocol.http import Command
from overair.protocol.statuses import PingStatus, SyncStatus
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, Ping
from phones.handset import e, text


@dataclass
class Synchronising(Hierarchy):
    """What a device asks for the collections that it has."""

    named: set[str] = field(default_factory=set)
    """Folders that a Ping named, which the next Sync has to show something of."""
    last_asked: dict[str, Asking] = field(default_factory=dict)
    """The collections of the last Sync that the server may refer to, as it was asked."""
    last_wait: int | None = None

    def settled(self) -> list[str]:
        """The folders that have a key, and whose last Sync was answered."""
        return sorted(
            one.folder_id for one in self.collections.values() if one.key != "0" and not one.unsettled
        )

    def sync(
        self,
        folder_ids: Sequence[str],
        window: int | None = None,
        total: int | None = None,
        wait: int | None = None,
        *,
        edits: bool = True,
    ) -> Exchange | None:
        """Sync of some collections, which waits for ``wait`` minutes; None where there is nothing to ask."""
        asked: dict[str, Asking] = {}
        for folder_id in folder_ids:
            if folder_id in self.collections:
                asked[folder_id] = self.collections[folder_id].compose(window, edits=edits)
        if not asked:
            return None
        tree = e(
            AirSync.Sync,
            e(AirSync.Collections, *(one.element for one in asked.values())),
            None if wait is None else e(AirSync.Wait, wait),
            None if total is None else e(AirSync.WindowSize, total),
        )
        return self._exchange_sync(asked, tree, wait)

    def _exchange_sync(
        self, asked: dict[str, Asking], tree: Element | None, wait: int | None, *, in_short: bool = False
    ) -> Exchange:
        self.last_asked = {}  # until there is an answer nobody knows what the server remembers

        def take(answer: Element | None) -> None:
            self.last_asked, self.last_wait = asked, wait
            self._take_sync(asked, answer, in_short=in_short)

        waits = tuple(asked) if wait is not None else ()
        sights = {folder_id: asking.sight for folder_id, asking in asked.items()}
        return self._exchange(Command.SYNC, tree, take, waits=waits, in_short=in_short, sights=sights)

    def sync_in_short(self, *, partial: bool) -> Exchange | None:
        """The last Sync once more: without a body, or partial with what is other than it was.

        A collection whose key is another since then has to be named again (MS-ASCMD_R673, R3645).
        """
        if not self.last_asked or self.unanswered.get(Command.SYNC):
            return None
        known = {key: one for key, one in self.last_asked.items() if key in self.collections}
        named = [
            key
            for key, one in known.items()
            if self.collections[key].key != one.key
            or self.collections[key].unsettled
            or (partial and self.collections[key].edits)
        ]
        if len(known) < len(self.last_asked) or (named and not partial):
            return None
        asked = dict(known)
        for key, one in known.items():
            if key in named:
                asked[key] = self.collections[key].compose(None)
            else:
                asked[key] = replace(one, edits={}, serial=self.ledger.serial)
                self.collections[key].unsettled = True
        tree = None
        if partial:
            tree = e(
                AirSync.Sync,
                e(AirSync.Collections, *(asked[key].element for key in named)) if named else None,
                e(AirSync.WindowSize, 100),
                e(AirSync.Partial),
            )
        return self._exchange_sync(asked, tree, None if partial else self.last_wait, in_short=True)

    def restart(self, collection: Collection, window: int | None) -> Exchange:
        """Begin a folder anew. What is there is kept, and gone on with, until the answer comes."""
        asking = collection.compose(window, anew=True)
        tree = e(AirSync.Sync, e(AirSync.Collections, asking.element))
        asked = {collection.folder_id: asking}
        return self._exchange(Command.SYNC, tree, lambda answer: self._take_sync(asked, answer))

    def _take_sync(self, asked: dict[str, Asking], answer: Element | None, *, in_short: bool = False) -> None:
        if answer is None:
            for folder_id, asking in asked.items():
                collection = self.collections.get(folder_id)
                hold(not asking.edits, Law.ONCE, f"the commands for {folder_id} have no answer")
                if collection is not None and collection.key == asking.key:
                    self._nothing_to_tell(collection, asking)
            return
        status = text(answer, AirSync.Status)
        if status:
            if int(status) == SyncStatus.HIERARCHY_CHANGED:
                self.behind = True
                return
            if int(status) == SyncStatus.INCOMPLETE_REQUEST and in_short:
                self.last_asked = {}
                return
            raise Broken(Law.KEY_LIVES, f"the Sync got status {status}")
        answered = set()
        for one in answer.find(AirSync.Collections) or ():
            folder_id = text(one, AirSync.CollectionId)
            answered.add(folder_id)
            collection = self.collections.get(folder_id)
            if collection is None:
                continue
            if int(text(one, AirSync.Status)) in (SyncStatus.OBJECT_NOT_FOUND, SyncStatus.HIERARCHY_CHANGED):
                self.behind = True
            collection.take(asked[folder_id], one)
        for folder_id in asked.keys() - answered:
            hold(not asked[folder_id].edits, Law.ONCE, f"the commands for {folder_id} have no answer")
            collection = self.collections.get(folder_id)
            if collection is not None and collection.key == asked[folder_id].key:
                self._nothing_to_tell(collection, asked[folder_id])

    @staticmethod
    def _nothing_to_tell(collection: Collection, asking: Asking) -> None:
        collection.more, collection.unsettled, collection.begun = False, False, True
        collection.forget_early()
        collection.in_force = asking.sight

    def ping(self, seconds: int, folder_ids: Sequence[str]) -> Exchange | None:
        """Ping for some folders. Before it waits, a phone makes sure that it has what was told."""
        watched = tuple(folder_id for folder_id in folder_ids if folder_id in self.settled())
        if not watched:
            return None
        folders = [
            e(Ping.Folder, e(Ping.Id, one), e(Ping.Class, str(self.collections[one].item_class)))
            for one in watched
        ]
        tree = e(Ping.Ping, e(Ping.HeartbeatInterval, seconds), e(Ping.Folders, *folders))

        def take(answer: Element | None) -> None:
            hold(answer is not None, Law.WOKEN, "a Ping has an empty answer")
            assert answer is not None
            status = int(text(answer, Ping.Status))
            if status == PingStatus.CHANGES:
                self.named = {one.text for one in answer.find(Ping.Folders) or ()}
                hold(self.named, Law.NOT_FRUITLESS, "a Ping names no folder")
            elif status == PingStatus.HIERARCHY_CHANGED:
                self.behind = True
            else:
                expected = (PingStatus.EXPIRED, PingStatus.SERVER_ERROR)
                hold(status in expected, Law.KEY_LIVES, f"a Ping got {status}")

        return self._exchange(Command.PING, tree, take, waits=watched)
