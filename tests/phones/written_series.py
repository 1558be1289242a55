"""Series as calendar files have them, and what they mean by python-dateutil and zoneinfo."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from phones.plain_calendar import HORIZON, Shown


class Moved(NamedTuple):
    """An occurrence that is elsewhere, by its number in the series, and by how much."""

    number: int
    by: timedelta
    length: timedelta


@dataclass(frozen=True)
class Written:
    """An event of a file; its times are local, or days."""

    subject: str
    zone: str
    start: datetime
    rule: str = ""
    length: timedelta = timedelta(hours=1)
    deleted: tuple[int, ...] = ()
    moved: tuple[Moved, ...] = ()
    days: bool = False
    in_utc: bool = False
    """Whether EXDATE and RECURRENCE-ID are in UTC."""

    def text(self) -> str:
        """Its components."""
        master = [
            *("BEGIN:VEVENT", f"UID:{self.subject}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{self.subject}"),
            *(self._time("DTSTART", self.start), self._time("DTEND", self.start + self.length)),
            *([f"RRULE:{self.rule}"] if self.rule else []),
            *(self._time("EXDATE", self.starts[number], self.in_utc) for number in self.deleted),
            "END:VEVENT",
        ]
        for moved in self.moved:
            original = self.starts[moved.number]
            start = original + moved.by
            master += [
                *("BEGIN:VEVENT", f"UID:{self.subject}", "DTSTAMP:20260101T000000Z", "SUMMARY:moved"),
                self._time("RECURRENCE-ID", original, self.in_utc),
                *(self._time("DTSTART", start), self._time("DTEND", start + moved.length), "END:VEVENT"),
            ]
        return "".join(f"{line}\r\n" for line in master)

    def _time(self, name: str, local: datetime, in_utc: bool = False) -> str:
        if self.days:
            return f"{name};VALUE=DATE:{local:%Y%m%d}"
        if in_utc:
            return f"{name}:{self.utc(local):%Y%m%dT%H%M%SZ}"
        return f"{name};TZID={self.zone}:{local:%Y%m%dT%H%M%S}"

    def utc(self, local: datetime) -> datetime:
        """The instant of a local time."""
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(tzinfo=None)

    @property
    def starts(self) -> list[datetime]:
        """When its occurrences would begin, in local time."""
        if not self.rule:
            return [self.start]
        rule = re.sub(r"UNTIL=(\w+)", self._until, self.rule)
        end = datetime.combine(HORIZON, time.max)
        return list(rrulestr(rule, dtstart=self.start).between(self.start, end, inc=True))

    def _until(self, found: re.Match[str]) -> str:
        """An UNTIL in local time; a day is meant whole."""
        text = found[1]
        if "T" not in text:
            text += "T000000" if self.days else "T235959"
        elif text.endswith("Z"):
            instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            text = f"{instant.astimezone(ZoneInfo(self.zone)):%Y%m%dT%H%M%S}"
        return f"UNTIL={text}"

    def meant(self) -> list[Shown]:
        """What a calendar is to show of it."""
        moved = {one.number: one for one in self.moved}
        found = []
        for number, start in enumerate(self.starts):
            one = moved.get(number)
            begin = start if one is None else start + one.by
            end = begin + (self.length if one is None else one.length)
            if number not in self.deleted:
                found.append(Shown(begin, end, "moved" if one else self.subject, self.utc(begin)))
        return sorted(found)
