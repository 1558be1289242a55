"""VTODOs as tasks and VJOURNALs as notes, and what is written of those."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overair.items import Note, Task
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.pattern import RecurrenceType
from overair.items.task import TaskRecurrence
from support.calendar_texts import (
    NOW,
    STAMP,
    ZONE,
    calendar,
    component,
    described,
    dropped,
    note_of,
    read,
    refused,
    task_of,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def todo(*lines: str, uid: str = "one") -> str:
    return component("VTODO", f"UID:{uid}", STAMP, *lines)


@pytest.mark.parametrize(
    ("line", "local", "utc"),
    [
        ("DUE;VALUE=DATE:20260302", "2026-03-02", None),
        ("DUE:20260302T180000", "2026-03-02T18:00", None),
        ("DUE:20260302T180000Z", None, "2026-03-02T18:00"),
        ("DUE;TZID=America/New_York:20260302T180000", "2026-03-02T18:00", "2026-03-02T23:00"),
    ],
)
def test_when_a_task_is_due(line: str, local: str | None, utc: str | None) -> None:
    """A client is shown the form that is not told, in its user's zone."""
    task = task_of("SUMMARY:x", line)
    assert task.due_date == (local and at(local))
    assert task.utc_due_date == (utc and at(utc))


def test_when_a_task_begins_and_how_long_it_takes() -> None:
    task = task_of("DTSTART;VALUE=DATE:20260302", "DURATION:P3D")
    assert (task.start_date, task.due_date) == (at("2026-03-02"), at("2026-03-05"))


@pytest.mark.parametrize(
    ("lines", "complete", "since", "reasons"),
    [
        ([], False, None, []),
        (["STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:0"], False, None, []),
        (["STATUS:COMPLETED", "COMPLETED:20260302T100000Z"], True, "2026-03-02T10:00", []),
        (["COMPLETED:20260302T100000Z"], True, "2026-03-02T10:00", []),
        (["PERCENT-COMPLETE:100"], True, "2026-01-01", []),
        (["STATUS:COMPLETED"], True, "2026-01-01", []),
        (
            ["STATUS:IN-PROCESS", "PERCENT-COMPLETE:40"],
            False,
            None,
            [
                "STATUS: IN-PROCESS is kept as not completed",
                "PERCENT-COMPLETE: a task is done or not",
            ],
        ),
        (["STATUS:CANCELLED"], True, "2026-01-01", ["STATUS: CANCELLED is kept as completed"]),
    ],
)
def test_whether_a_task_is_done(
    lines: list[str], complete: bool, since: str | None, reasons: list[str]
) -> None:
    [found] = read(calendar(todo("SUMMARY:x", *lines)))
    assert isinstance(found, Converted)
    assert isinstance(found.item, Task)
    assert found.item.complete is complete
    assert found.item.date_completed == (since and at(since))
    assert [described(one) for one in found.dropped] == reasons


@pytest.mark.parametrize(
    ("priority", "importance"),
    [("", 1), ("PRIORITY:0", 1), ("PRIORITY:1", 2), ("PRIORITY:4", 2), ("PRIORITY:5", 1), ("PRIORITY:9", 0)],
)
def test_how_important_a_task_is(priority: str, importance: int) -> None:
    assert task_of("SUMMARY:x", *filter(None, [priority])).importance == importance


@pytest.mark.parametrize(
    ("lines", "reminder"),
    [
        (["TRIGGER;VALUE=DATE-TIME:20260301T080000Z"], "2026-03-01T08:00"),
        (["TRIGGER:-PT1H"], "2026-03-02T07:00"),
        (["TRIGGER;RELATED=END:-PT1H"], "2026-03-04T07:00"),
    ],
)
def test_when_a_task_reminds(lines: list[str], reminder: str) -> None:
    dates = ["DTSTART;TZID=Europe/Berlin:20260302T090000", "DUE;TZID=Europe/Berlin:20260304T090000"]
    task = task_of(*dates, component("VALARM", "ACTION:DISPLAY", *lines))
    assert (task.reminder_time, task.reminder_set) == (at(reminder), True)


def test_a_reminder_from_no_date() -> None:
    alarm = component("VALARM", "ACTION:DISPLAY", "TRIGGER:-PT1H")
    assert dropped(todo("SUMMARY:x", alarm)) == ["VALARM: is told from a date that the task does not have"]


