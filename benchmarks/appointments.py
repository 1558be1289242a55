"""Generated calendars that look like calendars; the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.letters import NAMES, SEED, Letters
from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.event import EventException
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyType

MONDAY: Final = datetime(2025, 1, 6, tzinfo=UTC)
"""The first day, which begins at another instant in each zone."""
ZONES: Final = ("Europe/Berlin", "Europe/Berlin", "America/New_York", "Asia/Tokyo")
RECURRING: Final = 5
"""One event in so many recurs."""
EXCEPTIONS: Final = 3
"""Of each series: an occurrence that is gone, one that was moved, one that is called otherwise."""


def events(number: int) -> Iterator[Event]:
    """That many events: meetings and appointments, whole days, a fifth of them series with exceptions."""
    source = random.Random(SEED)
    letters = Letters()
    for count in range(number):
        zone = source.choice(ZONES)
        whole_day = count % 10 == 3
        local = MONDAY + timedelta(
            days=source.randrange(700), hours=0 if whole_day else source.randint(7, 18)
        )
        start = local.replace(tzinfo=UTC if whole_day else ZoneInfo(zone)).astimezone(UTC)
        length = timedelta(days=1) if whole_day else timedelta(minutes=source.choice((30, 45, 60, 90)))
        recurrence = _pattern(source, local) if count % RECURRING == 0 else None
        yield Event(
            uid=f"{source.getrandbits(128):032X}",
            subject=letters.text(40).split("\n")[0][:60],
            start_time=start,
            end_time=start + length,
            zone=zone,
            all_day_event=whole_day,
            dt_stamp=start - timedelta(days=14),
            location=Location(display_name=f"Room {source.randint(1, 40)}"),
            reminder=15,
            sensitivity=0,
            busy_status=0 if whole_day else 2,
            organizer_name="Anna",
            organizer_email="anna@example.org",
            meeting_status=1 if count % 4 == 0 else 0,
            attendees=tuple(_attendees(source)) if count % 4 == 0 else None,
            categories=("Work",) if count % 3 == 0 else None,
            body=Body(type=BodyType.PLAIN_TEXT, data=letters.text(source.randint(50, 800))),
            recurrence=recurrence,
            exceptions=tuple(_exceptions(start, length)) if recurrence is not None else None,
        )


def _pattern(source: random.Random, local: datetime) -> Recurrence:
    """Weekly on the day of the first occurrence."""
    day = DayOfWeek(1 << (local.isoweekday() % 7))
    return Recurrence(
        type=RecurrenceType.WEEKLY, interval=source.randint(1, 2), day_of_week=day, first_day_of_week=1
    )


def _attendees(source: random.Random) -> Iterator[Attendee]:
    for name in source.sample(NAMES, source.randint(1, 4)):
        address = f"{name.split()[0].lower()}@example.net"
        yield Attendee(email=address, name=name, status=AttendeeStatus.ACCEPTED, type=AttendeeType.REQUIRED)


def _exceptions(start: datetime, length: timedelta) -> Iterator[EventException]:
    """Of the second, third and fourth occurrence of a series that goes by fortnights or by weeks."""
    second, third, fourth = (start + timedelta(weeks=2 * week) for week in range(1, EXCEPTIONS + 1))
    yield EventException(exception_start_time=second, deleted=True)
    moved = third + timedelta(hours=26)
    yield EventException(exception_start_time=third, start_time=moved, end_time=moved + length)
    yield EventException(exception_start_time=fourth, subject="Another subject, for once")


def ten_years_of_days() -> Event:
    """A series on every day that began ten years ago."""
    start = datetime(2016, 11, 1, 8, tzinfo=UTC)
    return Event(
        subject="Every day",
        start_time=start,
        end_time=start + timedelta(minutes=30),
        zone="Europe/Berlin",
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
    )
