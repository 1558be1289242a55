"""One unit of work on a mirror: what it reads stands in the store, what it does is done upstream, too.

A unit of work is tried: what it does upstream goes into its plan and is done to the mirror as if it had
been made there. Where anything was lacking, the transaction is given up, what was lacking is made or
brought, and the unit of work is run again (mailbox.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from overair.items import Item, ItemClass, Message
from overair.mailboxes.embedded.hierarchy import item_class_of, number_of
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.backend import BackendName, Known, MirroredFolder, Stood, UpstreamFolder
from overair.mailboxes.gateway.belonging import CREATED, Link
from overair.mailboxes.gateway.effects import (
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    Effect,
    MoveItem,
    Plan,
    RemoveItem,
    Submit,
    UpdateFolder,
    Wanted,
)
from overair.mailboxes.gateway.groupware.states import unsettled
from overair.mailboxes.gateway.mirroring import blob_of, in_place, is_stub
from overair.mailboxes.gateway.repeating import Repeating
from overair.mailboxes.interface import (
    Changes,
    FolderExists,
    FolderType,
    FoundItem,
    MailboxUnavailable,
    NoSuchFolder,
    NoSuchItem,
    StoredItem,
    View,
)
from overair.mailboxes.search_query import SearchQuery
from overair.storage.interface import Transaction


class GatewaySession(Repeating):
    """A mailboxes.interface.Session on a mirror."""

    def __init__(
        self,
        account_id: int,
        transaction: Transaction,
        plan: Plan,
        configured: frozenset[BackendName],
    ) -> None:
        super().__init__(account_id, transaction, plan)
        self._configured = configured
        self._links: dict[str, Link | None] = {}
        self._tried: set[str] = set()
        """The ids of folders and items that this attempt has made or changed here alone: whatever else is
        to be done to them has to wait until their servers have answered.
        """

    # What is read.

    async def start(self, folder_id: str) -> str:
        """The token of a first Sync. Raises NoSuchFolder, MailboxUnavailable."""
        await self._require(folder_id)
        return await super().start(folder_id)

    async def changes(self, folder_id: str, view: View, since: str, limit: int) -> Changes:
        """At most ``limit`` changes since a token. Raises NoSuchFolder, TokenExpired, MailboxUnavailable."""
        await self._require(folder_id)
        return await super().changes(folder_id, view, since, limit)

    async def count_changes(self, folder_id: str, view: View, since: str) -> int:
        """How many changes would follow. Raises NoSuchFolder, TokenExpired, MailboxUnavailable."""
        await self._require(folder_id)
        return await super().count_changes(folder_id, view, since)

    async def read(self, folder_id: str, item_ids: Sequence[str]) -> list[StoredItem | None]:
        """The items in the order asked for; None where there is none, or none that can be read.

        Raises Wanted where the mirror has only the overview of one.
        """
        found = await super().read(folder_id, item_ids)
        stubs = [
            one.item.blob
            for one in found
            if one is not None and isinstance(one.item, Message) and is_stub(one.item)
        ]
        if stubs:
            await self._require(folder_id)
            prefix = len(blob_of(self.account_id, folder_id, ""))
            self.plan.stubs[folder_id] = [(blob or "")[prefix:] for blob in stubs]
            raise Wanted
        return found

    async def search(self, query: SearchQuery, limit: int) -> list[FoundItem]:
        """The items that match, newest first; messages as their server finds them. Raises Wanted."""
        own = query
        found: list[FoundItem] = []
        if BackendName.IMAP in self._configured and ItemClass.EMAIL in query.item_classes:
            if self.plan.effects:
                raise Wanted  # its server is asked when that was done which is to be found
            if query not in self.plan.searched:
                self.plan.search = (query, limit)
                raise Wanted
            found = self.plan.searched[query]
            own = msgspec.structs.replace(query, item_classes=query.item_classes - {ItemClass.EMAIL})
        others = await super().search(own, limit) if own.item_classes else []
        return (found + others)[:limit]

    # What is done to items.

    async def add(self, folder_id: str, item: Item, *, beyond_quota: bool = False) -> StoredItem:
        """A new item, upstream where the folder is there. Raises what its server says."""
        link = await self._link(folder_id)
        if link is None or not link.holds(item):
            return await super().add(folder_id, item, beyond_quota=beyond_quota)
        effect = AddItem(link.folder, item)
        name = self.plan.name(effect)
        before = await self.added_before(name, folder_id, item)
        if before is not None:
            return before
        made, stood = await self._made_to_item(link, effect, name=name)
        if not made or not isinstance(stood, Stood):
            stored = await super().add(folder_id, item, beyond_quota=True)
            self._tried.add(stored.item_id)
            return stored
        brought = await self.bring(link.folder, stood, item)
        return msgspec.structs.replace(brought, overtaken=stood.overtaken or brought.overtaken)

    async def change(self, folder_id: str, item_id: str, item: Item) -> StoredItem:
        """The item with new content. Raises NoSuchItem, and what its server says."""
        link, known = await self._place_upstream(folder_id, item_id)
        if link is None or known is None:
            return await super().change(folder_id, item_id, item)
        [old] = await self.read(folder_id, [item_id])
        if old is None:
            raise NoSuchItem(item_id)
        made, stood = await self._made_to_item(link, ChangeItem(link.folder, known, old.item, item))
        if not made or not isinstance(stood, Stood):
            self._tried.add(item_id)
            return await super().change(folder_id, item_id, item)
        await self.relink(item_id, stood)
        return await super().change(
            folder_id, item_id, in_place(stood.item or item, self.account_id, folder_id, stood.key)
        )

    async def remove(self, folder_id: str, item_id: str) -> int:
        """Delete for good. Raises NoSuchItem, and what its server says."""
        link, known = await self._place_upstream(folder_id, item_id)
        if link is not None and known is not None:
            await self._made_to_item(link, RemoveItem(link.folder, known))
        return await super().remove(folder_id, item_id)

    async def move(self, folder_id: str, item_id: str, destination_id: str) -> StoredItem:
        """Move to another folder, where it gets a new id. Raises NoSuchItem, NoSuchFolder.

        What the destination's server cannot hold, such as a contact among deleted mail, is kept here.
        """
        link, known = await self._place_upstream(folder_id, item_id)
        destination = await self._link(destination_id)
        [stored] = await self.read(folder_id, [item_id])
        if stored is None:
            return await self.moved_before(item_id, destination_id)
        item = stored.item
        fits = destination is not None and destination.holds(item)
        stood: object = None
        if link is not None and known is not None:
            if destination is not None and fits and destination.backend is link.backend:
                effect = MoveItem(link.folder, known, destination.folder, item)
                _, stood = await self._made_to_item(link, effect, destination)
            else:
                await self._made_to_item(link, RemoveItem(link.folder, known, destination_id))
        elif destination is not None and fits:
            _, stood = await self._made_to_item(destination, AddItem(destination.folder, item))
        if isinstance(stood, Stood):
            return await self.transfer(folder_id, item_id, destination_id, stood)
        moved = await super().move(folder_id, item_id, destination_id)
        if fits:
            self._tried.add(moved.item_id)
        return moved

    # Folders.

    async def create_folder(self, parent_id: str, name: str, folder_type: FolderType) -> str:
        """A new folder, on the server for its class. Raises NoSuchParent, FolderExists, FolderProtected."""
        backend = CREATED.get(item_class_of(folder_type))
        try:
            folder_id = await super().create_folder(parent_id, name, folder_type)
        except FolderExists:
            made_before = None if backend is None else await self._made_before(parent_id, name, folder_type)
            if made_before is None:
                raise
            return made_before
        if backend is None or backend not in self._configured:
            return folder_id
        parent = await self._parent_upstream(parent_id, backend)
        self._require_had(backend)
        self._tried.add(folder_id)
        made, listed = self.plan.outcome(CreateFolder(parent, name, folder_type), backend)
        if made and isinstance(listed, UpstreamFolder):
            await self.link_folder(folder_id, backend, listed)
            self._forget(folder_id)
        return folder_id

    async def update_folder(self, folder_id: str, parent_id: str, name: str) -> None:
        """Rename or move. Raises NoSuchFolder, NoSuchParent, FolderExists, FolderProtected."""
        await super().update_folder(folder_id, parent_id, name)
        link = await self._link(folder_id)
        if link is None:
            return
        parent = await self._parent_upstream(parent_id, link.backend)
        self._tried.add(folder_id)
        made, listed = self._made(link, UpdateFolder(link.folder, parent, name))
        if made and isinstance(listed, UpstreamFolder):
            await self.relink_folder(folder_id, listed)
            self._forget(folder_id)

    async def delete_folder(self, folder_id: str) -> None:
        """Delete with all it holds. Raises NoSuchFolder, FolderProtected."""
        link = await self._link(folder_id)
        if link is not None:
            await self._changeable(folder_id)
            self._made(link, DeleteFolder(link.folder))
        await super().delete_folder(folder_id)

    def submit(
        self, sender: str, recipients: Sequence[str], blob: str, name: str, message_id: str | None
    ) -> None:
        """Hand a message to the submission server before anything else of this unit of work is done.

        ``name`` is by what it is known again. Raises what came of it.
        """
        self.plan.outcome(Submit(sender, tuple(recipients), blob, name, message_id), None)

    # Where things stand.

    async def _made_before(self, parent_id: str, name: str, folder_type: FolderType) -> str | None:
        """The folder that an earlier attempt has made, of which nobody could be told, and that was brought
        in since.
        """
        backend = CREATED[item_class_of(folder_type)]
        parent = await self._parent_upstream(parent_id, backend)
        attempt = self.plan.name(CreateFolder(parent, name, folder_type))
        if await self.transaction.one(links.INTENT, account=self.account_id, name=attempt) is None:
            return None
        self.plan.used.append(attempt)
        places = {(one.parent_id, one.name, one.type): one.folder_id for one in await self.folders()}
        return places.get((parent_id, name, folder_type))

    def _made(self, link: Link, effect: Effect, name: str | None = None) -> tuple[bool, object]:
        self._require_had(link.backend)
        return self.plan.outcome(effect, link.backend, name)

    async def _made_to_item(
        self, link: Link, effect: Effect, destination: Link | None = None, name: str | None = None
    ) -> tuple[bool, object]:
        for one in (link, destination):
            if one is not None and one.backend is not BackendName.IMAP:
                await self.transaction.execute(
                    links.SET_STATE,
                    folder=int(one.folder.folder_id),
                    new_state=unsettled(one.folder.state),
                )
        return self._made(link, effect, name)

    def _require_had(self, name: str) -> None:
        """Raise MailboxUnavailable where a server, by name, or a folder, by id, is not to be had."""
        reason = self.plan.unavailable.get(name)
        if reason is not None:
            raise MailboxUnavailable(reason)

    async def _require(self, folder_id: str) -> None:
        """Raise MailboxUnavailable where the folder, or its server, is not to be had (law 7)."""
        link = await self._link(folder_id)
        if link is not None:
            self._require_had(link.backend)
            self._require_had(folder_id)

    def _forget(self, folder_id: str) -> None:
        """What was known of a folder is past."""
        self._links.pop(folder_id, None)
        self._tried.discard(folder_id)

    async def _link(self, folder_id: str) -> Link | None:
        if folder_id in self._tried:
            raise Wanted
        if folder_id not in self._links:
            number = number_of(folder_id)
            row = None
            if number is not None:
                row = await self.transaction.one(links.FOLDER, account=self.account_id, folder=number)
            if row is None:
                await self._require_tree(folder_id)
            self._links[folder_id] = None if row is None else Link(*links.folder_of(row))
        return self._links[folder_id]

    async def _require_tree(self, folder_id: str) -> None:
        """Raise Wanted where nobody knows yet whether a folder is a server's."""
        try:
            kind = (await self.folder(folder_id)).type
        except NoSuchFolder:
            return  # whoever needs it finds that out
        backend = CREATED.get(item_class_of(kind))
        if backend is None or backend not in self._configured or backend in self.plan.listed:
            return
        row = await self.transaction.one(links.ANY_FOLDER, account=self.account_id, owner=backend.value)
        if row is None:
            self.plan.tree = backend
            raise Wanted

    async def _parent_upstream(self, parent_id: str, backend: BackendName) -> MirroredFolder | None:
        parent = await self._link(parent_id)
        return parent.folder if parent is not None and parent.backend is backend else None

    async def _place_upstream(self, folder_id: str, item_id: str) -> tuple[Link | None, Known | None]:
        link = await self._link(folder_id)
        if link is None:
            return None, None
        if item_id in self._tried:
            raise Wanted
        row = await self.transaction.one(links.ITEM, item=self._key(folder_id, item_id)["item"])
        return link, None if row is None else links.known_of(row)
