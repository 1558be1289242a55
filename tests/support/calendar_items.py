"""Hypothesis strategies of events, tasks and notes whose every value iCalendar can say, too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from overair.items import Event, Note, Task
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.notes import STICKY_NOTE
from overair.items.recurrence.changes import filled_in
from overair.items.recurrence.occurrences import series_of
from overair.items.task import TaskRecurrence
from overair.items.time_zones.zones import tzinfo
from overair.protocol.body_preferences import BodyType
from overair.storage.blobs import key_of
from support.events import patterns

ME: Final = "ada@example.org"
ZONE: Final = "Europe/Berlin"
"""Of the house."""
_EPOCH: Final = datetime(1995, 1, 1, tzinfo=UTC)
_ANSWERS: Final = (
    AttendeeStatus.NOT_RESPONDED,
    AttendeeStatus.ACCEPTED,
    AttendeeStatus.TENTATIVE,
    AttendeeStatus.DECLINED,
)
_TEXTS_OF_PLACES: Final = (
    *("annotation", "street", "city", "state"),
    *("country", "postal_code", "location_uri"),
)
_RESPONSES: Final = {2: 2, 3: 3, 4: 4, 5: 5}

texts = st.text("aN\\n,;:\"'é^=🌊 \u2028", min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
"""What escapes are made of, in every order."""
lines = st.lists(texts, min_size=1, max_size=4).map("\r\n".join)
names = st.text("aN,;:'é^= ", min_size=1, max_size=12).map(str.strip).filter(bool)
instants = st.integers(0, 2 * 24 * 365 * 40).map(
    lambda half_hours: _EPOCH + half_hours * timedelta(minutes=30)
)
zones = st.sampled_from(
    [ZONE, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tokyo"]
)
bodies = st.builds(Body, type=st.just(BodyType.PLAIN_TEXT), data=lines) | st.builds(
    Body, type=st.just(BodyType.HTML), data=lines.map(lambda text: f"<p>{text}</p>")
)
categories = st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple)


def numbers(most: int) -> st.SearchStrategy[float]:
    """Degrees and metres, as exact as anybody measures them."""
    return st.integers(-most * 10**9, most * 10**9).map(lambda number: number / 10**9)


@st.composite
def places(draw: st.DrawFn) -> Location:
    """A place; altitude and accuracy are of a point that has a name."""
    values: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"display_name": texts},
            optional=dict.fromkeys(
                ("annotation", "street", "city", "state", "country", "postal_code", "location_uri"), texts
            ),
        )
    )
    if draw(st.booleans()):
        values |= {
            "latitude": draw(numbers(90).filter(bool)),
            "longitude": draw(numbers(180)),
            "altitude": draw(st.none() | numbers(9000)),
            "accuracy": draw(st.none() | numbers(1000).map(abs)),
        }
    return Location(**values)


attendees = st.builds(
    Attendee,
    email=st.emails(domains=st.just("example.net")),
    name=names,
    status=st.sampled_from(_ANSWERS),
    type=st.sampled_from(AttendeeType),
)
several_attendees = st.lists(attendees, min_size=1, max_size=3, unique_by=lambda one: one.email.lower()).map(
    tuple
)
links = st.sampled_from(["https://meet.example.net/a,b;c", "conf:sip:ada@example.net;gruu"])
files = st.lists(st.tuples(st.binary(max_size=40), names), max_size=2, unique_by=lambda one: one[0])

common: Final[dict[str, st.SearchStrategy[Any]]] = {
    "subject": texts,
    "body": bodies,
    "location": places(),
    "categories": categories,
    "reminder": st.integers(0, 2000),
    "appointment_reply_time": instants,
    "online_meeting_conf_link": links,
    "online_meeting_external_link": links,
}
always: Final[dict[str, st.SearchStrategy[Any]]] = {
    "sensitivity": st.integers(0, 3),
    "busy_status": st.integers(0, 4),
    "dt_stamp": instants,
}
_EMPTY: Final[dict[str, Any]] = {
    "subject": "",
    "body": Body(type=BodyType.PLAIN_TEXT, data=""),
    "location": Location(),
    "categories": (),
    "reminder": NO_REMINDER,
}


def attached(found: list[tuple[bytes, str]], first: int) -> tuple[StoredAttachment, ...]:
    """Files as the attachments of an event."""
    return tuple(
        StoredAttachment(
            number=number,
            blob=key_of(data),
            size=len(data),
            display_name=name,
            content_type="application/pdf",
        )
        for number, (data, name) in enumerate(found, start=first)
    )


@st.composite
def events(draw: st.DrawFn) -> tuple[Event, dict[str, bytes]]:
    """An event, and the bytes of its attachments by their keys."""
    all_day = draw(st.booleans())
    recurs = draw(st.booleans())
    zone = draw(zones if recurs else zones | st.none())
    start = draw(instants)
    length = timedelta(minutes=draw(st.integers(0, 3000)))
    if all_day:
        start, length, zone = start.replace(hour=0, minute=0), timedelta(draw(st.integers(1, 3))), None
    elif zone is not None:
        start = _once(start, zone)
        length = _once(start + length, zone) - start
    values = draw(st.fixed_dictionaries(always, optional=common)) | draw(_meetings())
    found = draw(files)
    kept = attached(found, 1)
    event = Event(
        uid=draw(names),
        start_time=start,
        end_time=start + length,
        all_day_event=all_day,
        zone=zone,
        disallow_new_time_proposal=draw(st.none() | st.booleans()),
        stored_attachments=kept or None,
        next_attachment=len(kept) + 1,
        **values,
    )
    blobs = {key_of(data): data for data, _ in found}
    return (draw(_recurring(event, blobs)) if recurs else event), blobs


def _once(instant: datetime, zone: str) -> datetime:
    """An instant that a clock of the zone shows once; one in the hour that it shows twice is put off."""
    local = instant.astimezone(tzinfo(zone))
    return instant + timedelta(hours=2) if local.fold else instant


@st.composite
def _meetings(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of an appointment, of a meeting of the user's own, or of one with the user in it."""
    cancelled = draw(st.sampled_from([0, 0, 0, 4]))
    kind = draw(st.sampled_from(["appointment", "own", "received"]))
    if kind == "appointment":
        return {"meeting_status": cancelled and 5}
    invited: tuple[Attendee, ...] = draw(several_attendees)
    values: dict[str, Any] = {
        "attendees": invited,
        "response_requested": draw(st.booleans()),
        "organizer_name": draw(names),
        "organizer_email": ME,
        "meeting_status": 1 | cancelled,
        "response_type": 1,
    }
    if kind == "received":
        status = draw(st.sampled_from(_ANSWERS))
        own = Attendee(email=ME, name="Ada", status=status, type=AttendeeType.REQUIRED)
        values |= {
            "attendees": (*invited, own),
            "organizer_email": "boss@example.net",
            "meeting_status": 3 | cancelled,
            "response_type": _RESPONSES[status],
        }
    return values


