"""Tasks as clients make, change and see them, at every version (MS-ASTASK)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import ItemClass, RenderOptions, Task, apply_change, create, render
from overair.items.body import Body
from overair.items.item import FAR_FUTURE
from overair.items.recurrence.pattern import RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import SchemaError
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Tasks
from support.tasks import (
    FULL,
    LATER,
    NOW,
    WEEKLY_TASK,
    added,
    author,
    changed,
    day,
    recurrence,
    shown,
)

V16, V12 = Version.V16_1, Version.V12_1


@pytest.mark.req(
    *("MS-ASTASK_R74", "MS-ASTASK_R77", "MS-ASTASK_R79", "MS-ASTASK_R106", "MS-ASTASK_R108"),
    *("MS-ASTASK_R114", "MS-ASTASK_R118", "MS-ASTASK_R122", "MS-ASTASK_R125", "MS-ASTASK_R128"),
    *("MS-ASTASK_R130", "MS-ASTASK_R139", "MS-ASTASK_R140", "MS-ASTASK_R154", "MS-ASTASK_R155"),
    *("MS-ASTASK_R161", "MS-ASTASK_R162", "MS-ASTASK_R164", "MS-ASTASK_R166", "MS-ASTASK_R182"),
    *("MS-ASTASK_R190", "MS-ASTASK_R191", "MS-ASTASK_R195", "MS-ASTASK_R197", "MS-ASTASK_R207"),
    *("MS-ASTASK_R209", "MS-ASTASK_R213", "MS-ASTASK_R214", "MS-ASTASK_R221", "MS-ASTASK_R223"),
    *("MS-ASTASK_R241", "MS-ASTASK_R242", "MS-ASTASK_R248", "MS-ASTASK_R255", "MS-ASTASK_R258"),
    *("MS-ASTASK_R267", "MS-ASTASK_R268", "MS-ASTASK_R271", "MS-ASTASK_R274", "MS-ASTASK_R277"),
    *("MS-ASTASK_R287", "MS-ASTASK_R288", "MS-ASTASK_R291", "MS-ASTASK_R301", "MS-ASTASK_R305"),
    *("MS-ASTASK_R308", "MS-ASTASK_R311", "MS-ASTASK_R314", "MS-ASTASK_R316", "MS-ASTASK_R220"),
    *("MS-ASTASK_R282", "MS-ASTASK_R283"),
)
@pytest.mark.parametrize("task", [FULL, WEEKLY_TASK], ids=["completed", "weekly"])
@pytest.mark.parametrize("version", SERVED)
def test_what_a_client_adds_comes_back(version: Version, task: Task, blobs: FileBlobStore) -> None:
    made = create(ItemClass.TASKS, task.to_children(version), author(version))
    expected = Task.from_children(task.to_children(version), version)
    elements = render(made, RenderOptions(), version, blobs, "7:1")
    told = Task.from_children(elements, version)
    assert told.body is not None
    body = expected.body or Body(type=BodyType.PLAIN_TEXT, data="")
    assert (told.body.type, told.body.data) == (body.type, body.data)
    assert (told.categories or None) == expected.categories
    assert msgspec.structs.replace(told, body=None, categories=None) == (
        msgspec.structs.replace(expected, body=None, categories=None)
    )


def test_dates_are_written_with_dashes(blobs: FileBlobStore) -> None:
    told = shown(FULL, blobs)
    assert told[Tasks.DueDate].text == "2026-11-24T00:00:00.000Z"
    assert told[Tasks.ReminderTime].text == "2026-11-23T07:30:00.000Z"
    assert told[Tasks.DateCompleted].text == "2026-11-22T00:00:00.000Z"
    start = told[Tasks.Recurrence].find(Tasks.Start)
    assert start is not None
    assert start.text == "2026-11-23T00:00:00.000Z"


BAD_VALUES = [
    *(Element(Tasks.Complete, text) for text in ("2", "-1", "", "true")),
    *(Element(Tasks.ReminderSet, text) for text in ("2", "-1", "", "yes")),
    *(Element(Tasks.Sensitivity, text) for text in ("-1", "4", "")),
    *(Element(Tasks.Importance, text) for text in ("-1", "256", "high")),
    *(Element(Tasks.DueDate, text) for text in ("", "20261122T000000Z", "2026-11-31T00:00:00Z")),
    *(Element(Tasks.ReminderTime, text) for text in ("soon", "2026-11-22T00:00:00")),
    Element(Tasks.Subject, [Element(Tasks.Category, "x")]),
    Element(Tasks.Categories, [Element(Tasks.Subject, "x")]),
    Element(Tasks.Categories, [Element(Tasks.Category, str(number)) for number in range(301)]),
    Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "3"), Element(AirSyncBase.Data, "bm8gUlRG")]),
]


@pytest.mark.req(
    *("MS-ASTASK_R119", "MS-ASTASK_R182", "MS-ASTASK_R249", "MS-ASTASK_R252", "MS-ASTASK_R255"),
    *("MS-ASTASK_R259", "MS-ASTASK_R395", "MS-ASTASK_R402"),
)
@pytest.mark.parametrize("version", [V12, V16], ids=lambda version: version.text)
@pytest.mark.parametrize("element", BAD_VALUES, ids=str)
def test_values_out_of_range_are_refused(element: Element, version: Version) -> None:
    with pytest.raises(SchemaError):
        added(element, version=version)
    with pytest.raises(SchemaError):
        changed(FULL, element, version=version)


@pytest.mark.req("MS-ASTASK_R402", "MS-ASTASK_R395")
def test_three_hundred_categories_are_kept() -> None:
    names = tuple(str(number) for number in range(300))
    assert added(*Task(categories=names).to_children(V16)).categories == names


@pytest.mark.req("MS-ASTASK_R187", "MS-ASTASK_R550", "MS-ASTASK_R183")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("importance", [0, 1, 2, 3, 9, 255])
def test_any_importance_is_kept_as_it_was_sent(
    importance: int, version: Version, blobs: FileBlobStore
) -> None:
    task = added(Element(Tasks.Importance, str(importance)), version=version)
    assert shown(task, blobs, version)[Tasks.Importance].text == str(importance)


@pytest.mark.req("MS-ASTASK_R116", "MS-ASTASK_R369", "MS-ASTASK_R370", "MS-ASCMD_R879")
@pytest.mark.parametrize("version", SERVED)
def test_what_absence_from_a_change_leaves(version: Version) -> None:
    after = changed(FULL, Element(Tasks.Subject, "New"), version=version)
    assert after == Task(
        subject="New",
        importance=FULL.importance,
        complete=True,
        date_completed=FULL.date_completed,
        reminder_set=True,
        reminder_time=FULL.reminder_time,
        body=FULL.body,
    )


@pytest.mark.parametrize("supported", [frozenset(), frozenset({Tasks.Subject.key})], ids=["empty", "subject"])
def test_nothing_of_a_task_can_be_ghosted(supported: frozenset[int]) -> None:
    after = apply_change(FULL, [Element(Tasks.Subject, "New")], author(), supported)
    assert after == changed(FULL, Element(Tasks.Subject, "New"))


def test_a_reminder_is_set_moved_and_taken_away() -> None:
    at = Element(Tasks.ReminderTime, "2026-11-25T08:00:00.000Z")
    on, off = Element(Tasks.ReminderSet, "1"), Element(Tasks.ReminderSet, "0")
    task = changed(Task(), on, at)
    assert (task.reminder_set, task.reminder_time) == (True, day(25).replace(hour=8))
    assert changed(FULL, at).reminder_time == day(25).replace(hour=8)
    gone = changed(FULL, off)
    assert (gone.reminder_set, gone.reminder_time) == (False, None)
    kept = changed(FULL, off, at)
    assert (kept.reminder_set, kept.reminder_time) == (False, day(25).replace(hour=8))


@pytest.mark.req("MS-ASTASK_R436", "MS-ASTASK_R111")
@pytest.mark.parametrize("version", SERVED)
def test_an_empty_categories_removes_them(version: Version, blobs: FileBlobStore) -> None:
    after = changed(FULL, Element(Tasks.Categories), version=version)
    assert after.categories is None
    told = shown(after, blobs, version)[Tasks.Categories]
    assert list(told) == []


@pytest.mark.req("MS-ASCMD_R878", "MS-ASAIRS_R386", "MS-ASAIRS_R105")
def test_the_body_stays_until_it_is_emptied(blobs: FileBlobStore) -> None:
    assert changed(FULL, Element(Tasks.Subject, "New")).body == FULL.body
    emptied = changed(
        FULL, Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data)])
    )
    assert emptied.body is None
    data = shown(emptied, blobs)[AirSyncBase.Body].find(AirSyncBase.Data)
    assert data is not None
    assert data.text == ""


def test_a_body_that_was_cut_is_not_written_back(blobs: FileBlobStore) -> None:
    preferences = (BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=3),)
    told = shown(FULL, blobs, body_preferences=preferences)
    options = RenderOptions(body_preferences=preferences)
    assert apply_change(FULL, list(told.values()), author(), None, options) == FULL


class TestCompletion:
    """Complete and DateCompleted."""

    @pytest.mark.req("MS-ASTASK_R116", "MS-ASTASK_R119")
    @pytest.mark.parametrize("version", SERVED)
    def test_complete_is_filled_in(self, version: Version, blobs: FileBlobStore) -> None:
        task = added(Element(Tasks.Subject, "New"), version=version)
        assert task.complete is False
        told = shown(task, blobs, version)
        assert told[Tasks.Complete].text == "0"
        assert Tasks.DateCompleted not in told
        assert shown(Task(subject="Imported"), blobs, version)[Tasks.Complete].text == "0"

    @pytest.mark.req("MS-ASTASK_R124")
    @pytest.mark.parametrize("version", SERVED)
    def test_a_completed_task_has_its_date(self, version: Version, blobs: FileBlobStore) -> None:
        done = Element(Tasks.Complete, "1")
        for task in (
            added(done, version=version),
            changed(Task(complete=False), done, version=version, now=NOW),
        ):
            assert shown(task, blobs, version)[Tasks.DateCompleted].text == "2026-11-22T10:00:00.123Z"
        named = added(done, Element(Tasks.DateCompleted, "2026-11-01T09:00:00.000Z"), version=version)
        assert named.date_completed == datetime(2026, 11, 1, 9, tzinfo=UTC)

    def test_the_date_stays_while_it_is_complete(self) -> None:
        done = changed(Task(complete=False), Element(Tasks.Complete, "1"), now=NOW)
        again = changed(done, Element(Tasks.Complete, "1"), Element(Tasks.Subject, "New"))
        assert again.date_completed == done.date_completed
        moved = changed(
            done, Element(Tasks.Complete, "1"), Element(Tasks.DateCompleted, "2026-11-01T09:00:00Z")
        )
        assert moved.date_completed == datetime(2026, 11, 1, 9, tzinfo=UTC)

    def test_a_task_that_is_taken_up_again_has_no_date(self) -> None:
        taken_up = changed(FULL, Element(Tasks.Complete, "0"))
        assert (taken_up.complete, taken_up.date_completed) == (False, None)
        with_date = changed(
            FULL, Element(Tasks.Complete, "0"), Element(Tasks.DateCompleted, "2026-11-01T09:00:00Z")
        )
        assert with_date.date_completed is None
        done_again = changed(taken_up, Element(Tasks.Complete, "1"))
        assert done_again.date_completed == LATER.replace(microsecond=123_000)

    def test_a_change_that_says_what_is_there_changes_nothing(self, blobs: FileBlobStore) -> None:
        done = added(Element(Tasks.Complete, "1"), recurrence(2))
        for version in SERVED:
            assert changed(done, *shown(done, blobs, version).values(), version=version) == done
            assert changed(FULL, *shown(FULL, blobs, version).values(), version=version) == FULL

    def test_what_is_to_be_done_is_in_the_view_for_ever(self) -> None:
        assert Task().view_date == Task(complete=False).view_date == FAR_FUTURE
        assert FULL.view_date == 0


class TestDates:
    """The dates of a task, each in a local form and in UTC."""

    @pytest.mark.parametrize("version", SERVED)
    def test_the_form_that_was_not_sent_is_made(self, version: Version, blobs: FileBlobStore) -> None:
        local = added(
            Element(Tasks.StartDate, "2026-07-01T00:00:00.000Z"),
            Element(Tasks.DueDate, "2026-12-01T00:00:00.000Z"),
            version=version,
        )
        told = shown(local, blobs, version, time_zone="Europe/Berlin")
        assert told[Tasks.UtcStartDate].text == "2026-06-30T22:00:00.000Z"
        assert told[Tasks.UtcDueDate].text == "2026-11-30T23:00:00.000Z"
        utc = added(
            Element(Tasks.UtcStartDate, "2026-07-01T04:00:00.000Z"),
            Element(Tasks.UtcDueDate, "2026-12-01T05:00:00.000Z"),
            version=version,
        )
        told = shown(utc, blobs, version, time_zone="America/New_York")
        assert told[Tasks.StartDate].text == "2026-07-01T00:00:00.000Z"
        assert told[Tasks.DueDate].text == "2026-12-01T00:00:00.000Z"

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    def test_dates_at_the_ends_of_the_calendar_are_shown(self, zone: str, blobs: FileBlobStore) -> None:
        for text in ("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"):
            for tag in (Tasks.DueDate, Tasks.UtcDueDate):
                told = shown(added(Element(tag, text)), blobs, time_zone=zone)
                assert told[tag].text == text
                assert {Tasks.DueDate, Tasks.UtcDueDate} <= told.keys()

    def test_a_task_without_dates_is_shown_without(self, blobs: FileBlobStore) -> None:
        told = shown(Task(subject="Some day"), blobs)
        assert not {Tasks.DueDate, Tasks.UtcDueDate, Tasks.StartDate, Tasks.UtcStartDate} & told.keys()


instants = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001 - UTC is added
    lambda instant: instant.replace(tzinfo=UTC, microsecond=instant.microsecond // 1000 * 1000)
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.text("abc", min_size=1, max_size=5),
    "importance": st.integers(0, 255),
    **dict.fromkeys(("utc_start_date", "start_date", "utc_due_date", "due_date", "reminder_time"), instants),
    "categories": st.lists(st.text("abc", min_size=1), min_size=1, max_size=3).map(tuple),
    "sensitivity": st.integers(0, 3),
    "reminder_set": st.booleans(),
    "ordinal_date": instants,
    "sub_ordinal_date": st.text("123", min_size=1),
    "body": st.text("abc", min_size=1).map(lambda text: Body(type=BodyType.PLAIN_TEXT, data=text)),
    "recurrence": st.builds(
        TaskRecurrence,
        type=st.just(RecurrenceType.DAILY),
        start=instants,
        interval=st.none() | st.integers(1, 999),
        occurrences=st.none() | st.integers(1, 255),
        dead_occur=st.none() | st.integers(0, 255),
    ),
}
tasks = st.fixed_dictionaries(
    {"complete": st.booleans()}, optional={**FIELDS, "date_completed": instants}
).map(lambda values: msgspec.structs.replace(Task(), **values))


@given(before=tasks, sent=tasks, version=st.sampled_from(SERVED))
def test_absence_means_what_is_declared(before: Task, sent: Task, version: Version) -> None:
    after = changed(before, *sent.to_children(version), version=version)
    for name in FIELDS:
        old, told, new = getattr(before, name), getattr(sent, name), getattr(after, name)
        kept = name in ("importance", "reminder_set", "body")
        kept = kept or (name == "reminder_time" and sent.reminder_set is None)
        assert new == (old if told is None and kept else told), name
    assert after.complete == sent.complete
    assert (after.date_completed is not None) == sent.complete
