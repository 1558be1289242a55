"""The demo's events, tasks and notes as iCalendar, on days near the first start."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from icalendar import Alarm, Calendar, Component, Event, Journal, Todo, vCalAddress, vRecur

from overair.cli.demo.letters import ACCOUNTS

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY: Final = re.compile(r"(MO|TU|WE|TH|FR|SA|SU)?(?:([+-]\d+)w)?(?:([+-]\d+)d)?")
_LENGTH: Final = re.compile(r"(\d+)([dhm])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
_PRIORITIES: Final = {"high": 1, "": 5, "low": 9}


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"accounts": "in"}, kw_only=True):
    """What all entries of diary.toml have."""

    id: str
    accounts: tuple[str, ...]
    subject: str
    text: str = ""
    categories: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An occurrence that is otherwise than its series."""

    on: str
    to: str = ""
    at: str = ""
    subject: str = ""
    place: str = ""
    text: str = ""


class Appointment(Entry, frozen=True, kw_only=True):
    """An event; without ``at`` it lasts all day."""

    on: str = ""
    first: date | None = None
    at: str = ""
    lasts: str = ""
    zone: str = ""
    until: str = ""
    until_at: str = ""
    until_zone: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    rule: str = ""
    reminder: str = ""
    organizer: str = ""
    guests: dict[str, str] = {}
    busy: str = "busy"
    private: bool = False
    cancelled: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()


class Duty(Entry, frozen=True, kw_only=True):
    """A task; ``remind`` is a day told from the due one, and a time."""

    start: str = ""
    due: str = ""
    rule: str = ""
    done: str = ""
    remind: str = ""
    priority: str = ""


class Jotting(Entry, frozen=True, kw_only=True):
    """A note."""

    age: str


class _Diary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: tuple[Appointment, ...]
    task: tuple[Duty, ...]
    note: tuple[Jotting, ...]


def calendar(account: str, domain: str, zone: str, now: datetime) -> bytes:
    """The events, tasks and notes of an account of the demo; ``zone`` is the IANA name of the server's."""
    text = files("overair.cli.demo").joinpath("diary.toml").read_text(encoding="utf-8")
    diary = msgspec.toml.decode(text, type=_Diary)
    writer = _Writer(domain, ZoneInfo(zone), now)
    whole = Calendar()
    whole.add("PRODID", "-//Overair//Demo//EN")
    whole.add("VERSION", "2.0")
    for event in diary.event:
        if account in event.accounts:
            _add(whole, writer.events(event))
    for task in diary.task:
        if account in task.accounts:
            _add(whole, [writer.task(task)])
    for note in diary.note:
        if account in note.accounts:
            _add(whole, [writer.note(note)])
    return bytes(whole.to_ical())


def _add(whole: Calendar, components: Iterable[Component]) -> None:
    for component in components:
        whole.add_component(component)


