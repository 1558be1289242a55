"""Edits merged into iCalendar objects, and what has to be so of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from hypothesis import settings

from overair.items import Event, Item
from overair.items.calendar.data_types import TAKEN_AWAY
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.icalendar.merging import merged_event
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.storage.blobs import key_of
from support.calendar_items import ME, ZONE

NOW: Final = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
fewer: Final = settings(max_examples=max(settings().max_examples // 3, 15))
"""Each example is written, read, edited and read again."""
HIDDEN: Final = (
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR;ACKNOWLEDGED=20200101T000000Z:AUTOMATIC\r\n"
    "COLOR:turquoise\r\n"
    "RELATED-TO;RELTYPE=PARENT:other@example.org\r\n"
    "X-LONG:" + "ü" * 30 + "\r\n " + "ü" * 30 + "\r\n"
    "this is no property\r\n"
    'X-MOZ-GENERATION;X-A="b:c":4\r\n'
)
ALARMS: Final = (
    "BEGIN:VALARM\r\nACTION:EMAIL\r\nTRIGGER:-P1D\r\nATTENDEE:mailto:z@example.org\r\nSUMMARY:x\r\n"
    "DESCRIPTION:y\r\nEND:VALARM\r\n"
    "BEGIN:VALARM\r\nX-WR-ALARMUID:1\r\nACTION:NONE\r\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z\r\n"
    "END:VALARM\r\n"
)
STAMPS: Final = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
LINES_OF: Final[dict[str, tuple[str, ...]]] = {
    "subject": ("SUMMARY",),
    "body": ("DESCRIPTION", "X-ALT-DESC"),
    "location": ("LOCATION", "GEO", "X-APPLE-STRUCTURED-LOCATION", "X-MICROSOFT-L"),
    "categories": ("CATEGORIES",),
    "sensitivity": ("CLASS",),
    "busy_status": ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"),
    "meeting_status": ("STATUS",),
    "reminder": ("TRIGGER", "BEGIN:VALARM", "END:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder"),
    "attendees": ("ATTENDEE",),
    "appointment_reply_time": ("X-MICROSOFT-CDO-REPLYTIME",),
    "online_meeting_conf_link": ("X-MICROSOFT-ONLINEMEETINGCONFLINK",),
    "online_meeting_external_link": ("X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",),
    "disallow_new_time_proposal": ("X-MICROSOFT-DISALLOW-COUNTER",),
    "start_time": ("DTSTART", "DTEND", "RRULE", "EXDATE", "RECURRENCE-ID", "TRIGGER"),
    "importance": ("PRIORITY",),
    "complete": ("STATUS", "COMPLETED", "PERCENT-COMPLETE"),
    "due_date": ("DUE",),
    "recurrence": ("RRULE",),
    "reminder_time": ("TRIGGER", "BEGIN:VALARM", "END:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder"),
}
"""How the lines begin that a field may change."""


def read(text: str, blobs: dict[str, bytes] | None = None) -> list[Item]:
    def put(data: bytes) -> str:
        (blobs if blobs is not None else {})[key_of(data)] = data
        return key_of(data)

    found = items_from_icalendar(text.encode(), default_zone=ZONE, addresses=[ME], put=put, now=NOW)
    return [one.item for one in found if isinstance(one, Converted)]


def only_event(text: str) -> Event:
    [event] = read(text)
    assert isinstance(event, Event)
    return event


def event_after(text: str, old: Event, new: Event, blobs: dict[str, bytes] | None = None) -> str:
    kept = blobs or {}
    return merged_event(text, old, new, default_zone=ZONE, addresses=[ME], now=NOW, get=kept.__getitem__)


def edit(text: str, **values: Any) -> str:
    """An object of one event after an edit of some fields."""
    old = only_event(text)
    return event_after(text, old, msgspec.structs.replace(old, **values))


def lines(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def with_hidden(text: str) -> str:
    """An object with lines that no field says, in each of its components."""
    for name in ("VEVENT", "VTODO"):
        begin = f"BEGIN:{name}\r\n"
        text = text.replace(begin, begin + HIDDEN).replace(f"END:{name}", f"{ALARMS}END:{name}")
    return text


def check_lines(before: str, after: str, fields: set[str]) -> None:
    """Every line whose field did not change is still there, in order."""
    free = (*STAMPS, *(start for field in fields for start in LINES_OF.get(field, ())))
    rest = iter(lines(after))
    for line in lines(before):
        if not line.upper().startswith(tuple(one.upper() for one in free)):
            assert line in rest, (line, after)


def said(event: Event) -> dict[str, Any]:
    """What is to be read again of an event, and of each of its occurrences that are otherwise."""
    values = msgspec.structs.asdict(event)
    values["exceptions"] = {
        one.exception_start_time: _occurrence(event, one) for one in event.exceptions or ()
    }
    values["stored_attachments"] = _names(event.stored_attachments)
    del values["dt_stamp"], values["next_attachment"], values["recurrence"]
    return values


def _occurrence(event: Event, exception: EventException) -> dict[str, Any] | None:
    """All that is so of an occurrence, whether it or its series says it; None of one that is deleted."""
    if exception.deleted:
        return None
    assert event.start_time is not None
    assert event.end_time is not None
    start = exception.start_time or exception.exception_start_time
    values: dict[str, Any] = {
        "start_time": start,
        "end_time": exception.end_time or start + (event.end_time - event.start_time),
    }
    for bound in EventException.fields():
        own = getattr(exception, bound.name)
        if bound.name not in ("start_time", "end_time", "dt_stamp", "exception_start_time", "deleted"):
            of_series = getattr(event, bound.name)
            values[bound.name] = of_series if own is None else None if own in TAKEN_AWAY.values() else own
    attached = exception.stored_attachments
    values["stored_attachments"] = _names(event.stored_attachments if attached is None else attached) or None
    return values


def _names(attachments: tuple[StoredAttachment, ...] | None) -> tuple[StoredAttachment, ...] | None:
    if attachments is None:
        return None
    return tuple(msgspec.structs.replace(one, number=0) for one in attachments)


def calendar(*components: str, zone: str = "") -> str:
    body = "".join(components)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{zone}{body}END:VCALENDAR\r\n"


def vevent(*content: str) -> str:
    inner = "".join(f"{line}\r\n" for line in content)
    return f"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20200101T000000Z\r\n{inner}END:VEVENT\r\n"


WEEKLY: Final = (
    "DTSTART;TZID=Europe/Berlin:20260302T100000",
    "DURATION:PT1H",
    "RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=10;WKST=MO",
    "SUMMARY;LANGUAGE=de:Runde",
    "X-KEPT;A=b:c",
)
SERIES: Final = calendar(
    vevent(*WEEKLY, "EXDATE;TZID=Europe/Berlin:20260309T100000,20260316T100000", "RDATE:20260305T090000Z"),
    vevent(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260323T100000", *WEEKLY[:2], "SUMMARY:Anders", "X-OWN:1"
    ).replace("0302T", "0323T"),
)


def series() -> Event:
    found = read(SERIES)[0]
    assert isinstance(found, Event)
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
