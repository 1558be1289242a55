"""RRULE (RFC 5545 3.3.10, RFC 7529) with its values checked, before it is made a recurrence."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection
from datetime import date, datetime
from enum import IntEnum
from typing import Any, Final

import msgspec
from icalendar.prop import vRecur

from overair.items.recurrence.months import FOLLOWING_THE_MOON
from overair.items.recurrence.pattern import CalendarType

LONGEST: Final = 4096
"""The most characters of a rule; one with every day of the year has 1,700."""
_STRAY: Final = re.compile(r"\s+|,+(?=;|$)")
"""White space, and commas after the last value, which some programs write."""
WEEK: Final = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
"""The days of the week as a recurrence counts them."""


class NotExpressible(ValueError):
    """A rule that no recurrence says; the text tells why and repeats nothing of what it holds."""


class Frequency(IntEnum):
    """FREQ, with the numbers that dateutil gives it."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


CALENDARS: Final = {
    "GREGORIAN": CalendarType.DEFAULT,
    "JAPANESE": CalendarType.JAPAN,
    "ROC": CalendarType.TAIWAN,
    "BUDDHIST": CalendarType.THAI,
    "ISLAMIC-TBLA": CalendarType.HIJRI,
    "HEBREW": CalendarType.HEBREW_LUNAR,
    "CHINESE": CalendarType.CHINESE_LUNAR,
    "DANGI": CalendarType.KOREAN_LUNAR,
}
"""RSCALE as CalendarType."""


class Rule(msgspec.Struct, frozen=True):
    """A rule. Days of the week are counted from Sunday, 0, as in a recurrence."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    months: tuple[tuple[int, bool], ...] = ()
    """Numbers, and whether it is the leap month after that one."""
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    """The n of the n-th, 0 for every one, and the day of the week."""
    positions: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    first_day: int = 1
    calendar: CalendarType | None = None
    """None without RSCALE."""
    skip: str = "OMIT"

    @property
    def parts(self) -> str:
        """The names of its parts, for a reason why it is refused."""
        names = [
            name for name, (field, _) in _PARTS.items() if name.startswith("BY") and getattr(self, field)
        ]
        return ", ".join([f"FREQ={self.frequency.name}", *names])


def rule_of(said: str | vRecur) -> Rule:
    """What a rule says. Raises NotExpressible for one that is malformed or has a part that is not known."""
    if isinstance(said, str):
        said = _read(said)
    if "UNTIL" in said:
        _until(said)  # of a time alone the library makes no text
    values: dict[str, Any] = {}  # what each of _PARTS reads is what the field of its name holds
    for name, _, text in (part.partition("=") for part in said.to_ical().decode().split(";")):
        if name not in _PARTS:
            raise NotExpressible("has a part that is not known")
        field, read = _PARTS[name]
        try:
            values[field] = _until(said) if name == "UNTIL" else read(text)
        except NotExpressible:
            raise
        except (ValueError, LookupError):
            raise NotExpressible(f"{name} has a bad value") from None
    if "frequency" not in values:
        raise NotExpressible("has no FREQ")
    return Rule(**values)


def month_lengths(calendar: CalendarType | None, numbers: Collection[int]) -> tuple[int, int]:
    """The fewest and the most days of some months; of all where no numbers are given."""
    if calendar in FOLLOWING_THE_MOON:
        return 29, 30
    months = numbers or range(1, 13)
    lengths = [monthrange(year, number)[1] for number in months for year in (2000, 2001)]
    return min(lengths), max(lengths)


def _read(text: str) -> vRecur:
    if len(text) > LONGEST:
        raise NotExpressible("is too long")
    try:
        return vRecur(_STRAY.sub("", text).upper())
    except ValueError:
        raise NotExpressible("is malformed") from None


def _until(said: vRecur) -> date | datetime:
    value = said["UNTIL"]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, date):
        raise NotExpressible("UNTIL has a bad value")
    return value


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError("is out of range")
        return number

    return read


def _numbers(least: int, most: int) -> Callable[[str], tuple[int, ...]]:
    """Reads a list; where ``least`` is negative, numbers from -1 down count from the end."""
    number = _number(least, most)

    def read(text: str) -> tuple[int, ...]:
        numbers = {number(one) for one in text.split(",")}
        if least < 0 and 0 in numbers:
            raise ValueError("is out of range")
        return tuple(sorted(numbers))

    return read


def _months(text: str) -> tuple[tuple[int, bool], ...]:
    number = _number(1, 12)
    return tuple(sorted({(number(one.removesuffix("L")), one.endswith("L")) for one in text.split(",")}))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    number = _number(-53, 53)
    return tuple(sorted({(number(one[:-2] or "0"), WEEK.index(one[-2:])) for one in text.split(",")}))


def _calendar(text: str) -> CalendarType:
    if text not in CALENDARS:
        raise NotExpressible("RSCALE names a calendar that is not known")
    return CALENDARS[text]


def _skip(text: str) -> str:
    if text not in ("OMIT", "BACKWARD", "FORWARD"):
        raise ValueError("is not known")
    return text


_PARTS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "FREQ": ("frequency", Frequency.__getitem__),
    "INTERVAL": ("interval", _number(1, 100_000_000)),
    "COUNT": ("count", _number(1, 100_000_000)),
    "UNTIL": ("until", str),
    "BYMONTH": ("months", _months),
    "BYMONTHDAY": ("month_days", _numbers(-31, 31)),
    "BYYEARDAY": ("year_days", _numbers(-366, 366)),
    "BYWEEKNO": ("weeks", _numbers(-53, 53)),
    "BYDAY": ("days", _days),
    "BYSETPOS": ("positions", _numbers(-366, 366)),
    "BYHOUR": ("hours", _numbers(0, 23)),
    "BYMINUTE": ("minutes", _numbers(0, 59)),
    "BYSECOND": ("seconds", _numbers(0, 60)),
    "WKST": ("first_day", WEEK.index),
    "RSCALE": ("calendar", _calendar),
    "SKIP": ("skip", _skip),
}
"""How each part is read, and what it is called in Rule."""
