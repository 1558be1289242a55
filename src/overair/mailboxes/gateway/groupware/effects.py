"""Effects on the objects of collections, each of which may be made again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, NamedTuple

import msgspec

from overair.dav.discovery import Service
from overair.dav.errors import Clash, DavError, NotAllowed, NotThere
from overair.dav.names import CALDAV, CARDDAV
from overair.dav.objects import delete, get, is_mark, move, multiget, put
from overair.dav.transport import DavClient
from overair.items import Event, Item, Task
from overair.items.icalendar.reading import decoded
from overair.items.mail.announcing import is_announced
from overair.mailboxes.gateway.backend import Known, MirroredFolder, Stale, Stood
from overair.mailboxes.gateway.effects import content_of
from overair.mailboxes.gateway.groupware.formats import Format, Nowhere, Unreadable
from overair.mailboxes.gateway.groupware.overlay import overlaid
from overair.mailboxes.gateway.groupware.places import Place, key_of, name_of
from overair.mailboxes.gateway.groupware.scheduling import told_by_client
from overair.mailboxes.gateway.groupware.states import read_state
from overair.mailboxes.interface import NoSuchFolder, Refused

_SAME_UID: Final = frozenset(
    {
        f"{CALDAV}no-uid-conflict",
        f"{CALDAV}unique-scheduling-object-resource",
        f"{CARDDAV}no-uid-conflict",
    }
)
"""What servers say of a UID that another object of the collection, or of the user, has."""


_SHORTEST: Final = timedelta(minutes=1)


class _Read(NamedTuple):
    """An object as it is on the server."""

    text: str
    etag: str
    modified: str


class Effects:
    """The effects on one server, as one user. Methods raise DavError beside what they say."""

    def __init__(
        self, client: DavClient, service: Service, *, schedules: bool, invites: bool = False
    ) -> None:
        """``schedules``: whether the server itself sends meeting messages for what is written; ``invites``:
        whether it does so for meetings of this user's own.
        """
        self._client = client
        self._service = service
        self._schedules = schedules
        self._invites = invites

    def _announces(self, item: Item) -> bool:
        """Whether the server is to tell attendees, because the client that wrote the item does not."""
        return self._invites and isinstance(item, Event) and is_announced(item)

    async def add(self, place: Place, form: Format, item: Item, token: str) -> Stood:
        """A new object of a name that no other attempt at this effect chooses differently.

        Raises NoSuchFolder.
        """
        name = f"{token}{form.extension}"
        text = await asyncio.to_thread(form.write, item, token)
        if self._schedules and not self._announces(item):
            text = told_by_client(text)
        where = place.collection + name
        try:
            etag = await put(self._client, where, text, self._service)
        except (Clash, NotAllowed) as error:
            if error.status == 412:  # it was made already, and its answer got lost
                there = await self._read(place, name)
                stood = await self._stood(form, name, there.text, there.etag, item)
                others = stood.item is not None and content_of(stood.item) != content_of(item)
                return msgspec.structs.replace(stood, overtaken=others)
            if error.conditions & _SAME_UID and isinstance(item, Event | Task) and item.uid != token:
                # Another object has its UID; losing what a phone has entered is worse than a new one.
                return await self.add(place, form, msgspec.structs.replace(item, uid=token), token)
            if error.status == 409:
                raise NoSuchFolder(str(error)) from error
            if (longer := _lengthened(item, error)) is not None:
                return await self.add(place, form, longer, token)
            raise
        if not etag:
            text, etag, _ = await self._read(place, name)
        return await self._stood(form, name, text, etag, item)

    async def change(self, place: Place, form: Format, known: Known, old: Item, new: Item) -> Stood:
        """An edit merged into the object as the server has it. Raises Stale, Refused."""
        name = name_of(known.key)
        there = await self._there(place, name)
        before, etag = there.text, there.etag
        if known.tag and etag != known.tag:
            return await self._made_before(form, known.key, there, new)
        try:
            text = await asyncio.to_thread(form.merge, before, old, new)
        except Nowhere as error:
            raise Refused(f"an object of {self._client.host} cannot be edited so: {error}") from error
        if text != before:
            if self._schedules and not self._announces(new):
                text = told_by_client(text, before)
            try:
                etag = await put(
                    self._client,
                    place.collection + name,
                    text,
                    self._service,
                    replaces=etag,
                    modified=there.modified,
                )
            except NotThere as error:
                raise Stale("the object is gone") from error
            except NotAllowed as error:
                longer = _lengthened(new, error)
                if longer is None:
                    raise
                return await self.change(place, form, known, old, longer)
            except Clash:  # by somebody else, or by this very request, sent again when its answer got lost
                return await self._made_before(form, known.key, await self._there(place, name), new)
            if not etag:
                text, etag, _ = await self._read(place, name)
        return await self._stood(form, known.key, text, etag, new)

    async def _made_before(self, form: Format, key: str, there: _Read, new: Item) -> Stood:
        """An edit that an attempt has made whose answer got lost. Raises Stale where it is another one."""
        stood = await self._stood(form, key, there.text, there.etag, new)
        if stood.item is None or _without_stamp(stood.item) != _without_stamp(new):
            raise Stale("the object was changed elsewhere")
        return stood

    async def remove(self, place: Place, form: Format, known: Known, folder: MirroredFolder) -> None:
        """Delete an object, or take one of its items out of it. Raises Stale."""
        name = name_of(known.key)
        where = place.collection + name
        try:
            if name in read_state(folder.state).more_items or name != known.key:
                await self._take_out(place, form, known)
            else:
                modified = await self._modified(place, known)
                await delete(
                    self._client, where, expects=known.tag, modified=modified, quietly=self._schedules
                )
        except Clash as error:
            raise Stale(str(error)) from error

    async def _take_out(self, place: Place, form: Format, known: Known) -> None:
        """Raises Stale, Clash."""
        name = name_of(known.key)
        try:
            text, etag, modified = await self._read(place, name)
        except NotThere:
            return
        if known.tag and etag != known.tag:
            raise Stale("the object was changed elsewhere")
        item = (await asyncio.to_thread(_items, form, name, text)).get(known.key)
        if item is None:
            return
        try:
            rest = await asyncio.to_thread(form.without, text, item)
        except Nowhere as error:
            raise Refused(f"an object of {self._client.host} cannot be edited so: {error}") from error
        where = place.collection + name
        if rest is None:
            await delete(self._client, where, expects=etag, modified=modified, quietly=self._schedules)
        else:
            await put(self._client, where, rest, self._service, replaces=etag, modified=modified)

    async def _modified(self, place: Place, known: Known) -> str:
        """When an object was changed last; asked where the server has no ETags, and "" otherwise.

        Raises Stale where it is not as it was known.
        """
        if not is_mark(known.tag):
            return ""
        try:
            there = await self._read(place, name_of(known.key))
        except NotThere:
            return ""
        if there.etag != known.tag:
            raise Stale("the object was changed elsewhere")
        return there.modified

    async def move(
        self,
        place: Place,
        form: Format,
        known: Known,
        destination: Place,
        item: Item,
        token: str,
        folder: MirroredFolder,
    ) -> Stood:
        """Move an object to another collection under a name that this effect alone chooses. Raises Stale."""
        name = name_of(known.key)
        if name in read_state(folder.state).more_items or name != known.key:
            stood = await self.add(destination, form, item, token)
            await self.remove(place, form, known, folder)
            return stood
        source = place.collection + name
        moved = f"{token}{form.extension}"
        there = destination.collection + moved
        try:
            modified = await self._modified(place, known)
            await move(self._client, source, there, expects=known.tag, modified=modified)
        except NotThere:
            pass  # an earlier attempt may have moved it
        except (Clash, NotAllowed):
            # A server that cannot move, or has the copy of an earlier attempt.
            await self._copy(place, known, there)
        text, etag, _ = await self._there(destination, moved)
        return await self._stood(form, moved, text, etag, item)

    async def _copy(self, place: Place, known: Known, there: str) -> None:
        """Write an object again elsewhere, then delete it; one that is gone may be there. Raises Stale."""
        try:
            text, etag, modified = await self._read(place, name_of(known.key))
        except NotThere:
            return
        if known.tag and etag != known.tag:
            raise Stale("the object was changed elsewhere")
        try:
            await put(self._client, there, text, self._service)
        except Clash as error:
            if error.status != 412:  # what is there is the copy of an earlier attempt
                raise
        try:
            where = place.collection + name_of(known.key)
            await delete(self._client, where, expects=etag, modified=modified, quietly=True)
        except Clash as error:
            raise Stale(str(error)) from error

    async def has(self, place: Place, name: str) -> bool:
        """Whether a collection has an object of a name."""
        try:
            await self._read(place, name)
        except NotThere:
            return False
        return True

    async def has_item(self, place: Place, form: Format, key: str) -> bool:
        """Whether an item is still in its object; one that cannot be read is."""
        name = name_of(key)
        try:
            text = (await self._read(place, name)).text
        except NotThere:
            return False
        return key == name or key in await asyncio.to_thread(_items, form, name, text)

    async def is_other(self, place: Place, known: Known) -> bool:
        """Whether an object is there, and is not as it was known."""
        try:
            return (await self._read(place, name_of(known.key))).etag != known.tag
        except NotThere:
            return False

    async def _there(self, place: Place, name: str) -> _Read:
        """An object that the mirror has. Raises Stale where it is gone."""
        try:
            return await self._read(place, name)
        except NotThere as error:
            raise Stale("the object is gone") from error

    async def _read(self, place: Place, name: str) -> _Read:
        """An object with its ETag, which some servers say only when they are asked for several.

        Raises NotThere.
        """
        found = await get(self._client, place.collection + name)
        tag = found.etag
        if is_mark(tag):
            again = await multiget(self._client, place.collection, [name], self._service)
            tag = again[name].etag or tag if name in again else tag
        text = found.data if isinstance(found.data, str) else _text(found.data)
        return _Read(text, tag, found.modified)

    async def _stood(self, form: Format, key: str, text: str, etag: str, given: Item) -> Stood:
        """Where an item stands, as its object says it now."""
        found = await asyncio.to_thread(_items, form, name_of(key), text)
        item = found.get(key)
        if item is not None:
            item = await asyncio.to_thread(overlaid, item, given, form)
        return Stood(key, etag, item)


def _lengthened(item: Item, error: DavError) -> Item | None:
    """An event of no length with one, for servers that take none without (Cyrus); None for what has one."""
    if f"{CALDAV}valid-calendar-data" not in error.conditions or not isinstance(item, Event):
        return None
    if item.start_time is None or item.start_time != item.end_time:
        return None
    return msgspec.structs.replace(item, end_time=item.start_time + _SHORTEST)


def _items(form: Format, name: str, text: str) -> dict[str, Item]:
    """The items of an object by their keys; none where it cannot be read."""
    try:
        found = form.read(text)
    except Unreadable:
        return {}
    return {key_of(name, number, item): item for number, item in enumerate(found)}


def _text(data: bytes) -> str:
    """The text of an object with its mark and its line ends."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decoded(data)


def _without_stamp(item: Item) -> Item:
    """An item without what is written anew each time."""
    return msgspec.structs.replace(item, dt_stamp=None) if isinstance(item, Event) else item
