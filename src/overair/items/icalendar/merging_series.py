"""What a change of a series does to its rule, its exceptions, and the components of its occurrences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from icalendar import vRecur

from overair.items.calendar.event import Event
from overair.items.calendar.exceptions import Move
from overair.items.calendar.statuses import RECEIVED
from overair.items.icalendar.components import Property, sources
from overair.items.icalendar.events import Occasion, occasion
from overair.items.icalendar.fields import required_moment
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_groups import basis
from overair.items.icalendar.merging_occasions import Desk, effective, merge_occasion, stamp, stamp_uid
from overair.items.icalendar.merging_rules import set_rule
from overair.items.icalendar.merging_times import Form, form_at, form_of
from overair.items.icalendar.reading import Group, Read, uid_of
from overair.items.icalendar.results import occurrence_uid
from overair.items.icalendar.rule_writing import rrule_of
from overair.items.icalendar.series import DATES, named_instant
from overair.items.icalendar.sheet import Line, Node, Sheet
from overair.items.icalendar.times import moments
from overair.items.recurrence.occurrences import series_of, zone_of

_OF_SERIES: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE")
"""What a component of one occurrence does not have."""


class SeriesMerge:
    """A series with its components, on the way from ``base``, what they say, to ``wanted``."""

    def __init__(
        self, desk: Desk, sheet: Sheet, group: Group, master: Read, base: Event, wanted: Event
    ) -> None:
        self._desk, self._sheet, self._group = desk, sheet, group
        self._base, self._wanted = base, wanted
        self._component = master.component
        self._uid: Final = uid_of(master.source, Losses())
        self._node: Final = sheet.node(master.source)
        self._said: Final[Occasion] = occasion(master.component, desk.reader)
        zone = desk.writer.default_zone
        self._series = series_of(base, zone)
        self._move = Move(base, wanted, zone)
        self._moves = basis(base) != basis(wanted)
        self._before = {one.exception_start_time: one for one in base.exceptions or ()}
        self._after = {one.exception_start_time: one for one in wanted.exceptions or ()}
        self._is_organizer = not (wanted.meeting_status or 0) & RECEIVED
        self._form = form_at(self._said.start, self._property("DTSTART"), as_day=self._said.all_day)
        self.forms: list[Form] = []
        """Those that name zones which the text may not have."""
        self._last = self._node.end

    def _property(self, name: str) -> Property:
        found = self._component.first(name)
        if found is None:
            raise ValueError(f"has no {name}")
        return found

    def merge(self) -> None:
        """Edit the components."""
        before = msgspec.structs.replace(self._base, recurrence=None, exceptions=None)
        after = msgspec.structs.replace(self._wanted, recurrence=None, exceptions=None)
        recurs = self._wanted.recurrence is not None
        old_form = self._form
        form = merge_occasion(
            self._desk, self._sheet, self._node, self._component, before, after, recurs=recurs
        )
        if form is not None:
            self._form = form
            self.forms.append(form)
        rewritten = self._merge_rule(moves=self._form != old_form or bool(self._shift(old_form)))
        own: dict[datetime, Read] = {}
        for one in self._group.changed:
            key = self._key(one)
            if key is not None:
                own[key] = one
        named = self._merge_deleted(own, other_form=self._form != old_form, old_form=old_form)
        kept = {place for key, one in own.items() if (place := self._merge_changed(key, one)) is not None}
        left_out = named | (set() if rewritten else self._by_rule(own))
        for place, exception in sorted(self._after.items()):
            if place in kept:
                continue
            if exception.deleted:
                if place not in left_out:
                    self._sheet.add(self._node, self._form.line("EXDATE", place))
            else:
                self.add_occurrence(place, effective(self._wanted, exception, place))
        stamp(self._desk, self._sheet, self._node, uid=self._uid, is_organizer=self._is_organizer)

    def original(self, one: Read) -> str:
        """The start in the series that a component names, as it ends the UID of an occurrence alone."""
        instant = self._instant(one)
        return "" if instant is None else occurrence_uid("", instant).removeprefix("/")

    def _instant(self, one: Read) -> datetime | None:
        try:
            original = required_moment(one.component, "RECURRENCE-ID", self._desk.reader.zones)
        except ValueError:
            return None
        return named_instant(original, self._said)

    def _key(self, one: Read) -> datetime | None:
        """The start in the series of the occurrence that a component is about; None where it is none."""
        instant = self._instant(one)
        key = None if instant is None or self._series is None else self._series.at(instant)
        return key if key in self._before else None

    def _place(self, key: datetime) -> datetime | None:
        return self._move.place(key) if self._moves else key

    def _merge_rule(self, *, moves: bool) -> bool:
        """RRULE; whether it has other occurrences than it had."""
        if self._wanted.recurrence is None and self._base.recurrence is not None:
            self._node.remove("RRULE", "EXRULE", "EXDATE")
            return True
        before, after = self._rule(self._base), self._rule(self._wanted)
        return set_rule(self._sheet, self._node, before, after, moves=moves)

    def _rule(self, event: Event) -> vRecur | None:
        if event.recurrence is None or event.start_time is None:
            return None
        zone = zone_of(event, self._desk.writer.default_zone)
        return rrule_of(event.recurrence, event.start_time, zone, until=self._until(self._form))

    @staticmethod
    def _until(form: Form) -> Callable[[datetime], date]:
        """What UNTIL is where DTSTART has a form."""
        if form.is_date or form.as_day:
            return lambda last: last.date()
        if not form.is_utc and form.tzid is None:
            return lambda last: last.astimezone(form.zone).replace(tzinfo=None)
        return lambda last: last

    def _merge_deleted(self, own: dict[datetime, Read], *, other_form: bool, old_form: Form) -> set[datetime]:
        """EXDATE and RDATE; gives back the places that EXDATE names."""
        named: set[datetime] = set()
        for line in self._node.all("EXDATE"):
            self._rewrite(
                line, lambda instant, text: self._deleted(instant, named, own), other_form=other_form
            )
        shift = self._shift(old_form)
        if shift or other_form:
            for line in self._node.all("RDATE"):
                if line.found.parameter("VALUE") not in ("DATE", "PERIOD"):
                    self._rewrite(line, lambda instant, text: instant + shift, other_form=False)
        return named

    def _shift(self, old_form: Form) -> timedelta:
        """By how much the time of the day is another one."""
        start, before = self._wanted.start_time, self._base.start_time
        if start is None or before is None or self._form.is_date or old_form.is_date:
            return timedelta()
        now, was = start.astimezone(self._form.zone), before.astimezone(old_form.zone)
        return timedelta(hours=now.hour - was.hour, minutes=now.minute - was.minute)

    def _deleted(self, instant: datetime, named: set[datetime], own: dict[datetime, Read]) -> datetime | None:
        """Where a date of EXDATE is now; None where it is to go."""
        known = self._before.get(instant)
        if known is None or not known.deleted or instant in own:
            # One that takes nothing away stays what it is.
            return instant
        place = self._place(instant)
        now = None if place is None else self._after.get(place)
        if place is None or now is None or not now.deleted:
            return None
        named.add(place)
        return place

    def _rewrite(
        self, line: Line, moved: Callable[[datetime, str], datetime | None], *, other_form: bool
    ) -> None:
        """Give a list of dates other ones, each in the form that it has or in that of the start."""
        try:
            own = form_of(line.found, self._desk.reader)
        except (ValueError, OverflowError):
            own = None
        form = self._form if other_form or own is None else own
        values: list[str] = []
        for text, said in moments(line.found, self._desk.reader.zones, DATES):
            if said is None:
                values.append(text)
                continue
            instant = named_instant(said, self._said) if line.name == "EXDATE" else said.instant
            place = moved(instant, text)
            if place is not None:
                values.append(text if place == instant and not other_form else form.written(place))
        if values == [one.strip() for one in line.value.split(",") if one.strip()]:
            return
        line.removed = not values
        if values:
            line.value = ",".join(values)
            form.set_head(line)

    def _by_rule(self, own: dict[datetime, Read]) -> set[datetime | None]:
        """The places of deleted occurrences that the rule itself leaves out."""
        listed = self._listed()
        return {
            self._place(key)
            for key, one in self._before.items()
            if one.deleted and key not in own and key not in listed
        }

    def _listed(self) -> set[datetime]:
        """The occurrences that EXDATE took out before."""
        return {
            named_instant(said, self._said)
            for line in self._node.lines
            if line.name == "EXDATE"
            for _, said in moments(line.found, self._desk.reader.zones, DATES)
            if said is not None
        }

    def _merge_changed(self, key: datetime, one: Read) -> datetime | None:
        """The component of one occurrence; gives back its place where it stays."""
        before, place = self._before[key], self._place(key)
        after = None if place is None else self._after.get(place)
        node = self._sheet.node(one.source)
        if place is None or after is None or bool(before.deleted) != bool(after.deleted):
            node.removed = True
            return None
        self._last = max(self._last, node.end)
        if place != key or self._form.is_date != form_is_date(one):
            self._set_original(node, place)
        was, wanted = effective(self._base, before, key), effective(self._wanted, after, place)
        if was != wanted and not after.deleted:
            form = merge_occasion(self._desk, self._sheet, node, one.component, was, wanted, recurs=False)
            self.forms += [form] if form is not None else []
        stamp(self._desk, self._sheet, node, uid=self._uid, is_organizer=self._is_organizer)
        return place

    def _set_original(self, node: Node, place: datetime) -> None:
        for line in node.all("RECURRENCE-ID")[:1]:
            try:
                own = form_of(line.found, self._desk.reader)
            except (ValueError, OverflowError):
                own = self._form
            (own if own.is_date == self._form.is_date else self._form).set(line, place)

    def name(self) -> None:
        """Let the series have the UID that it is known by."""
        stamp_uid(self._sheet, self._node, self._uid)

    def add_occurrence(self, place: datetime, after: Event) -> None:
        """Put in a component for one occurrence: that of the series, but for what is otherwise."""
        begin, close = self._node.start, self._node.end
        copied = Sheet(self._sheet.text_before[begin:close])
        [source] = sources(copied.text_before)
        node = copied.node(source)
        node.remove(*_OF_SERIES)
        component = msgspec.structs.replace(
            self._component,
            properties=[one for one in self._component.properties if one.name not in _OF_SERIES],
        )
        before = msgspec.structs.replace(self._base, recurrence=None, exceptions=None)
        form = merge_occasion(self._desk, copied, node, component, before, after, recurs=False)
        self.forms += [form] if form is not None else []
        start = node.first("DTSTART")
        head = self._form.line("RECURRENCE-ID", place)
        node.added.insert(0, (start.start if start is not None else node.close, copied.line(head)))
        moved = after.start_time != place
        stamp(self._desk, copied, node, uid=self._uid, is_organizer=self._is_organizer, significant=moved)
        self._sheet.insert(self._last, copied.text)


def form_is_date(one: Read) -> bool:
    """Whether the RECURRENCE-ID of a component is a date."""
    found = one.component.first("RECURRENCE-ID")
    return found is not None and "T" not in found.value.upper()
