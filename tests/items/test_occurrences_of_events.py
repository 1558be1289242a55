"""The occurrences of an event with its exceptions, and when it is over."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from overair.items.calendar.event import Event, EventException
from overair.items.item import FAR_FUTURE
from overair.items.recurrence.occurrences import occurrences, series_of, view_date, zone_of
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.time_zones.zones import information, packed

DAILY = RecurrenceType.DAILY
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def utc(text: str) -> datetime:
    """An instant from ``2026-01-05`` or ``2026-01-05 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def micros(text: str) -> int:
    """A view date."""
    return int(utc(text).timestamp()) * 1_000_000


def meeting(*exceptions: EventException, until: str | None = None, **values: object) -> Event:
    """Daily from nine to ten in Berlin, from Monday the 5th of January 2026 on."""
    event = Event(
        start_time=utc("2026-01-05 08:00"),
        end_time=utc("2026-01-05 09:00"),
        zone="Europe/Berlin",
        recurrence=Recurrence(type=DAILY, until=None if until is None else utc(until)),
        exceptions=exceptions or None,
    )
    for name, value in values.items():
        setattr(event, name, value)
    return event


def deleted(original: str) -> EventException:
    """An occurrence that was deleted."""
    return EventException(deleted=True, exception_start_time=utc(original))


def moved(original: str, start: str | None = None, end: str | None = None) -> EventException:
    """An occurrence at another time."""
    return EventException(
        exception_start_time=utc(original),
        start_time=None if start is None else utc(start),
        end_time=None if end is None else utc(end),
    )


def starts(event: Event, first: str, last: str) -> list[str]:
    """When the occurrences of a window start."""
    return [f"{one.start:%m-%d %H:%M}" for one in occurrences(event, utc(first), utc(last), "UTC")]


