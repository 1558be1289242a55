"""What a change does to one VEVENT: that of a single event, of a series, or of one occurrence."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from icalendar import Event as VEvent

from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import Event, EventException, StoredAttachment
from overair.items.calendar.statuses import BUSY, CANCELED, FREE, RECEIVED, TENTATIVE
from overair.items.icalendar.attachments import add_attachments, attachments_of
from overair.items.icalendar.bodies import is_inline
from overair.items.icalendar.components import Component
from overair.items.icalendar.event_writing import BUSY_NAMES, OWN_OF_OCCURRENCES, add_fields
from overair.items.icalendar.events import BUSY_STATUSES
from overair.items.icalendar.fields import Reader, Writer
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.merging_alarms import merge_reminder
from overair.items.icalendar.merging_fields import Change, merge_event_texts, merge_texts
from overair.items.icalendar.merging_people import merge_people
from overair.items.icalendar.merging_places import merge_place
from overair.items.icalendar.merging_times import Form, merge_times
from overair.items.icalendar.sheet import Node, Sheet, lines_of
from overair.items.icalendar.text import as_text

_BUSY: Final = "X-MICROSOFT-CDO-BUSYSTATUS"
_CANCELLED: Final = "CANCELLED"
_SIGNIFICANT: Final = ("DTSTART", "DTEND", "DURATION", "DUE", "RRULE", "RDATE", "EXDATE", "STATUS")
"""What an organizer may not change without another SEQUENCE (RFC 5546 2.1.4)."""


_MOST_CHANGES: Final = 2**31 - 1


class Desk(msgspec.Struct, frozen=True):
    """What edits of the components of one object have in common."""

    reader: Reader
    writer: Writer
    now: datetime


def merge_occasion(
    desk: Desk, sheet: Sheet, node: Node, component: Component, before: Event, after: Event, *, recurs: bool
) -> Form | None:
    """Merge all but the recurrence; gives back the form of the start where times were changed.

    ``before`` and ``after`` are as in Change.
    """
    written = VEvent()
    plain = msgspec.structs.replace(after, stored_attachments=None)
    add_fields(written, plain, plain, desk.writer)
    change = Change(sheet, node, component, before, after, written, desk.reader, desk.writer)
    form = merge_times(change, before, after, recurs=recurs)
    merge_texts(change)
    merge_event_texts(change, before, after)
    merge_place(change, before, after)
    _merge_status(change, before, after)
    merge_people(change, before, after)
    merge_reminder(change, before, after)
    _merge_attachments(change, before, after)
    return form


def effective(event: Event, exception: EventException, original: datetime) -> Event:
    """What is so of one occurrence of a series, as a single event."""
    own = {
        name: None if value == TAKEN_AWAY.get(name) else value
        for name in OWN_OF_OCCURRENCES
        if (value := getattr(exception, name)) is not None
    }
    all_day = event.all_day_event if exception.all_day_event is None else exception.all_day_event
    start, end = exception.start_time or original, exception.end_time
    if end is None and event.start_time is not None and event.end_time is not None:
        end = start + max(event.end_time - event.start_time, event.end_time - event.end_time)
    return msgspec.structs.replace(
        event, recurrence=None, exceptions=None, start_time=start, end_time=end, all_day_event=all_day, **own
    )


def _merge_status(change: Change, before: Event, after: Event) -> None:
    """STATUS, TRANSP and how busy the user is."""
    node, sheet = change.node, change.sheet
    cancelled = bool((after.meeting_status or 0) & CANCELED)
    if cancelled != bool((before.meeting_status or 0) & CANCELED):
        set_line(sheet, node, "STATUS", _CANCELLED if cancelled else "CONFIRMED")
    if not change.differs("busy_status") or after.busy_status is None:
        return
    busy = after.busy_status
    if node.first("TRANSP") is not None or busy == FREE or before.busy_status == FREE:
        set_line(sheet, node, "TRANSP", "TRANSPARENT" if busy == FREE else "OPAQUE")
    said = node.first(_BUSY)
    is_known = said is not None and said.found.text.strip().upper() in BUSY_STATUSES
    status = node.first("STATUS")
    is_tentative = status is not None and status.value.strip().upper() == "TENTATIVE"
    # Of the user's own events STATUS may say that they are not certain.
    is_own = not (is_known or cancelled or (after.meeting_status or 0) & RECEIVED)
    if is_own and (busy == TENTATIVE or (busy == BUSY and is_tentative)):
        is_tentative = busy == TENTATIVE
        set_line(sheet, node, "STATUS", "TENTATIVE" if is_tentative else "CONFIRMED")
    implied = FREE if busy == FREE else TENTATIVE if is_tentative else BUSY
    if is_known or implied != busy:
        set_line(sheet, node, _BUSY, BUSY_NAMES[busy])


def set_line(sheet: Sheet, node: Node, name: str, value: str) -> None:
    """Give the first property of a name a value as it stands; where there is none it is put in."""
    line = node.first(name)
    if line is None:
        sheet.add(node, f"{name}:{value}")
    else:
        line.value = value


def _merge_attachments(change: Change, before: Event, after: Event) -> None:
    """The files within the event; those that are links are no attachments of it."""
    own, stay = before.stored_attachments or (), after.stored_attachments or ()
    if own == stay:
        return
    lines = [line for line in change.node.all("ATTACH") if is_inline(line.found)]
    kept: list[StoredAttachment] = []
    for line in lines:
        # One by one, since some may be read and others not.
        alone = Component("VEVENT", [line.found])
        found = attachments_of(alone, len(kept) + 1, change.reader.put, Losses())
        if found and len(kept) < len(own):
            kept.append(own[len(kept)])
            line.removed = kept[-1] not in stay
    added = tuple(one for one in stay if one not in own)
    written = VEvent()
    add_attachments(written, added, change.writer.get, change.writer.losses)
    change.sheet.add(change.node, *lines_of(written, ("ATTACH",)))


def stamp(
    desk: Desk, sheet: Sheet, node: Node, *, uid: str, is_organizer: bool, significant: bool | None = None
) -> None:
    """Say of a component that was changed that it was, and when.

    ``significant`` says whether its organizer has to count the change, None where its lines tell.
    """
    if not node.is_changed:
        return
    if significant is None:
        significant = any(line.is_changed and line.name in _SIGNIFICANT for line in node.lines) or any(
            text.upper().startswith(_SIGNIFICANT) for _, text in node.added
        )
    stamp_uid(sheet, node, uid)
    now = f"{desk.now:%Y%m%dT%H%M%SZ}"
    set_line(sheet, node, "DTSTAMP", now)
    for line in node.all("LAST-MODIFIED")[:1]:
        line.value = now
    if not (significant and is_organizer):
        return
    counted = node.first("SEQUENCE")
    if counted is None and node.first("ATTENDEE") is not None:
        sheet.add(node, "SEQUENCE:1")
    elif counted is not None and (said := counted.value.strip()).isascii() and said.isdigit():
        counted.value = str(min(int(said[:12]) + 1, _MOST_CHANGES))


def stamp_uid(sheet: Sheet, node: Node, uid: str) -> None:
    """Write down the UID of a component that has none: that of its content, which is another one now."""
    if node.first("UID") is None:
        sheet.add(node, f"UID:{as_text(uid).to_ical().decode()}")
