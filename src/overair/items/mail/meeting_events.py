"""How a meeting of somebody else stands in a user's calendar, from its organizer's messages (RFC 5546)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import Event, EventException, OrganizerRevision
from overair.items.calendar.exceptions import MOST_EXCEPTIONS
from overair.items.calendar.statuses import CANCELED, FREE, MEETING, NOT_RESPONDED, RECEIVED, TENTATIVE
from overair.items.calendar.times import times_of
from overair.items.recurrence.occurrences import series_of

RECEIVED_MEETING: Final = MEETING | RECEIVED
CANCELED_MEETING: Final = MEETING | RECEIVED | CANCELED
"""What MeetingStatus is of somebody else's meeting (MS-ASCAL_R312, MS-ASCAL_R314)."""
_UNTIL_THERE_IS_AN_ANSWER: Final = {
    "busy_status": TENTATIVE,
    "response_type": NOT_RESPONDED,
    "appointment_reply_time": None,
}
_OWN: Final = ("busy_status", "response_type", "appointment_reply_time")
"""What a user's answer says, which stands for as long as the meeting is at the time that it was for."""
_COMPARED: Final = (
    *("subject", "body", "location", "sensitivity", "attendees"),
    *("online_meeting_conf_link", "online_meeting_external_link"),
)
"""What an organizer may say of one occurrence, times apart."""
_KEPT: Final = ("reminder", "categories", "stored_attachments", "next_attachment", "client_uid")
"""What is the user's own whatever the organizer changes."""


def tentative(event: Event, revision: OrganizerRevision) -> Event:
    """A meeting that the user has not answered yet."""
    return msgspec.structs.replace(
        event,
        **_UNTIL_THERE_IS_AN_ANSWER,
        meeting_status=RECEIVED_MEETING,
        organizer_revision=revision,
        exceptions=event.exceptions and tuple(_unanswered(one, None) for one in event.exceptions),
    )


def _unanswered(exception: EventException, revision: OrganizerRevision | None) -> EventException:
    """An exception of the organizer; one that is cancelled stands free, the others are as the series."""
    is_canceled = bool((exception.meeting_status or 0) & CANCELED)
    return msgspec.structs.replace(
        exception,
        busy_status=FREE if is_canceled else None,
        meeting_status=CANCELED_MEETING if is_canceled else None,
        response_type=None,
        appointment_reply_time=None,
        organizer_revision=revision,
    )


def updated(stored: Event, event: Event, revision: OrganizerRevision) -> Event:
    """A stored meeting after a later request of its organizer.

    The user's answer stands where the meeting is still at the time that it was for, and so do changes
    of single occurrences that the request does not mention.
    """
    found = tentative(event, revision)
    kept = {name: getattr(stored, name) for name in _KEPT}
    if not is_moved(stored, event):
        kept |= {name: getattr(stored, name) for name in _OWN}
        kept["exceptions"] = _merged(stored, found)
    return msgspec.structs.replace(found, **kept)


def is_moved(stored: Event, event: Event) -> bool:
    """Whether a request asks for another time than a stored meeting has, or for one that was cancelled."""
    times = ("start_time", "end_time", "recurrence", *(("zone",) if stored.recurrence else ()))
    return (
        stored.meeting_status != RECEIVED_MEETING
        or bool(stored.all_day_event) != bool(event.all_day_event)
        or any(getattr(stored, name) != getattr(event, name) for name in times)
    )


def _merged(stored: Event, event: Event) -> tuple[EventException, ...] | None:
    """The exceptions of a series that goes on as it was: the request's, and those that it does not name."""
    series = series_of(event)
    if series is None:
        return event.exceptions
    known = {series.day(one.exception_start_time): one for one in stored.exceptions or ()}
    for one in event.exceptions or ():
        day = series.day(one.exception_start_time)
        before = known.get(day)
        known[day] = one if before is None else _answered_as(event, before, one)
    return _sorted(known.values())


def _answered_as(series: Event, before: EventException, exception: EventException) -> EventException:
    """A changed occurrence with the answer that the user gave for it, where it is still at its time."""
    if is_moved_occurrence(series, before, exception) or before.meeting_status != exception.meeting_status:
        return exception
    return msgspec.structs.replace(exception, **{name: getattr(before, name) for name in _OWN})