class TestOccurrences:
    """What stands in a window of the calendar."""

    def test_a_single_event(self) -> None:
        event = Event(start_time=utc("2026-01-05 08:00"), end_time=utc("2026-01-05 09:00"))
        assert starts(event, "2026-01-05 08:59", "2026-01-06") == ["01-05 08:00"]
        assert starts(event, "2026-01-05 09:00", "2026-01-06") == []
        assert starts(event, "2026-01-04", "2026-01-05 08:00") == []

    def test_an_event_of_no_length_is_in_the_window_that_it_begins(self) -> None:
        event = Event(start_time=utc("2026-01-05 08:00"), end_time=utc("2026-01-05 08:00"))
        assert starts(event, "2026-01-05 08:00", "2026-01-05 09:00") == ["01-05 08:00"]
        assert starts(event, "2026-01-05 07:00", "2026-01-05 08:00") == []

    def test_what_began_before_the_window_and_lasts_into_it(self) -> None:
        event = meeting(end_time=utc("2026-01-07 07:00"))  # each lasts into the day after the next one
        assert starts(event, "2026-01-20 08:00", "2026-01-20 09:00") == ["01-19 08:00", "01-20 08:00"]
        assert starts(event, "2026-01-20 06:59", "2026-01-20 07:01") == ["01-18 08:00", "01-19 08:00"]

    def test_exceptions(self) -> None:
        """A deleted one, one moved within, one out of and one into the window, and one only renamed."""
        event = meeting(
            deleted("2026-02-02 08:00"),
            moved("2026-02-03 08:00", "2026-02-03 15:00", "2026-02-03 15:30"),
            moved("2026-02-04 08:00", "2026-03-20 08:00", "2026-03-20 09:00"),
            moved("2026-03-11 08:00", "2026-02-05 12:00", "2026-02-05 12:45"),
            EventException(exception_start_time=utc("2026-02-06 08:00"), subject="Renamed"),
        )
        found = list(occurrences(event, utc("2026-02-01"), utc("2026-02-07"), "UTC"))
        assert [(one.original, one.start, one.end) for one in found] == [
            (utc("2026-02-01 08:00"), utc("2026-02-01 08:00"), utc("2026-02-01 09:00")),
            (utc("2026-02-03 08:00"), utc("2026-02-03 15:00"), utc("2026-02-03 15:30")),
            (utc("2026-02-05 08:00"), utc("2026-02-05 08:00"), utc("2026-02-05 09:00")),
            (utc("2026-03-11 08:00"), utc("2026-02-05 12:00"), utc("2026-02-05 12:45")),
            (utc("2026-02-06 08:00"), utc("2026-02-06 08:00"), utc("2026-02-06 09:00")),
        ]
        assert [one.exception.subject if one.exception else None for one in found][-1] == "Renamed"

    def test_an_exception_is_known_by_its_day(self) -> None:
        """Phones that reckon daylight saving time otherwise are an hour off (MS-ASCAL_R385)."""
        event = meeting(deleted("2026-07-01 08:00"))  # in summer it starts at 7 o'clock in UTC
        assert starts(event, "2026-06-30", "2026-07-03") == ["06-30 07:00", "07-02 07:00"]

    def test_an_exception_of_no_occurrence_is_none(self) -> None:
        event = meeting(moved("2026-02-10 08:00", "2026-01-06 12:00", "2026-01-06 13:00"), until="2026-01-07")
        assert starts(event, "2026-01-01", "2027-01-01") == ["01-05 08:00", "01-06 08:00", "01-07 08:00"]

    def test_an_exception_without_end_is_as_long_as_the_series(self) -> None:
        event = meeting(moved("2026-02-10 08:00", "2026-02-10 12:00"))
        (found,) = occurrences(event, utc("2026-02-10"), utc("2026-02-11"), "UTC")
        assert found.end == utc("2026-02-10 13:00")

    def test_all_day_events_are_days(self) -> None:
        """Stored as midnights in UTC, whatever their zone."""
        event = Event(
            start_time=utc("2026-03-27"),
            end_time=utc("2026-03-28"),
            all_day_event=True,
            zone="America/Los_Angeles",
            recurrence=Recurrence(type=DAILY, occurrences=4),
            exceptions=(deleted("2026-03-29"),),
        )
        assert starts(event, "2026-01-01", "2027-01-01") == ["03-27 00:00", "03-28 00:00", "03-30 00:00"]
        (one,) = occurrences(event, utc("2026-03-28"), utc("2026-03-28 01:00"), "UTC")
        assert (one.all_day, one.end) == (True, utc("2026-03-29"))

    def test_an_event_without_start_has_none(self) -> None:
        assert starts(Event(recurrence=Recurrence(type=DAILY)), "2026-01-01", "2027-01-01") == []

    def test_windows_agree(self) -> None:
        """Each occurrence is in the windows that it overlaps, and in no other."""
        event = meeting(
            moved("2026-01-06 08:00", "2026-01-11 08:00", "2026-01-13 08:00"),
            deleted("2026-01-08 08:00"),
            end_time=utc("2026-01-06 20:00"),
        )
        everything = list(occurrences(event, utc("2026-01-01"), utc("2026-02-01"), "UTC"))
        for hour in range(24 * 12):
            first = utc("2026-01-04") + timedelta(hours=hour)
            last = first + timedelta(hours=5)
            expected = [one for one in everything if one.start < last and one.end > first]
            assert list(occurrences(event, first, last, "UTC")) == expected


class TestZone:
    """The zone in which an event recurs."""

    def test_its_own(self) -> None:
        assert str(zone_of(meeting(), "Asia/Tokyo")) == "Europe/Berlin"

    def test_the_rules_that_a_client_sent(self) -> None:
        """Where no zone is known for them."""
        event = meeting(zone=None, timezone=packed("Europe/Berlin", 2026))
        assert starts(event, "2026-03-28", "2026-03-30") == ["03-28 08:00", "03-29 07:00"]

    @pytest.mark.parametrize("timezone", [None, bytes(172), b"\x7f" * 172, b"short"])
    @pytest.mark.parametrize("zone", [None, "Not/AZone"])
    def test_the_default(self, zone: str | None, timezone: bytes | None) -> None:
        event = meeting(zone=zone, timezone=timezone)
        assert str(zone_of(event, "Asia/Tokyo")) == "Asia/Tokyo"

    def test_the_rules_are_those_of_the_structure(self) -> None:
        event = meeting(zone=None, timezone=information("Australia/Sydney", 2026).pack(names=False))
        assert starts(event, "2026-04-04", "2026-04-07") == ["04-04 08:00", "04-05 09:00", "04-06 09:00"]


