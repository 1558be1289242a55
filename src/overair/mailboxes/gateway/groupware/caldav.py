"""Calendars and tasks of a CalDAV server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from overair.credentials import Credentials
from overair.dav.changes import listing
from overair.dav.collections import EVENT, TASK, make_calendar
from overair.dav.discovery import Home, Service
from overair.dav.free_busy import free_busy
from overair.dav.transport import Connections, DavClient
from overair.items.calendar.busy import Busy
from overair.items.calendar.statuses import BUSY, FREE, OUT_OF_OFFICE, TENTATIVE
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder
from overair.mailboxes.gateway.groupware.backend import DavBackend, Locate
from overair.mailboxes.gateway.groupware.effects import Effects
from overair.mailboxes.gateway.groupware.errors import translated
from overair.mailboxes.gateway.groupware.formats import EventFormat, Format, TaskFormat
from overair.mailboxes.gateway.groupware.places import Place, calendar_place
from overair.mailboxes.gateway.groupware.polling import Polls
from overair.mailboxes.gateway.groupware.tree import CALENDARS, TASKS, Kind, folders, is_own
from overair.mailboxes.gateway.sharing import Shared
from overair.mailboxes.interface import Refused
from overair.storage.interface import BlobStore

_STATUSES: Final = {"FREE": FREE, "BUSY-TENTATIVE": TENTATIVE, "BUSY-UNAVAILABLE": OUT_OF_OFFICE}
"""By FBTYPE; what is not known is busy (RFC 5545, 3.2.9)."""


class CalDavBackend(DavBackend):
    """The backend of CalDAV for one account.

    ``locate`` gives the server's URL (``locating.Locator``), ``addresses`` are the user's own,
    ``time_zone`` is the IANA name of the zone of times that name none, ``blobs`` keeps attachments.
    """

    name = BackendName.CALDAV
    service: ClassVar[Service] = Service.CALDAV
    kinds: ClassVar[tuple[Kind, ...]] = (CALENDARS, TASKS)

    def __init__(
        self,
        connections: Connections,
        locate: Locate,
        credentials: Credentials,
        account_id: int,
        polls: Polls,
        shared: Shared = Shared.SUBSCRIBED,
        *,
        addresses: Collection[str] = (),
        time_zone: str = "UTC",
        blobs: BlobStore | None = None,
    ) -> None:
        super().__init__(connections, locate, credentials, account_id, polls, shared)
        self._addresses = tuple(addresses)
        put = None if blobs is None else blobs.put
        get = None if blobs is None else blobs.read
        self._formats: Final[dict[str, Format]] = {
            EVENT: EventFormat(time_zone, self._own_addresses, put, get),
            TASK: TaskFormat(time_zone, self._own_addresses, None, None),
        }

    def place(self, folder: MirroredFolder) -> Place:
        """What a folder of the mirror names."""
        return calendar_place(folder.path)

    def format(self, place: Place) -> Format:
        """Events or tasks."""
        return self._formats[place.component]

    async def make(self, client: DavClient, home: Home, name: str, kind: Kind) -> str:
        """Make a calendar of one component."""
        return await make_calendar(client, home, name, (kind.component,))

    async def require_alone(self, client: DavClient, place: Place) -> None:
        """Refuse to delete tasks with a calendar, and a calendar with tasks."""
        other = TASK if place.component == EVENT else EVENT
        if other in self._components.get(place.collection, frozenset((EVENT, TASK))) and await listing(
            client, place.collection, other
        ):
            raise Refused("the calendar holds tasks as well as events")

    async def busy(
        self, people: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Sequence[Busy]] | None:
        """When people are busy, as the server's outbox says it; None where it has none."""
        with translated(self._account_id):
            client, home = await self._ready()
            if not home.outbox:
                return None
            # Asked in the name that the server has for the user, where it has one.
            known = [one for one in self._addresses if one in home.addresses]
            own = next(iter((*known, *home.addresses, *self._addresses)), "")
            told = await free_busy(client, home.outbox, own, people, start, end)
        return {
            address: [
                Busy(one.start, one.end, status)
                for one in periods
                if (status := _STATUSES.get(one.kind, BUSY)) != FREE
            ]
            for address, periods in told.items()
        }

    @property
    def schedules(self) -> bool:
        """Whether the server tells attendees itself what becomes of the user's meetings (RFC 6638), which it
        does of organizers whose address it knows.
        """
        home = self._home
        return home is not None and home.schedules and not set(self._addresses).isdisjoint(home.addresses)

    async def own_calendars(self) -> Sequence[str]:
        """The paths of the user's own calendars that can be written, the default one first."""
        with translated(self._account_id):
            found = await self._collections()
            home = await self._found()
            own = [one for one in found if is_own(one, home)]
        listed = [one for one in folders(own, home, (CALENDARS,)) if one.writable]
        return [one.path for one in sorted(listed, key=lambda one: one.type is not CALENDARS.default)]

    async def effects(self) -> Effects:
        """What is done on the server."""
        client, home = await self._ready()
        return Effects(client, self.service, schedules=home.schedules, invites=self.schedules)

    def _own_addresses(self) -> Sequence[str]:
        """The user's addresses, those that the server knows included."""
        return (*self._addresses, *(self._home.addresses if self._home is not None else ()))
