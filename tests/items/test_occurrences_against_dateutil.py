"""Series against dateutil's rules, which are run from the start: two ways to reckon the same days."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from overair.items.icalendar.recurrence import recurrence_of, rrule_of
from overair.items.recurrence.occurrences import Series
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
LATEST = END.replace(tzinfo=None)
ZONES = [
    ZoneInfo(name)
    for name in (
        *("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"),
        *("Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "America/Havana"),
    )
]
DAYS = (SU, MO, TU, WE, TH, FR, SA)
FREQUENCIES: dict[RecurrenceType, Literal[0, 1, 2, 3]] = {
    RecurrenceType.DAILY: DAILY,
    RecurrenceType.WEEKLY: WEEKLY,
    RecurrenceType.MONTHLY: MONTHLY,
    RecurrenceType.MONTHLY_ON_NTH_DAY: MONTHLY,
    RecurrenceType.YEARLY: YEARLY,
    RecurrenceType.YEARLY_ON_NTH_DAY: YEARLY,
}
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@st.composite
def patterns(draw: st.DrawFn) -> Recurrence:
    """Patterns whole, without an end."""
    kind = draw(st.sampled_from(RecurrenceType))
    interval = draw(st.one_of(st.integers(1, 5), st.integers(1, 40)))
    mask = draw(st.one_of(st.sampled_from([62, 65, 127]), st.integers(1, 127)))
    number, week = draw(st.one_of(st.integers(1, 28), st.integers(29, 31))), draw(st.integers(1, 5))
    month = draw(st.integers(1, 12))
    nth: dict[str, int | None] = {"day_of_week": mask, "week_of_month": week}
    kinds: dict[RecurrenceType, dict[str, int | None]] = {
        RecurrenceType.DAILY: {"day_of_week": draw(st.sampled_from([None, mask]))},
        RecurrenceType.WEEKLY: {"day_of_week": mask},
        RecurrenceType.MONTHLY: {"day_of_month": number},
        RecurrenceType.MONTHLY_ON_NTH_DAY: nth,
        RecurrenceType.YEARLY: {"day_of_month": number, "month_of_year": month},
        RecurrenceType.YEARLY_ON_NTH_DAY: {**nth, "month_of_year": month},
    }
    values = kinds[kind]
    if kind in (RecurrenceType.DAILY, RecurrenceType.WEEKLY):
        values["first_day_of_week"] = draw(st.integers(0, 6))
    pattern = Recurrence(type=kind, interval=interval)
    for name, value in values.items():
        setattr(pattern, name, value)
    return pattern


def times(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Times of a clock, without a zone, in some years."""
    begin, end = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (first, last))
    return st.datetimes(begin, end).map(lambda at: at.replace(microsecond=0))


STARTS = times(1995, 2026)


def by_dateutil(pattern: Recurrence, start: datetime, **end: object) -> rrule:
    """The pattern as a rule of dateutil, which expands it from its start on; times without a zone."""
    assert pattern.type is not None
    frequency = FREQUENCIES[pattern.type]
    days, number, week = pattern.day_of_week, pattern.day_of_month, pattern.week_of_month
    values: dict[str, object] = {"bymonth": pattern.month_of_year}
    if frequency == DAILY and days:
        frequency = WEEKLY
    if days:
        values["byweekday"] = [day for place, day in enumerate(DAYS) if days >> place & 1]
    if week:
        values["bysetpos"] = -1 if week == 5 else week
    if number:
        least = 28 if pattern.month_of_year is None else LENGTHS[pattern.month_of_year - 1]
        values |= {"bymonthday": list(range(min(number, least), number + 1)), "bysetpos": -1}
    if pattern.first_day_of_week is not None:
        values["wkst"] = DAYS[pattern.first_day_of_week]
    return rrule(frequency, dtstart=start, interval=pattern.interval or 1, **values, **end)  # type: ignore[arg-type]


def instants(rule: rrule, zone: ZoneInfo, until: datetime) -> list[datetime]:
    """The instants of a rule's times, up to a time: those of a clock in the zone, none twice."""
    found: list[datetime] = []
    for one in rule:
        if one > until:
            break
        instant = one.replace(tzinfo=zone).astimezone(UTC)
        if not found or instant > found[-1]:
            found.append(instant)
    return found


@settings(max_examples=150)
@given(patterns(), STARTS, st.sampled_from(ZONES), st.integers(-40, 1500), st.integers(0, 500))
def test_a_window_has_what_an_expansion_from_the_start_has(
    pattern: Recurrence, start: datetime, zone: ZoneInfo, skipped: int, length: int
) -> None:
    series = Series(pattern, start.replace(tzinfo=zone), zone)
    first = start.replace(tzinfo=UTC) + timedelta(days=skipped)
    last = first + timedelta(days=length)
    rule = by_dateutil(pattern, start)
    expected = instants(rule, zone, last.replace(tzinfo=None) + timedelta(days=2))
    assert list(series.between(first, last)) == [one for one in expected if first <= one < last]


