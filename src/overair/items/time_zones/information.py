"""The TimeZone structure (MS-ASDTYPE 2.7.4): the TIME_ZONE_INFORMATION of Windows, 172 bytes."""

from __future__ import annotations

import struct
from datetime import date
from typing import Final

import msgspec

SIZE: Final = 172
LAST_WEEK: Final = 5
"""The ``day`` of a date that means the last one of its weekday in the month."""
_LAYOUT: Final = struct.Struct("<i64s8Hi64s8Hi")
_NAME_LENGTH: Final = 31
"""UTF-16 code units; the last of the 32 ends the name."""
_NO_DATE: Final = (0,) * 8
_DAY_MINUTES: Final = 24 * 60


class SystemTime(msgspec.Struct, frozen=True):
    """A SYSTEMTIME: when a clock is changed, as the clock shows it until then.

    Without a year it is the ``day``-th ``day_of_week`` (0 is Sunday) of the month in every year, with
    one that day of the month of that year alone. Hour 24 is the end of the day.
    """

    month: int
    day_of_week: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    millisecond: int = 0
    year: int = 0

    def __post_init__(self) -> None:
        clock = (self.hour, self.minute, self.second, self.millisecond)
        if clock > (24, 0, 0, 0) or max(clock[1:3]) > 59 or clock[3] > 999 or not 1 <= self.month <= 12:
            raise ValueError("a time zone changes at no time that there is")
        if self.year:
            date(self.year, self.month, self.day)
        elif not (self.day_of_week < 7 and 1 <= self.day <= LAST_WEEK):
            raise ValueError("a time zone changes on no day that there is")

    def words(self) -> tuple[int, ...]:
        """The eight words of the structure; the weekday stands before the day."""
        clock = (self.hour, self.minute, self.second, self.millisecond)
        return (self.year, self.month, self.day_of_week, self.day, *clock)


class TimeZoneInformation(msgspec.Struct, frozen=True):
    """The offset of a zone, and the rules by which it changes in every year.

    Biases are minutes to be added to local time to give UTC; ``standard_bias`` and
    ``daylight_bias`` come on top of ``bias``. The dates say when standard and when daylight time
    begins; both are None where the offset never changes, and then it is that of standard time.
    """

    bias: int
    standard_name: str = ""
    standard_date: SystemTime | None = None
    standard_bias: int = 0
    daylight_name: str = ""
    daylight_date: SystemTime | None = None
    daylight_bias: int = 0

    def __post_init__(self) -> None:
        if (self.standard_date is None) != (self.daylight_date is None):
            raise ValueError("a time zone has both dates or none")
        if max(abs(self.bias + more) for more in (self.standard_bias, self.daylight_bias)) >= _DAY_MINUTES:
            raise ValueError("a time zone is a day or more from UTC")

    @classmethod
    def parse(cls, data: bytes) -> TimeZoneInformation:
        """What 172 bytes say. Raises ValueError for another size, and for times and offsets that are none.

        A month of 0 means that there is no daylight time, whatever else the dates hold; so it does if
        only one of the two dates has it.
        """
        if len(data) != SIZE:
            raise ValueError(f"a time zone has {SIZE} bytes, not {len(data)}")
        fields = _LAYOUT.unpack(data)
        standard, daylight = _date(fields[2:10]), _date(fields[12:20])
        if standard is None or daylight is None:
            standard = daylight = None
        return cls(
            bias=fields[0],
            standard_name=_name(fields[1]),
            standard_date=standard,
            standard_bias=fields[10],
            daylight_name=_name(fields[11]),
            daylight_date=daylight,
            daylight_bias=fields[20],
        )

    @classmethod
    def stored(cls, data: bytes | None) -> TimeZoneInformation | None:
        """What an event keeps beside its zone; None where that says nothing, or no time zone."""
        if data is None:
            return None
        try:
            found = cls.parse(data)
        except ValueError:  # an older store kept whatever a client sent
            return None
        return None if found.is_empty else found

    @property
    def standard_offset(self) -> int:
        """Seconds east of UTC in standard time."""
        return -60 * (self.bias + self.standard_bias)

    @property
    def daylight_offset(self) -> int:
        """Seconds east of UTC in daylight time."""
        return -60 * (self.bias + self.daylight_bias)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said: all zeros, which is what clients send that know no zone."""
        return self == _EMPTY

    def pack(self, *, names: bool = True) -> bytes:
        """The 172 bytes; without ``names`` both are empty. A name that is too long is cut."""
        standard, daylight = (self.standard_name, self.daylight_name) if names else ("", "")
        return _LAYOUT.pack(
            self.bias,
            _packed_name(standard),
            *(_NO_DATE if self.standard_date is None else self.standard_date.words()),
            self.standard_bias,
            _packed_name(daylight),
            *(_NO_DATE if self.daylight_date is None else self.daylight_date.words()),
            self.daylight_bias,
        )


_EMPTY: Final = TimeZoneInformation(0)


def _date(words: tuple[int, ...]) -> SystemTime | None:
    year, month, day_of_week, day, hour, minute, second, millisecond = words
    if not month:
        return None
    return SystemTime(month, day_of_week, day, hour, minute, second, millisecond, year)


def _name(data: bytes) -> str:
    return data.decode("utf-16-le", "replace").partition("\0")[0]


def _packed_name(name: str) -> bytes:
    # struct fills up with zeros (MS-ASDTYPE_R109, MS-ASDTYPE_R116).
    return name.encode("utf-16-le", "replace")[: 2 * _NAME_LENGTH]
