"""Rules of recurrence as texts: what is written, any text at all, and what rules may cost."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from items.icalendar_rules import (
    DAILY,
    MONTHLY,
    MONTHLY_NTH,
    PATTERNS,
    START,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    occurrences,
    said,
)
from overair.items.icalendar.recurrence import (
    NotExpressible,
    recurrence_of,
    rrule_of,
    task_recurrence_of,
)
from overair.items.recurrence.occurrences import Series, check
from overair.items.recurrence.pattern import CalendarType, Recurrence

WEEK = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
WORDS = ("FREQ=", "YEARLY", ";", "BYMONTH=", "BYDAY=", ",", "-", "1", "MO", "L", "UNTIL=", "2026", "T", "Z")


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
