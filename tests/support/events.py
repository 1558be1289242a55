"""Events of every kind as the store keeps them, and phones that are shown and change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import msgspec
from hypothesis import strategies as st

from overair.items import Author, Event, ItemClass, RenderOptions, apply_change, create, render
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.items.calendar.data_types import NO_REMINDER
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.recurrence.occurrences import series_of
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag

NOW = datetime(2026, 5, 4, 18, 3, 27, tzinfo=UTC)
ZONE = "Europe/Berlin"
OLD = tuple(version for version in SERVED if version <= Version.V14_1)
NEW = tuple(version for version in SERVED if version >= Version.V16_0)


class NoBlobs:
    """A store for items that have no bytes apart."""

    def read(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        raise KeyError(key)


def at(text: str) -> datetime:
    """An instant in UTC, such as ``2026-03-02T09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def author(version: Version, **values: Any) -> Author:
    """A user of a device that speaks a version."""
    known: dict[str, Any] = {"now": NOW, "address": "ada@example.org", "name": "Ada", "time_zone": ZONE}
    return Author(version=version, **known | values)


def options(*preferences: BodyPreference, **values: Any) -> RenderOptions:
    """How a client wants events shown."""
    return RenderOptions(body_preferences=preferences, time_zone=ZONE, **values)


def added(version: Version, *elements: Element, **values: Any) -> Event:
    """The event of an Add."""
    made = create(ItemClass.CALENDAR, list(elements), author(version, **values))
    assert isinstance(made, Event)
    return made


def changed(
    event: Event,
    version: Version,
    *elements: Element,
    supported: frozenset[int] | None = None,
    shown: RenderOptions | None = None,
) -> Event:
    """The event after a Change."""
    made = apply_change(event, list(elements), author(version), supported, shown or options())
    assert isinstance(made, Event)
    return made


def told(event: Event, version: Version, shown: RenderOptions | None = None) -> Event:
    """The event as a client of a version reads what it is shown."""
    return Event.from_children(elements_of(event, version, shown), version)


def elements_of(event: Event, version: Version, shown: RenderOptions | None = None) -> list[Element]:
    """The elements that a client of a version is shown."""
    return render(event, shown or options(), version, NoBlobs(), "7:1")


def without(elements: list[Element], *tags: Tag) -> list[Element]:
    """Elements less some."""
    return [element for element in elements if element.tag not in tags]


PLAIN = BodyPreference(type=BodyType.PLAIN_TEXT)
CUT = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=4)
HTML = BodyPreference(type=BodyType.HTML, truncation_size=12)
SHOWN = st.sampled_from(
    [options(), options(PLAIN), options(CUT), options(HTML), options(time_zone_names=False)]
)