@st.composite
def _recurring(draw: st.DrawFn, event: Event, blobs: dict[str, bytes]) -> Event:
    """The event as a series with exceptions, which starts with its first occurrence."""
    pattern = draw(patterns)
    start, end = event.start_time, event.end_time
    assert start is not None
    assert end is not None
    local = start.astimezone(UTC if event.zone is None else tzinfo(event.zone)).date()
    event = msgspec.structs.replace(event, recurrence=filled_in(pattern, local))
    series = series_of(event, ZONE)
    assert series is not None
    starts = list(islice(series.between(start, datetime(9000, 1, 1, tzinfo=UTC)), 6))
    event = msgspec.structs.replace(event, start_time=starts[0], end_time=starts[0] + (end - start))
    chosen = draw(st.lists(st.sampled_from(starts), max_size=3, unique=True))
    exceptions = []
    for original in sorted(chosen):
        exception = draw(_exceptions(event, original, blobs))
        if exception.stored_attachments:
            number = event.next_attachment + len(exception.stored_attachments)
            event = msgspec.structs.replace(event, next_attachment=number)
        exceptions.append(exception)
    return msgspec.structs.replace(event, exceptions=tuple(exceptions) or None)


@st.composite
def _exceptions(draw: st.DrawFn, event: Event, original: datetime, blobs: dict[str, bytes]) -> EventException:
    """An exception that says only what is otherwise than in its series."""
    if draw(st.booleans()):
        return EventException(deleted=True, exception_start_time=original)
    values = draw(st.fixed_dictionaries({}, optional=always | common))
    for name in draw(st.sets(st.sampled_from(sorted(_EMPTY)))):
        values[name] = _EMPTY[name]
    if event.organizer_email == ME and event.attendees and draw(st.booleans()):
        values["attendees"] = draw(several_attendees)
    if draw(st.booleans()):
        found = draw(files)
        blobs |= {key_of(data): data for data, _ in found}
        values["stored_attachments"] = attached(found, event.next_attachment)
    if draw(st.booleans()):
        step = timedelta(days=1) if event.all_day_event else timedelta(minutes=90)
        start = original + draw(st.integers(-3, 3)) * step
        end = start + draw(st.integers(1, 2)) * step
        if event.zone is not None:
            start = _once(start, event.zone)
            end = max(_once(end, event.zone), start)
        values |= {"start_time": start, "end_time": end}
    return otherwise(event, EventException(exception_start_time=original, **values))


