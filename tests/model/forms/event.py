"""Events: the subject is the marker and the value; time, place, pattern and zone are registers of their own.

Every occurrence has two more: what became of it, and its place. Up to 14.1 a Change is whole and has the
exceptions in it; from 16.0 on it says what changes, and of each occurrence with its InstanceId.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from model.edit import Edit, Kind
from model.forms import planning, series
from model.forms.form import Form, Writer, change, text_of
from model.forms.stored_event import edited, made, shown_of
from model.forms.zones import blob, zone_of
from model.laws import Law, hold
from model.shown import (
    GONE,
    PATTERN,
    PLACE,
    VALUE,
    WHEN,
    ZONE,
    Shown,
    occurrence,
    place_of,
    registers_of,
    spoken_of,
    start_of,
)
from overair.items import ItemClass
from overair.items.calendar.event import Event
from overair.items.recurrence.occurrences import FAR_FUTURE
from overair.protocol.sync_options import FilterType
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSync, AirSyncBase, Calendar
from phones.handset import e, text

PARTIAL: Final = Version.V16_0
TERSE: Final = frozenset({Version.V14_0})
"""The versions whose phones speak only of the exceptions that changed."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WESTERNMOST: Final = timedelta(hours=12)


class EventForm(Form):
    """Events."""

    item_class: ClassVar = ItemClass.CALENDAR
    filters: ClassVar = (
        FilterType.ALL,
        FilterType.TWO_WEEKS,
        FilterType.ONE_MONTH,
        FilterType.THREE_MONTHS,
        FilterType.SIX_MONTHS,
    )
    has_more_than_it_shows: ClassVar = True
    registers: ClassVar = (VALUE, WHEN, PLACE)

    def of(self, item: Event) -> Shown:
        return shown_of(item)

    def made(self, marker: str, says: Mapping[str, str]) -> Event:
        return made(marker, says)

    def edited(self, item: Event, edit: Edit) -> Event:
        return edited(item, edit)

    def view_date(self, item: Event) -> int:
        """The end of the last occurrence; all-day events last until the day is over everywhere."""
        shown = self.of(item)
        when, pattern = shown.said[WHEN], shown.said.get(PATTERN, "")
        if series.is_endless(pattern):
            return FAR_FUTURE
        starts = [when]
        if pattern:
            originals = series.originals(when, pattern, shown.said.get(ZONE, "UTC"))
            starts = [start for one in originals if (start := _start_of(shown, one))] or [when]
        end = max(series.moment(series.end_of(start)) for start in starts)
        if series.is_day(when):
            end += _WESTERNMOST
        return round((end - _EPOCH) / timedelta(microseconds=1))

    # Writing.

    def new(self, number: int, choice: int, today: datetime, writer: Writer) -> Mapping[str, str]:
        return planning.new(number, choice, today, writer)

    def more(
        self, number: int, choice: int, today: datetime, shown: Shown, writer: Writer
    ) -> Mapping[str, str]:
        if choice % 2:
            return planning.placed(number)
        return planning.moved(number, choice, today, shown, writer)

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        """A whole event, with the exceptions that it speaks of."""
        shown = edit.applied(before)
        partial = writer.version >= PARTIAL
        named = spoken_of(edit.says if writer.version in TERSE else shown.said)
        named = [one for one in named if any(map(shown.said.get, registers_of(one)))]
        exceptions = [_exception(original, shown, writer) for original in named]
        uid = shown.uid or f"{shown.marker}@{writer.account}"
        name = Calendar.ClientUid if partial else Calendar.UID
        return [
            *_times(shown, writer),
            e(Calendar.BusyStatus, "2"),
            e(Calendar.Sensitivity, "0"),
            e(Calendar.Subject, f"{shown.marker} {shown.value}"),
            *_place(shown.said.get(PLACE, ""), writer),
            e(name, uid),
            *([] if partial else [e(Calendar.MeetingStatus, "0"), e(Calendar.DtStamp, "20260304T120000Z")]),
            *([e(Calendar.Exceptions, *exceptions)] if exceptions else []),
        ]

    def said_again(self, edit: Edit, before: Shown, writer: Writer) -> Mapping[str, str]:
        if writer.version >= PARTIAL and edit.kind is Kind.CHANGE:
            return {}
        said = dict.fromkeys(self.registers, "")
        for original in spoken_of(edit.says if writer.version in TERSE else (*edit.says, *before.said)):
            said |= dict.fromkeys(registers_of(original), "")
        return {name: before.said.get(name, "") for name in said if name not in edit.says}

    def commands(self, server_id: str, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        if writer.version < PARTIAL:
            return super().commands(server_id, edit, before, writer)
        shown = edit.applied(before)
        data: list[Element] = []
        if VALUE in edit.says:
            data.append(e(Calendar.Subject, f"{shown.marker} {shown.value}"))
        if WHEN in edit.says:
            data += _times(shown, writer)
        if PLACE in edit.says:
            data += _place(shown.said.get(PLACE, ""), writer)
        commands = [change(server_id, data)] if data else []
        commands.extend(
            _occurrence(server_id, original, edit, shown, writer)
            for original in spoken_of(edit.says)
            if WHEN not in edit.says or any(map(shown.said.get, registers_of(original)))
        )
        return commands

    # Reading.

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        marker, _, value = text_of(data, Calendar.Subject).partition(" ")
        all_day = text_of(data, Calendar.AllDayEvent) == "1"
        zone = zone_of(text_of(data, Calendar.Timezone)) if Calendar.Timezone in data else ""
        hold(zone or (all_day and version >= PARTIAL), Law.AGREED, f"{marker} is shown without a time zone")
        reader = _Reader(all_day=all_day, zone=zone, version=version)
        said = {
            VALUE: value,
            WHEN: reader.when(text_of(data, Calendar.StartTime)),
            PLACE: reader.place(data),
            PATTERN: series.pattern_of_element(data.get(Calendar.Recurrence)),
            ZONE: "" if all_day else zone,
        }
        ends = reader.when(text_of(data, Calendar.EndTime))
        hold(ends == series.end_of(said[WHEN]), Law.AGREED, f"{marker} is shown from {said[WHEN]} to {ends}")
        for exception in data.get(Calendar.Exceptions) or ():
            reader.exception(exception, said)
        return Shown(
            marker,
            {name: one for name, one in said.items() if one},
            zone=zone,
            uid=text_of(data, Calendar.UID) or known.uid,
        )


class _Reader:
    """Reads the parts of one event as a version shows them."""

    def __init__(self, *, all_day: bool, zone: str, version: Version) -> None:
        self._all_day = all_day
        self._zone = zone
        self._version = version

    def when(self, time: str) -> str:
        """A time; where a day is shown as an instant, it is midnight in the event's zone."""
        if not self._all_day:
            return time
        instant = series.moment(time)
        if self._version < PARTIAL:
            instant = instant.astimezone(ZoneInfo(self._zone))
        hold(
            not (instant.hour or instant.minute),
            Law.AGREED,
            f"{time} is no midnight in {self._zone or 'UTC'}, and the event lasts all day",
        )
        return f"{instant:{series.DAY}}"

    def place(self, data: Mapping[Tag, Element]) -> str:
        if self._version < PARTIAL:
            return text_of(data, Calendar.Location)
        location = data.get(AirSyncBase.Location)
        return text(location, AirSyncBase.DisplayName) if location is not None else ""

    def exception(self, exception: Element, said: dict[str, str]) -> None:
        data = {child.tag: child for child in exception}
        name = AirSyncBase.InstanceId if self._version >= PARTIAL else Calendar.ExceptionStartTime
        original = self.when(text_of(data, name))
        register = occurrence(original)
        hold(register not in said, Law.EXCEPTIONS, f"the exception of {original} is shown twice")
        if text_of(data, Calendar.Deleted) == "1":
            said[register] = GONE
            return
        start = self.when(text_of(data, Calendar.StartTime)) if Calendar.StartTime in data else original
        said[register] = text_of(data, Calendar.Subject)
        said[start_of(original)] = start if start != original else ""
        said[place_of(original)] = self.place(data)


def _start_of(shown: Shown, original: str) -> str:
    """When an occurrence starts; the empty string where it is gone."""
    if shown.said.get(occurrence(original)) == GONE:
        return ""
    return shown.said.get(start_of(original), original)


def _written(when: str, zone: str, version: Version) -> str:
    """A time as a version has it."""
    if not series.is_day(when):
        return when
    midnight = series.moment(when)
    if version < PARTIAL:
        midnight = midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return f"{midnight:{series.INSTANT}}"


def _zone(shown: Shown, writer: Writer) -> str:
    return shown.said.get(ZONE) or shown.zone or writer.zone


def _times(shown: Shown, writer: Writer) -> Iterator[Element]:
    """When an event is; from 16.0 on a day has no zone (MS-ASCAL_R2005)."""
    when, zone, version = shown.said[WHEN], _zone(shown, writer), writer.version
    all_day = series.is_day(when)
    if version < PARTIAL or not all_day:
        yield e(Calendar.Timezone, blob(zone))
    yield e(Calendar.AllDayEvent, int(all_day))
    yield e(Calendar.StartTime, _written(when, zone, version))
    yield e(Calendar.EndTime, _written(series.end_of(when), zone, version))
    recurrence = series.pattern_to_element(shown.said.get(PATTERN, ""), when, zone)
    if recurrence is not None:
        yield recurrence


def _place(place: str, writer: Writer) -> Iterator[Element]:
    """Where an event is; from 16.0 on with what no older phone is shown."""
    if not place:
        return
    if writer.version < PARTIAL:
        yield e(Calendar.Location, place)
    else:
        street = e(AirSyncBase.Street, place)
        yield e(AirSyncBase.Location, e(AirSyncBase.DisplayName, place), street)


def _exception(original: str, shown: Shown, writer: Writer) -> Element:
    """An exception of an event, as it stands in a Change up to 14.1 and in an Add."""
    zone, version = _zone(shown, writer), writer.version
    subject, start, place = (shown.said.get(name, "") for name in registers_of(original))
    name = Calendar.ExceptionStartTime if version < PARTIAL else AirSyncBase.InstanceId
    instance = e(name, _written(original, zone, version))
    if subject == GONE:
        return e(Calendar.Exception, e(Calendar.Deleted, "1"), instance)
    return e(
        Calendar.Exception,
        instance,
        *([e(Calendar.Subject, subject)] if subject else []),
        *(_start_and_end(start, zone, version) if start else ()),
        *_place(place, writer),
    )


def _start_and_end(start: str, zone: str, version: Version) -> Iterator[Element]:
    yield e(Calendar.StartTime, _written(start, zone, version))
    yield e(Calendar.EndTime, _written(series.end_of(start), zone, version))


def _occurrence(server_id: str, original: str, edit: Edit, shown: Shown, writer: Writer) -> Element:
    """The command that says of an occurrence what an edit does, from 16.0 on."""
    instance = e(AirSyncBase.InstanceId, _written(original, "UTC", writer.version))
    subject, start, place = (shown.said.get(name, "") for name in registers_of(original))
    if subject == GONE:
        return e(AirSync.Delete, e(AirSync.ServerId, server_id), instance)
    data: list[Element] = []
    if occurrence(original) in edit.says:
        data.append(e(Calendar.Subject, subject))
    if start_of(original) in edit.says:
        data += _start_and_end(start or original, "UTC", writer.version)
    if place_of(original) in edit.says:
        data += _place(place, writer)
    return change(server_id, data, instance)
