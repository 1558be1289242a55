"""Calendars of the client against a real server, in every version and between versions."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from overair.client import Calendar, Client
from overair.items import Event
from overair.items.attachments import Attachment, DeleteAttachment
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.data_types import AddEventAttachment
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType
from overair.versions import Version
from support.asynchronous import run

MakeClient = Callable[..., Client]

CALENDAR = 8
BERLIN = "Europe/Berlin"
BEFORE_16 = (Version.V12_1, Version.V14_0, Version.V14_1)
_names = itertools.count(1)


def berlin(month: int, day: int, hour: int = 9) -> datetime:
    """A local time of 2027 in Berlin."""
    return datetime(2027, month, day, hour, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def weekly(**fields: object) -> Event:
    """A series on Mondays at nine in Berlin, over the change to summer time, four times."""
    series = Event(
        subject=f"Series {next(_names)}",
        zone=BERLIN,
        start_time=berlin(3, 15),
        end_time=berlin(3, 15, 10),
        location=Location(display_name="Room 1"),
        categories=("Work",),
        body=Body(type=BodyType.PLAIN_TEXT, data="Agenda"),
        recurrence=Recurrence(type=RecurrenceType.WEEKLY, interval=1, day_of_week=2, occurrences=4),
    )
    return msgspec.structs.replace(series, **fields)


async def open_calendar(client: Client, time_zone: str = BERLIN) -> Calendar:
    """The calendar of a new client, synchronised."""
    await client.folder_sync()
    calendar = client.calendar(client.folder_of_type(CALENDAR).server_id, time_zone=time_zone)
    await calendar.sync()
    return calendar


async def added(calendar: Calendar, event: Event) -> str:
    made = await calendar.add(event)
    outcome = await calendar.sync()
    assert not outcome.refused
    return outcome.created[made]


async def synced(calendar: Calendar) -> None:
    """Sync; every command is accepted."""
    assert not (await calendar.sync()).refused


def starts(calendar: Calendar, server_id: str) -> list[datetime]:
    """When the occurrences of an event are in 2027."""
    first, last = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    return [
        entry.occurrence.start for entry in calendar.occurrences(first, last) if entry.server_id == server_id
    ]


MONDAYS = [berlin(3, 15), berlin(3, 22), berlin(3, 29), berlin(4, 5)]


def test_a_series_is_the_same_in_every_version(make_client: MakeClient, version: Version) -> None:
    other_version = Version.V16_1 if version in BEFORE_16 else Version.V12_1

    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=other_version) as other:
            mine, theirs = await open_calendar(client), await open_calendar(other, "America/New_York")
            event = weekly()
            server_id = await added(mine, event)
            await theirs.sync()
            for calendar in (mine, theirs):
                told = calendar.item(server_id)
                assert (told.subject, told.zone, told.location) == (event.subject, BERLIN, event.location)
                assert (told.start_time, told.end_time) == (event.start_time, event.end_time)
                assert told.body is not None
                assert told.body.data == "Agenda"
                assert told.uid
                assert starts(calendar, server_id) == MONDAYS
            mine.delete(server_id)
            await synced(mine)
            await theirs.sync()
            assert server_id not in theirs.elements

    run(work())


def test_an_update_changes_what_it_names(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client() as other:
            mine, theirs = await open_calendar(client), await open_calendar(other)
            server_id = await added(mine, weekly(reminder=15))
            before = mine.item(server_id)
            await mine.update(server_id, Event(subject="New"), clear=["location", "reminder"])
            await synced(mine)
            await theirs.sync()
            for calendar in (mine, theirs):
                told = calendar.item(server_id)
                assert (told.subject, told.location or Location(), told.reminder) == ("New", Location(), None)
                assert (told.start_time, told.categories) == (before.start_time, ("Work",))
                assert told.body is not None
                assert told.body.data == "Agenda"
                assert starts(calendar, server_id) == MONDAYS
            later = Event(start_time=berlin(3, 15, 14), end_time=berlin(3, 15, 15))
            await mine.update(server_id, later)
            await synced(mine)
            await theirs.sync()
            for calendar in (mine, theirs):
                assert starts(calendar, server_id) == [start + timedelta(hours=5) for start in MONDAYS]

    run(work())


def test_occurrences_are_changed_deleted_and_reverted(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=Version.V14_1) as other:
            mine, theirs = await open_calendar(client), await open_calendar(other)
            server_id = await added(mine, weekly())
            moved = EventException(
                exception_start_time=MONDAYS[1],
                start_time=berlin(3, 23, 11),
                end_time=berlin(3, 23, 12),
                location=Location(display_name="Room 2"),
            )
            await mine.change_occurrence(server_id, moved)
            await mine.delete_occurrence(server_id, MONDAYS[2])
            await synced(mine)
            await mine.change_occurrence(
                server_id, EventException(exception_start_time=MONDAYS[1], subject="Elsewhere")
            )
            await synced(mine)
            await theirs.sync()
            expected = [MONDAYS[0], berlin(3, 23, 11), MONDAYS[3]]
            for calendar in (mine, theirs):
                assert starts(calendar, server_id) == expected
                changed, deleted = calendar.item(server_id).exceptions or ()
                assert (changed.exception_start_time, changed.subject) == (MONDAYS[1], "Elsewhere")
                assert changed.location == Location(display_name="Room 2")
                assert (deleted.exception_start_time, deleted.deleted) == (MONDAYS[2], True)
            await mine.revert_occurrence(server_id, MONDAYS[1])
            await synced(mine)
            await theirs.sync()
            for calendar in (mine, theirs):
                assert starts(calendar, server_id) == [MONDAYS[0], MONDAYS[1], MONDAYS[3]]
                assert [one.deleted for one in calendar.item(server_id).exceptions or ()] == [True]

    run(work())


def test_a_deleted_occurrence_comes_back_up_to_14_1(make_client: MakeClient) -> None:
    async def work() -> None:
        for version in BEFORE_16:
            async with make_client(version=version) as client:
                calendar = await open_calendar(client)
                server_id = await added(calendar, weekly())
                await calendar.delete_occurrence(server_id, MONDAYS[1])
                await synced(calendar)
                assert starts(calendar, server_id) == [MONDAYS[0], *MONDAYS[2:]]
                await calendar.revert_occurrence(server_id, MONDAYS[1])
                await synced(calendar)
                assert starts(calendar, server_id) == MONDAYS

    run(work())


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1], ids=lambda version: version.text)
def test_a_series_is_added_with_exceptions_up_to_14_1(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            calendar = await open_calendar(client)
            gone = EventException(exception_start_time=MONDAYS[0], deleted=True)
            event = weekly(exceptions=(gone,))
            if version not in BEFORE_16:
                with pytest.raises(ValueError, match="one by one"):
                    await calendar.add(event)
                return
            assert starts(calendar, await added(calendar, event)) == MONDAYS[1:]

    run(work())


@pytest.mark.parametrize(
    "version", [Version.V12_1, Version.V14_1, Version.V16_1], ids=lambda version: version.text
)
@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_an_all_day_event_is_of_its_days_everywhere(
    make_client: MakeClient, version: Version, zone: str
) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=Version.V16_0) as newer:
            mine, theirs = await open_calendar(client, zone), await open_calendar(newer, zone)
            holiday = Event(
                subject=f"Holiday {next(_names)}",
                all_day_event=True,
                zone=zone,
                start_time=datetime(2027, 7, 1, tzinfo=UTC),
                end_time=datetime(2027, 7, 3, tzinfo=UTC),
            )
            server_id = await added(mine, holiday)
            await theirs.sync()
            for calendar in (mine, theirs):
                told = calendar.item(server_id)
                assert told.all_day_event
                assert (told.start_time, told.end_time) == (holiday.start_time, holiday.end_time)

    run(work())


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1], ids=lambda version: version.text)
def test_people_are_invited(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            calendar = await open_calendar(client)
            ben = Attendee(email="ben@example.org", name="Ben")
            server_id = await added(calendar, weekly(attendees=(ben,), meeting_status=1))
            told = calendar.item(server_id)
            assert [one.email for one in told.attendees or ()] == ["ben@example.org"]
            assert told.organizer_email == "anna@example.org"
            await calendar.update(server_id, Event(subject="Renamed"))
            await synced(calendar)
            assert [one.email for one in calendar.item(server_id).attendees or ()] == ["ben@example.org"]

    run(work())


@pytest.mark.parametrize("newer", [Version.V16_0], ids=lambda version: version.text)
def test_attachments_of_an_event_and_of_an_occurrence(make_client: MakeClient, newer: Version) -> None:
    async def work() -> None:
        async with make_client(version=newer) as client:
            calendar = await open_calendar(client)
            plan = AddEventAttachment(
                client_id="1",
                method=1,
                content=b"the plan",
                display_name="plan.txt",
                content_type="text/plain",
            )
            server_id = await added(calendar, weekly(attachments=(plan,)))
            minutes = AddEventAttachment(
                client_id="2",
                method=1,
                content=b"said",
                display_name="minutes.txt",
                content_type="text/plain",
            )
            await calendar.change_occurrence(
                server_id, EventException(exception_start_time=MONDAYS[0], attachments=(minutes,))
            )
            await synced(calendar)
            event = calendar.item(server_id)
            [kept] = event.attachments or ()
            [exception] = event.exceptions or ()
            assert isinstance(kept, Attachment)
            names = {
                one.display_name: one.file_reference
                for one in exception.attachments or ()
                if isinstance(one, Attachment)
            }
            assert set(names) == {"plan.txt", "minutes.txt"}
            assert (await client.fetch_attachment(names["minutes.txt"])).data == b"said"
            assert (await client.fetch_attachment(kept.file_reference)).data == b"the plan"
            await calendar.update(
                server_id, Event(attachments=(DeleteAttachment(file_reference=kept.file_reference),))
            )
            await synced(calendar)
            assert not calendar.item(server_id).attachments

    run(work())
