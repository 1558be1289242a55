"""What a client makes of a recurring task when an occurrence is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from overair.items import Task
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.items.task import TaskRecurrence
from overair.items.task_completion import completed
from support.tasks import day

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
DAILY, WEEKLY = RecurrenceType.DAILY, RecurrenceType.WEEKLY


def recurring(kind: RecurrenceType = WEEKLY, **pattern: Any) -> Task:
    """A task due on Sunday the 22nd, to be begun two days before, of a user in Berlin."""
    return Task(
        subject="Bins",
        start_date=day(20),
        utc_start_date=day(20) - timedelta(hours=1),
        due_date=day(22),
        utc_due_date=day(22) - timedelta(hours=1),
        complete=False,
        reminder_set=True,
        reminder_time=day(22).replace(hour=7),
        recurrence=TaskRecurrence(type=kind, **{"start": day(22), **pattern}),
    )


def following(task: Task, now: datetime = NOW) -> Task:
    series = completed(task, now, BERLIN).series
    assert series is not None
    return series


def test_a_task_that_does_not_recur_is_done() -> None:
    task = Task(subject="Once", due_date=day(22), reminder_set=True, complete=False)
    done, series = completed(task, NOW, BERLIN)
    assert done == msgspec.structs.replace(task, complete=True, date_completed=NOW)
    assert series is None


@pytest.mark.req("MS-ASTASK_R157")
def test_the_occurrence_that_is_done_is_dead_and_the_next_one_comes() -> None:
    task = recurring(day_of_week=1)
    done, series = completed(task, NOW, BERLIN)
    assert (done.complete, done.date_completed, done.due_date) == (True, NOW, day(22))
    assert done.recurrence is not None
    assert done.recurrence.dead_occur
    assert (done.reminder_set, done.reminder_time) == (False, None)
    assert series == msgspec.structs.replace(
        task,
        start_date=day(27),
        utc_start_date=day(27) - timedelta(hours=1),
        due_date=day(29),
        utc_due_date=day(29) - timedelta(hours=1),
        reminder_time=day(29).replace(hour=7),
    )


def test_a_dead_occurrence_brings_no_other() -> None:
    done, _ = completed(recurring(), NOW, BERLIN)
    taken_up = msgspec.structs.replace(done, complete=False)
    assert completed(taken_up, NOW, BERLIN).series is None


def test_a_series_ends_with_its_last_occurrence() -> None:
    task = recurring(occurrences=3)
    dates = []
    while (series := completed(task, NOW, BERLIN).series) is not None:
        dates.append(series.due_date)
        task = series
    assert dates == [day(29), datetime(2026, 12, 6, tzinfo=UTC)]
    assert completed(recurring(until=day(28)), NOW, BERLIN).series is None
    assert following(recurring(until=day(29))).due_date == day(29)


def test_wall_time_is_kept_over_a_change_of_the_clock() -> None:
    task = recurring(WEEKLY)
    march = datetime(2026, 3, 22, tzinfo=UTC)
    task = msgspec.structs.replace(
        task,
        start_date=None,
        utc_start_date=None,
        due_date=march,
        utc_due_date=march - timedelta(hours=1),
        reminder_time=march.replace(hour=7),
        recurrence=TaskRecurrence(type=WEEKLY, start=march),
    )
    series = following(task)
    assert series.due_date == datetime(2026, 3, 29, tzinfo=UTC)
    assert series.utc_due_date == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert following(series).utc_due_date == datetime(2026, 4, 4, 22, tzinfo=UTC)
    assert series.reminder_time == datetime(2026, 3, 29, 6, tzinfo=UTC)


def test_the_last_of_the_month_is_followed_by_that_of_the_next() -> None:
    last = datetime(2027, 1, 31, tzinfo=UTC)
    task = Task(
        due_date=last,
        recurrence=TaskRecurrence(type=RecurrenceType.MONTHLY, start=last, day_of_month=31),
    )
    dates = []
    for _ in range(3):
        task = following(task)
        assert task.due_date is not None
        dates.append((task.due_date.month, task.due_date.day))
    assert dates == [(2, 28), (3, 31), (4, 30)]


def test_a_series_by_another_calendar() -> None:
    new_year = datetime(2026, 2, 17, tzinfo=UTC)
    task = Task(
        due_date=new_year,
        recurrence=TaskRecurrence(
            type=RecurrenceType.YEARLY,
            start=new_year,
            day_of_month=1,
            month_of_year=1,
            calendar_type=CalendarType.CHINESE_LUNAR,
        ),
    )
    assert following(task).due_date == datetime(2027, 2, 6, tzinfo=UTC)


def test_a_series_without_dates_begins_to_have_a_due_date() -> None:
    task = Task(recurrence=TaskRecurrence(type=DAILY, start=day(22)))
    assert following(task).due_date == day(23)
    assert following(following(task)).due_date == day(24)


def test_a_date_that_is_no_occurrence_is_followed_by_one() -> None:
    task = msgspec.structs.replace(recurring(day_of_week=1), due_date=day(24), utc_due_date=None)
    assert following(task).due_date == day(29)


@pytest.mark.parametrize(
    ("kind", "interval", "expected"),
    [
        (DAILY, 3, day(28)),
        (DAILY, None, day(26)),
        (WEEKLY, 2, datetime(2026, 12, 9, tzinfo=UTC)),
        (RecurrenceType.MONTHLY, 1, datetime(2026, 12, 25, tzinfo=UTC)),
        (RecurrenceType.YEARLY, 1, datetime(2027, 11, 25, tzinfo=UTC)),
    ],
)
def test_a_task_that_regenerates_counts_from_when_it_was_done(
    kind: RecurrenceType, interval: int | None, expected: datetime
) -> None:
    task = recurring(kind, interval=interval, regenerate=1, occurrences=2)
    series = following(task)
    assert series.due_date == expected
    assert series.start_date == expected - timedelta(days=2)
    assert series.recurrence is not None
    assert (series.recurrence.start, series.recurrence.occurrences) == (expected, 1)
    assert completed(series, NOW, BERLIN).series is None
    ended = recurring(kind, interval=interval, regenerate=1, until=expected - timedelta(days=1))
    assert completed(ended, NOW, BERLIN).series is None


def test_the_day_of_completion_is_the_user_s() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # the 26th in Berlin
    assert following(recurring(DAILY, regenerate=1), late).due_date == day(27)


def test_nothing_follows_the_end_of_the_calendar() -> None:
    end = datetime(9999, 12, 31, tzinfo=UTC)
    for regenerate in (0, 1):
        task = Task(due_date=end, recurrence=TaskRecurrence(type=DAILY, start=end, regenerate=regenerate))
        assert completed(task, end, "UTC").series is None
