"""What a message about a meeting does to a user's calendar, decided from what stands there.

What stands there is changed only by a message that names the same organizer and comes from the
organizer's address, or from the address from which the meeting came before: calendar services write
from one of their own. A meeting that the user organizes, and an event without an organizer, are never
touched. So the worst that a stranger can do is a new meeting to answer.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from overair.items.calendar.event import Event, EventException, OrganizerRevision
from overair.items.mail.meeting_events import (
    CANCELED_MEETING,
    canceled,
    canceled_occurrence,
    exception_at,
    exception_of,
    is_moved,
    is_moved_occurrence,
    taken_in,
    tentative,
    updated,
    with_occurrence,
)
from overair.items.mail.meeting_request import MeetingMessageType
from overair.items.mail.meetings import Entry, Method
from overair.items.recurrence.occurrences import series_of


class Held(NamedTuple):
    """An event where it is stored."""

    folder_id: str
    item_id: str
    event: Event


class Standing(NamedTuple):
    """What is in the calendar already of the meeting that an entry of a message is about."""

    event: Held | None = None
    """The event of the UID, single or a series."""
    orphans: tuple[Held, ...] = ()
    """Occurrences of the UID without their series: the entry's own or, for a series, all."""


class Plan(msgspec.Struct, frozen=True):
    """What is done to the calendar, and what the message is for this user."""

    added: Event | None = None
    changed: tuple[tuple[Held, Event], ...] = ()
    removed: tuple[Held, ...] = ()
    message_type: MeetingMessageType | None = None
    """None where the message's own word stands."""
    is_orphan: bool = False


class _Order(Enum):
    """How a message stands to what it would change."""

    FOREIGN = auto()
    """It comes from somebody who has no say there."""
    OLDER = auto()
    SAME = auto()
    NEWER = auto()


def plan(method: Method, entry: Entry, standing: Standing) -> Plan:
    """What an entry of a message about somebody else's meeting does. Raises what impossible events raise."""
    instance, held = entry.instance, standing.event
    if instance is None:
        decide = _canceled if method is Method.CANCEL else _requested
        return decide(entry, standing)
    start = None if held is None else _start_in(held.event, instance)
    if held is not None and start is not None:
        return _of_series(method, entry, start, held)
    return _of_orphan(method, entry, standing)


def _requested(entry: Entry, standing: Standing) -> Plan:
    """A request for a single meeting or a whole series."""
    held = standing.event
    if held is None:
        event, removed = _with_orphans(tentative(entry.event, entry.revision), standing)
        return Plan(event, removed=removed, message_type=MeetingMessageType.INITIAL_REQUEST)
    order = _order(held.event, held.event.organizer_revision, entry)
    if order is not _Order.NEWER:
        return _unchanged(order)
    event, removed = _with_orphans(updated(held.event, entry.event, entry.revision), standing)
    moved = is_moved(held.event, entry.event)
    return Plan(changed=((held, event),), removed=removed, message_type=_update(moved))


def _canceled(entry: Entry, standing: Standing) -> Plan:
    """A cancellation of a single meeting or a whole series, with those occurrences of it that stand alone."""
    changed = tuple(
        (held, canceled(held.event, entry.revision))
        for held in (standing.event, *standing.orphans)
        if held is not None
        and held.event.meeting_status != CANCELED_MEETING
        and _may_cancel(_order(held.event, held.event.organizer_revision, entry))
    )
    return Plan(changed=changed)


def _of_series(method: Method, entry: Entry, start: datetime, held: Held) -> Plan:
    """A message about the occurrence of a series in the calendar that begins at ``start`` there."""
    stored = held.event
    before = exception_at(stored, start)
    order = _order_of_occurrence(stored, before, entry)
    if method is Method.CANCEL:
        if not _may_cancel(order) or _is_canceled(before):
            return Plan()
        exception = canceled_occurrence(before, start, entry.revision)
        return Plan(changed=((held, with_occurrence(stored, exception)),))
    if order is not _Order.NEWER:
        return _unchanged(order)
    exception = exception_of(stored, entry.event, start, entry.revision)
    moved = _is_canceled(before) or is_moved_occurrence(stored, before, exception)
    return Plan(changed=((held, with_occurrence(stored, exception)),), message_type=_update(moved))


def _of_orphan(method: Method, entry: Entry, standing: Standing) -> Plan:
    """A message about one occurrence of a series that is not in the calendar."""
    alone = Standing(event=next(iter(standing.orphans), None))
    decide = _canceled if method is Method.CANCEL else _requested
    return msgspec.structs.replace(decide(entry, alone), is_orphan=True)


def _with_orphans(event: Event, standing: Standing) -> tuple[Event, tuple[Held, ...]]:
    """A series with what stood in the calendar of its occurrences, and what need not stand there any more."""
    removed = []
    for held in standing.orphans:
        original = held.event.original_start
        start = None if original is None else _start_in(event, original)
        if start is None or not _same_organizer(held.event, event):
            continue
        event = taken_in(event, held.event, start)
        removed.append(held)
    return event, tuple(removed)


def _start_in(event: Event, instant: datetime) -> datetime | None:
    """The start of the occurrence that a series has on the day of an instant; None where it has none."""
    series = series_of(event)
    return None if series is None else series.at(instant)


def _order(stored: Event, known: OrganizerRevision | None, entry: Entry) -> _Order:
    """How an entry stands to what is stored, which is as of the message ``known``."""
    organizer, sender = (stored.organizer_email or "").lower(), entry.revision.sender
    brought = known is not None and sender and sender == known.sender
    if not _same_organizer(stored, entry.event) or not (sender == organizer or brought):
        return _Order.FOREIGN
    if known is None or sender != known.sender:
        # The organizer's own word goes before what others brought.
        return _Order.NEWER
    if entry.revision.order == known.order:
        return _Order.SAME
    return _Order.NEWER if entry.revision.order > known.order else _Order.OLDER


def _order_of_occurrence(stored: Event, before: EventException | None, entry: Entry) -> _Order:
    """How an entry stands to what is stored of one occurrence of a series.

    What was said of the whole series since the entry was written holds for this occurrence, too; their
    sequences are not compared, since an occurrence may have one of its own.
    """
    whole = stored.organizer_revision
    own = None if before is None else before.organizer_revision
    order = _order(stored, own or whole, entry)
    if own is None and order in (_Order.SAME, _Order.OLDER):
        order = _Order.NEWER
    if order is _Order.NEWER and whole is not None and whole.sender == entry.revision.sender:
        return _Order.OLDER if entry.revision.stamp < whole.stamp else order
    return order


def _same_organizer(stored: Event, event: Event) -> bool:
    return (stored.organizer_email or "").lower() == (event.organizer_email or "").lower()


def _may_cancel(order: _Order) -> bool:
    """A cancellation may have the sequence and stamp of the request that it takes back."""
    return order in (_Order.SAME, _Order.NEWER)


def _is_canceled(exception: EventException | None) -> bool:
    return exception is not None and exception.meeting_status == CANCELED_MEETING


def _update(moved: bool) -> MeetingMessageType:
    return MeetingMessageType.FULL_UPDATE if moved else MeetingMessageType.INFORMATIONAL_UPDATE


def _unchanged(order: _Order) -> Plan:
    """A request that changes nothing; that it is outdated is said only of one that was its organizer's."""
    return Plan(message_type=MeetingMessageType.OUTDATED if order is _Order.OLDER else None)
