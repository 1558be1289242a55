"""An iCalendar object in which an event is edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

import msgspec

from overair.items.calendar.event import Event, EventException, StoredAttachment
from overair.items.calendar.exceptions import Move
from overair.items.calendar.statuses import RECEIVED
from overair.items.icalendar.attachments import Get
from overair.items.icalendar.fields import Unreadable, Writer, required_moment
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_groups import Unmergeable, add_zones, basis, edited, group_of
from overair.items.icalendar.merging_occasions import Desk, merge_occasion, stamp
from overair.items.icalendar.merging_series import SeriesMerge
from overair.items.icalendar.reading import File, Group, Read, grouped, made_of, uid_of
from overair.items.icalendar.sheet import Sheet
from overair.items.note import Note
from overair.items.recurrence.occurrences import series_of
from overair.items.task import Task

_APART: Final = frozenset(
    {"exceptions", "stored_attachments", "next_attachment", "dt_stamp", "organizer_revision"}
    | {"uid", "client_uid", "original_start", "instance_id", "attachments", "location_text"}
    | {"native_body_type"}
)
"""What is not merged field by field, or not at all."""
_TICK: Final = timedelta(microseconds=1)
_OF_EXCEPTION: Final = frozenset(
    {"exception_start_time", "deleted", "stored_attachments", "dt_stamp", "organizer_revision"}
)


class EventObject:
    """A text in which an event is edited."""

    def __init__(
        self, text: str, default_zone: str, addresses: Iterable[str], now: datetime, get: Get | None
    ) -> None:
        self._text = text
        self._groups = grouped(text)
        self._zone = default_zone
        own = frozenset(one.lower() for one in addresses)
        self._file = File(default_zone, own, _key, now)
        self._writer = Writer(default_zone, now, Losses(), get)
        self._sheet = Sheet(text)
        self._now = now

    def merged(self, old: Event, new: Event) -> str:
        """The text after the edit."""
        group = group_of(self._groups, "VEVENT", old.uid)
        if group is None:
            return self._occurrence(old, new)
        desk = self._desk(group)
        base, one = self._base(group, old, desk)
        wanted = self._wanted(base, old, new)
        if base == wanted:
            return self._text
        if one is not group.master or group.master is None:
            self._merge_alone(desk, one, base, wanted)
            return self._sheet.text
        series = SeriesMerge(desk, self._sheet, group, group.master, base, wanted)
        series.merge()
        return self._finished(series, group)

    def _finished(self, series: SeriesMerge, group: Group) -> str:
        used = [form.used for form in series.forms if form.used is not None]
        add_zones(self._sheet, self._groups, group.first.source, used, self._now)
        return self._sheet.text

    def _occurrence(self, old: Event, new: Event) -> str:
        """The text after an edit of an occurrence that no pattern has (RDATE), and that is an item itself."""
        uid, _, stamp_of_start = (old.uid or "").rpartition("/")
        group = group_of(self._groups, "VEVENT", uid)
        if group is None or group.master is None:
            raise Unmergeable("holds no event of that UID")
        desk = self._desk(group)
        try:
            made = {item.uid: item for item in made_of(uid, group, desk.reader) if isinstance(item, Event)}
        except (Unreadable, OverflowError) as error:
            raise Unmergeable(str(error)) from None
        base = made.get(old.uid)
        if base is None:
            raise Unmergeable("holds no such occurrence")
        wanted = msgspec.structs.replace(self._wanted(base, old, new), recurrence=None, exceptions=None)
        series = SeriesMerge(desk, self._sheet, group, group.master, made[uid], made[uid])
        series.name()
        own = next((one for one in group.changed if series.original(one) == stamp_of_start), None)
        if own is not None:
            self._merge_alone(desk, own, base, wanted)
        elif base.start_time is not None and wanted != base:
            series.add_occurrence(base.start_time, wanted)
        return self._finished(series, group)

    def _desk(self, group: Group) -> Desk:
        reader = self._file.reader(group.first.source.calendar, Losses())
        return Desk(reader, self._writer, self._now)

    def _base(self, group: Group, old: Event, desk: Desk) -> tuple[Event, Read]:
        """What the text says now of the event, and the component that is edited first."""
        uid = old.uid or ""
        try:
            if old.original_start is None and group.master is not None:
                made = list(made_of(uid, group, desk.reader))
                return _an_event(made[0]), group.master
            for one in group.changed:
                original = required_moment(one.component, "RECURRENCE-ID", desk.reader.zones)
                if old.original_start in (None, original.instant):
                    [made_alone] = made_of(uid, Group(None, [one], []), desk.reader)
                    return _an_event(made_alone), one
        except (Unreadable, OverflowError) as error:
            raise Unmergeable(str(error)) from None
        raise Unmergeable("holds no component of that occurrence")

    def _wanted(self, base: Event, old: Event, new: Event) -> Event:
        """What it is to say: what was edited, and of the rest what it says now."""
        wanted = edited(base, old, new, _APART)
        if wanted.attendees and base.organizer_email is None:
            wanted = msgspec.structs.replace(
                wanted, organizer_email=new.organizer_email, organizer_name=new.organizer_name
            )
        if wanted.recurrence is not None and basis(base) != basis(wanted):
            wanted = self._from_first(wanted)
        attached = _attachments(base.stored_attachments, old.stored_attachments, new.stored_attachments)
        exceptions = self._exceptions(base, old, new)
        return msgspec.structs.replace(wanted, stored_attachments=attached, exceptions=exceptions)

    def _from_first(self, event: Event) -> Event:
        """A series that starts with its first occurrence, since DTSTART is one whatever the rule says."""
        series = series_of(event, self._zone)
        if series is None or event.start_time is None or event.end_time is None:
            return event
        first = series.first_after(event.start_time - _TICK)
        if first is None:
            return event
        return msgspec.structs.replace(
            event, start_time=first, end_time=first + (event.end_time - event.start_time)
        )

    def _exceptions(self, base: Event, old: Event, new: Event) -> tuple[EventException, ...] | None:
        """The exceptions of a series: those that were edited, and of the others those that still are."""
        move = Move(old, new, self._zone) if basis(old) != basis(new) else None
        before = {one.exception_start_time: one for one in old.exceptions or ()}
        after = {one.exception_start_time: one for one in new.exceptions or ()}
        found: dict[datetime, EventException] = {}
        for one in base.exceptions or ():
            key = one.exception_start_time
            place = move.place(key) if move else key
            was, now = before.pop(key, None), None if place is None else after.pop(place, None)
            if place is None or (was is not None and now is None):
                continue
            kept = one if now is None else _merged_exception(one, was, now)
            found[place] = msgspec.structs.replace(kept, exception_start_time=place)
        for key, was in before.items():
            # What somebody else took away, and was not edited, does not come back.
            place = move.place(key) if move else key
            if place in after and edited(was, was, after[place], {"exception_start_time"}) == was:
                del after[place]
        found |= after
        return tuple(found[place] for place in sorted(found)) or None

    def _merge_alone(self, desk: Desk, one: Read, base: Event, wanted: Event) -> None:
        """An occurrence of a series that is not here."""
        node = self._sheet.node(one.source)
        form = merge_occasion(desk, self._sheet, node, one.component, base, wanted, recurs=False)
        stamp(
            desk,
            self._sheet,
            node,
            uid=uid_of(one.source, Losses()),
            is_organizer=not (wanted.meeting_status or 0) & RECEIVED,
        )
        if form is not None and form.used is not None:
            add_zones(self._sheet, self._groups, one.source, [form.used], self._now)


def _key(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _an_event(item: Event | Task | Note) -> Event:
    if not isinstance(item, Event):
        raise Unmergeable("holds no event of that UID")
    return item


def _merged_exception(
    base: EventException, old: EventException | None, new: EventException
) -> EventException:
    """One exception: what was edited, put upon what is."""
    if old is None or bool(old.deleted) != bool(new.deleted) or bool(base.deleted) != bool(new.deleted):
        return new
    attached = _attachments(base.stored_attachments, old.stored_attachments, new.stored_attachments)
    return msgspec.structs.replace(edited(base, old, new, _OF_EXCEPTION), stored_attachments=attached)


Attached = tuple[StoredAttachment, ...] | None


def _attachments(base: Attached, old: Attached, new: Attached) -> Attached:
    """Attachments after an edit; those of the text are known again by name and size."""
    stay = {one.number for one in new or ()}
    gone = [_name(one) for one in old or () if one.number not in stay]
    kept: list[StoredAttachment] = []
    for one in base or ():
        if _name(one) in gone:
            gone.remove(_name(one))
        else:
            kept.append(one)
    known = {one.number for one in old or ()}
    return (*kept, *(one for one in new or () if one.number not in known)) or None


def _name(one: StoredAttachment) -> tuple[str, int]:
    return one.display_name, one.size
