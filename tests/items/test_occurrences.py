"""When a pattern recurs: every type, the end, the start, zones (MS-ASCAL 2.2.2.37.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from overair.items.recurrence.occurrences import Series
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.task import TaskRecurrence

DAILY, WEEKLY, MONTHLY = RecurrenceType.DAILY, RecurrenceType.WEEKLY, RecurrenceType.MONTHLY
MONTHLY_NTH, YEARLY = RecurrenceType.MONTHLY_ON_NTH_DAY, RecurrenceType.YEARLY
YEARLY_NTH = RecurrenceType.YEARLY_ON_NTH_DAY
SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (1 << day for day in range(7))
WEEKDAYS, WEEKEND, EVERY_DAY, LAST = 62, 65, 127, 5
BERLIN = ZoneInfo("Europe/Berlin")
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def utc(text: str) -> datetime:
    """An instant from ``2026-01-05`` or ``2026-01-05 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(pattern: Recurrence | TaskRecurrence, start: str, first: int = 6) -> list[str]:
    """The days of the first occurrences of a pattern that starts at nine o'clock in UTC."""
    found = Series(pattern, utc(f"{start} 09:00"), UTC).between(BEGINNING, END)
    return [instant.date().isoformat() for instant, _ in zip(found, range(first), strict=False)]