class TestViewDate:
    """When an event is over, by which filters measure it."""

    def test_a_single_event(self) -> None:
        event = Event(start_time=utc("2026-01-05 08:00"), end_time=utc("2026-01-05 09:00"))
        assert event.view_date == micros("2026-01-05 09:00")
        event.end_time = None
        assert event.view_date == micros("2026-01-05 08:00")
        event.end_time = utc("2025-01-05 08:00")
        assert event.view_date == micros("2026-01-05 08:00")

    def test_an_endless_series(self) -> None:
        assert meeting().view_date == FAR_FUTURE

    def test_the_last_occurrence(self) -> None:
        """Which is in summer, so that it ends an hour earlier."""
        assert meeting(until="2026-07-01").view_date == micros("2026-07-01 08:00")

    def test_the_last_occurrence_that_is_left(self) -> None:
        gone = (deleted("2026-01-09 08:00"), deleted("2026-01-08 08:00"))
        assert meeting(*gone, until="2026-01-09").view_date == micros("2026-01-07 09:00")

    def test_an_occurrence_moved_beyond_the_last(self) -> None:
        event = meeting(moved("2026-01-06 08:00", "2026-05-01 12:00", "2026-05-01 13:30"), until="2026-01-09")
        assert event.view_date == micros("2026-05-01 13:30")

    def test_the_last_one_moved_back(self) -> None:
        event = meeting(moved("2026-01-09 08:00", "2026-01-06 12:00", "2026-01-06 13:30"), until="2026-01-09")
        assert event.view_date == micros("2026-01-08 09:00")

    def test_one_that_was_prolonged(self) -> None:
        event = meeting(moved("2026-01-09 08:00", None, "2026-01-12 13:30"), until="2026-01-09")
        assert event.view_date == micros("2026-01-12 13:30")

    def test_an_exception_of_no_occurrence_counts_for_nothing(self) -> None:
        event = meeting(moved("2026-03-09 08:00", "2026-03-09 12:00", "2026-03-09 13:00"), until="2026-01-09")
        assert event.view_date == micros("2026-01-09 09:00")

    def test_all_occurrences_deleted(self) -> None:
        """It ends where it would alone."""
        event = meeting(deleted("2026-01-05 08:00"), deleted("2026-01-06 08:00"), until="2026-01-06")
        assert event.view_date == micros("2026-01-05 09:00")

    def test_a_pattern_without_occurrences(self) -> None:
        assert meeting(until="2025-01-06").view_date == micros("2026-01-05 09:00")

    def test_a_day_is_over_when_it_is_over_everywhere(self) -> None:
        """The 5th of January 2026 ends last at noon of the 6th in UTC, twelve hours west of it."""
        event = Event(start_time=utc("2026-01-05"), end_time=utc("2026-01-06"), all_day_event=True)
        assert event.view_date == micros("2026-01-06 12:00")
        event.recurrence = Recurrence(type=DAILY, occurrences=3)
        assert event.view_date == micros("2026-01-08 12:00")

    def test_an_exception_is_all_day_or_not_by_itself(self) -> None:
        whole = moved("2026-01-06 08:00", "2026-01-06", "2026-01-07")
        whole.all_day_event = True
        assert meeting(whole, until="2026-01-06").view_date == micros("2026-01-07 12:00")

    def test_an_event_without_start_is_never_over(self) -> None:
        assert Event().view_date == FAR_FUTURE

    @pytest.mark.parametrize("start", [BEGINNING, END])
    @pytest.mark.parametrize("all_day", [False, True])
    def test_the_ends_of_the_calendar(self, start: datetime, all_day: bool) -> None:
        for recurrence in (None, Recurrence(type=DAILY, occurrences=999)):
            event = Event(
                start_time=start,
                end_time=END,
                all_day_event=all_day,
                recurrence=recurrence,
            )
            assert abs(event.view_date) < FAR_FUTURE
            assert list(occurrences(event, utc("2026-01-01"), utc("2026-02-01"), "UTC")) is not None


