"""What became of a collection, as a Delta: by sync-token, by ctag, or by all of its ETags."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from secrets import token_hex
from typing import Final

import msgspec
import structlog

from overair.dav.changes import TokenExpired, changes_since, listing
from overair.dav.collections import Tags, tags_of
from overair.dav.discovery import Service
from overair.dav.objects import Object, multiget
from overair.dav.transport import DavClient
from overair.items import Item
from overair.mailboxes.gateway.backend import Delta, Mirror, MirroredFolder, Upsert
from overair.mailboxes.gateway.groupware.formats import Format, Unreadable
from overair.mailboxes.gateway.groupware.overlay import overlaid
from overair.mailboxes.gateway.groupware.places import Place, key_of, name_of
from overair.mailboxes.gateway.groupware.states import REMEMBERED, State, read_state, written

CHUNK: Final = 200
"""Objects of one Delta."""
ANSWERS: Final = 200
"""The most answers that are taken one after the other where a server cuts them."""
_log = structlog.get_logger(__name__)


class _Pending(msgspec.Struct):
    """What is still to be fetched of a collection, and the state that stands when all of it is there."""

    changed: list[str]
    removed: list[str]
    token: str
    ctag: str


class Puller:
    """The pulls of one account's collections on one server.

    What is left of a long pull is kept here while the process lives; after that the collection is
    compared with the mirror again.
    """

    def __init__(self, service: Service, components: Mapping[str, frozenset[str]]) -> None:
        """``components`` says what calendars hold, by their places, where that is known."""
        self._service = service
        self._components = components
        self._pending: dict[str, tuple[str, _Pending]] = {}
        """By the path of the folder, with the mark that its state has."""

    async def pull(
        self,
        client: DavClient,
        place: Place,
        form: Format,
        folder: MirroredFolder,
        mirror: Mirror,
        ctag: str = "",
    ) -> Delta:
        """The next chunk of what became of a folder; ``ctag`` is what the collection's was a moment ago,
        where that is known. Raises DavError.
        """
        state = read_state(folder.state)
        mark, pending = self._pending.pop(folder.path, ("", None))
        if pending is None or mark != state.filling:
            pending = await self._asked(client, place, folder, mirror, state, ctag)
        if pending is None:
            return Delta(folder.state)
        return await self._chunk(client, place, form, folder, mirror, state, pending)

    async def _asked(
        self,
        client: DavClient,
        place: Place,
        folder: MirroredFolder,
        mirror: Mirror,
        state: State,
        ctag: str,
    ) -> _Pending | None:
        """What is to be fetched; None where the server says that nothing has changed.

        The ctag is always from before what it is written down with, so nothing falls between.
        """
        tags = Tags(ctag, "") if ctag else await tags_of(client, place.collection)
        if not state.filling:
            if _is_same(tags.ctag, state.ctag) or _is_same(tags.sync_token, state.token):
                return None
            if state.token:
                try:
                    return await self._since(client, place, state, tags.ctag)
                except TokenExpired:
                    _log.info("dav_compared_anew", folder=folder.folder_id, server=client.host)
        if not tags.sync_token:
            tags = await tags_of(client, place.collection)
        return await self._compared(client, place, folder, mirror, state, tags)

    async def _since(self, client: DavClient, place: Place, state: State, ctag: str) -> _Pending:
        """The changes since the token. Raises TokenExpired."""
        changed: dict[str, str] = {}
        removed: dict[str, None] = {}
        token = state.token
        for _ in range(ANSWERS):
            found = await changes_since(client, place.collection, token)
            for name in found.removed:
                changed.pop(name, None)
                removed[name] = None
            for name, etag in found.changed.items():
                removed.pop(name, None)
                changed[name] = etag
            token = found.token
            if not found.more:
                break
        else:
            raise TokenExpired(f"{client.host}: changes without an end")
        return _Pending(list(changed), list(removed), token, ctag)

    async def _compared(
        self,
        client: DavClient,
        place: Place,
        folder: MirroredFolder,
        mirror: Mirror,
        state: State,
        tags: Tags,
    ) -> _Pending:
        """What differs from the mirror; the tags were asked for before."""
        holds = self._components.get(place.collection)
        # Of one that is known to hold nothing else a plain listing is cheaper.
        alone = holds is not None and len(holds) == 1
        found = await listing(client, place.collection, "" if alone else place.component)
        mine = {name_of(known.key): known.tag for known in await mirror.known(folder)}
        changed = [
            name
            for name, etag in found.items()
            if etag is not None and (not etag or etag not in (mine.get(name), state.unreadable.get(name)))
        ]
        removed = [name for name in dict.fromkeys((*mine, *state.unreadable)) if name not in found]
        if None in found.values():
            _log.warning("dav_objects_untold", folder=folder.folder_id, server=client.host)
            return _Pending(changed, removed, "", "")  # it is compared again
        return _Pending(changed, removed, tags.sync_token, tags.ctag)

    async def _chunk(
        self,
        client: DavClient,
        place: Place,
        form: Format,
        folder: MirroredFolder,
        mirror: Mirror,
        state: State,
        pending: _Pending,
    ) -> Delta:
        """The next objects of what is pending."""
        names, rest = pending.changed[:CHUNK], pending.changed[CHUNK:]
        objects = await multiget(client, place.collection, names, self._service) if names else {}
        read = await asyncio.to_thread(_read_all, objects, form)
        keys = [key for items in read.values() if not isinstance(items, str) for key, _ in items]
        old = await mirror.items(folder, keys)
        unreadable = dict(state.unreadable)
        more_items = dict(state.more_items)
        made: list[tuple[str, str, _Made]] = []
        removed: list[str] = []
        for name in names + pending.removed:
            items = read.get(name, [])
            if isinstance(items, str):
                _log.warning("dav_object_unreadable", folder=folder.folder_id, object=name, reason=items)
                if len(unreadable) < REMEMBERED:
                    unreadable[name] = objects[name].etag
                items = []
            else:
                unreadable.pop(name, None)
            there = [key for key, _ in items]
            before = (name, *more_items.pop(name, ()))
            removed += [key for key in before if key not in there]
            if len(there) > 1:
                more_items[name] = tuple(there[1:])
            made += [(key, objects[name].etag, _Made(item, form)) for key, item in items]
        await asyncio.to_thread(_prepare, made, old)
        upserts = tuple(Upsert(key, etag, make) for key, etag, make in made)
        if rest:
            filling = token_hex(8)
            self._pending[folder.path] = (
                filling,
                _Pending(rest, [], pending.token, pending.ctag),
            )
            after = State(state.token, state.ctag, filling, unreadable, more_items)
        else:
            after = State(pending.token, pending.ctag, "", unreadable, more_items)
        return Delta(written(after), upserts, tuple(removed), more=bool(rest))


class _Made:
    """Gives an item with what the mirror has of it besides; worked out before for what that had."""

    def __init__(self, item: Item, form: Format) -> None:
        self._item = item
        self._form = form
        self._old: Item | None = None
        self._overlaid = item

    def prepare(self, old: Item) -> None:
        """Work out what the item is over one of the mirror."""
        self._overlaid = overlaid(self._item, old, self._form)
        self._old = old

    def __call__(self, old: Item | None) -> Item:
        if old == self._old:
            return self._overlaid if old is not None else self._item
        return overlaid(self._item, old, self._form)


def _prepare(made: list[tuple[str, str, _Made]], old: Mapping[str, Item]) -> None:
    for key, _, make in made:
        if key in old:
            make.prepare(old[key])


def _is_same(now: str, then: str) -> bool:
    """Whether a tag is there and has not changed."""
    return bool(now) and now == then


def _read_all(objects: Mapping[str, Object], form: Format) -> dict[str, list[tuple[str, Item]] | str]:
    """The items of objects with their keys, or why there are none."""
    read: dict[str, list[tuple[str, Item]] | str] = {}
    for name, found in objects.items():
        try:
            items = form.read(found.data)
        except Unreadable as error:
            read[name] = str(error)
        else:
            read[name] = [(key_of(name, number, item), item) for number, item in enumerate(items)]
    return read
