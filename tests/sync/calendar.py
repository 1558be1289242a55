"""Events as phones of each version write them, and phones that have a calendar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from overair.items import Event
from overair.items.time_zones.zones import information
from overair.mailboxes.interface import FolderType
from overair.protocol.sync import AddCommand, ChangeCommand, DeleteCommand
from overair.protocol.sync_options import Conflict, Options
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.asynchronous import run
from sync.phone import Phone
from sync.world import World, world

Scenario = Callable[[World, Phone], Awaitable[None]]

START: Final = datetime(2026, 3, 9, 8, tzinfo=UTC)
"""A Monday after the present of the tests, 9 o'clock in Berlin."""
HOUR: Final = timedelta(hours=1)
BERLIN: Final = information("Europe/Berlin", 2026).pack()
CLIENT_WINS: Final = (Options(conflict=Conflict.CLIENT_WINS),)


def play(directory: Path, scenario: Scenario, version: Version = Version.V16_1) -> None:
    """Run a scenario with a phone that has primed its calendar."""

    async def work() -> None:
        async with world(directory) as there:
            await scenario(there, await phone_of(there, version=version))

    run(work())


async def phone_of(there: World, device_id: str = "PHONE1", version: Version = Version.V16_1) -> Phone:
    """A phone that has primed its calendar."""
    folder = await there.folder(FolderType.CALENDAR)
    phone = Phone(there, await there.partner(device_id, version), folder)
    await phone.begin()
    return phone


def compact(instant: datetime) -> str:
    """A time as calendars have it on the wire."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def leaf(tag: Tag, value: str | int | bytes | datetime | None) -> Element:
    """An element with a value, empty for None."""
    if isinstance(value, datetime):
        value = compact(value)
    return Element(tag, str(value) if isinstance(value, int) else value)


def event_data(
    version: Version,
    subject: str,
    start: datetime = START,
    *others: Element,
    uid: str | None = None,
    length: timedelta = HOUR,
) -> list[Element]:
    """The ApplicationData of an event; up to 14.1 with what its client has to make."""
    elements = [
        leaf(Calendar.Subject, subject),
        leaf(Calendar.StartTime, start),
        leaf(Calendar.EndTime, start + length),
        Element(Calendar.Timezone, _base64(BERLIN)),
    ]
    if version < Version.V16_0:
        elements += [leaf(Calendar.DtStamp, start), leaf(Calendar.UID, uid or f"uid of {subject}")]
    return [*elements, *others]


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode()


def daily(occurrences: int = 10) -> Element:
    """A Recurrence on every day."""
    return Element(
        Calendar.Recurrence,
        [leaf(Calendar.Type, 0), leaf(Calendar.Interval, 1), leaf(Calendar.Occurrences, occurrences)],
    )


def series(subject: str = "series", version: Version = Version.V16_1, *others: Element) -> list[Element]:
    """Ten days with an event."""
    return event_data(version, subject, START, daily(), *others)


def day(number: int) -> datetime:
    """When the occurrence of ``series`` with that number begins, from 0 on."""
    # The clocks of Berlin are put forward on the 29th, after the ten days.
    return START + timedelta(days=number)


def add(data: list[Element], client_id: str = "new") -> AddCommand:
    return AddCommand(client_id=client_id, application_data=data)


def change(item_id: str, *data: Element) -> ChangeCommand:
    return ChangeCommand(server_id=item_id, application_data=list(data))


def change_day(item_id: str, number: int, *data: Element) -> ChangeCommand:
    """The Change of one occurrence."""
    return ChangeCommand(server_id=item_id, instance_id=compact(day(number)), application_data=list(data))


def delete_day(item_id: str, number: int) -> DeleteCommand:
    """The Delete of one occurrence, as iOS sends it."""
    return DeleteCommand(server_id=item_id, instance_id=compact(day(number)))


def attached(*client_ids: str, content: bytes = b"content") -> Element:
    """Attachments that are added."""
    return Element(
        AirSyncBase.Attachments,
        [
            Element(
                AirSyncBase.Add,
                [
                    leaf(AirSyncBase.ClientId, client_id),
                    leaf(AirSyncBase.Method, 1),
                    leaf(AirSyncBase.Content, content + client_id.encode()),
                    leaf(AirSyncBase.DisplayName, f"{client_id}.txt"),
                ],
            )
            for client_id in client_ids
        ],
    )


def subjects_of_days(event: Event) -> dict[int, str]:
    """What the occurrences of a series that are otherwise are called, by number; "" for deleted ones."""
    return {
        (one.exception_start_time - START).days: "" if one.deleted else one.subject or event.subject or ""
        for one in event.exceptions or ()
    }


async def the_event(there: World, phone: Phone) -> Event:
    """The one event in the calendar."""
    [found] = (await there.items(phone.folder)).values()
    assert isinstance(found, Event)
    return found


def found_in(elements: Iterable[Element] | None, tag: Tag) -> Element | None:
    """The element of a tag among others."""
    return next((one for one in elements or () if one.tag is tag), None)
