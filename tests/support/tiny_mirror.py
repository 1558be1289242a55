"""A mirror of one backend's folders in memory: what the gateway keeps in tables, as small as can be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import dns.asyncresolver
import msgspec

from overair.credentials import Credentials
from overair.dav.discovery import Service
from overair.dav.transport import Connections
from overair.items import Item
from overair.mailboxes.gateway.backend import Backend, Delta, Known, MirroredFolder, Stood, UpstreamFolder
from overair.mailboxes.gateway.groupware.caldav import CalDavBackend
from overair.mailboxes.gateway.groupware.carddav import CardDavBackend
from overair.mailboxes.gateway.groupware.locating import Locator
from overair.mailboxes.gateway.groupware.polling import Polls
from overair.storage.interface import BlobStore


class TinyMirror:
    """Applies what a backend says, and makes effects as the gateway does; folders are named for tests."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.folders: dict[str, MirroredFolder] = {}
        """By path."""
        self.tree: dict[str, UpstreamFolder] = {}
        """By name."""
        self.held: dict[str, dict[str, tuple[str, Item]]] = {}
        """Tags and items by path and key."""

    async def look(self) -> None:
        """Take over the tree."""
        tree = await self.backend.tree()
        self.tree = {one.name: one for one in tree}
        assert len(self.tree) == len(tree)
        known = self.folders
        self.folders = {
            one.path: known.get(one.path)
            or MirroredFolder(str(number), 7, one.path, one.type, b"", one.writable)
            for number, one in enumerate(tree, start=1)
        }
        self.held = {path: self.held.get(path, {}) for path in self.folders}

    def folder(self, name: str) -> MirroredFolder:
        """A folder by its name."""
        return self.folders[self.tree[name].path]

    async def pull(self, name: str) -> list[Delta]:
        """Pull a folder until no more comes."""
        deltas: list[Delta] = []
        while not deltas or deltas[-1].more:
            folder = self.folder(name)
            deltas.append(await self.backend.pull(folder, self))
            self.apply(folder, deltas[-1])
        return deltas

    def apply(self, folder: MirroredFolder, delta: Delta) -> None:
        """Write down what became of a folder."""
        held = self.held[folder.path]
        if delta.whole:
            for key in held.keys() - {one.key for one in delta.upserts} - delta.kept:
                del held[key]
        for key in delta.removed:
            held.pop(key, None)
        for one in delta.upserts:
            held[one.key] = (one.tag, one.make(held[one.key][1] if one.key in held else None))
        self.folders[folder.path] = msgspec.structs.replace(folder, state=delta.state)

    async def known(self, folder: MirroredFolder) -> list[Known]:
        """Every item of a folder."""
        return [Known(key, tag) for key, (tag, _) in self.held[folder.path].items()]

    async def count(self, folder: MirroredFolder) -> int:
        """How many items a folder has."""
        return len(self.held[folder.path])

    async def items(self, folder: MirroredFolder, keys: Collection[str]) -> Mapping[str, Item]:
        """Items by their keys."""
        held = self.held[folder.path]
        return {key: held[key][1] for key in keys if key in held}

    async def with_message_ids(
        self, folder: MirroredFolder, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[tuple[Known, Item]]]:
        """There are no messages."""
        return {}

    async def received_at(
        self, folder: MirroredFolder, dates: Collection[datetime]
    ) -> Mapping[datetime, Sequence[tuple[Known, Item]]]:
        """There are no messages."""
        return {}

    def all(self, name: str) -> dict[str, Item]:
        """The items of a folder by key."""
        return {key: item for key, (_, item) in self.held[self.folder(name).path].items()}

    def known_of(self, name: str, key: str) -> Known:
        """An item as effects name it."""
        return Known(key, self.held[self.folder(name).path][key][0])

    async def add(self, name: str, item: Item, token: str = "") -> str:
        """Add an item as a phone does; gives its key."""
        folder = self.folder(name)
        return self._stood(name, await self.backend.add(folder, item, token or uuid4().hex), item)

    async def change(self, name: str, key: str, new: Item, token: str = "") -> str:
        """Change an item as a phone does; gives its key."""
        folder, known = self.folder(name), self.known_of(name, key)
        old = self.all(name)[key]
        return self._stood(
            name, await self.backend.change(folder, known, old, new, token or uuid4().hex), new
        )

    async def remove(self, name: str, key: str) -> None:
        """Delete an item as a phone does."""
        await self.backend.remove(self.folder(name), self.known_of(name, key), uuid4().hex)
        del self.held[self.folder(name).path][key]

    async def move(self, name: str, key: str, destination: str, token: str = "") -> str:
        """Move an item as a phone does; gives its new key."""
        folder, known, there = self.folder(name), self.known_of(name, key), self.folder(destination)
        item = self.all(name)[key]
        stood = await self.backend.move(folder, known, there, item, token or uuid4().hex)
        del self.held[folder.path][key]
        return self._stood(destination, stood, item)

    def _stood(self, name: str, stood: Stood, given: Item) -> str:
        self.held[self.folder(name).path][stood.key] = (stood.tag, stood.item or given)
        return stood.key


@asynccontextmanager
async def calendars(
    url: str, user: str = "joe@example.org", password: str = "secret", blobs: BlobStore | None = None
) -> AsyncIterator[TinyMirror]:
    """A mirror of a user's calendars and tasks on a server of CalDAV; its times are Berlin's."""
    async with _process() as (connections, polls, locator):
        backend = CalDavBackend(
            connections,
            locator.of(url, Service.CALDAV),
            Credentials(user, password),
            7,
            polls,
            addresses=[user],
            time_zone="Europe/Berlin",
            blobs=blobs,
        )
        yield TinyMirror(backend)


@asynccontextmanager
async def address_books(
    url: str, user: str = "joe@example.org", password: str = "secret"
) -> AsyncIterator[TinyMirror]:
    """A mirror of a user's address books on a server of CardDAV."""
    async with _process() as (connections, polls, locator):
        locate = locator.of(url, Service.CARDDAV)
        yield TinyMirror(CardDavBackend(connections, locate, Credentials(user, password), 7, polls))


@asynccontextmanager
async def _process() -> AsyncIterator[tuple[Connections, Polls, Locator]]:
    """What accounts of a process share."""
    connections, polls = Connections(), Polls(0.05)
    try:
        yield connections, polls, Locator(connections, dns.asyncresolver.Resolver)
    finally:
        await polls.close()
        await connections.close()
