"""Recurrences in the calendars that follow the moon, against dates that almanacs and newspapers gave."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from overair.items.recurrence.lunar_months import lunar_months
from overair.items.recurrence.months import FOLLOWING_THE_MOON
from overair.items.recurrence.occurrences import Series
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType

HIJRI, HEBREW = CalendarType.HIJRI, CalendarType.HEBREW_LUNAR
CHINESE, KOREAN, JAPANESE = (
    CalendarType.CHINESE_LUNAR,
    CalendarType.KOREAN_LUNAR,
    CalendarType.JAPANESE_LUNAR,
)
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def days(pattern: Recurrence, start: str, first: int | None = None) -> list[str]:
    """The days of the first occurrences of a pattern, or of all."""
    found = Series(pattern, datetime.fromisoformat(start).replace(tzinfo=UTC), UTC).between(BEGINNING, END)
    listed = (instant.date().isoformat() for instant in found)
    return list(listed) if first is None else [day for day, _ in zip(listed, range(first), strict=False)]


def yearly(calendar: CalendarType, month: int, day: int, *, leap: bool = False) -> Recurrence:
    """Every year on a day."""
    return Recurrence(
        type=RecurrenceType.YEARLY,
        calendar_type=calendar,
        month_of_year=month,
        day_of_month=day,
        is_leap_month=1 if leap else None,
    )


class TestYearly:
    """The same day of every year."""

    @pytest.mark.req("MS-ASCAL_R139", "MS-ASCAL_R321")
    @pytest.mark.parametrize(
        ("calendar", "month", "day", "expected"),
        [
            # The New Years; in 2027 and 2028 the moon is new in Seoul a day later than in Beijing.
            (CHINESE, 1, 1, ["2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"]),
            (KOREAN, 1, 1, ["2026-02-17", "2027-02-07", "2028-01-27", "2029-02-13"]),
            (JAPANESE, 1, 1, ["2026-02-17", "2027-02-07", "2028-01-27", "2029-02-13"]),
            # Mid-autumn, after a leap month in 2025 and in 2028.
            (CHINESE, 8, 15, ["2026-09-25", "2027-09-15", "2028-10-03"]),
            # Rosh Hashanah, and Passover, which begins on the 15th of Nisan.
            (HEBREW, 1, 1, ["2026-09-12", "2027-10-02", "2028-09-21"]),
            (HEBREW, 7, 15, ["2026-04-02", "2027-04-22", "2028-04-11"]),
            # Purim is on the 14th of Adar, in leap years as in 2027 of Adar II.
            (HEBREW, 6, 14, ["2026-03-03", "2027-03-23", "2028-03-12"]),
            # The first of Muharram and of Ramadan by arithmetic.
            (HIJRI, 1, 1, ["2026-06-16", "2027-06-05", "2028-05-24"]),
            (HIJRI, 9, 1, ["2026-02-17", "2027-02-07", "2028-01-27"]),
        ],
    )
    def test_days_that_are_known(
        self, calendar: CalendarType, month: int, day: int, expected: list[str]
    ) -> None:
        assert days(yearly(calendar, month, day), "2026-01-01", len(expected)) == expected

    def test_a_day_that_a_month_lacks_is_its_last_one(self) -> None:
        """The twelfth Chinese month of 2025 has 29 days, that of 2026 has 30, that of 2027 has 29 again."""
        assert days(yearly(CHINESE, 12, 30), "2026-01-01", 3) == ["2026-02-16", "2027-02-05", "2028-01-25"]

    def test_intervals_are_years_of_the_calendar(self) -> None:
        pattern = yearly(HIJRI, 1, 1)
        pattern.interval = 33  # close to 32 solar years
        assert days(pattern, "2026-06-16", 3) == ["2026-06-16", "2058-06-22", "2090-06-28"]

    def test_the_nth_day_of_a_month(self) -> None:
        pattern = Recurrence(
            type=RecurrenceType.YEARLY_ON_NTH_DAY,
            calendar_type=CHINESE,
            month_of_year=1,
            week_of_month=5,
            day_of_week=127,
        )
        assert days(pattern, "2026-01-01", 3) == ["2026-03-18", "2027-03-07", "2028-02-24"]


class TestLeapMonths:
    """Months that not every year has."""

    @pytest.mark.req("MS-ASCAL_R28411", "MS-ASCAL_R288", "MS-ASCAL_R608", "MS-ASCAL_R609", "MS-ASCAL_R293")
    @pytest.mark.parametrize(
        ("calendar", "month", "leap", "expected"),
        [
            (CHINESE, 6, True, ["2025-07-25", "2036-07-23", "2055-07-24"]),
            (CHINESE, 6, False, ["2025-06-25", "2026-07-14", "2027-07-04"]),
            (CHINESE, 11, True, ["2033-12-22"]),
            (KOREAN, 5, True, ["2028-06-23", "2039-06-22", "2047-06-23"]),
            (HEBREW, 5, True, ["2027-02-08", "2030-02-04", "2033-01-31"]),
        ],
    )
    def test_only_the_years_that_have_one(
        self, calendar: CalendarType, month: int, leap: bool, expected: list[str]
    ) -> None:
        found = days(yearly(calendar, month, 1, leap=leap), "2025-06-01", 40)
        assert found[: len(expected)] == expected

    def test_adar_ii_is_the_leap_month_of_windows(self) -> None:
        assert days(yearly(HEBREW, 6, 14, leap=True), "2026-01-01", 2) == ["2027-03-23", "2030-03-19"]

    def test_counting_passes_over_years_without_one(self) -> None:
        pattern = yearly(CHINESE, 6, 1, leap=True)
        pattern.occurrences = 2
        assert days(pattern, "2025-06-01") == ["2025-07-25", "2036-07-23"]

    def test_a_leap_month_that_never_comes(self) -> None:
        """No Chinese year of two centuries has a leap month after the twelfth; Hijri years have none."""
        assert days(yearly(CHINESE, 12, 1, leap=True), "1950-01-01") == []
        assert days(yearly(HIJRI, 1, 1, leap=True), "1950-01-01") == []


class TestMonthly:
    """The same day of every month of the calendar."""

    def test_leap_months_are_months(self) -> None:
        pattern = Recurrence(type=RecurrenceType.MONTHLY, calendar_type=CHINESE, day_of_month=1)
        assert days(pattern, "2025-06-01", 4) == ["2025-06-25", "2025-07-25", "2025-08-23", "2025-09-22"]

    def test_the_last_day(self) -> None:
        pattern = Recurrence(type=RecurrenceType.MONTHLY, calendar_type=HIJRI, day_of_month=31, interval=2)
        assert days(pattern, "2026-06-16", 3) == ["2026-07-15", "2026-09-12", "2026-11-10"]

    def test_what_is_left_out_is_as_the_start_has_it_in_the_calendar(self) -> None:
        """The 17th of February 2026 is the first day of the first Chinese month."""
        pattern = Recurrence(type=RecurrenceType.YEARLY, calendar_type=CHINESE)
        assert days(pattern, "2026-02-17", 2) == ["2026-02-17", "2027-02-06"]


class TestRange:
    """The years that are known."""

    @pytest.mark.parametrize("calendar", FOLLOWING_THE_MOON)
    def test_nothing_recurs_beyond_them(self, calendar: CalendarType) -> None:
        for kind in RecurrenceType:
            pattern = Recurrence(type=kind, calendar_type=calendar, occurrences=999, day_of_month=None)
            if kind in (RecurrenceType.DAILY, RecurrenceType.WEEKLY):
                continue
            assert days(pattern, "1600-01-01") == days(pattern, "2500-01-01") == []
            found = days(pattern, "1950-01-01")
            assert found
            assert "1950" <= found[0][:4] < "1953"
            assert found[-1] < "2223"

    @pytest.mark.parametrize("calendar", FOLLOWING_THE_MOON)
    def test_the_tables_have_no_holes(self, calendar: CalendarType) -> None:
        """Months follow each other, have 29 or 30 days, and twelve or thirteen are a year."""
        months = lunar_months(calendar)
        numbers: dict[int, list[int]] = {}
        after = months.month(0).first
        for index in range(months.count):
            month = months.month(index)
            assert month.first == after
            assert month.length in (29, 30)
            assert months.index_at(month.first) == months.index_at(month.first + month.length - 1) == index
            numbers.setdefault(months.year_of(index), []).append(months.number_of(index))
            after = month.first + month.length
        assert months.index_at(after) == months.count
        assert months.index_at(months.month(0).first - 1) == -1
        years = sorted(numbers)
        assert years == list(range(years[0], years[-1] + 1))
        for year in years[:-1]:
            assert sorted(set(numbers[year])) == list(range(1, 13))
            assert len(numbers[year]) in (12, 13)
        assert date.fromordinal(months.month(0).first) < date(1900, 2, 1)
        assert date.fromordinal(after) > date(2049, 12, 1)
