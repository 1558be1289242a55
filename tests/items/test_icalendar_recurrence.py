"""RRULE as recurrences: what is one, what is fitted, what is refused, and what it costs."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar.prop import vRecur

from overair.items.icalendar.recurrence import (
    Expressed,
    NotExpressible,
    recurrence_of,
    rrule_of,
    task_recurrence_of,
)
from overair.items.recurrence.occurrences import Series, check
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.task import TaskRecurrence
from support.shared import needs_shared, shared

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday."""
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = RecurrenceType
WEEK = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
WORDS = ("FREQ=", "YEARLY", ";", "BYMONTH=", "BYDAY=", ",", "-", "1", "MO", "L", "UNTIL=", "2026", "T", "Z")


def occurrences(found: Expressed) -> list[datetime]:
    """What a series that ends has, less what is deleted."""
    listed = Series(found.recurrence, found.start, UTC).between(BEGINNING, END)
    return [one for one in listed if one not in found.deleted]


def said(recurrence: Recurrence | TaskRecurrence) -> dict[str, object]:
    """The fields that are set, the calendar left out where it is the usual one."""
    values = {name: getattr(recurrence, name) for name in recurrence.__struct_fields__}
    return {
        name: value
        for name, value in values.items()
        if value is not None and value is not CalendarType.DEFAULT
    }


class Case(NamedTuple):
    """A rule of the corpus and the occurrences that it has."""

    rule: str
    start: datetime
    all_day: bool
    expected: list[datetime]


def corpus() -> Iterator[Case]:
    """The rules of the corpus that say what they have; in UTC what has no zone."""
    values: dict[str, str] = {}
    for line in shared("corpora/recurrence/icalrecur_test.txt").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "RRULE":
            values = {}
        values[name] = value.strip()
        if name == "INSTANCES" and "UNIMPLEMENTED" not in value:
            yield Case(
                values["RRULE"],
                moment(values["DTSTART"]),
                "T" not in values["DTSTART"],
                [moment(one) for one in value.strip().split(",")],
            )