class TestTypes:
    """Which days a pattern has."""

    @pytest.mark.req("MS-ASCAL_R454", "MS-ASCAL_R3892311", "MS-ASCAL_R28011", "MS-ASCAL_R389162")
    def test_daily(self) -> None:
        assert days(Recurrence(type=DAILY, interval=1), "2026-02-27", 3) == [
            "2026-02-27",
            "2026-02-28",
            "2026-03-01",
        ]
        assert days(Recurrence(type=DAILY, interval=40), "2026-01-05", 3) == [
            "2026-01-05",
            "2026-02-14",
            "2026-03-26",
        ]

    @pytest.mark.req("MS-ASCAL_R3892312", "MS-ASCAL_R20011")
    def test_daily_with_days_of_the_week_is_weekly(self) -> None:
        """The interval counts weeks then."""
        daily = Recurrence(type=DAILY, interval=2, day_of_week=MONDAY | FRIDAY)
        weekly = Recurrence(type=WEEKLY, interval=2, day_of_week=MONDAY | FRIDAY)
        expected = ["2026-01-05", "2026-01-09", "2026-01-19", "2026-01-23"]
        assert days(daily, "2026-01-05", 4) == days(weekly, "2026-01-05", 4) == expected

    @pytest.mark.req("MS-ASCAL_R455", "MS-ASCAL_R200", "MS-ASCAL_R196")
    @pytest.mark.parametrize(
        ("mask", "expected"),
        [
            (SUNDAY, ["2026-01-11", "2026-01-18"]),
            (MONDAY, ["2026-01-12", "2026-01-19"]),
            (TUESDAY, ["2026-01-13", "2026-01-20"]),
            (WEDNESDAY, ["2026-01-07", "2026-01-14"]),
            (THURSDAY, ["2026-01-08", "2026-01-15"]),
            (FRIDAY, ["2026-01-09", "2026-01-16"]),
            (SATURDAY, ["2026-01-10", "2026-01-17"]),
            (WEEKDAYS, ["2026-01-07", "2026-01-08", "2026-01-09", "2026-01-12"]),
            (WEEKEND, ["2026-01-10", "2026-01-11", "2026-01-17", "2026-01-18"]),
            (EVERY_DAY, ["2026-01-07", "2026-01-08"]),
        ],
    )
    def test_weekly(self, mask: int, expected: list[str]) -> None:
        """From Wednesday the 7th of January 2026."""
        assert days(Recurrence(type=WEEKLY, day_of_week=mask), "2026-01-07", len(expected)) == expected

    @pytest.mark.req("MS-ASCAL_R269", "MS-ASCAL_R277")
    @pytest.mark.parametrize(
        ("first_day", "expected"),
        [
            # From Wednesday the 7th on every other week's Sunday and Wednesday.
            (0, ["2026-01-07", "2026-01-18", "2026-01-21"]),
            (1, ["2026-01-07", "2026-01-11", "2026-01-21", "2026-01-25"]),
            (3, ["2026-01-07", "2026-01-11", "2026-01-21"]),
            (4, ["2026-01-07", "2026-01-18", "2026-01-21"]),
            (None, ["2026-01-07", "2026-01-18", "2026-01-21"]),
        ],
    )
    def test_the_first_day_of_the_week_says_which_weeks(
        self, first_day: int | None, expected: list[str]
    ) -> None:
        """It matters where weeks are left out; where nothing is said it is Sunday."""
        pattern = Recurrence(
            type=WEEKLY, interval=2, day_of_week=SUNDAY | WEDNESDAY, first_day_of_week=first_day
        )
        assert days(pattern, "2026-01-07", len(expected)) == expected

    @pytest.mark.req("MS-ASCAL_R456", "MS-ASCAL_R18811")
    def test_monthly(self) -> None:
        assert days(Recurrence(type=MONTHLY, day_of_month=15, interval=3), "2026-01-20", 3) == [
            "2026-04-15",
            "2026-07-15",
            "2026-10-15",
        ]

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            (29, ["2026-01-29", "2026-02-28", "2026-03-29", "2026-04-29"]),
            (30, ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"]),
            (31, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ],
    )
    def test_a_day_that_a_month_lacks_is_its_last_one(self, number: int, expected: list[str]) -> None:
        """As Outlook and Exchange have it; iCalendar would pass over the month."""
        assert days(Recurrence(type=MONTHLY, day_of_month=number), "2026-01-29", 4) == expected

    @pytest.mark.req("MS-ASCAL_R457", "MS-ASCAL_R471", "MS-ASCAL_R477")
    @pytest.mark.parametrize(
        ("mask", "week", "expected"),
        [
            (TUESDAY, 1, ["2026-01-06", "2026-02-03", "2026-03-03"]),
            (TUESDAY, 4, ["2026-01-27", "2026-02-24", "2026-03-24"]),
            (TUESDAY, LAST, ["2026-01-27", "2026-02-24", "2026-03-31"]),
            (SUNDAY, LAST, ["2026-01-25", "2026-02-22", "2026-03-29"]),
            pytest.param(
                *(WEEKDAYS, 1, ["2026-01-01", "2026-02-02", "2026-03-02"]),
                marks=pytest.mark.req("MS-ASCAL_R3893715"),
            ),
            (WEEKDAYS, LAST, ["2026-01-30", "2026-02-27", "2026-03-31"]),
            pytest.param(
                *(WEEKEND, 2, ["2026-01-04", "2026-02-07", "2026-03-07"]),
                marks=pytest.mark.req("MS-ASCAL_R3893716"),
            ),
            (WEEKEND, LAST, ["2026-01-31", "2026-02-28", "2026-03-29"]),
            pytest.param(
                *(EVERY_DAY, 3, ["2026-01-03", "2026-02-03", "2026-03-03"]),
                marks=pytest.mark.req("MS-ASCAL_R3893714", "MS-ASCAL_R47811411"),
            ),
            (EVERY_DAY, LAST, ["2026-01-31", "2026-02-28", "2026-03-31"]),
            (MONDAY | THURSDAY, 2, ["2026-01-05", "2026-02-05", "2026-03-05"]),
        ],
    )
    def test_monthly_on_the_nth_day(self, mask: int, week: int, expected: list[str]) -> None:
        pattern = Recurrence(type=MONTHLY_NTH, day_of_week=mask, week_of_month=week)
        assert days(pattern, "2026-01-01", 3) == expected

    @pytest.mark.req("MS-ASCAL_R458", "MS-ASCAL_R321")
    def test_yearly(self) -> None:
        pattern = Recurrence(type=YEARLY, month_of_year=3, day_of_month=14, interval=3)
        assert days(pattern, "2026-05-01", 2) == ["2029-03-14", "2032-03-14"]

    def test_the_29th_of_february_is_the_28th_in_other_years(self) -> None:
        pattern = Recurrence(type=YEARLY, month_of_year=2, day_of_month=29)
        assert days(pattern, "2024-02-29", 5) == [
            *("2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"),
            "2028-02-29",
        ]

    @pytest.mark.req("MS-ASCAL_R459")
    def test_yearly_on_the_nth_day(self) -> None:
        last_sunday = Recurrence(type=YEARLY_NTH, month_of_year=3, day_of_week=SUNDAY, week_of_month=LAST)
        assert days(last_sunday, "2026-01-01", 3) == ["2026-03-29", "2027-03-28", "2028-03-26"]
        last_day = Recurrence(type=YEARLY_NTH, month_of_year=2, day_of_week=EVERY_DAY, week_of_month=LAST)
        assert days(last_day, "2027-01-01", 2) == ["2027-02-28", "2028-02-29"]

    @pytest.mark.req("MS-ASCAL_R5")
    @pytest.mark.parametrize("interval", [None, 0])
    def test_an_interval_of_nothing_is_one(self, interval: int | None) -> None:
        assert days(Recurrence(type=DAILY, interval=interval), "2026-01-05", 2) == [
            "2026-01-05",
            "2026-01-06",
        ]

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (WEEKLY, ["2026-01-31", "2026-02-07"]),
            (MONTHLY, ["2026-01-31", "2026-02-28"]),
            (MONTHLY_NTH, ["2026-01-31", "2026-02-28"]),
            (YEARLY, ["2026-01-31", "2027-01-31"]),
            (YEARLY_NTH, ["2026-01-31", "2027-01-30"]),
        ],
    )
    def test_what_a_pattern_leaves_out_is_as_its_start_has_it(
        self, kind: RecurrenceType, expected: list[str]
    ) -> None:
        """The last Saturday of January 2026, which is its last day, too."""
        assert days(Recurrence(type=kind), "2026-01-31", 2) == expected

    def test_every_day_without_a_week_is_the_last_day(self) -> None:
        pattern = Recurrence(type=MONTHLY_NTH, day_of_week=EVERY_DAY)
        assert days(pattern, "2026-01-10", 2) == ["2026-01-31", "2026-02-28"]

    def test_tasks_recur_alike(self) -> None:
        pattern = TaskRecurrence(type=MONTHLY, start=utc("2026-01-31"), day_of_month=31, occurrences=2)
        assert days(pattern, "2026-01-31") == ["2026-01-31", "2026-02-28"]

    @pytest.mark.req("MS-ASCAL_R290")
    @pytest.mark.parametrize("calendar_type", [None, 0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12])
    def test_the_other_calendars_have_gregorian_months(self, calendar_type: int | None) -> None:
        """They count years otherwise. None of them has leap months."""
        pattern = Recurrence(
            type=YEARLY,
            month_of_year=2,
            day_of_month=29,
            is_leap_month=1,
            calendar_type=None if calendar_type is None else CalendarType(calendar_type),
        )
        assert days(pattern, "2024-01-01", 2) == ["2024-02-29", "2025-02-28"]