def test_a_task_that_recurs() -> None:
    task = task_of("SUMMARY:x", "DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    recurrence = task.recurrence
    assert recurrence is not None
    assert (recurrence.type, recurrence.start, recurrence.occurrences, recurrence.day_of_week) == (
        RecurrenceType.WEEKLY,
        at("2026-03-02"),
        4,
        2,
    )


def test_a_task_ends_by_the_wall_clock() -> None:
    """Until 23:30 UTC on the 3rd, which is after midnight of the 4th in Berlin."""
    lines = ["DUE;TZID=Europe/Berlin:20260302T003000", "RRULE:FREQ=DAILY;UNTIL=20260303T233000Z"]
    recurrence = task_of("SUMMARY:x", *lines).recurrence
    assert recurrence is not None
    assert (recurrence.start, recurrence.until) == (at("2026-03-02T00:30"), at("2026-03-04T00:30"))


def test_tasks_keep_no_exceptions() -> None:
    start = "DTSTART;VALUE=DATE:20260302"
    lines = [start, "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20260303"]
    change = todo(start, "RECURRENCE-ID;VALUE=DATE:20260304", "SUMMARY:y")
    assert dropped(todo("SUMMARY:x", *lines), change) == [
        "RECURRENCE-ID: a task keeps no changed occurrences",
        "EXDATE: a task keeps no exceptions",
    ]


def test_a_changed_task_alone_has_a_uid_of_its_own() -> None:
    [found] = read(calendar(todo("SUMMARY:y", "RECURRENCE-ID;VALUE=DATE:20260304")))
    assert isinstance(found, Converted)
    assert isinstance(found.item, Task)
    assert found.item.uid == "one/20260304T000000Z"


def test_a_task_that_cannot_be() -> None:
    bad = {
        "RRULE:FREQ=DAILY": "recurs, but from no date on",
        "DUE:soon": "has a DUE that is no time, or none that can be kept",
        "STATUS:COMPLETED": "says nothing that a task holds",
    }
    for line, reason in bad.items():
        name = "" if line.startswith("STATUS") else "SUMMARY:x"
        assert refused(calendar(todo(*filter(None, [name, line])), todo("SUMMARY:y", uid="two"))) == {
            1: reason
        }


def test_a_task_keeps_no_files() -> None:
    line = "ATTACH;ENCODING=BASE64;VALUE=BINARY:YQ=="
    assert dropped(todo("SUMMARY:x", line, "LOCATION:here")) == ["ATTACH: a task keeps no files", "LOCATION"]


def test_a_note() -> None:
    note = note_of(
        "SUMMARY:List", "DESCRIPTION:a", "DESCRIPTION:b", "CATEGORIES:x", "LAST-MODIFIED:20260302T100000Z"
    )
    assert (note.subject, note.categories, note.message_class) == ("List", ("x",), "IPM.StickyNote")
    assert note.last_modified_date == at("2026-03-02T10:00")
    assert note.body is not None
    assert note.body.data == "a\r\n\r\nb"


def test_a_note_of_nothing() -> None:
    empty = component("VJOURNAL", "UID:one", STAMP, "DTSTART;VALUE=DATE:20260302")
    assert refused(calendar(empty)) == {1: "says nothing that a note holds"}


def written(item: Task | Note) -> tuple[str, list[str]]:
    """What is written of an item, and what is dropped."""
    found = icalendar_of(item, default_zone=ZONE, now=NOW)
    return found.data.decode().replace("\r\n ", ""), [described(one) for one in found.dropped]


@pytest.mark.parametrize(
    ("task", "line", "reasons"),
    [
        (Task(due_date=at("2026-03-02")), "DUE;VALUE=DATE:20260302", []),
        # What phones send: midnight in their zone, and as a day.
        (
            Task(due_date=at("2026-03-02"), utc_due_date=at("2026-03-01T23:00")),
            "DUE;VALUE=DATE:20260302",
            [],
        ),
        (
            Task(due_date=at("2026-03-02"), utc_due_date=at("2026-03-02T05:00")),
            "DUE;VALUE=DATE:20260302",
            ["UtcDueDate: is that of another zone"],
        ),
        (
            Task(due_date=at("2026-03-02T10:00"), utc_due_date=at("2026-03-02T09:00")),
            "DUE;TZID=Europe/Berlin:20260302T100000",
            [],
        ),
        (
            Task(due_date=at("2026-03-02T10:00"), utc_due_date=at("2026-03-02T15:00")),
            "DUE:20260302T150000Z",
            ["DueDate: is that of another zone"],
        ),
        (Task(importance=7), "STATUS:NEEDS-ACTION", ["Importance: has a value of its own"]),
        (
            Task(reminder_time=NOW, reminder_set=False),
            "STATUS:NEEDS-ACTION",
            ["ReminderTime: of a reminder that is not set"],
        ),
        (
            Task(
                start_date=at("2026-03-02"),
                recurrence=TaskRecurrence(
                    type=RecurrenceType.DAILY, start=at("2026-03-02"), regenerate=1, dead_occur=1
                ),
            ),
            "RRULE:FREQ=DAILY",
            ["Regenerate", "DeadOccur"],
        ),
        (
            Task(
                start_date=at("2026-03-04"),
                recurrence=TaskRecurrence(type=RecurrenceType.DAILY, start=at("2026-03-02"), occurrences=5),
            ),
            "RRULE:FREQ=DAILY;UNTIL=20260306",
            ["Start: is before the date of the task, from which on it recurs"],
        ),
    ],
)
def test_what_is_written_of_a_task(task: Task, line: str, reasons: list[str]) -> None:
    text, dropped = written(task)
    assert f"\r\n{line}\r\n" in text
    assert dropped == reasons


def test_what_a_file_does_not_say_of_a_note() -> None:
    assert written(Note(subject="x", message_class="IPM.StickyNote.Mine"))[1] == ["MessageClass"]
