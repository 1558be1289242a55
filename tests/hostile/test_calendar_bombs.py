"""Events of a user who means harm: series without end or sense, floods of exceptions and of names.

Each is refused or taken, at a cost that its size says, while others are served.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overair.items.calendar.exceptions import MOST_EXCEPTIONS
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command as HttpCommand
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    Command,
    DeleteCommand,
    SyncRequest,
    SyncResponse,
)
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.element import Tag
from overair.wbxml.pages import Calendar
from support.phone import Phone
from support.target import MEBIBYTE, Target

START = datetime(1970, 1, 1, 9, 30, tzinfo=UTC)
COMMANDS = 200
"""As many as one Sync may have."""
DELAY = 5.0
"""CPU seconds for which a change of somebody else may have to wait for the writer."""
REFUSED = SyncStatus.CONVERSION_ERROR
TAKEN = SyncStatus.SUCCESS


@dataclass
class Attacker:
    """A phone that synchronises its calendar, and keeps to the protocol but for what it sends."""

    phone: Phone
    folder_id: str
    key: str = "0"
    number: int = 0

    def sync(self, *commands: Command) -> CollectionResponse | None:
        """One Sync; what the server says of the calendar."""
        asked = CollectionRequest(
            sync_key=self.key,
            collection_id=self.folder_id,
            commands=commands,
            get_changes=None if self.key == "0" else True,
        )
        answer = self.phone.post(HttpCommand.SYNC, SyncRequest(collections=(asked,)))
        assert answer.status == 200, answer
        if not answer.body:
            return None
        (found,) = answer.read(SyncResponse).collections
        assert found.status == SyncStatus.SUCCESS
        self.key = found.sync_key
        return found

    def add(self, *events: list[Element]) -> list[AddResponse]:
        """Add events."""
        commands = []
        for event in events:
            self.number += 1
            commands.append(AddCommand(client_id=str(self.number), application_data=event))
        found = self.sync(*commands)
        assert found is not None
        return [one for one in found.responses if isinstance(one, AddResponse)]


def begin(server: Target, version: Version) -> Attacker:
    phone = server.phone(version=version, device_id=f"attacker{version}")
    attacker = Attacker(phone, phone.folders()[FolderType.CALENDAR].server_id)
    attacker.sync()
    while found := attacker.sync():
        if not found.more_available:
            break
    return attacker


def leaf(tag: Tag, text: object) -> Element:
    return Element(tag, str(text))


def compact(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def event(*more: Element, start: datetime = START) -> list[Element]:
    times = {Calendar.StartTime: start, Calendar.EndTime: start + timedelta(minutes=30)}
    return [
        leaf(Calendar.Subject, "x"),
        *(leaf(tag, compact(instant)) for tag, instant in times.items()),
        *more,
    ]


def exceptions(count: int, first: int = 0) -> Element:
    """Exceptions of some days of a series."""
    days = (START + timedelta(days=first + number) for number in range(count))
    return Element(
        Calendar.Exceptions,
        [
            Element(
                Calendar.Exception,
                [leaf(Calendar.ExceptionStartTime, compact(day)), leaf(Calendar.Subject, "y")],
            )
            for day in days
        ],
    )


def attendees(count: int) -> Element:
    return Element(
        Calendar.Attendees,
        [
            Element(
                Calendar.Attendee,
                [leaf(Calendar.Email, f"{number}@example.org"), leaf(Calendar.Name, number)],
            )
            for number in range(count)
        ],
    )


def time_zone(number: int) -> Element:
    """A zone that nobody has, another one for each number."""
    dates = (0, 10, number % 7, 1 + number % 5, 3, 0, 0, 0), (0, 1 + number % 9, 0, 5, 2, 0, 0, 0)
    fields = (b"", *dates[0], 0, b"", *dates[1], -60)
    return leaf(Calendar.Timezone, base64.b64encode(struct.pack("<i64s8Hi64s8Hi", -60, *fields)).decode())


def never(number: int) -> Element:
    """The 30th of February, or one of the last in every how many years."""
    return pattern(5, DayOfMonth=30, MonthOfYear=2, Interval=1 + number % 99, Occurrences=999)


def lunar(number: int) -> Element:
    """A day of a leap month that few years have, in a calendar that follows the moon."""
    calendar = (8, 15, 20, 6)[number % 4]
    return pattern(
        5, DayOfMonth=30, MonthOfYear=1 + number % 12, CalendarType=calendar, IsLeapMonth=1, Occurrences=999
    )


def pattern(kind: int, **values: int) -> Element:
    said = {Calendar.Type: kind} | {getattr(Calendar, name): value for name, value in values.items()}
    return Element(Calendar.Recurrence, [leaf(tag, value) for tag, value in said.items()])


END = datetime(9999, 12, 30, 9, 30, tzinfo=UTC)
BOMBS: dict[str, tuple[Callable[[int], list[Element]], int, SyncStatus]] = {
    "exceptions": (lambda _: event(pattern(0), exceptions(10_000)), 1, REFUSED),
    "attendees": (lambda _: event(attendees(10_000)), 1, TAKEN),
    "events with exceptions": (lambda _: event(pattern(0), exceptions(10)), COMMANDS, TAKEN),
    "days that never come": (lambda number: event(never(number)), COMMANDS, TAKEN),
    "days of the moon": (lambda number: event(lunar(number)), COMMANDS, TAKEN),
    "series at the end of time": (lambda _: event(pattern(0), start=END), COMMANDS, TAKEN),
    "series to the end of time": (
        lambda number: event(pattern(0, Interval=1 + number % 3, Occurrences=999)),
        COMMANDS,
        TAKEN,
    ),
    "time zones": (
        lambda number: event(time_zone(number), start=datetime(1900 + number, 3, 1, tzinfo=UTC)),
        COMMANDS,
        TAKEN,
    ),
    "a time zone": (lambda _: event(leaf(Calendar.Timezone, "A" * MEBIBYTE)), 4, REFUSED),
    "a subject": (lambda _: event(leaf(Calendar.Location, "x" * 4 * MEBIBYTE)), 4, TAKEN),
}


ALWAYS = ("exceptions", "events with exceptions", "days of the moon", "time zones", "changes", "long names")
"""What is tried in every run; the others are of the same kinds."""


def of_every_kind(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=() if name in ALWAYS else pytest.mark.full) for name in names]


@pytest.mark.parametrize("name", of_every_kind(BOMBS))
def test_events_cost_what_their_size_says(server: Target, name: str) -> None:
    make, count, status = BOMBS[name]
    attacker = begin(server, Version.V14_1)
    events = [make(number) for number in range(count)]
    with server.measured() as cost:
        answers = attacker.add(*events)
    assert {answer.status for answer in answers} == {status}
    cost.assert_within(cpu=4.0, growth=128 * MEBIBYTE, delay=DELAY)
    with server.measured() as cost:
        begin(server, Version.V16_1)
    cost.assert_within(cpu=4.0, growth=128 * MEBIBYTE)
    for answer in answers:
        if answer.server_id is not None:
            attacker.sync(DeleteCommand(server_id=answer.server_id))


@pytest.fixture(scope="module")
def many_exceptions(server: Target) -> Iterator[str]:
    """The id of a series that has as many exceptions as there may be."""
    attacker = begin(server, Version.V14_1)
    [added] = attacker.add(event(pattern(0, Interval=1), exceptions(256)))
    assert added.server_id is not None
    for first in range(256, MOST_EXCEPTIONS, 256):
        count = min(256, MOST_EXCEPTIONS - first)
        data = event(pattern(0, Interval=1), exceptions(count, first))
        found = attacker.sync(ChangeCommand(server_id=added.server_id, application_data=data))
        assert found is not None
        assert not found.responses
    yield added.server_id
    begin(server, Version.V14_1).sync(DeleteCommand(server_id=added.server_id))


def test_a_series_has_room_for_so_many_exceptions(server: Target, many_exceptions: str) -> None:
    attacker = begin(server, Version.V14_1)
    data = event(pattern(0, Interval=1), exceptions(1, MOST_EXCEPTIONS))
    found = attacker.sync(ChangeCommand(server_id=many_exceptions, application_data=data))
    assert found is not None
    assert [answer.status for answer in found.responses] == [REFUSED]


def change_of(number: int) -> Command:
    return ChangeCommand(
        server_id="", instance_id=occurrence(number), application_data=[leaf(Calendar.Subject, f"z{number}")]
    )


def occurrence(number: int) -> str:
    return compact(START + timedelta(days=number))


FLOODS: dict[str, Callable[[int], Command]] = {
    "changes": change_of,
    "deletions": lambda number: DeleteCommand(server_id="", instance_id=occurrence(400 + number)),
    "what is no occurrence": lambda number: DeleteCommand(
        server_id="", instance_id=f"1969010{number % 9}T093000Z"
    ),
    "long names": lambda _: DeleteCommand(server_id="", instance_id="2" * 100_000),
}


@pytest.mark.parametrize("name", of_every_kind(FLOODS))
def test_a_flood_of_occurrences_holds_nobody_up(server: Target, many_exceptions: str, name: str) -> None:
    attacker = begin(server, Version.V16_1)
    commands = [FLOODS[name](number) for number in range(COMMANDS)]
    for command in commands:
        assert isinstance(command, ChangeCommand | DeleteCommand)
        command.server_id = many_exceptions
    with server.measured() as cost:
        attacker.sync(*commands)
    cost.assert_within(cpu=5.0, growth=128 * MEBIBYTE, delay=DELAY)