class TestEnd:
    """Where a series ends."""

    @pytest.mark.req("MS-ASCAL_R33811", "MS-ASCAL_R38916", "MS-ASCAL_R345")
    @pytest.mark.parametrize(
        ("pattern", "last"),
        [
            (Recurrence(type=DAILY, interval=3, occurrences=999), "2034-03-18"),
            (Recurrence(type=WEEKLY, day_of_week=WEEKDAYS, occurrences=7), "2026-01-13"),
            (Recurrence(type=WEEKLY, interval=2, day_of_week=MONDAY, occurrences=2), "2026-01-19"),
            (Recurrence(type=MONTHLY, day_of_month=31, occurrences=999), "2109-03-31"),
            (Recurrence(type=YEARLY, month_of_year=1, day_of_month=4, occurrences=1), "2027-01-04"),
        ],
    )
    def test_occurrences_are_counted(self, pattern: Recurrence, last: str) -> None:
        """From the start on: Monday the 5th of January."""
        series = Series(pattern, utc("2026-01-05 09:00"), UTC)
        assert series.last() == utc(f"{last} 09:00")
        assert len(list(series.between(BEGINNING, END))) == pattern.occurrences
        assert not series.endless

    @pytest.mark.req("MS-ASCAL_R53911", "MS-ASCAL_R5391111")
    def test_occurrences_count_and_until_is_ignored(self) -> None:
        pattern = Recurrence(type=DAILY, occurrences=3, until=utc("2026-01-05"))
        assert days(pattern, "2026-01-05") == ["2026-01-05", "2026-01-06", "2026-01-07"]

    @pytest.mark.req("MS-ASCAL_R389161", "MS-ASCAL_R46411")
    @pytest.mark.parametrize(
        "until",
        [
            "2026-03-10 14:00",  # the start of the last one, in Los Angeles at 7 o'clock
            "2026-03-11 06:59",  # the end of its day
            "2026-03-10 07:00",  # the beginning
            "2026-03-10 00:00",  # its date
            "2026-03-10 20:12",  # some time
        ],
    )
    def test_until_is_a_day(self, until: str) -> None:
        """Of the zone in which the series recurs, whatever time phones write."""
        pattern = Recurrence(type=DAILY, until=utc(until))
        series = Series(pattern, utc("2026-03-01 15:00"), ZoneInfo("America/Los_Angeles"))
        assert series.last() == utc("2026-03-10 14:00")

    def test_until_at_midnight_in_utc_is_the_start_of_an_occurrence(self) -> None:
        """It is not the date alone where the occurrences begin at that time."""
        series = Series(
            Recurrence(type=DAILY, until=utc("2026-07-10")),
            utc("2026-07-01 00:00"),
            ZoneInfo("America/New_York"),
        )
        assert series.last() == utc("2026-07-10 00:00")  # eight in the evening of the 9th
        winter = Series(
            Recurrence(type=DAILY, until=utc("2026-07-10")),
            utc("2026-01-01 01:00"),
            ZoneInfo("America/New_York"),
        )
        assert winter.last() == utc("2026-07-10 00:00")

    @pytest.mark.parametrize("until", ["2025-12-31", "2026-01-04 23:59", "0001-01-01"])
    def test_an_end_before_the_start_leaves_nothing(self, until: str) -> None:
        series = Series(Recurrence(type=DAILY, until=utc(until)), utc("2026-01-05 09:00"), UTC)
        assert list(series.between(BEGINNING, END)) == []
        assert series.last() is None
        assert series.first_after(BEGINNING) is None
        assert not series.endless

    def test_an_endless_series_has_no_last(self) -> None:
        series = Series(Recurrence(type=DAILY), utc("2026-01-05 09:00"), UTC)
        assert series.endless
        assert series.last() is None


