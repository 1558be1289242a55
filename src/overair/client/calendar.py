"""A calendar as the client has it: events whatever the version, and their occurrences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from overair.client.replica import Collection
from overair.items import Author, Event, Item, ItemClass
from overair.items.calendar.data_types import instance_id_of, instant_of
from overair.items.calendar.event import BEFORE_16, EventException
from overair.items.calendar.telling import elements_of, elements_of_occurrence, told_event
from overair.items.calendar.times import clock_of, later, length_of
from overair.items.recurrence.occurrences import Occurrence, occurrences
from overair.items.time_zones.zones import machine_zone
from overair.protocol.sync import ChangeCommand, DeleteCommand
from overair.protocol.sync_options import Options
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase
from overair.wbxml.pages import Calendar as Page

if TYPE_CHECKING:
    from overair.client.client import Client


_TO_SAY: Final = frozenset(
    bound.field.tag
    for bound in EventException.fields()
    if not bound.field.read_only
    and bound.name not in ("exception_start_time", "instance_id", "deleted", "attachments")
)
"""What a client may say of an exception as it was told it."""


class Entry(NamedTuple):
    """One occurrence in a calendar, with the event that it is of."""

    server_id: str
    event: Event
    occurrence: Occurrence


class Calendar(Collection):
    """The replica of a calendar.

    Events are given and taken as ``Event`` documents them, whatever the version: times are instants
    in UTC, those of an all-day event midnights in UTC of its days; ``zone`` names the time zone and
    ``location`` the place. ``time_zone`` is the IANA zone of events that name none.
    """

    def __init__(
        self,
        client: Client,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
        time_zone: str | None = None,
    ) -> None:
        super().__init__(
            client,
            collection_id,
            ItemClass.CALENDAR,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            supported=supported,
        )
        self.time_zone = time_zone or machine_zone()

    def item(self, server_id: str) -> Event:
        """An event. Raises KeyError, and SchemaError for properties that break their schema."""
        author = Author(version=self._version, now=datetime.now(UTC), time_zone=self.time_zone)
        return told_event(self.elements[server_id], author)

    def occurrences(self, first: datetime, last: datetime) -> list[Entry]:
        """What is in the calendar from ``first`` to before ``last``, by its start.

        Deleted occurrences are left out, and those that were moved stand where they are. Raises
        SchemaError for an event whose properties break their schema.
        """
        found = [
            Entry(server_id, event, occurrence)
            for server_id in self.elements
            for event in [self.item(server_id)]
            for occurrence in occurrences(event, first, last, self.time_zone)
        ]
        return sorted(found, key=lambda entry: entry.occurrence.start)

    async def change_occurrence(self, server_id: str, exception: EventException) -> None:
        """Change the fields that are set in ``exception`` of the occurrence that it names.

        It is named by its start in the series, ``Occurrence.original``; what is empty is taken away
        from this occurrence. Raises KeyError for an event that the replica does not have.
        """
        version = await self._client.version()
        event = self.item(server_id)
        names = _set_fields(exception)
        data = elements_of_occurrence(event, exception, names, version, self.time_zone)
        if version > BEFORE_16:
            instance_id = await self._instance_id(event, exception.exception_start_time)
            self.pending.append(
                ChangeCommand(server_id=server_id, instance_id=instance_id, application_data=data)
            )
        else:
            said = {element.tag: element for element in data}
            before = self._told_exception(
                server_id, Page.ExceptionStartTime, said[Page.ExceptionStartTime].text
            )
            await self._say_exception(server_id, [*data, *(one for one in before if one.tag not in said)])

    async def delete_occurrence(self, server_id: str, start: datetime) -> None:
        """Delete the occurrence with that start in the series. Raises KeyError."""
        version = await self._client.version()
        event = self.item(server_id)
        if version > BEFORE_16:
            instance_id = await self._instance_id(event, start)
            self.pending.append(DeleteCommand(server_id=server_id, instance_id=instance_id))
        else:
            gone = EventException(exception_start_time=start, deleted=True)
            data = elements_of_occurrence(event, gone, {"deleted"}, version, self.time_zone)
            await self._say_exception(server_id, data)

    async def revert_occurrence(self, server_id: str, start: datetime) -> None:
        """Make the occurrence with that start as the series says, but for attachments. Raises KeyError.

        From 16.0 on no server takes back that an occurrence was deleted.
        """
        version = await self._client.version()
        event = self.item(server_id)
        if version > BEFORE_16:
            await self._say_as_the_series(server_id, event, start)
        else:
            nothing = EventException(exception_start_time=start)
            await self._say_exception(
                server_id, elements_of_occurrence(event, nothing, (), version, self.time_zone)
            )

    def _to_clear(self, name: str, version: Version) -> str:
        return "location_text" if name == "location" and version <= BEFORE_16 else name

    async def _children(self, item: Item | list[Element]) -> list[Element]:
        if not isinstance(item, Event):
            return await super()._children(item)
        return elements_of(item, _set_fields(item), await self._client.version(), self.time_zone)

    async def _children_of_update(self, server_id: str, item: Item) -> list[Element]:
        if not isinstance(item, Event):
            raise TypeError("only events are in a calendar")
        names = _set_fields(item)
        event = msgspec.structs.replace(self.item(server_id), **{name: getattr(item, name) for name in names})
        return elements_of(event, names, await self._client.version(), self.time_zone)

    async def _instance_id(self, event: Event, start: datetime) -> str:
        """What names an occurrence from 16.0 on."""
        clock = clock_of(event, await self._client.version(), self.time_zone)
        return instance_id_of(clock.shown(start, all_day=bool(event.all_day_event)))

    def _told_exception(self, server_id: str, tag: Tag, named: str) -> list[Element]:
        """What the server told of an exception, but for its name and what only the server says.

        ``tag`` is the element that names it and ``named`` its text. A deleted one has nothing.
        """
        for container in self.elements[server_id]:
            for exception in container if container.tag is Page.Exceptions else ():
                name, deleted = exception.find(tag), exception.find(Page.Deleted)
                if name is not None and instant_of(name.text) == instant_of(named):
                    gone = deleted is not None and deleted.text != "0"
                    return [] if gone else [one for one in exception if one.tag in _TO_SAY]
        return []

    async def _say_exception(self, server_id: str, data: list[Element]) -> None:
        """Up to 14.1 an exception is a property of its series, of which nothing else is to change."""
        exceptions = Element(Page.Exceptions, [Element(Page.Exception, data)])
        absence = self._absence(await self._client.version())
        said = absence.completed(self.elements[server_id], [exceptions], ())
        self.pending.append(ChangeCommand(server_id=server_id, application_data=said))

    async def _say_as_the_series(self, server_id: str, event: Event, start: datetime) -> None:
        """From 16.0 on what is said of an occurrence is what it has: all as the series has it."""
        version = await self._client.version()
        instance_id = await self._instance_id(event, start)
        own = self._told_exception(server_id, AirSyncBase.InstanceId, instance_id)
        if not own:
            return
        series = {element.tag: element for element in self.elements[server_id]}
        end = later(start, length_of(event))
        times = EventException(exception_start_time=start, start_time=start, end_time=end)
        data = elements_of_occurrence(event, times, {"start_time", "end_time"}, version, self.time_zone)
        said = {element.tag for element in data}
        data += [series.get(one.tag, Element(one.tag)) for one in own if one.tag not in said]
        self.pending.append(
            ChangeCommand(server_id=server_id, instance_id=instance_id, application_data=data)
        )


def _set_fields(item: Event | EventException) -> set[str]:
    """The names of the fields that are set."""
    names = {bound.name for bound in item.fields() if getattr(item, bound.name) is not None}
    if isinstance(item, Event) and item.zone is not None:
        names.add("zone")
    return names
