"""The mirror of one account: what backends ask of it, and what they say written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar

import msgspec

from overair.items import Item
from overair.items.mail.message import conversation_key, message_key
from overair.mailboxes.embedded import codec
from overair.mailboxes.embedded.hierarchy import DEFAULT_FOLDERS, number_of
from overair.mailboxes.embedded.search.finding import EVER
from overair.mailboxes.gateway import invitations, links
from overair.mailboxes.gateway.backend import (
    Backend,
    BackendName,
    Delta,
    Known,
    MirroredFolder,
    Stood,
    Upsert,
)
from overair.mailboxes.gateway.hierarchy import missing, reconcile
from overair.mailboxes.gateway.mirroring import Mirroring, in_place, is_stub
from overair.mailboxes.interface import FolderType, FoundItem, NoSuchFolder, Refused
from overair.mailboxes.search_query import SearchQuery
from overair.storage.interface import Database, Transaction
from overair.times import microseconds

T = TypeVar("T")
CHUNK: Final = 250
"""Items that are written in one transaction, so that others need not wait long for theirs."""


class Sorted(NamedTuple):
    """A message that belongs into another folder."""

    item_id: str
    known: Known
    item: Item
    destination_id: str


class Mirror:
    """The mirror of an account, outside of the units of work of phones."""

    __slots__ = ("_account_id", "_database", "invited")

    def __init__(self, account_id: int, database: Database) -> None:
        self._account_id: Final = account_id
        self._database: Final = database
        self.invited = True
        """Whether there may be meeting messages of which nobody has taken note (invitations.py)."""

    async def _write(self, work: Callable[[Mirroring], Awaitable[T]]) -> T:
        return await self._database.write(lambda transaction: work(Mirroring(self._account_id, transaction)))

    # What backends ask.

    async def known(self, folder: MirroredFolder) -> list[Known]:
        """Every item that the mirror has of a folder."""
        number = number_of(folder.folder_id) or 0
        rows = await self._database.read(lambda transaction: transaction.all(links.ALL_ITEMS, folder=number))
        return [links.known_of(row) for row in rows]

    async def count(self, folder: MirroredFolder) -> int:
        """How many items the mirror has of a folder."""
        number = number_of(folder.folder_id) or 0
        row = await self._database.read(lambda transaction: transaction.one(links.COUNT, folder=number))
        return int(row[0]) if row else 0

    async def items(self, folder: MirroredFolder, keys: Collection[str]) -> Mapping[str, Item]:
        """Items of the mirror by their keys; those that it lacks, or cannot read, are left out."""
        number = number_of(folder.folder_id) or 0
        named = list(keys)

        async def work(transaction: Transaction) -> dict[str, Item]:
            rows = await transaction.each(
                links.CONTENT_BY_KEY, [{"folder": number, "name": name} for name in named]
            )
            found = {}
            for name, row in zip(named, rows, strict=True):
                item = None if row is None else _decoded(row[1], row[2])
                if item is not None:
                    found[name] = item
            return found

        return await self._database.read(work)

    async def with_message_ids(
        self, folder: MirroredFolder, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[tuple[Known, Item]]]:
        """The messages of a folder that are known to have these Message-IDs, by those."""
        number = number_of(folder.folder_id) or 0

        async def work(transaction: Transaction) -> dict[str, list[tuple[Known, Item]]]:
            found: dict[str, list[tuple[Known, Item]]] = {}
            for message_id in message_ids:
                rows = await transaction.all(links.BY_ITEM_KEY, folder=number, name=message_key(message_id))
                read = [(links.known_of(row), _decoded(row[2], row[3])) for row in rows]
                if read:
                    found[message_id] = [(known, item) for known, item in read if item is not None]
            return found

        return await self._database.read(work)

    async def received_at(
        self, folder: MirroredFolder, dates: Collection[datetime]
    ) -> Mapping[datetime, Sequence[tuple[Known, Item]]]:
        """The messages of a folder that were received at these times, by those."""
        number = number_of(folder.folder_id) or 0

        async def work(transaction: Transaction) -> dict[datetime, list[tuple[Known, Item]]]:
            found: dict[datetime, list[tuple[Known, Item]]] = {}
            for date in dates:
                rows = await transaction.all(links.BY_DATE, folder=number, date=microseconds(date))
                read = [(links.known_of(row), _decoded(row[2], row[3])) for row in rows]
                found[date] = [(known, item) for known, item in read if item is not None]
            return found

        return await self._database.read(work)

    # The tree.

    async def folders(self, name: BackendName, folder_ids: Collection[str] | None) -> list[MirroredFolder]:
        """Those of some folders, or of all, that are a backend's and can hold items."""

        async def work(transaction: Transaction) -> list[MirroredFolder]:
            rows = await transaction.all(links.FOLDERS, account=self._account_id)
            found = [links.folder_of(row) for row in rows if row[8]]
            return [
                folder
                for folder, owner in found
                if owner is name and (folder_ids is None or folder.folder_id in folder_ids)
            ]

        return await self._database.read(work)

    async def folder_at(self, name: BackendName, path: str) -> MirroredFolder:
        """The folder of a path upstream. Raises NoSuchFolder."""
        row = await self._database.read(
            lambda transaction: transaction.one(
                links.FOLDER_AT, account=self._account_id, owner=name.value, path=path
            )
        )
        if row is None:
            raise NoSuchFolder(path)
        return links.folder_of(row)[0]

    async def below(self, folder_id: str) -> tuple[str, ...]:
        """The paths upstream of the folders below one."""
        rows = await self._database.read(
            lambda transaction: transaction.all(links.FOLDERS, account=self._account_id)
        )
        inside, found = {folder_id}, []
        for row in sorted(rows, key=lambda one: len(one[2])):  # those above have shorter paths
            if str(row[10]) in inside:
                inside.add(str(row[0]))
                found.append(str(row[2]))
        return tuple(found)

    async def owner(self, folder_id: str) -> BackendName | None:
        """Whose a folder is; None for one that is kept here."""
        number = number_of(folder_id) or 0
        row = await self._database.read(
            lambda transaction: transaction.one(links.FOLDER, account=self._account_id, folder=number)
        )
        return None if row is None else links.folder_of(row)[1]

    async def reconcile(self, name: BackendName, backend: Backend) -> None:
        """Bring the tree to what a server lists. Raises MailboxError's kinds."""
        tree = list(await backend.tree())
        for kind in missing(name, tree):
            try:
                tree.append(await backend.create_folder(None, DEFAULT_FOLDERS[kind], kind))
            except Refused:
                continue  # what is in that folder is kept here

        async def work(session: Mirroring) -> None:
            await reconcile(session, name, tree)
            if name is BackendName.IMAP:
                await invitations.begin(session.transaction, self._account_id)

        await self._write(work)

    # Items.

    async def apply(self, folder: MirroredFolder, delta: Delta) -> MirroredFolder:
        """Write down what became of a folder; returns the folder in its new state."""
        removed = list(delta.removed)
        if delta.whole:
            named = {upsert.key for upsert in delta.upserts} | delta.kept
            earlier = {upsert.earlier for upsert in delta.upserts if upsert.earlier is not None}
            removed = [one.key for one in await self.known(folder) if one.key not in named | earlier]
        upserts = [upsert for upsert in delta.upserts if upsert.earlier is not None]
        upserts += [upsert for upsert in delta.upserts if upsert.earlier is None]
        for chunk in _batched(removed):
            await self._write(partial(_remove, folder=folder, keys=chunk))
        for part in _batched(upserts):
            if await self._write(partial(_upsert, folder=folder, upserts=part)):
                self.invited = True
        if delta.state != folder.state:
            number = number_of(folder.folder_id) or 0
            await self._write(
                lambda session: session.transaction.execute(
                    links.SET_STATE, folder=number, new_state=delta.state
                )
            )
        return msgspec.structs.replace(folder, state=delta.state)

    async def complete(self, folder: MirroredFolder, keys: Sequence[str], items: Mapping[str, Item]) -> None:
        """Make stubs whole; those that ``items`` lacks are gone upstream."""

        async def work(session: Mirroring) -> bool:
            invited = False
            for key in keys:
                row = await session.transaction.one(
                    links.CONTENT_BY_KEY, folder=int(folder.folder_id), name=key
                )
                if row is None:
                    continue
                item = items.get(key)
                if item is None:
                    await session.let_go(folder.folder_id, f"{folder.folder_id}:{row[0]}")
                    continue
                stub = _decoded(row[1], row[2])
                if stub is not None and is_stub(stub):
                    whole = in_place(item, folder.account_id, folder.folder_id, key)
                    await session.fill(folder.folder_id, row[0], stub, whole)
                    invited |= await invitations.arrived(session.transaction, folder, key, whole)
            return invited

        if await self._write(work):
            self.invited = True

    async def sorted_away(self, folder: MirroredFolder, keys: Sequence[str]) -> list[Sorted]:
        """Messages of an Inbox whose conversation their user has moved for good (MS-ASCON_R215)."""
        if folder.type is not FolderType.INBOX:
            return []

        async def work(session: Mirroring) -> list[Sorted]:
            found: list[Sorted] = []
            if not await session.has_rules():
                return found
            for key in keys:
                row = await session.transaction.one(
                    links.CONTENT_BY_KEY, folder=int(folder.folder_id), name=key
                )
                item = None if row is None else _decoded(row[1], row[2])
                conversation = None if item is None else item.conversation_key
                if row is None or item is None or conversation is None:
                    continue
                destination = await session.conversation_folder(conversation)
                if destination is not None and destination != folder.folder_id:
                    found.append(Sorted(f"{folder.folder_id}:{row[0]}", Known(key, ""), item, destination))
            return found

        return await self._write(work)

    async def transferred(self, folder: MirroredFolder, one: Sorted, stood: Stood) -> None:
        """A message was moved upstream to where its conversation goes."""
        await self._write(
            lambda session: session.transfer(folder.folder_id, one.item_id, one.destination_id, stood)
        )

    async def of_conversation(
        self, folders: Sequence[MirroredFolder], query: SearchQuery, limit: int
    ) -> list[FoundItem]:
        """The messages of folders that are in the conversation of a query, newest first; of one that no
        phone was told of nothing is known.
        """
        key = conversation_key(query.conversation_id or b"")
        after = -EVER if query.after is None else microseconds(query.after)
        before = EVER if query.before is None else microseconds(query.before)

        async def work(transaction: Transaction) -> list[FoundItem]:
            session = Mirroring(self._account_id, transaction)
            found = [
                stored
                for folder in folders
                for stored in await session.all_with_key(folder.folder_id, key, limit)
                if after < stored.item.view_date < before
            ]
            found.sort(key=lambda stored: -stored.item.view_date)
            return [FoundItem(stored.folder_id, stored.item_id) for stored in found[:limit]]

        return await self._database.read(work)

    async def found(self, places: Sequence[tuple[str, str]]) -> list[FoundItem]:
        """The items that stand at places upstream, given as folder id and key, in their order."""

        async def work(transaction: Transaction) -> list[FoundItem]:
            rows = await transaction.each(
                links.BY_KEY, [{"folder": number_of(folder) or 0, "name": key} for folder, key in places]
            )
            return [
                FoundItem(folder, f"{folder}:{row[0]}")
                for (folder, _), row in zip(places, rows, strict=True)
                if row is not None
            ]

        return await self._database.read(work)