@settings(max_examples=100)
@given(patterns(), STARTS, st.sampled_from(ZONES), st.data())
def test_an_end_is_where_an_expansion_ends(
    pattern: Recurrence, start: datetime, zone: ZoneInfo, data: st.DataObject
) -> None:
    if data.draw(st.booleans(), "counted"):
        pattern.occurrences = data.draw(st.integers(1, 60), "occurrences")
        rule = by_dateutil(pattern, start, count=pattern.occurrences)
    else:
        day = start.date() + timedelta(days=data.draw(st.integers(-3, 900), "days until"))
        rule = by_dateutil(pattern, start, until=datetime.combine(day, time.max))
        pattern.until = datetime.combine(day, start.time(), zone).astimezone(UTC)
        if pattern.until.astimezone(zone).date() != day:
            return  # a day that the zone passed over
    series = Series(pattern, start.replace(tzinfo=zone), zone)
    expected = instants(rule, zone, LATEST)
    assert list(series.between(BEGINNING, END)) == expected
    assert series.last() == (expected[-1] if expected else None)
    assert list(series.before(END)) == expected[::-1]
    for before, after in zip([None, *expected], [*expected, None], strict=True):
        assert series.first_after(before or BEGINNING) == after
    assert all(series.contains(one) for one in expected)
    around = {one + timedelta(days=days) for one in expected for days in (-1, 1)} - set(expected)
    assert not any(series.contains(one) for one in around)


@settings(max_examples=150)
@given(patterns(), STARTS, st.sampled_from(ZONES), st.data())
def test_a_pattern_comes_back_from_icalendar(
    pattern: Recurrence, start: datetime, zone: ZoneInfo, data: st.DataObject
) -> None:
    """What its RRULE is read as has the same occurrences, needs none deleted and is not otherwise."""
    begin = start.replace(tzinfo=zone).astimezone(UTC)
    endless = Series(pattern, begin, zone)
    first = endless.first_after(begin - timedelta(microseconds=1))
    assert first is not None
    match data.draw(st.sampled_from(["count", "until", "none"]), "end"):
        case "count":
            pattern.occurrences = data.draw(st.integers(1, 999), "occurrences")
        case "until":
            pattern.until = first + timedelta(days=data.draw(st.integers(0, 2000), "days"))
    rule = rrule_of(pattern, begin, zone)
    # As the start of the series in iCalendar is: its first occurrence.
    back = recurrence_of(rule.to_ical().decode(), first, zone)
    assert (back.deleted, back.otherwise, back.start) == ((), "", first)
    assert (back.recurrence.until is None) == (pattern.until is None)
    assert back.recurrence.occurrences == pattern.occurrences
    window = first, first + timedelta(days=3000)
    again = Series(back.recurrence, back.start, zone)
    assert list(again.between(*window)) == list(Series(pattern, begin, zone).between(*window))
    assert again.last() == Series(pattern, begin, zone).last()


@settings(max_examples=80)
@given(
    st.sampled_from(
        [
            *(CalendarType.HIJRI, CalendarType.HEBREW_LUNAR, CalendarType.CHINESE_LUNAR),
            *(CalendarType.KOREAN_LUNAR, CalendarType.JAPANESE_LUNAR),
        ]
    ),
    st.sampled_from(list(RecurrenceType)[2:]),
    patterns(),
    st.booleans(),
    times(1950, 2030),
)
def test_patterns_of_lunar_calendars_come_back_from_icalendar(
    calendar_type: CalendarType, kind: RecurrenceType, other: Recurrence, leap: bool, start: datetime
) -> None:
    pattern = Recurrence(type=kind, interval=other.interval, calendar_type=calendar_type)
    pattern.day_of_month, pattern.day_of_week = other.day_of_month, other.day_of_week
    pattern.week_of_month, pattern.month_of_year = other.week_of_month, other.month_of_year
    pattern.is_leap_month = int(leap)
    begin = start.replace(tzinfo=UTC)
    series = Series(pattern, begin, UTC)
    first = series.first_after(begin - timedelta(microseconds=1))
    if first is None:
        return  # no year that is known has that leap month
    back = recurrence_of(rrule_of(pattern, begin, UTC), first, UTC)
    assert (back.deleted, back.otherwise, back.start) == ((), "", first)
    window = first, first + timedelta(days=40_000)
    assert list(Series(back.recurrence, first, UTC).between(*window)) == list(series.between(*window))