class TestStart:
    """Where a series begins."""

    def test_a_start_off_the_pattern_is_no_occurrence(self) -> None:
        """The first one is the first day of the pattern after it."""
        pattern = Recurrence(type=WEEKLY, day_of_week=MONDAY, occurrences=2)
        assert days(pattern, "2026-01-07") == ["2026-01-12", "2026-01-19"]

    def test_a_start_in_the_second_of_two_like_hours_is_kept(self) -> None:
        """The clocks of Berlin show half past two twice on the 25th of October 2026."""
        series = Series(Recurrence(type=DAILY, occurrences=2), utc("2026-10-25 01:30"), BERLIN)
        assert list(series.between(BEGINNING, END)) == [utc("2026-10-25 01:30"), utc("2026-10-26 01:30")]
        assert series.contains(utc("2026-10-25 01:30"))

    def test_a_start_in_the_second_of_two_like_hours_is_alone_in_that(self) -> None:
        """In the years after it is the first of the two, as for every series."""
        last_sunday = Recurrence(type=YEARLY_NTH, month_of_year=10, day_of_week=SUNDAY, week_of_month=LAST)
        series = Series(last_sunday, utc("2026-10-25 01:30"), BERLIN)
        assert series.first_after(utc("2027-01-01")) == utc("2027-10-31 00:30")