class _Writer:
    """Entries as components, told from one day on."""

    def __init__(self, domain: str, zone: ZoneInfo, now: datetime) -> None:
        self._domain = domain
        self._zone = zone
        self._now = now.replace(microsecond=0)
        self._today = now.astimezone(zone).date()

    def events(self, entry: Appointment) -> Iterable[Event]:
        """The event, and those that change occurrences of it."""
        day = entry.first or self._day(entry.on)
        series = self._event(entry, day)
        if entry.rule:
            series.add("RRULE", vRecur.from_ical(entry.rule))
        for cancelled in entry.cancelled:
            series.add("EXDATE", self._time(entry, self._day(cancelled), entry.at))
        yield series
        for change in entry.changed:
            own = msgspec.structs.replace(
                entry,
                subject=change.subject or entry.subject,
                place=change.place or entry.place,
                text=change.text or entry.text,
                at=change.at or entry.at,
            )
            occurrence = self._event(own, self._day(change.to or change.on))
            occurrence.add("RECURRENCE-ID", self._time(entry, self._day(change.on), entry.at))
            yield occurrence

    def task(self, entry: Duty) -> Todo:
        """A task."""
        component = Todo()
        self._fill(component, entry, self._now)
        for name, day in (("DTSTART", entry.start), ("DUE", entry.due)):
            if day:
                component.add(name, self._day(day))
        component.add("PRIORITY", _PRIORITIES[entry.priority])
        if entry.rule:
            component.add("RRULE", vRecur.from_ical(entry.rule))
        if entry.done:
            component.add("STATUS", "COMPLETED")
            component.add(
                "COMPLETED", datetime.combine(self._day(entry.done), time(17), self._zone).astimezone(UTC)
            )
        if entry.remind:
            days, _, clock = entry.remind.partition(" ")
            at = datetime.combine(self._day(entry.due) + _length(days), _clock(clock), self._zone)
            component.add_component(_alarm(at.astimezone(UTC)))
        return component

    def note(self, entry: Jotting) -> Journal:
        """A note."""
        component = Journal()
        written = self._now - _length(entry.age)
        self._fill(component, entry, written)
        component.add("LAST-MODIFIED", written)
        return component

    def _event(self, entry: Appointment, day: date) -> Event:
        component = Event()
        self._fill(component, entry, self._now - timedelta(days=1))
        start = self._time(entry, day, entry.at)
        component.add("DTSTART", start)
        if entry.until:
            clock = _clock(entry.until_at)
            component.add(
                "DTEND", datetime.combine(self._day(entry.until), clock, ZoneInfo(entry.until_zone))
            )
        else:
            component.add("DURATION", _length(entry.lasts))
        if entry.place:
            component.add("LOCATION", entry.place)
        if entry.latitude is not None and entry.longitude is not None:
            component.add("GEO", (entry.latitude, entry.longitude))
        component.add("X-MICROSOFT-CDO-BUSYSTATUS", entry.busy.upper())
        if entry.private:
            component.add("CLASS", "PRIVATE")
        if entry.organizer:
            component.add("ORGANIZER", self._person(entry.organizer))
        for guest, answer in entry.guests.items():
            person = self._person(guest)
            person.params["PARTSTAT"] = answer.upper()
            person.params["RSVP"] = "TRUE"
            component.add("ATTENDEE", person)
        if entry.reminder:
            component.add_component(_alarm(-_length(entry.reminder)))
        return component

    def _fill(self, component: Component, entry: Entry, stamp: datetime) -> None:
        component.add("UID", f"{entry.id}.demo@{self._domain}")
        component.add("DTSTAMP", stamp)
        component.add("SUMMARY", entry.subject)
        if entry.text:
            component.add("DESCRIPTION", entry.text.strip())
        if entry.categories:
            component.add("CATEGORIES", list(entry.categories))

    def _time(self, entry: Appointment, day: date, at: str) -> date:
        if not at:
            return day
        return datetime.combine(day, _clock(at), ZoneInfo(entry.zone) if entry.zone else self._zone)

    def _day(self, text: str) -> date:
        """The day of ``TU+1w``, ``TU+1w+1d`` or ``-2d``."""
        match = _DAY.fullmatch(text)
        if match is None or not text:
            raise ValueError(f"{text} is no day")
        weekday, weeks, days = match.groups()
        day = self._today
        if weekday:
            day += timedelta((_DAYS.index(weekday) - day.weekday()) % 7)
        return day + timedelta(weeks=int(weeks or 0), days=int(days or 0))

    def _person(self, person: str) -> vCalAddress:
        if person in ACCOUNTS:
            name, address = ACCOUNTS[person], f"{person}@{self._domain}"
        else:
            name, address = parseaddr(person)
        found = vCalAddress(f"mailto:{address}")
        found.params["CN"] = name
        return found


def _length(text: str) -> timedelta:
    """The time that ``1h 30m`` says, with a sign before all of it."""
    length = timedelta(**{_UNITS[unit]: int(number) for number, unit in _LENGTH.findall(text)})
    return -length if text.startswith("-") else length


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _alarm(trigger: timedelta | datetime) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", "Reminder")
    alarm.add("TRIGGER", trigger, {"VALUE": "DATE-TIME"} if isinstance(trigger, datetime) else {})
    return alarm