words = st.text("abc é", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
zones = st.sampled_from(
    [
        ZONE,
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Beirut",
        None,
    ]
)
instants = st.integers(0, 24 * 365 * 45).map(
    lambda half_hours: at("1995-01-01T00:00") + half_hours * timedelta(hours=1)
)
bodies = st.builds(Body, type=st.sampled_from([BodyType.PLAIN_TEXT, BodyType.HTML]), data=words)
numbers = st.floats(-90, 90, allow_nan=False)
places = st.builds(
    Location,
    display_name=words | st.none(),
    street=words | st.none(),
    city=words,
    latitude=numbers | st.none(),
)
attendees = st.builds(
    Attendee,
    email=st.emails(domains=st.just("example.org")),
    name=words,
    status=st.sampled_from(AttendeeStatus) | st.none(),
    type=st.sampled_from(AttendeeType) | st.none(),
    proposed_start_time=instants | st.none(),
)
several_attendees = st.lists(attendees, min_size=1, max_size=3, unique_by=lambda one: one.email.lower()).map(
    tuple
)
categories = st.lists(words, min_size=1, max_size=3).map(tuple)
patterns = st.one_of(
    st.builds(Recurrence, type=st.just(RecurrenceType.DAILY), interval=st.sampled_from([None, 1, 3])),
    st.builds(
        Recurrence,
        type=st.just(RecurrenceType.WEEKLY),
        day_of_week=st.integers(1, 127),
        first_day_of_week=st.none() | st.integers(0, 6),
        occurrences=st.none() | st.integers(1, 30),
    ),
    st.builds(
        Recurrence,
        type=st.just(RecurrenceType.MONTHLY),
        day_of_month=st.integers(1, 31),
        calendar_type=st.sampled_from([None, CalendarType.GREGORIAN, CalendarType.HEBREW_LUNAR]),
    ),
    st.builds(
        Recurrence,
        type=st.just(RecurrenceType.MONTHLY_ON_NTH_DAY),
        week_of_month=st.integers(1, 5),
        day_of_week=st.sampled_from([1, 2, 62, 65, 127]),
    ),
    st.builds(
        Recurrence,
        type=st.just(RecurrenceType.YEARLY),
        day_of_month=st.integers(1, 28),
        month_of_year=st.integers(1, 12),
        is_leap_month=st.none() | st.just(0),
    ),
)
common: dict[str, st.SearchStrategy[Any]] = {
    "subject": words,
    "body": bodies,
    "location": places,
    "categories": categories,
    "sensitivity": st.integers(0, 3),
    "busy_status": st.integers(0, 4),
    "reminder": st.integers(0, 2000),
    "dt_stamp": instants,
    "meeting_status": st.sampled_from([0, 1, 3, 5, 7, 9, 11, 13, 15]),
    "attendees": several_attendees,
    "appointment_reply_time": instants,
    "response_type": st.integers(0, 5),
    "online_meeting_conf_link": words,
    "online_meeting_external_link": words,
}
EMPTY: dict[str, Any] = {
    "subject": "",
    "body": Body(type=BodyType.PLAIN_TEXT, data=""),
    "location": Location(),
    "categories": (),
    "reminder": NO_REMINDER,
    "attendees": (),
}
stored_attachments = st.builds(
    StoredAttachment,
    number=st.integers(1, 9),
    blob=st.just("0" * 64),
    size=st.integers(0, 99),
    display_name=words,
    is_inline=st.booleans(),
)
several_attachments = st.lists(stored_attachments, max_size=2, unique_by=lambda one: one.number).map(tuple)


@st.composite
def events(draw: st.DrawFn, *, recurring: bool | None = None, unchanging: bool = False) -> Event:
    """An event, perhaps recurring, with any of its fields, as the store may hold it.

    With ``unchanging`` it is in a zone whose rules were the same ever since.
    """
    all_day = draw(st.booleans())
    start = draw(instants)
    if unchanging:
        start = max(start, at("2010-01-01T00:00"))
    length = timedelta(minutes=draw(st.integers(0, 3000)))
    if all_day:
        start, length = start.replace(hour=0), timedelta(days=draw(st.integers(1, 3)))
    values = draw(
        st.fixed_dictionaries(
            {},
            optional=common
            | {
                "organizer_name": words,
                "organizer_email": words,
                "uid": words,
                "response_requested": st.booleans(),
                "disallow_new_time_proposal": st.booleans(),
                "stored_attachments": several_attachments.map(lambda found: found or None),
            },
        )
    )
    event = Event(
        start_time=start,
        end_time=start + length,
        all_day_event=all_day,
        zone=ZONE if unchanging else draw(zones),
        **values,
    )
    event = msgspec.structs.replace(event, next_attachment=10)
    if not (draw(st.booleans()) if recurring is None else recurring):
        return event
    event = msgspec.structs.replace(event, recurrence=draw(patterns))
    return msgspec.structs.replace(event, exceptions=draw(exceptions_of(event)))


@st.composite
def exceptions_of(draw: st.DrawFn, event: Event) -> tuple[EventException, ...] | None:
    """Exceptions of a series; None where there are none."""
    series = series_of(event, ZONE)
    assert series is not None
    starts = list(
        islice(series.between(series.first_after(at("1990-01-01T00:00")) or NOW, at("2060-01-01T00:00")), 8)
    )
    chosen = draw(st.lists(st.sampled_from(starts), max_size=3, unique=True)) if starts else []
    return tuple(draw(exception_at(event, original)) for original in sorted(chosen)) or None


@st.composite
def exception_at(draw: st.DrawFn, event: Event, original: datetime) -> EventException:
    """An exception of one occurrence, with fields of its own, less some of the series, or deleted."""
    if draw(st.booleans()):
        return EventException(deleted=True, exception_start_time=original)
    optional = {
        name: strategy | st.just(EMPTY[name]) if name in EMPTY else strategy
        for name, strategy in common.items()
    }
    values = draw(st.fixed_dictionaries({}, optional=optional | {"stored_attachments": several_attachments}))
    if draw(st.booleans()):
        step = timedelta(days=1) if event.all_day_event else timedelta(minutes=90)
        start = original + draw(st.integers(-3, 3)) * step
        values |= {"start_time": start, "end_time": start + step}
    return EventException(exception_start_time=original, **values)
