"""An iCalendar object from which an item is taken out."""

from __future__ import annotations

from datetime import UTC, datetime

from overair.items.calendar.event import Event
from overair.items.icalendar.components import ITEMS, Source
from overair.items.icalendar.fields import Reader, Unreadable, required_moment
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_groups import Unmergeable
from overair.items.icalendar.reading import File, arranged, grouped, uid_of
from overair.items.icalendar.results import occurrence_uid
from overair.items.icalendar.sheet import Sheet
from overair.items.task import Task


def removed(text: str, item: Event | Task, *, default_zone: str) -> str | None:
    """The text without an item; None where no item would remain. Raises Unmergeable."""
    groups = grouped(text)
    name = "VEVENT" if isinstance(item, Event) else "VTODO"
    file = File(default_zone, frozenset(), None, datetime.now(UTC))
    gone: list[Source] = []
    for (kind, _), several in groups.items():
        if kind != name:
            continue
        uid = uid_of(several[0], Losses())
        if uid == item.uid and not (isinstance(item, Event) and item.original_start):
            gone = several
        elif (item.uid or "").startswith(uid):
            reader = file.reader(several[0].calendar, Losses())
            gone = [one for one in several if _is_one(one, uid, item, reader)] or gone
    if not gone:
        raise Unmergeable("holds no component of that UID")
    others = [one for several in groups.values() for one in several if one not in gone]
    if not any(one.name in ITEMS for one in others):
        return None
    sheet = Sheet(text)
    for one in gone:
        sheet.node(one).removed = True
    return sheet.text


def _is_one(source: Source, uid: str, item: Event | Task, reader: Reader) -> bool:
    """Whether a component is the occurrence that an item is."""
    [one] = [*arranged(source.name, [source]).changed, None][:1]
    if one is None:
        return False
    try:
        original = required_moment(one.component, "RECURRENCE-ID", reader.zones).instant
    except Unreadable:
        return False
    if isinstance(item, Event) and item.original_start is not None:
        return uid == item.uid and original == item.original_start
    return occurrence_uid(uid, original) == item.uid