def _batched(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(things), CHUNK):
        yield things[begin : begin + CHUNK]


def _decoded(item_class: str, content: bytes) -> Item | None:
    try:
        return codec.decode(item_class, content)
    except (KeyError, msgspec.DecodeError):
        return None  # it is written anew with what comes from its server


async def _remove(session: Mirroring, folder: MirroredFolder, keys: Sequence[str]) -> None:
    for key in keys:
        row = await session.transaction.one(links.BY_KEY, folder=int(folder.folder_id), name=key)
        if row is not None:
            await session.let_go(folder.folder_id, f"{folder.folder_id}:{row[0]}")


async def _upsert(session: Mirroring, folder: MirroredFolder, upserts: Sequence[Upsert]) -> bool:
    """Whether a meeting message is among them that is to be taken note of."""
    invited = False
    for upsert in upserts:
        row = None
        for key in (upsert.earlier, upsert.key):
            if row is None and key is not None:
                row = await session.transaction.one(
                    links.CONTENT_BY_KEY, folder=int(folder.folder_id), name=key
                )
        old = None if row is None else _decoded(row[1], row[2])
        stood = Stood(upsert.key, upsert.tag)
        item = upsert.make(old)
        if row is None:
            await session.bring(folder, stood, item)
            invited |= await invitations.arrived(session.transaction, folder, upsert.key, item)
        elif old is None or in_place(item, folder.account_id, folder.folder_id, upsert.key) != old:
            await session.update(folder.folder_id, f"{folder.folder_id}:{row[0]}", stood, item)
        else:
            await session.relink(f"{folder.folder_id}:{row[0]}", stood)
    return invited
