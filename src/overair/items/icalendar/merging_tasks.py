"""An iCalendar object in which a task is edited."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final

from overair.items.icalendar.components import Property, property_of
from overair.items.icalendar.fields import Unreadable, Writer
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_alarms import merge_reminder_time
from overair.items.icalendar.merging_fields import Change, merge_texts, set_text
from overair.items.icalendar.merging_groups import Unmergeable, add_zones, edited
from overair.items.icalendar.merging_occasions import Desk, set_line, stamp
from overair.items.icalendar.merging_rules import set_rule
from overair.items.icalendar.merging_times import Form, form_of
from overair.items.icalendar.reading import File, Group, Read, arranged, grouped, made_of, uid_of
from overair.items.icalendar.sheet import Sheet, lines_of
from overair.items.icalendar.task_writing import write_task
from overair.items.icalendar.tasks import DONE
from overair.items.icalendar.times import Moment, moment
from overair.items.task import Task

_APART: Final = frozenset({"uid"})


class TaskObject:
    """A text in which a task is edited."""

    def __init__(self, text: str, default_zone: str, now: datetime) -> None:
        self._text = text
        self._groups = grouped(text)
        self._file = File(default_zone, frozenset(), None, now)
        self._writer = Writer(default_zone, now, Losses())
        self._sheet = Sheet(text)
        self._now = now

    def merged(self, old: Task, new: Task) -> str:
        """The text after the edit."""
        base, one, desk = self._found(old)
        wanted = edited(base, old, new, _APART)
        if wanted == base:
            return self._text
        [component], used = write_task(wanted, self._writer)
        node = self._sheet.node(one.source)
        change = Change(self._sheet, node, one.component, base, wanted, component, desk.reader, self._writer)
        merge_texts(change)
        if change.differs("importance"):
            set_text(change, "PRIORITY")
        if change.differs("complete", "date_completed"):
            _merge_completion(change, wanted)
        start, due = (_moment(change, name) for name in ("DTSTART", "DUE"))
        if _merge_dates(change, base, wanted):
            add_zones(self._sheet, self._groups, one.source, used, self._now)
        if change.differs("recurrence"):
            [before], _ = write_task(base, self._writer)
            set_rule(self._sheet, node, before.get("RRULE"), component.get("RRULE"))
        merge_reminder_time(change, base, wanted, start, due)
        stamp(desk, self._sheet, node, uid=uid_of(one.source, Losses()), is_organizer=True)
        return self._sheet.text

    def _found(self, old: Task) -> tuple[Task, Read, Desk]:
        """What the text says now of the task, and its component."""
        for (kind, _), several in self._groups.items():
            if kind != "VTODO" or not (old.uid or "").startswith(uid_of(several[0], Losses())):
                continue
            group = arranged(kind, several)
            alone = (Group(None, [one], []) for one in group.changed)
            for one in (group,) if group.master is not None else alone:
                reader = self._file.reader(one.first.source.calendar, Losses())
                try:
                    [item] = made_of(uid_of(several[0], Losses()), one, reader)
                except (Unreadable, OverflowError):
                    continue
                if isinstance(item, Task) and item.uid == old.uid:
                    return item, one.first, Desk(reader, self._writer, self._now)
        raise Unmergeable("holds no task of that UID")


def _moment(change: Change, name: str) -> Moment | None:
    """What a property of the component says now; it was read without fault."""
    found = change.component.first(name)
    return None if found is None else moment(found, change.reader.zones)


def _merge_completion(change: Change, wanted: Task) -> None:
    """Whether it is done; how far it is stays where it is neither done nor undone by that."""
    node, sheet = change.node, change.sheet
    if wanted.complete:
        if change.differs("complete"):
            set_line(sheet, node, "STATUS", "COMPLETED")
            set_line(sheet, node, "PERCENT-COMPLETE", str(DONE))
        set_text(change, "COMPLETED")
        return
    if change.differs("complete"):
        node.remove("COMPLETED")
        set_line(sheet, node, "STATUS", "NEEDS-ACTION")
        for line in node.all("PERCENT-COMPLETE"):
            line.value = "0" if line.value.strip() == str(DONE) else line.value


def _merge_dates(change: Change, base: Task, wanted: Task) -> bool:
    """Start and due date; whether they are written otherwise than they were, perhaps by another zone."""
    node, is_other = change.node, False
    starts = change.differs("start_date", "utc_start_date")
    dues = change.differs("due_date", "utc_due_date")
    if starts:
        is_other |= _merge_date(change, "DTSTART", wanted.start_date, wanted.utc_start_date)
    if (starts or dues) and node.first("DUE") is None and node.first("DURATION") is not None:
        # From now on the end is told by itself: it is not as long after the start any more.
        node.remove("DURATION")
        dues = True
    if dues:
        is_other |= _merge_date(change, "DUE", wanted.due_date, wanted.utc_due_date)
    return is_other


def _merge_date(change: Change, name: str, local: datetime | None, instant: datetime | None) -> bool:
    """One date, in the form that it has where that can say it, else as a new one is written."""
    line = change.node.first(name)
    written = lines_of(change.written, (name,))
    if not written:
        change.node.remove(name)
        return False
    if line is None:
        change.sheet.add(change.node, *written)
        return True
    value = _in_form(form_of(line.found, change.reader), line.found, local, instant)
    if value is not None:
        line.value = value
        return False
    found = property_of(written[0])
    if found is not None:
        line.value = found.value
        for parameter in ("VALUE", "TZID"):
            line.set_parameter(parameter, found.parameters.get(parameter))
    return True


def _in_form(form: Form, found: Property, local: datetime | None, instant: datetime | None) -> str | None:
    """A date in a form; None where that would say another one."""
    if local is not None and local.time() == time():
        return f"{local:%Y%m%d}" if form.is_date else None
    if form.is_date:
        return None
    if form.is_utc:
        return None if instant is None or local is not None else form.written(instant)
    if local is None or (instant is None) != (form.tzid is None):
        return None
    by_zone = local.replace(tzinfo=form.zone).astimezone(UTC)
    if instant is not None and by_zone != instant.replace(microsecond=0):
        return None
    return f"{local:%Y%m%dT%H%M%S}"