class TestZones:
    """Occurrences are at the same time of the wall clock."""

    def test_daylight_saving_time_moves_the_instants(self) -> None:
        series = Series(Recurrence(type=WEEKLY, day_of_week=SUNDAY), utc("2026-03-22 08:00"), BERLIN)
        assert list(series.between(utc("2026-03-22"), utc("2026-04-06"))) == [
            utc("2026-03-22 08:00"),
            utc("2026-03-29 07:00"),
            utc("2026-04-05 07:00"),
        ]

    def test_a_time_that_a_day_lacks_comes_after_the_gap(self) -> None:
        """Half past two in Berlin on the 29th of March 2026 is reckoned with the offset of the winter."""
        series = Series(Recurrence(type=DAILY), utc("2026-03-28 01:30"), BERLIN)
        found = list(series.between(utc("2026-03-28"), utc("2026-03-31")))
        assert found == [utc("2026-03-28 01:30"), utc("2026-03-29 01:30"), utc("2026-03-30 00:30")]

    def test_a_time_that_a_day_has_twice_is_the_earlier(self) -> None:
        series = Series(Recurrence(type=DAILY), utc("2026-10-24 00:30"), BERLIN)
        found = list(series.between(utc("2026-10-24"), utc("2026-10-27")))
        assert found == [utc("2026-10-24 00:30"), utc("2026-10-25 00:30"), utc("2026-10-26 01:30")]

    def test_a_day_that_a_zone_passed_over_has_no_occurrence(self) -> None:
        """In Samoa Thursday the 29th of December 2011 was followed by Saturday the 31st."""
        apia = ZoneInfo("Pacific/Apia")
        series = Series(Recurrence(type=DAILY), datetime(2011, 12, 28, 9, tzinfo=apia), apia)
        found = list(series.between(utc("2011-12-28"), utc("2012-01-01")))
        assert [instant.astimezone(apia).day for instant in found] == [28, 29, 31, 1]
        backwards = series.before(utc("2012-01-01"))
        assert list(backwards) == list(reversed(found))

    @pytest.mark.parametrize("zone", [UTC, BERLIN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")])
    @pytest.mark.parametrize("kind", list(RecurrenceType))
    @pytest.mark.parametrize("start", [BEGINNING, END, END - timedelta(days=3), utc("9999-12-01")])
    def test_the_ends_of_the_calendar(self, zone: tzinfo, kind: RecurrenceType, start: datetime) -> None:
        """No offset leads out of it."""
        for end in ({}, {"occurrences": 999}, {"until": END}, {"until": BEGINNING}):
            series = Series(Recurrence(type=kind, interval=999, **end), start, zone)
            found = list(series.between(BEGINNING, END))
            assert len(found) <= 3700
            assert found == sorted(found)
            assert series.first_after(END) is None
            assert series.at(BEGINNING) in (None, BEGINNING)
            series.last()


class TestLookingUp:
    """Finding occurrences in a series."""

    SERIES = Series(Recurrence(type=DAILY, interval=2, occurrences=4), utc("2026-03-27 08:00"), BERLIN)
    STARTS = ("2026-03-27 08:00", "2026-03-29 07:00", "2026-03-31 07:00", "2026-04-02 07:00")

    def test_contains_is_exact(self) -> None:
        assert all(self.SERIES.contains(utc(start)) for start in self.STARTS)
        assert not self.SERIES.contains(utc("2026-03-29 08:00"))
        assert not self.SERIES.contains(utc("2026-03-28 08:00"))
        assert not self.SERIES.contains(utc("2026-04-04 07:00"))

    def test_at_finds_the_occurrence_of_a_day(self) -> None:
        assert self.SERIES.at(utc("2026-03-29 22:30")) is None  # half past midnight of the 30th
        assert self.SERIES.at(utc("2026-03-29 21:30")) == utc("2026-03-29 07:00")
        assert self.SERIES.day(utc("2026-03-29 22:30")) == date(2026, 3, 30).toordinal()

    def test_the_window_includes_its_first_instant_only(self) -> None:
        first, last = utc(self.STARTS[1]), utc(self.STARTS[3])
        assert list(self.SERIES.between(first, last)) == [first, utc(self.STARTS[2])]

    def test_neighbours(self) -> None:
        assert self.SERIES.first_after(utc(self.STARTS[0])) == utc(self.STARTS[1])
        assert self.SERIES.first_after(utc(self.STARTS[3])) is None
        assert list(self.SERIES.before(utc(self.STARTS[2]))) == [utc(self.STARTS[1]), utc(self.STARTS[0])]
