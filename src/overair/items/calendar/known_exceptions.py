"""What a client knows of the exceptions of a series after what it sent itself."""

from __future__ import annotations

from collections.abc import Iterable

from overair.items.author import Author
from overair.items.calendar.data_types import instant_of
from overair.items.calendar.event import BEFORE_16, Event
from overair.items.calendar.times import clock_of
from overair.items.recurrence.occurrences import series_of
from overair.wbxml.element import Element
from overair.wbxml.pages import Calendar


def misplaced(
    before: Event | None, after: Event, application_data: Iterable[Element], author: Author
) -> bool:
    """Whether exceptions of a series are of other occurrences now than the client knows them of.

    Up to 14.1 they go with a series that is moved, and one that a client names for no occurrence is
    passed over; from 16.0 on they are gone, which the client knows (MS-ASCAL_R2114).
    """
    if author.version > BEFORE_16:
        return False
    clock = clock_of(after, author.version, author.time_zone)
    named = {
        clock.read(instant_of(start.text), all_day=bool(after.all_day_event))
        for element in application_data
        if element.tag is Calendar.Exceptions
        for exception in element
        if (start := exception.find(Calendar.ExceptionStartTime)) is not None
    }
    series = series_of(after, author.time_zone)
    there = {one.exception_start_time for one in after.exceptions or ()}
    as_in_series = {start for start in named - there if series is not None and series.contains(start)}
    known = named.union(one.exception_start_time for one in (before and before.exceptions) or ())
    return not known <= there | as_in_series
