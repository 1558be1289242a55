"""Events and what is shown of them, for the tests of that."""

from __future__ import annotations

from typing import Any

import msgspec

from overair.items import Event
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.versions import Version
from overair.wbxml import Element, Tag
from support.events import ZONE, at, elements_of

BASE = Event(
    subject="Lunch",
    start_time=at("2026-06-01T10:00"),
    end_time=at("2026-06-01T11:00"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
)
DAILY = Recurrence(type=RecurrenceType.DAILY, interval=1, until=at("2026-06-30T10:00"))
SERIES = msgspec.structs.replace(BASE, recurrence=DAILY)


def with_(event: Event, **values: Any) -> Event:
    return msgspec.structs.replace(event, **values)


def tags(elements: list[Element]) -> list[Tag]:
    return [element.tag for element in elements]


def text(event: Event, version: Version, tag: Tag) -> str | None:
    return next((element.text for element in elements_of(event, version) if element.tag is tag), None)


EXCEPTION = EventException(exception_start_time=at("2026-06-03T10:00"), subject="Dinner")


def with_exception(**values: Any) -> EventException:
    return msgspec.structs.replace(EXCEPTION, **values)