def is_moved_occurrence(series: Event, before: EventException | None, exception: EventException) -> bool:
    """Whether an occurrence is at another time than before, or was not there."""
    if before is None:
        before = EventException(exception_start_time=exception.exception_start_time)
    return _occupied(series, before) != _occupied(series, exception)


def _occupied(series: Event, exception: EventException) -> tuple[bool, bool, datetime, datetime]:
    all_day = series.all_day_event if exception.all_day_event is None else exception.all_day_event
    return bool(exception.deleted), bool(all_day), *times_of(series, exception)


def exception_of(
    series: Event, occurrence: Event, start: datetime, revision: OrganizerRevision | None
) -> EventException:
    """What an occurrence of a series, which begins at ``start`` there, has otherwise than the series."""
    values: dict[str, Any] = {
        name: _other(getattr(series, name), getattr(occurrence, name), TAKEN_AWAY.get(name))
        for name in _COMPARED
    }
    if bool(series.all_day_event) != bool(occurrence.all_day_event):
        values["all_day_event"] = bool(occurrence.all_day_event)
    exception = EventException(
        **values,
        exception_start_time=start,
        dt_stamp=occurrence.dt_stamp,
        meeting_status=occurrence.meeting_status,
    )
    if times_of(series, exception) != (occurrence.start_time, occurrence.end_time):
        exception.start_time, exception.end_time = occurrence.start_time, occurrence.end_time
    return _unanswered(exception, revision)


def _other(of_series: object, of_occurrence: object, empty: object) -> object:
    """None for what is as in the series, ``empty`` for what is not there."""
    if of_occurrence == of_series:
        return None
    return empty if of_occurrence is None else of_occurrence


def with_occurrence(series: Event, exception: EventException) -> Event:
    """A series of which one occurrence is as the organizer's message about it alone says."""
    before = exception_at(series, exception.exception_start_time)
    return placed(series, exception if before is None else _answered_as(series, before, exception))


def taken_in(series: Event, orphan: Event, start: datetime) -> Event:
    """A series with an occurrence that stood in the calendar before it, with the answer that it was given."""
    own = exception_of(series, orphan, start, orphan.organizer_revision)
    if orphan.response_type != NOT_RESPONDED:
        own = msgspec.structs.replace(own, **{name: getattr(orphan, name) for name in _OWN})
    said = exception_at(series, start)
    whole = series.organizer_revision
    is_later = (
        own.organizer_revision is not None
        and whole is not None
        and own.organizer_revision.stamp > whole.stamp
    )
    return placed(series, own if said is None or is_later else _answered_as(series, own, said))


def placed(series: Event, exception: EventException) -> Event:
    """A series with an exception in place of what it had on that day."""
    days = series_of(series)
    if days is None:
        raise ValueError("is no series")
    day = days.day(exception.exception_start_time)
    others = [one for one in series.exceptions or () if days.day(one.exception_start_time) != day]
    return msgspec.structs.replace(series, exceptions=_sorted([*others, exception]))


def exception_at(series: Event, start: datetime) -> EventException | None:
    """What is said of the occurrence that a series has on the day of an instant."""
    days = series_of(series)
    if days is None:
        return None
    day = days.day(start)
    return next((one for one in series.exceptions or () if days.day(one.exception_start_time) == day), None)


def canceled(stored: Event, revision: OrganizerRevision) -> Event:
    """A meeting that its organizer called off: it stays to be seen, and takes no time."""
    return msgspec.structs.replace(
        stored, meeting_status=CANCELED_MEETING, busy_status=FREE, organizer_revision=revision
    )


def canceled_occurrence(
    before: EventException | None, start: datetime, revision: OrganizerRevision
) -> EventException:
    """The same of one occurrence, which begins at ``start`` in its series."""
    exception = before if before is not None else EventException(exception_start_time=start)
    return msgspec.structs.replace(
        exception, meeting_status=CANCELED_MEETING, busy_status=FREE, organizer_revision=revision
    )


def _sorted(exceptions: Iterable[EventException]) -> tuple[EventException, ...] | None:
    """Those of a series in their order, the first ones gone where there are too many."""
    return tuple(sorted(exceptions, key=lambda one: one.exception_start_time)[-MOST_EXCEPTIONS:]) or None