def moment(text: str) -> datetime:
    """A time or date of iCalendar."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


@needs_shared
def test_the_corpus() -> None:
    """Each rule has exactly its occurrences, or is refused; and most are not."""
    results: Counter[str] = Counter()
    for case in corpus():
        try:
            found = recurrence_of(case.rule, case.start, UTC, all_day=case.all_day)
        except NotExpressible as error:
            results[str(error)] += 1
            continue
        assert not found.otherwise, case.rule
        assert occurrences(found) == case.expected, case.rule
        assert found.start == case.expected[0]
        check(found.recurrence)
        results["with deleted occurrences" if found.deleted else "as a pattern alone"] += 1
        again = recurrence_of(rrule_of(found.recurrence, found.start, UTC), found.start, UTC)
        if not found.deleted:
            assert occurrences(again) == case.expected, case.rule
    assert results == {
        "as a pattern alone": 56,
        "with deleted occurrences": 38,
        "recurs several times a day": 29,
        "its occurrences follow no pattern": 22,
    }


PATTERNS = [
    ("FREQ=DAILY", {"type": DAILY, "interval": 1}),
    ("FREQ=DAILY;INTERVAL=3;COUNT=5", {"type": DAILY, "interval": 3, "occurrences": 5}),
    ("FREQ=DAILY;INTERVAL=1001", {"type": WEEKLY, "interval": 143, "day_of_week": 2, "first_day_of_week": 1}),
    (
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        {"type": WEEKLY, "interval": 1, "day_of_week": 62, "first_day_of_week": 1},
    ),
    (
        "FREQ=DAILY;INTERVAL=14;BYDAY=MO,TU",
        {"type": WEEKLY, "interval": 2, "day_of_week": 2, "first_day_of_week": 1},
    ),
    ("FREQ=DAILY;BYMONTHDAY=15", {"type": MONTHLY, "interval": 1, "day_of_month": 15}),
    (
        "FREQ=DAILY;BYMONTH=3;BYMONTHDAY=15",
        {"type": YEARLY, "interval": 1, "day_of_month": 15, "month_of_year": 3},
    ),
    ("FREQ=DAILY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12", {"type": DAILY, "interval": 1}),
    ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", {"type": DAILY, "interval": 1}),
    ("FREQ=HOURLY;INTERVAL=48", {"type": DAILY, "interval": 2}),
    ("FREQ=HOURLY;BYHOUR=9", {"type": DAILY, "interval": 1}),
    ("FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", {"type": DAILY, "interval": 1}),
    ("FREQ=WEEKLY", {"type": WEEKLY, "interval": 1, "day_of_week": 2, "first_day_of_week": 1}),
    (
        "freq=weekly;byday=mo, we,;interval=2;wkst=su;",
        {"type": WEEKLY, "interval": 2, "day_of_week": 10, "first_day_of_week": 0},
    ),
    ("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA", {"type": DAILY, "interval": 1}),
    (
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
        {"type": WEEKLY, "interval": 1, "day_of_week": 34, "first_day_of_week": 1},
    ),
    ("FREQ=MONTHLY", {"type": MONTHLY, "interval": 1, "day_of_month": 5}),
    ("FREQ=MONTHLY;INTERVAL=12", {"type": MONTHLY, "interval": 12, "day_of_month": 5}),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 127, "week_of_month": 5},
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", {"type": MONTHLY, "interval": 1, "day_of_month": 30}),
    ("FREQ=MONTHLY;BYMONTHDAY=5,6,7;BYSETPOS=2", {"type": MONTHLY, "interval": 1, "day_of_month": 6}),
    ("FREQ=MONTHLY;BYDAY=2TU", {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2}),
    ("FREQ=MONTHLY;BYDAY=-1FR", {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 32, "week_of_month": 5}),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=8,9,10,11,12,13,14",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=-1,-2,-3,-4,-5,-6,-7",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 4, "week_of_month": 5},
    ),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 5},
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=2",
        {"type": MONTHLY_NTH, "interval": 1, "day_of_week": 65, "week_of_month": 2},
    ),
    (
        "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=3",
        {"type": MONTHLY, "interval": 1, "day_of_month": 3},
    ),
    ("FREQ=MONTHLY;BYDAY=MO", {"type": WEEKLY, "interval": 1, "day_of_week": 2, "first_day_of_week": 1}),
    ("FREQ=MONTHLY;BYMONTH=1,4,7,10", {"type": MONTHLY, "interval": 3, "day_of_month": 5}),
    ("FREQ=MONTHLY;INTERVAL=13;BYMONTH=5", {"type": MONTHLY, "interval": 156, "day_of_month": 5}),
    ("FREQ=YEARLY", {"type": YEARLY, "interval": 1, "day_of_month": 5, "month_of_year": 1}),
    (
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=7",
        {"type": YEARLY, "interval": 2, "day_of_month": 5, "month_of_year": 7},
    ),
    ("FREQ=YEARLY;BYMONTHDAY=9", {"type": YEARLY, "interval": 1, "day_of_month": 9, "month_of_year": 1}),
    (
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-3",
        {"type": YEARLY, "interval": 1, "day_of_month": 28, "month_of_year": 4},
    ),
    (
        "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 1, "week_of_month": 5, "month_of_year": 10},
    ),
    (
        "FREQ=YEARLY;BYDAY=1MO",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 2, "week_of_month": 1, "month_of_year": 1},
    ),
    (
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 5, "month_of_year": 12},
    ),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        {"type": YEARLY_NTH, "interval": 1, "day_of_week": 62, "week_of_month": 1, "month_of_year": 3},
    ),
    ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=15", {"type": MONTHLY, "interval": 6, "day_of_month": 15}),
    ("FREQ=YEARLY;BYYEARDAY=59", {"type": YEARLY, "interval": 1, "day_of_month": 28, "month_of_year": 2}),
    ("FREQ=YEARLY;BYYEARDAY=-306", {"type": YEARLY, "interval": 1, "day_of_month": 1, "month_of_year": 3}),
    ("FREQ=YEARLY;BYYEARDAY=-1", {"type": YEARLY, "interval": 1, "day_of_month": 31, "month_of_year": 12}),
    (
        "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD",
        {"type": MONTHLY, "interval": 1, "day_of_month": 31},
    ),
    (
        "RSCALE=CHINESE;FREQ=YEARLY",
        {
            "type": YEARLY,
            "interval": 1,
            "day_of_month": 17,
            "month_of_year": 11,
            "calendar_type": CalendarType.CHINESE_LUNAR,
        },
    ),
    (
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8",
        {
            "type": YEARLY,
            "interval": 1,
            "day_of_month": 8,
            "month_of_year": 5,
            "is_leap_month": 1,
            "calendar_type": CalendarType.HEBREW_LUNAR,
        },
    ),
    (
        "RSCALE=ISLAMIC-TBLA;FREQ=MONTHLY;BYMONTHDAY=30;SKIP=BACKWARD",
        {"type": MONTHLY, "interval": 1, "day_of_month": 30, "calendar_type": CalendarType.HIJRI},
    ),
]


class TestPatterns:
    """Rules that are one pattern."""

    @pytest.mark.parametrize(("rule", "expected"), PATTERNS)
    def test_without_an_end(self, rule: str, expected: dict[str, object]) -> None:
        found = recurrence_of(rule, START, UTC)
        assert said(found.recurrence) == expected
        assert (found.deleted, found.otherwise) == ((), "")
        check(found.recurrence)

    def test_a_parsed_rule(self) -> None:
        found = recurrence_of(vRecur.from_ical("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20260401"), START, UTC)
        assert found.recurrence.until == datetime(2026, 3, 10, 9, tzinfo=UTC)

    def test_a_start_off_the_rule_is_no_occurrence(self) -> None:
        """The series starts with the first one, and counts from it."""
        found = recurrence_of("FREQ=MONTHLY;BYMONTH=2,5,8,11;BYMONTHDAY=3;COUNT=2", START, UTC)
        assert found.start == datetime(2026, 2, 3, 9, tzinfo=UTC)
        assert occurrences(found) == [found.start, datetime(2026, 5, 3, 9, tzinfo=UTC)]

    def test_the_start_of_every_13th_month(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;INTERVAL=13;BYMONTH=5;COUNT=3", START, UTC)
        assert [one.year for one in occurrences(found)] == [2030, 2043, 2056]


class TestEnds:
    """UNTIL and COUNT."""

    @pytest.mark.parametrize(
        ("until", "last"),
        [
            ("20260110T080000Z", 10),  # the last start itself
            ("20260110T075959Z", 9),
            ("20260110T090000", 10),  # a local time
            ("20260110T085959", 9),
            ("20260110", 10),
            ("20260109T230000Z", 9),  # midnight in Berlin
            ("99991231T235959Z", None),
            ("99991231", None),
        ],
    )
    def test_until(self, until: str, last: int | None) -> None:
        """It becomes the start of the last occurrence, which is what every phone takes it for."""
        berlin = ZoneInfo("Europe/Berlin")
        start = datetime(2026, 1, 5, 9, tzinfo=berlin).astimezone(UTC)
        found = recurrence_of(f"FREQ=DAILY;UNTIL={until}", start, berlin).recurrence
        assert found.until is not None
        assert found.until == Series(found, start, berlin).last()
        if last is not None:
            assert found.until == datetime(2026, 1, last, 8, tzinfo=UTC)

    @pytest.mark.parametrize("until", ["20260110", "20260110T000000Z", "20260110T235959"])
    def test_until_of_days(self, until: str) -> None:
        start = datetime(2026, 1, 5, tzinfo=UTC)
        found = recurrence_of(f"FREQ=DAILY;BYHOUR=12;UNTIL={until}", start, UTC, all_day=True).recurrence
        assert found.until == datetime(2026, 1, 10, tzinfo=UTC)

    def test_the_earlier_of_two_ends_counts(self) -> None:
        until = "FREQ=DAILY;UNTIL=20260107;COUNT="
        assert len(occurrences(recurrence_of(until + "2", START, UTC))) == 2
        assert len(occurrences(recurrence_of(until + "9", START, UTC))) == 3

    @pytest.mark.req("MS-ASCAL_R345")
    def test_more_than_999_end_by_a_date(self) -> None:
        assert recurrence_of("FREQ=DAILY;COUNT=999", START, UTC).recurrence.occurrences == 999
        found = recurrence_of("FREQ=DAILY;COUNT=1000", START, UTC).recurrence
        assert (found.occurrences, found.until) == (None, START + timedelta(days=999))

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=DAILY;UNTIL=20251231",
            "FREQ=DAILY;UNTIL=00010101",
            "FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260120",
            "FREQ=YEARLY;BYWEEKNO=20;UNTIL=20260120",
            "FREQ=YEARLY;BYWEEKNO=20;UNTIL=00010101",
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12L;BYMONTHDAY=1",
        ],
    )
    def test_a_rule_without_occurrences_is_refused(self, rule: str) -> None:
        with pytest.raises(NotExpressible, match="no occurrence"):
            recurrence_of(rule, START, UTC)


class TestShortMonths:
    """iCalendar passes over months that lack a day, a recurrence takes their last one."""

    def test_with_an_end_the_others_are_deleted(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", START, UTC)
        assert [one.month for one in occurrences(found)] == [1, 3, 5, 7]
        assert [one.month for one in found.deleted] == [2, 4, 6]
        assert not found.otherwise

    def test_without_an_end_it_is_said(self) -> None:
        for rule in ("FREQ=MONTHLY;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"):
            found = recurrence_of(rule, START, UTC)
            assert (found.deleted, found.otherwise) == (
                (),
                "in months without its day it is on their last one",
            )

    def test_with_too_many_it_is_said_too(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=500", START, UTC)
        assert (found.deleted, found.recurrence.occurrences) == ((), 500)
        assert found.otherwise

    @pytest.mark.parametrize(
        "rule", ["FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30"]
    )
    def test_months_that_have_the_day_are_exact(self, rule: str) -> None:
        assert not recurrence_of(rule, START, UTC).otherwise

    def test_the_first_is_a_month_that_has_the_day(self) -> None:
        start = datetime(2026, 2, 10, 9, tzinfo=UTC)
        assert recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31", start, UTC).start.month == 3

    def test_skip_forward_is_said(self) -> None:
        rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD"
        assert recurrence_of(rule, START, UTC).otherwise

    def test_leap_months_that_are_to_be_replaced(self) -> None:
        """The month that most years have; the leap month itself is left out, which is said."""
        forward = recurrence_of("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", START, UTC)
        assert (forward.recurrence.month_of_year, forward.recurrence.is_leap_month) == (6, None)
        backward = recurrence_of(
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=4L;BYMONTHDAY=8;SKIP=BACKWARD", START, UTC
        )
        assert (backward.recurrence.month_of_year, backward.recurrence.is_leap_month) == (4, None)
        assert forward.otherwise == backward.otherwise == "it is never in the leap month"


REFUSED = [
    ("", "not known"),
    ("%n;BYMONTH=", "malformed"),
    ("FREQ=INVALID_TYPE_CAUSES_ERROR", "malformed"),
    ("BYDAY=MO", "no FREQ"),
    ("FREQ=DAILY;X-SECRET=1", "not known"),
    ("FREQ=DAILY;COUNT=0", "COUNT"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=-2", "INTERVAL"),
    ("FREQ=DAILY;UNTIL=P1D", "UNTIL"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
    ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
    ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH"),
    ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
    ("FREQ=DAILY;BYDAY=XX", "malformed"),
    ("FREQ=DAILY;" + "BYDAY=MO;" * 1000, "too long"),
    ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "calendar that is not known"),
    ("FREQ=SECONDLY", "several times a day"),
    ("FREQ=HOURLY;INTERVAL=25", "several times a day"),
    ("FREQ=DAILY;BYHOUR=9,10", "several times a day"),
    ("FREQ=DAILY;BYHOUR=10", "another time"),
    ("FREQ=DAILY;INTERVAL=1000", "FREQ=DAILY"),
    ("FREQ=DAILY;INTERVAL=14;BYDAY=TU", "FREQ=DAILY, BYDAY"),
    ("FREQ=DAILY;BYMONTH=3", "FREQ=DAILY, BYMONTH"),
    ("FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY, BYDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=-2", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYDAY=5FR", "BYDAY"),
    ("FREQ=MONTHLY;BYDAY=1MO,3MO", "BYDAY"),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "BYMONTHDAY, BYDAY"),
    ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
    ("FREQ=YEARLY;BYYEARDAY=60", "BYYEARDAY"),  # the 1st of March, or the 29th of February
    ("FREQ=YEARLY;BYYEARDAY=-307", "BYYEARDAY"),
    ("FREQ=YEARLY;BYMONTH=1,2", "BYMONTH"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "too long to be listed"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,2,15;COUNT=40", "follow no pattern"),
    ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=1,4;COUNT=4", "RSCALE"),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_what_is_no_recurrence_is_refused_with_the_reason(rule: str, reason: str) -> None:
    with pytest.raises(NotExpressible, match=reason) as caught:
        recurrence_of(rule, START, UTC)
    assert "SECRET" not in str(caught.value)
    assert "INVALID" not in str(caught.value)


class TestTasks:
    """The recurrences of tasks."""

    def test_a_task_starts_with_its_first_occurrence(self) -> None:
        found, otherwise = task_recurrence_of("FREQ=WEEKLY;BYDAY=WE;COUNT=3", START)
        assert said(found) == {
            "type": WEEKLY,
            "start": datetime(2026, 1, 7, 9, tzinfo=UTC),
            "interval": 1,
            "occurrences": 3,
            "day_of_week": 8,
            "first_day_of_week": 1,
        }
        assert otherwise == ""
        check(found)

    @pytest.mark.req("MS-ASTASK_R213")
    def test_more_than_255_end_by_a_date(self) -> None:
        assert task_recurrence_of("FREQ=DAILY;COUNT=255", START)[0].occurrences == 255
        found, _ = task_recurrence_of("FREQ=DAILY;COUNT=256", START)
        assert (found.occurrences, found.until) == (None, START + timedelta(days=255))

    def test_what_would_need_exceptions_is_refused(self) -> None:
        with pytest.raises(NotExpressible, match="exceptions"):
            task_recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", START)
        assert task_recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31", START)[1]

    @pytest.mark.parametrize(("rule", "expected"), PATTERNS)
    def test_every_pattern_is_one_that_a_task_may_have(self, rule: str, expected: dict[str, object]) -> None:
        found, _ = task_recurrence_of(rule, START)
        check(found)
        assert found.type == expected["type"]


class TestWriting:
    """Recurrences as RRULE."""

    @pytest.mark.parametrize(
        ("recurrence", "rule"),
        [
            (Recurrence(type=DAILY, interval=0), "FREQ=DAILY"),
            (
                Recurrence(type=DAILY, day_of_week=62, interval=2),
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;WKST=SU",
            ),
            (Recurrence(type=WEEKLY, first_day_of_week=1), "FREQ=WEEKLY;BYDAY=MO;WKST=MO"),
            (Recurrence(type=MONTHLY, day_of_month=31), "FREQ=MONTHLY;BYMONTHDAY=-1"),
            (Recurrence(type=MONTHLY, day_of_month=30), "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
            (Recurrence(type=MONTHLY_NTH, day_of_week=127, week_of_month=5), "FREQ=MONTHLY;BYMONTHDAY=-1"),
            (
                Recurrence(type=MONTHLY_NTH, day_of_week=65, week_of_month=5),
                "FREQ=MONTHLY;BYDAY=SU,SA;BYSETPOS=-1",
            ),
            (Recurrence(type=MONTHLY_NTH, day_of_week=32, week_of_month=5), "FREQ=MONTHLY;BYDAY=-1FR"),
            (
                Recurrence(type=YEARLY, month_of_year=2, day_of_month=29),
                "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2",
            ),
            (
                Recurrence(type=YEARLY, month_of_year=4, day_of_month=31),
                "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=4",
            ),
            (
                Recurrence(type=YEARLY_NTH, month_of_year=11, day_of_week=16, week_of_month=4),
                "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11",
            ),
            (Recurrence(type=DAILY, occurrences=7, until=START), "FREQ=DAILY;COUNT=7"),
            (
                Recurrence(type=DAILY, until=datetime(2026, 2, 1, tzinfo=UTC)),
                "FREQ=DAILY;UNTIL=20260201T090000Z",
            ),
            (
                Recurrence(
                    type=YEARLY,
                    month_of_year=4,
                    day_of_month=30,
                    is_leap_month=1,
                    calendar_type=CalendarType.CHINESE_LUNAR,
                ),
                "RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=4L",
            ),
            (
                Recurrence(type=MONTHLY, day_of_month=1, calendar_type=CalendarType.JAPANESE_LUNAR),
                "RSCALE=DANGI;FREQ=MONTHLY;BYMONTHDAY=1",
            ),
            (
                Recurrence(type=MONTHLY, day_of_month=1, calendar_type=CalendarType.THAI),
                "FREQ=MONTHLY;BYMONTHDAY=1",
            ),
        ],
    )
    def test_rules(self, recurrence: Recurrence, rule: str) -> None:
        assert rrule_of(recurrence, START, UTC).to_ical().decode() == rule

    def test_until_is_what_the_start_is(self) -> None:
        pattern = Recurrence(type=DAILY, until=datetime(2026, 2, 1, tzinfo=UTC))
        dates = rrule_of(pattern, START, UTC, until=datetime.date)
        assert dates.to_ical() == b"FREQ=DAILY;UNTIL=20260201"
        local = rrule_of(pattern, START, UTC, until=lambda last: last.replace(tzinfo=None))
        assert local.to_ical() == b"FREQ=DAILY;UNTIL=20260201T090000"

    def test_a_pattern_without_occurrences_is_none(self) -> None:
        with pytest.raises(NotExpressible):
            rrule_of(Recurrence(type=DAILY, until=START - timedelta(days=9)), START, UTC)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules with an end, of the parts of which dateutil's understanding is that of RFC 5545."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]

    def numbers(name: str, least: int, most: int, longest: int = 4) -> bool:
        if not draw(st.booleans(), name):
            return False
        found = draw(
            st.lists(st.integers(least, most).filter(bool), min_size=1, max_size=longest, unique=True)
        )
        parts.append(f"{name}={','.join(map(str, found))}")
        return True

    by_month = numbers("BYMONTH", 1, 12)
    chosen = False
    if frequency in ("DAILY", "MONTHLY") or (frequency == "YEARLY" and by_month):
        chosen = numbers("BYMONTHDAY", -31, 31, 8)
    if draw(st.booleans(), "BYDAY"):
        numbered = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
        days = draw(st.lists(st.sampled_from(WEEK), min_size=1, max_size=5, unique=True))
        sign = st.sampled_from(["1", "2", "3", "4", "5", "-1", "-2"])
        parts.append("BYDAY=" + ",".join((draw(sign) if numbered else "") + day for day in days))
        chosen = True
    if chosen and frequency in ("MONTHLY", "YEARLY"):
        numbers("BYSETPOS", -3, 3, 2)
    parts.append(f"WKST={draw(st.sampled_from(['SU', 'MO', 'WE']))}")
    if draw(st.booleans(), "COUNT"):
        parts.append(f"COUNT={draw(st.integers(1, 12))}")
    else:
        parts.append(f"UNTIL={date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 800))):%Y%m%d}T235959Z")
    return ";".join(parts)


@settings(max_examples=150)
@given(rules(), st.dates(date(2026, 1, 1), date(2028, 2, 29)))
def test_rules_have_the_occurrences_that_dateutil_lists(rule: str, day: date) -> None:
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    try:
        found = recurrence_of(rule, start, UTC)
    except NotExpressible as error:
        assume("no occurrence" not in str(error))
        return
    assert not found.otherwise
    check(found.recurrence)
    assert occurrences(found) == list(rrulestr(rule, dtstart=start))


@settings(max_examples=100)
@given(st.text(), st.lists(st.sampled_from(WORDS), max_size=20))
def test_any_text_is_a_rule_or_refused(text: str, words: list[str]) -> None:
    for rule in (text, f"FREQ=DAILY;{text}", "FREQ=DAILY;" + "".join(words)):
        with suppress(NotExpressible):
            recurrence_of(rule, START, UTC)


@settings(max_examples=60)
@given(
    rules(),
    st.sampled_from(["", "RSCALE=CHINESE;", "RSCALE=HEBREW;", "RSCALE=DANGI;", "RSCALE=ISLAMIC-TBLA;"]),
    st.sampled_from(["", ";SKIP=FORWARD", ";SKIP=BACKWARD"]),
    st.sampled_from(["0001-01-02", "1601-01-01", "1899-12-30", "2049-12-30", "9000-02-28", "9999-12-29"]),
    st.sampled_from([UTC, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")]),
    st.booleans(),
)
def test_what_a_rule_is_made_is_a_series_that_starts_with_its_start(
    rule: str, scale: str, skip: str, day: str, zone: tzinfo, ends: bool
) -> None:
    """In every calendar, and in years at the ends of what is known."""
    if not ends:
        rule = re.sub(";(COUNT|UNTIL)=[^;]*", "", rule)
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    with suppress(NotExpressible):
        found = recurrence_of(scale + rule + skip, start, zone)
        check(found.recurrence)
        series = Series(found.recurrence, found.start, zone)
        assert series.first_after(found.start - timedelta(microseconds=1)) == found.start
        assert all(series.contains(one) for one in found.deleted)
        rrule_of(found.recurrence, found.start, zone)


COSTLY = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=7;COUNT=3",
    "FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;BYSETPOS=366;COUNT=999",
    "FREQ=MONTHLY;BYMONTHDAY=30;BYDAY=MO;BYMONTH=2;COUNT=3",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=100000000",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31;BYMONTH=2",
    "FREQ=WEEKLY;BYDAY=MO;BYMONTHDAY=31;BYMONTH=2;COUNT=3",
    "FREQ=DAILY;INTERVAL=2;BYMONTHDAY=30;BYMONTH=2;COUNT=2",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR,SA;BYMONTH=1,3,5,7,9,11;COUNT=999",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
    "RSCALE=HEBREW;FREQ=MONTHLY;BYMONTHDAY=30;COUNT=100000000",
]


@pytest.mark.parametrize("rule", COSTLY)
def test_no_rule_costs_much(rule: str) -> None:
    """Where dateutil looks for a day up to the year 9999, it is a second and more."""

    def once() -> float:
        begun = time.process_time()
        with suppress(NotExpressible):
            recurrence_of(rule, START, UTC)
        return time.process_time() - begun

    once()
    assert min(once() for _ in range(3)) < 0.1
