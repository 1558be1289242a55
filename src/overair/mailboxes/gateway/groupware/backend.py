"""What the backends of CalDAV and CardDAV have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import ClassVar, Final

import msgspec
import structlog

from overair.credentials import Credentials
from overair.dav.collections import Collection as DavCollection
from overair.dav.collections import Tags, collections, rename, tags_of, tags_of_all
from overair.dav.discovery import Home, Service, find_home
from overair.dav.errors import NotAllowed, NotThere, Unreachable
from overair.dav.neighbours import neighbours
from overair.dav.objects import delete
from overair.dav.transport import Connections, DavClient
from overair.items import Item
from overair.mailboxes.gateway.backend import (
    BackendName,
    Delta,
    Known,
    Mirror,
    MirroredFolder,
    Stood,
    UpstreamFolder,
    Watching,
)
from overair.mailboxes.gateway.effects import UpstreamEffect
from overair.mailboxes.gateway.groupware import attempts
from overair.mailboxes.gateway.groupware.effects import Effects
from overair.mailboxes.gateway.groupware.errors import translated
from overair.mailboxes.gateway.groupware.formats import Format
from overair.mailboxes.gateway.groupware.places import Place
from overair.mailboxes.gateway.groupware.polling import Polls
from overair.mailboxes.gateway.groupware.pulling import Puller
from overair.mailboxes.gateway.groupware.states import read_state
from overair.mailboxes.gateway.groupware.tree import Kind, at, folders, is_own, kind_of, named
from overair.mailboxes.gateway.sharing import Shared
from overair.mailboxes.interface import FolderType, NoSuchFolder, Refused
from overair.mailboxes.search_query import SearchQuery

FAILURE: Final = 500
"""The status of a server that fails at what it was asked, and not altogether."""
_log = structlog.get_logger(__name__)
Locate = Callable[[], Awaitable[str]]
"""Gives the URL of the server. Raises DavError."""


class DavBackend:
    """The backend of one kind of server, for one account; opens nothing before it is asked something."""

    name: BackendName
    service: ClassVar[Service]
    kinds: ClassVar[tuple[Kind, ...]]

    def __init__(
        self,
        connections: Connections,
        locate: Locate,
        credentials: Credentials,
        account_id: int,
        polls: Polls,
        shared: Shared = Shared.SUBSCRIBED,
    ) -> None:
        self._connections = connections
        self._locate = locate
        self._credentials = credentials
        self._account_id = account_id
        self._polls = polls
        self._shared = shared
        self._client: DavClient | None = None
        self._home: Home | None = None
        self._components: Final[dict[str, frozenset[str]]] = {}
        self._puller = Puller(self.service, self._components)
        self._asks_tokens = False
        self._ctags: dict[str, str] = {}
        """Those that folders had when they were last asked about, by path, until they are pulled."""

    async def tree(self) -> Sequence[UpstreamFolder]:
        """The user's collections, and those of others that are shown beside them."""
        with translated(self._account_id):
            self._home = None  # what was found before may have moved
            return folders(await self._collections(), await self._found(), self.kinds)

    async def changed(self, folders: Sequence[MirroredFolder]) -> Sequence[MirroredFolder]:
        """Those whose ctag or sync-token is another one: one question for each home set."""
        with translated(self._account_id):
            tags = await self._tags(folders)
        others = [one for one in folders if self._is_other(one, tags)]
        self._ctags = {
            one.path: found.ctag
            for one in others
            if (found := tags.get(self.place(one).collection)) is not None
        }
        return others

    async def pull(self, folder: MirroredFolder, mirror: Mirror) -> Delta:
        """What became of a collection. Raises NoSuchFolder."""
        place = self.place(folder)
        with translated(self._account_id):
            client, _ = await self._ready()
            try:
                ctag = self._ctags.pop(folder.path, "")
                return await self._puller.pull(client, place, self.format(place), folder, mirror, ctag)
            except Unreachable as error:
                if error.status != FAILURE:
                    raise
                # Something in this collection breaks the server: the others are none the worse for it.
                _log.warning(
                    "dav_collection_fails", folder=folder.folder_id, server=client.host, reason=str(error)
                )
                return Delta(folder.state)

    async def contents(self, folder: MirroredFolder, keys: Sequence[str]) -> Mapping[str, Item]:
        """Nothing: items are pulled whole."""
        return {}

    async def read(self, folder: MirroredFolder, key: str, offset: int, length: int | None) -> bytes:
        """Nothing: items have no bytes on the server but attachments, which are pulled with them."""
        raise KeyError(key)

    async def add(self, folder: MirroredFolder, item: Item, token: str) -> Stood:
        """Put a new object. Raises NoSuchFolder, MailboxFull."""
        place = self.place(folder)
        with translated(self._account_id):
            return await (await self.effects()).add(place, self.format(place), item, token)

    async def change(self, folder: MirroredFolder, known: Known, old: Item, new: Item, token: str) -> Stood:
        """Merge an edit into an object. Raises Stale, MailboxFull."""
        place = self.place(folder)
        with translated(self._account_id):
            return await (await self.effects()).change(place, self.format(place), known, old, new)

    async def remove(self, folder: MirroredFolder, known: Known, token: str) -> None:
        """Delete an object. Raises Stale."""
        place = self.place(folder)
        with translated(self._account_id):
            await (await self.effects()).remove(place, self.format(place), known, folder)

    async def move(
        self, folder: MirroredFolder, known: Known, destination: MirroredFolder, item: Item, token: str
    ) -> Stood:
        """Move an object to another collection. Raises Stale, NoSuchFolder, MailboxFull."""
        place, there = self.place(folder), self.place(destination)
        with translated(self._account_id):
            effects = await self.effects()
            return await effects.move(place, self.format(place), known, there, item, token, folder)

    async def create_folder(
        self, parent: MirroredFolder | None, name: str, kind: FolderType
    ) -> UpstreamFolder:
        """A new collection at the top, for collections hold none; one of that name counts as made."""
        wanted = kind_of(self.kinds, kind)
        if wanted is None:
            raise Refused(f"a server of {self.service.value} holds no folders of that type")
        with translated(self._account_id):
            found = named(await self.listed(), name, wanted)
            if found is None:
                client, home = await self._ready()
                place = Place(await self.make(client, home, name, wanted), wanted.component)
                found = at(await self.listed(), place.path)
        if found is None:
            raise NoSuchFolder("the server does not list what it has made")
        return found

    async def update_folder(
        self, folder: MirroredFolder, parent: MirroredFolder | None, name: str
    ) -> UpstreamFolder:
        """Give a collection another name. Raises NoSuchFolder."""
        with translated(self._account_id):
            client, _ = await self._ready()
            await rename(client, self.place(folder).collection, name)
            found = at(await self.listed(), folder.path)
        if found is None:
            raise NoSuchFolder("the server does not list it any more")
        return found

    async def delete_folder(self, folder: MirroredFolder) -> None:
        """Delete a collection. Raises Refused for one that holds what the folder does not show."""
        place = self.place(folder)
        with translated(self._account_id):
            client, _ = await self._ready()
            try:
                await self.require_alone(client, place)
                await delete(client, place.collection)
            except NotThere:
                return

    async def begun(self, effect: UpstreamEffect, token: str) -> bool:
        """Whether an earlier attempt at an effect got anywhere. Raises MailboxUnavailable."""
        with translated(self._account_id):
            return await attempts.begun(self, effect, token)

    async def holds(self, folder: MirroredFolder, message_id: str) -> bool:
        """No: there are no messages here."""
        return False

    async def search(
        self, folders: Sequence[MirroredFolder], query: SearchQuery, limit: int
    ) -> Sequence[tuple[str, str]] | None:
        """None: the mirror has all of the items."""
        return None

    def watch(
        self,
        folders: Callable[[], Collection[MirroredFolder]],
        changed: Callable[[Collection[MirroredFolder] | None], None],
    ) -> Watching:
        """Ask the cheap question again and again."""
        failed = False
        known: frozenset[str] | None = None

        async def ask() -> None:
            nonlocal failed, known
            wanted = list(folders())
            try:
                with translated(self._account_id):
                    tags = await self._tags(wanted)
            except BaseException:
                failed = True
                raise
            there = frozenset(tags)
            if known is not None and there != known:
                changed(None)
            known = there
            others = wanted if failed else [one for one in wanted if self._is_other(one, tags)]
            failed = False
            if others:
                changed(others)

        return self._polls.add(ask)

    async def check(self) -> None:
        """Look for the user's home. Raises WrongCredentials."""
        with translated(self._account_id):
            self._home = None
            await self._ready()

    async def close(self) -> None:
        """Nothing is held here: connections are the process's, and close when they are idle."""

    async def home(self) -> Home:
        """What the server says of the user. Raises WrongCredentials, MailboxUnavailable, NoSuchFolder."""
        with translated(self._account_id):
            return await self._found()

    async def tells_changes(self) -> bool | None:
        """Whether the server has sync-tokens (RFC 6578); None where there is no collection to be asked."""
        with translated(self._account_id):
            client, home = await self._ready()
            tags = await tags_of_all(client, home, tokens=True)
            there = await collections(client, home, self.service)
        return any(one.sync_token for one in tags.values()) if there else None

    def place(self, folder: MirroredFolder) -> Place:
        """What a folder of the mirror names."""
        raise NotImplementedError

    def format(self, place: Place) -> Format:
        """How the items of a folder stand in objects."""
        raise NotImplementedError

    async def make(self, client: DavClient, home: Home, name: str, kind: Kind) -> str:
        """Make a collection; gives its place. Raises DavError."""
        raise NotImplementedError

    async def require_alone(self, client: DavClient, place: Place) -> None:
        """Raise Refused where a collection holds what the folder does not show."""

    async def _ready(self) -> tuple[DavClient, Home]:
        """The server and what it says of the user, asked for once. Raises DavError."""
        if self._client is None:
            self._client = DavClient(self._connections, await self._locate(), self._credentials)
        if self._home is None:
            home = await find_home(self._connections, self._client, self.service)
            if self._shared is Shared.ALL:
                homes = home.homes + await neighbours(self._client, home)
                home = msgspec.structs.replace(home, homes=homes)
            self._home = home
        return self._client, self._home

    async def _found(self) -> Home:
        return (await self._ready())[1]

    async def effects(self) -> Effects:
        """What is done to objects here. Raises DavError."""
        client, home = await self._ready()
        return Effects(client, self.service, schedules=home.schedules)

    async def _collections(self) -> list[DavCollection]:
        client, home = await self._ready()
        found = await collections(client, home, self.service)
        if self._shared is Shared.NONE:
            found = [one for one in found if is_own(one, home)]
        self._components.clear()
        self._components.update({one.place: one.components for one in found})
        return found

    async def listed(self) -> list[UpstreamFolder]:
        """The folders that the server has now. Raises DavError."""
        return folders(await self._collections(), await self._found(), self.kinds)

    async def _tags(self, folders: Sequence[MirroredFolder]) -> dict[str, Tags]:
        """The states of all collections; sync-tokens only where a server has no ctags."""
        client, home = await self._ready()
        try:
            tags = await tags_of_all(client, home, tokens=self._asks_tokens)
            lacking = [one for one in map(self.place, folders) if not tags.get(one.collection, _NONE).ctag]
            if lacking and not self._asks_tokens:
                self._asks_tokens = True
                tags = await tags_of_all(client, home, tokens=True)
        except (NotAllowed, NotThere):
            self._home = None  # homes of others come and go
            raise
        except Unreachable as error:
            if error.status != FAILURE:
                raise
            tags = await self._tags_each(client, folders)
        return tags

    async def _tags_each(self, client: DavClient, folders: Sequence[MirroredFolder]) -> dict[str, Tags]:
        """The states of collections one by one, where one of them makes the server fail for all."""
        tags: dict[str, Tags] = {}
        for folder in folders:
            place = self.place(folder)
            try:
                tags[place.collection] = await tags_of(client, place.collection)
            except NotThere:
                continue
            except Unreachable as error:
                if error.status != FAILURE:
                    raise
                state = read_state(folder.state)
                tags[place.collection] = Tags(state.ctag, state.token)  # it stays as it is
        return tags

    def _is_other(self, folder: MirroredFolder, tags: Mapping[str, Tags]) -> bool:
        """Whether a folder may have changed; one that is gone has."""
        state = read_state(folder.state)
        now = tags.get(self.place(folder).collection)
        if now is None or state.filling:
            return True
        if now.ctag and state.ctag:
            return now.ctag != state.ctag
        return not state.token or now.sync_token != state.token


_NONE: Final = Tags("", "")