def otherwise(event: Event, exception: EventException) -> EventException:
    """An exception without what is as in its series."""
    assert event.start_time is not None
    assert event.end_time is not None
    start = exception.start_time or exception.exception_start_time
    values: dict[str, Any] = {}
    for name in (*always, *common, "attendees"):
        own = getattr(exception, name)
        series = getattr(event, name)
        if own is not None and own != (_EMPTY.get(name) if series is None else series):
            values[name] = own
    if exception.start_time is not None and start != exception.exception_start_time:
        values["start_time"] = start
    if exception.end_time is not None and exception.end_time - start != event.end_time - event.start_time:
        values["end_time"] = exception.end_time
    files_of_series = [one.blob for one in event.stored_attachments or ()]
    files_of_exception = exception.stored_attachments
    if files_of_exception is not None and [one.blob for one in files_of_exception] != files_of_series:
        values["stored_attachments"] = files_of_exception
    return EventException(exception_start_time=exception.exception_start_time, **values)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """A task, whose dates are days, local times, times in UTC or both of a time in the house's zone."""
    complete = draw(st.booleans())
    reminder = draw(st.none() | instants)
    optional: dict[str, st.SearchStrategy[Any]] = {"body": bodies, "categories": categories}
    values: dict[str, Any] = draw(st.fixed_dictionaries({"subject": texts}, optional=optional))
    start: dict[str, datetime] = draw(_dates("start"))
    due: dict[str, datetime] = draw(_dates("due"))
    recurrence = None
    recurs = draw(st.booleans())
    anchor = start or due
    if anchor and recurs:
        name, first = next(iter(anchor.items()))
        if name.startswith("utc"):
            first = first.astimezone(tzinfo(ZONE)).replace(tzinfo=UTC)
        recurrence = draw(_task_recurrences(first))
    values |= {**start, **due}
    return Task(
        uid=draw(names),
        importance=draw(st.sampled_from([0, 1, 2])),
        sensitivity=draw(st.integers(0, 3)),
        complete=complete,
        date_completed=draw(instants) if complete else None,
        reminder_time=reminder,
        reminder_set=reminder is not None,
        recurrence=recurrence,
        **values,
    )


@st.composite
def _dates(draw: st.DrawFn, name: str) -> dict[str, datetime]:
    instant = _once(draw(instants), ZONE)
    kind = draw(st.sampled_from(["none", "day", "local", "utc", "both"]))
    local = instant.astimezone(tzinfo(ZONE)).replace(tzinfo=UTC)
    if kind == "day":
        return {f"{name}_date": instant.replace(hour=0, minute=0)}
    if kind == "utc":
        return {f"utc_{name}_date": instant}
    if kind == "none" or local.time() == time():
        return {}
    return {f"{name}_date": local} | ({f"utc_{name}_date": instant} if kind == "both" else {})


@st.composite
def _task_recurrences(draw: st.DrawFn, start: datetime) -> TaskRecurrence | None:
    """How a task recurs from a date on that is an occurrence."""
    pattern = filled_in(draw(patterns), start.date())
    values: dict[str, Any] = msgspec.structs.asdict(pattern)
    found = TaskRecurrence(start=start, **values)
    event = Event(start_time=start, end_time=start, all_day_event=True, recurrence=pattern)
    series = series_of(event)
    return found if series is not None and series.contains(start) else None


notes = st.builds(
    Note,
    subject=texts,
    body=st.none() | bodies,
    categories=st.none() | categories,
    message_class=st.just(STICKY_NOTE),
    last_modified_date=instants,
)
