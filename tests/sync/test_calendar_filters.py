"""Filters of calendars and tasks: what a window shows, and what moves into it and out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overair.items import Event, Item, Task
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.mailboxes.interface import FolderType
from overair.protocol.get_item_estimate import EstimateCollectionRequest, EstimateOptions
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import ChangeCommand, ServerAdd, ServerChange, SoftDelete
from overair.protocol.sync_options import FilterType, Options
from overair.sync.estimate import EstimateRefused
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import Tasks
from support.asynchronous import run
from sync.phone import Phone
from sync.world import NOON, World, world

Scenario = Callable[[World, Phone], Awaitable[None]]
DAY = timedelta(days=1)


def play(
    directory: Path,
    scenario: Scenario,
    folder_type: FolderType = FolderType.CALENDAR,
    version: Version = Version.V14_1,
) -> None:
    """Run a scenario with one primed phone."""

    async def work() -> None:
        async with world(directory) as there:
            partner = await there.partner(version=version)
            phone = Phone(there, partner, await there.folder(folder_type))
            await phone.begin()
            await scenario(there, phone)

    run(work())


def filtered(filter_type: FilterType) -> tuple[Options, ...]:
    return (Options(filter_type=filter_type),)


def event(subject: str, start: datetime, length: timedelta = timedelta(hours=1), **fields: Any) -> Event:
    """An appointment."""
    return Event(
        subject=subject, start_time=start, end_time=start + length, uid=subject, dt_stamp=NOON, **fields
    )


def daily(**fields: Any) -> Recurrence:
    """A recurrence on every day."""
    return Recurrence(type=RecurrenceType.DAILY, interval=1, **fields)


async def put(there: World, phone: Phone, name: str, item: Item) -> None:
    """Another hand puts something in the place of what the phone shows under a name."""
    item_id = phone.id_of(name)
    await there.do(lambda session: session.change(phone.folder.folder_id, item_id, item))


@pytest.mark.req(
    "MS-ASCMD_R2987",
    "MS-ASCMD_R3044",
    "MS-ASCMD_R3048",
    "MS-ASCMD_R3049",
    "MS-ASCMD_R3050",
    "MS-ASCMD_R3051",
    "MS-ASCMD_R3065",
    "MS-ASCMD_R5878",
    "MS-ASCMD_R3076",
)
def test_a_calendar_is_cut_by_the_end_of_its_events(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for days in (-30, 0, 13, 16, 29, 33, 90, 94, 182, 186):
            await there.add(phone.folder, event(f"{days:03} single", NOON - days * DAY))
        long_ago = NOON - 3650 * DAY
        await there.add(phone.folder, event("endless", long_ago, recurrence=daily()))
        ended = daily(until=NOON - 25 * DAY)
        await there.add(phone.folder, event("series until 25 days ago", long_ago, recurrence=ended))
        counted = Recurrence(type=RecurrenceType.WEEKLY, interval=1, occurrences=4, day_of_week=DayOfWeek(8))
        # Wednesdays: the last one is 21 days after the first.
        await there.add(phone.folder, event("four weeks", NOON - 56 * DAY, recurrence=counted))
        await there.add(phone.folder, event("a long one", NOON - 100 * DAY, 99 * DAY))
        shown = {
            FilterType.TWO_WEEKS: ["-30 single", "000 single", "013 single", "a long one", "endless"],
            FilterType.ONE_MONTH: ["016 single", "029 single", "series until 25 days ago"],
            FilterType.THREE_MONTHS: ["033 single", "090 single", "four weeks"],
            FilterType.SIX_MONTHS: ["094 single", "182 single"],
            FilterType.ALL: ["186 single"],
        }
        expected: list[str] = []
        for filter_type, more in shown.items():
            expected = sorted(expected + more)
            phone.options = filtered(filter_type)
            await phone.rest(window_size=3)
            assert phone.names == expected, filter_type
        phone.options = filtered(FilterType.TWO_WEEKS)
        await phone.rest(window_size=3)
        assert phone.names == sorted(shown[FilterType.TWO_WEEKS])
        phone.options = (Options(),)
        await phone.rest(window_size=3)
        assert len(phone.names) == 14
        assert phone.echoes == 0

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R3967", "MS-ASCMD_R2655", "MS-ASCMD_R2656")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_events_that_are_moved_come_and_go(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.TWO_WEEKS)
        old = await there.add(phone.folder, event("old", NOON - 300 * DAY))
        await there.add(phone.folder, event("now", NOON))
        await phone.rest()
        assert phone.names == ["now"]
        # From last year into the window: an Add, since the phone does not have it.
        folder_id = phone.folder.folder_id
        later = event("old", NOON + DAY)
        await there.do(lambda session: session.change(folder_id, old.item_id, later))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [ServerAdd]
        # Within the window: a Change. Out of it: a SoftDelete.
        await put(there, phone, "now", event("now", NOON + 2 * DAY))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [ServerChange]
        await put(there, phone, "now", event("now", NOON - 20 * DAY))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [SoftDelete]
        assert phone.names == ["old"]
        assert len(await there.items(phone.folder)) == 2
        assert await phone.sync() is None

    play(tmp_path, scenario, version=version)


def test_a_series_stays_for_as_long_as_one_of_its_occurrences(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.TWO_WEEKS)
        start = NOON - 60 * DAY
        series = event("series", start, recurrence=daily(occurrences=10))
        stored = await there.add(phone.folder, series)
        await phone.rest()
        assert phone.names == []

        async def replace(*exceptions: EventException) -> list[type]:
            changed = msgspec.structs.replace(series, exceptions=exceptions)
            folder_id = phone.folder.folder_id
            await there.do(lambda session: session.change(folder_id, stored.item_id, changed))
            answer = await phone.sync()
            return [] if answer is None else [type(one) for one in answer.commands]

        third = start + 2 * DAY
        into = EventException(exception_start_time=third, start_time=NOON, end_time=NOON + timedelta(hours=1))
        assert await replace(into) == [ServerAdd]
        assert await replace(into, EventException(exception_start_time=start, deleted=True)) == [ServerChange]
        back = msgspec.structs.replace(into, start_time=third, end_time=third + timedelta(hours=2))
        assert await replace(back) == [SoftDelete]
        assert phone.names == []
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_series_goes_when_its_last_occurrences_are_deleted(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.TWO_WEEKS)
        start = NOON - 16 * DAY
        series = event("series", start, recurrence=daily(occurrences=5))
        await there.add(phone.folder, series)
        await phone.rest()
        assert phone.names == ["series"]
        gone = tuple(
            EventException(exception_start_time=start + days * DAY, deleted=True) for days in (2, 3, 4)
        )
        await put(there, phone, "series", msgspec.structs.replace(series, exceptions=gone[:2]))
        await phone.sync()
        assert phone.names == ["series"]
        await put(there, phone, "series", msgspec.structs.replace(series, exceptions=gone))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [SoftDelete]

    play(tmp_path, scenario)


def test_an_event_grows_too_old_once(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.TWO_WEEKS)
        await there.add(phone.folder, event("soon over", NOON - 13 * DAY))
        await there.add(phone.folder, event("endless", NOON - 900 * DAY, recurrence=daily()))
        all_day = event("days", datetime(2026, 2, 18, tzinfo=UTC), DAY, all_day_event=True)
        await there.add(phone.folder, all_day)
        await phone.rest()
        assert phone.names == ["days", "endless", "soon over"]
        there.clock.forward(days=3)
        watched = await there.engine.has_news(phone.partner, [phone.folder.folder_id])
        assert watched.with_news == (phone.folder.folder_id,)
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [SoftDelete, SoftDelete]
        assert phone.names == ["endless"]
        assert await phone.sync() is None
        assert not (await there.engine.has_news(phone.partner, [phone.folder.folder_id])).with_news

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R3053", "MS-ASCMD_R3061")
@pytest.mark.parametrize("version", SERVED)
def test_a_task_that_is_completed_leaves_the_filter(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = filtered(FilterType.INCOMPLETE_TASKS)
        await there.add(phone.folder, Task(subject="done", complete=True, date_completed=NOON))
        for subject in ("one", "two"):
            await there.add(phone.folder, Task(subject=subject, complete=False))
        await phone.rest()
        assert phone.names == ["one", "two"]
        # Completed by the phone itself or by somebody else, it leaves what the filter covers.
        data = [
            Element(Tasks.Subject, "one"),
            Element(Tasks.Complete, "1"),
            Element(Tasks.DateCompleted, "2026-03-04T12:00:00.000Z"),
        ]
        own = phone.id_of("one")
        answer = await phone.sync(ChangeCommand(server_id=own, application_data=data))
        assert answer is not None
        assert [(type(one), one.server_id) for one in answer.commands] == [(SoftDelete, own)]
        await put(there, phone, "two", Task(subject="two", complete=True, date_completed=NOON))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [SoftDelete]
        phone.options = filtered(FilterType.ALL)
        await phone.rest()
        assert phone.names == ["done", "one", "two"]
        # Taken up again it is new to the filter.
        phone.options = filtered(FilterType.INCOMPLETE_TASKS)
        await phone.rest()
        assert phone.names == []
        [two] = [
            item_id
            for item_id, item in (await there.items(phone.folder)).items()
            if isinstance(item, Task) and item.subject == "two"
        ]
        again = Task(subject="two", complete=False)
        await there.do(lambda session: session.change(phone.folder.folder_id, two, again))
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [ServerAdd]
        assert await phone.sync() is None

    play(tmp_path, scenario, FolderType.TASKS, version)


TAKEN = {
    FolderType.INBOX: {0, 1, 2, 3, 4, 5},
    FolderType.CONTACTS: set(range(9)),
    FolderType.CALENDAR: {0, 4, 5, 6, 7},
    FolderType.TASKS: {0, 8},
}
"""The filters that a class takes, contacts without effect (MS-ASCMD 2.2.3.68.2)."""


@pytest.mark.req(
    "MS-ASCMD_R3045",
    "MS-ASCMD_R3046",
    "MS-ASCMD_R3047",
    "MS-ASCMD_R3052",
    "MS-ASCMD_R3069",
    "MS-ASCMD_R3054",
    "MS-ASCMD_R3055",
    "MS-ASCMD_R3056",
    "MS-ASCMD_R3057",
    "MS-ASCMD_R3058",
    "MS-ASCMD_R3059",
    "MS-ASCMD_R3060",
    "MS-ASCMD_R3009",
    "MS-ASCMD_R3010",
    "MS-ASCMD_R3011",
    "MS-ASCMD_R3016",
    "MS-ASCMD_R3018",
    "MS-ASCMD_R3019",
    "MS-ASCMD_R3020",
    "MS-ASCMD_R3021",
    "MS-ASCMD_R3022",
    "MS-ASCMD_R3023",
    "MS-ASCMD_R3024",
    "MS-ASCMD_R3008",
    "MS-ASCMD_R3012",
    "MS-ASCMD_R3013",
    "MS-ASCMD_R3014",
    "MS-ASCMD_R3015",
    "MS-ASCMD_R3017",
    "MS-ASCMD_R3025",
    "MS-ASCMD_R2973",
    "MS-ASCMD_R2999",
    "MS-ASCMD_R3000",
    "MS-ASCMD_R3001",
    "MS-ASCMD_R3002",
    "MS-ASCMD_R3003",
    "MS-ASCMD_R3004",
    "MS-ASCMD_R3005",
    "MS-ASCMD_R3006",
    "MS-ASCMD_R3007",
    "MS-ASCMD_R3035",
    "MS-ASCMD_R3037",
    "MS-ASCMD_R3038",
    "MS-ASCMD_R3039",
    "MS-ASCMD_R3040",
    "MS-ASCMD_R3041",
    "MS-ASCMD_R3042",
    "MS-ASCMD_R3043",
    "MS-ASCMD_R3078",
    "MS-ASCMD_R3080",
)
@pytest.mark.parametrize("folder_type", TAKEN)
def test_a_class_takes_its_own_filters_alone(tmp_path: Path, folder_type: FolderType) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for filter_type in FilterType:
            takes = filter_type in TAKEN[folder_type]
            answer = await phone.ask(options=filtered(filter_type))
            status = SyncStatus.SUCCESS if answer is None else answer.status
            assert status == (SyncStatus.SUCCESS if takes else SyncStatus.PROTOCOL_ERROR), filter_type
            request = EstimateCollectionRequest(
                sync_key=phone.key,
                collection_id=phone.folder.folder_id,
                options=(EstimateOptions(filter_type=filter_type),),
            )
            try:
                await there.engine.estimate(phone.partner, request)
                refused = None
            except EstimateRefused as error:
                refused = error.status
            assert refused == (None if takes else CommonStatus.SERVER_ERROR), filter_type

    play(tmp_path, scenario, folder_type)


@pytest.mark.req(
    "MS-ASCMD_R2971",
    "MS-ASCMD_R5877",
    "MS-ASCMD_R5548",
    "MS-ASCMD_R5549",
    "MS-ASCMD_R2968",
    "MS-ASCMD_R2969",
)
def test_the_estimate_of_a_calendar_is_what_its_filter_shows(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for days in (-400, 10, 20, 40):
            await there.add(phone.folder, event(f"{days}", NOON - days * DAY))
        await there.add(phone.folder, event("endless", NOON - 900 * DAY, recurrence=daily()))
        for filter_type, expected in ((FilterType.TWO_WEEKS, 3), (FilterType.ONE_MONTH, 4)):
            request = EstimateCollectionRequest(
                sync_key=phone.key,
                collection_id=phone.folder.folder_id,
                options=(EstimateOptions(filter_type=filter_type),),
            )
            assert await there.engine.estimate(phone.partner, request) == expected
        phone.options = filtered(FilterType.ONE_MONTH)
        assert await phone.rest() == 4

    play(tmp_path, scenario)