HOSTILE = [
    Recurrence(type=RecurrenceType.YEARLY, interval=999, day_of_month=31, month_of_year=2),
    Recurrence(type=RecurrenceType.YEARLY, interval=999, until=utc("9999-12-31")),
    Recurrence(type=RecurrenceType.MONTHLY, interval=999, day_of_month=31, occurrences=999),
    Recurrence(
        type=RecurrenceType.MONTHLY_ON_NTH_DAY, day_of_week=1, week_of_month=5, until=utc("9999-12-31")
    ),
    Recurrence(type=RecurrenceType.WEEKLY, interval=999, day_of_week=127, until=utc("9999-12-31")),
    Recurrence(type=DAILY, until=utc("9999-12-31")),
    Recurrence(type=DAILY, until=utc("0001-01-01")),
    *(
        Recurrence(
            type=RecurrenceType.YEARLY,
            day_of_month=30,
            month_of_year=12,
            is_leap_month=1,
            calendar_type=calendar_type,
            occurrences=999,
        )
        for calendar_type in CalendarType
    ),
]


class TestCost:
    """What expansion costs, in CPU time, on a machine that may be busy."""

    @staticmethod
    def seconds(work: object, times: int) -> float:
        """The least CPU time of one call, out of several measurements."""
        assert callable(work)
        work()
        measured = []
        for _ in range(5):
            begun = time.process_time()
            for _ in range(times):
                work()
            measured.append((time.process_time() - begun) / times)
        return min(measured)

    @pytest.mark.parametrize("kind", list(RecurrenceType))
    def test_a_month_of_a_ten_year_old_series_costs_little(self, kind: RecurrenceType) -> None:
        """With fifty exceptions, from the event on. Half a millisecond, and room for a slow machine."""
        event = meeting(
            *(
                moved(f"{date(2025, 12, 1) + timedelta(days=day)} 08:00", f"2026-01-{day % 28 + 1:02} 10:00")
                for day in range(50)
            ),
            start_time=utc("2016-01-04 08:00"),
            end_time=utc("2016-01-04 09:00"),
            recurrence=Recurrence(type=kind),
        )
        window = utc("2026-01-01"), utc("2026-02-01")
        assert self.seconds(lambda: list(occurrences(event, *window, "UTC")), 20) < 0.003
        assert self.seconds(lambda: view_date(event), 20) < 0.001

    def test_the_age_of_a_series_does_not_matter(self) -> None:
        young, old = meeting(), meeting(start_time=utc("1626-01-05 08:00"), end_time=utc("1626-01-05 09:00"))
        window = utc("2026-02-01"), utc("2026-03-01")
        lately = self.seconds(lambda: list(occurrences(young, *window, "UTC")), 50)
        assert self.seconds(lambda: list(occurrences(old, *window, "UTC")), 50) < 3 * lately

    @pytest.mark.parametrize("recurrence", HOSTILE)
    def test_no_pattern_costs_much(self, recurrence: Recurrence) -> None:
        """Not even one that never comes, or ends in eight thousand years."""
        event = meeting(recurrence=recurrence)

        def work() -> None:
            view_date(event)
            list(occurrences(event, utc("2026-01-01"), utc("2026-02-01"), "UTC"))
            series = series_of(event)
            assert series is not None
            series.first_after(utc("2100-01-01"))

        assert self.seconds(work, 1) < 0.05

    def test_exceptions_cost_what_they_are_many(self) -> None:
        """Every occurrence of thirteen years deleted."""
        event = meeting(until="2039-01-01")
        first = utc("2026-01-05 08:00")
        event.exceptions = tuple(
            EventException(deleted=True, exception_start_time=first + timedelta(days=day))
            for day in range(4745)
        )
        assert event.view_date == micros("2026-01-05 09:00")
        assert self.seconds(lambda: view_date(event), 1) < 0.2
