"""Meeting messages (RFC 5546, RFC 6047): what their calendar part says."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

import msgspec
import structlog

from overair.items import charsets
from overair.items.calendar.event import Event, OrganizerRevision
from overair.items.calendar.times import nearest_day
from overair.items.icalendar.events import BUSY_STATUSES
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.mail.headers import Headers, is_marked_as_spam
from overair.items.mail.structure import LocatedMessage, disposition, extent, leaves, parameter
from overair.items.mail.transfer import decode_transfer

LARGEST: Final = 512 * 1024
"""Bytes of a calendar part, as they stand in the message; a larger one is a file like any other."""
MOST_LINES: Final = 10_000
MOST_ENTRIES: Final = 20
"""How many occurrences without their series one message is read for."""
_CALENDAR: Final = "text/calendar"
_INTENDED: Final = re.compile(
    r"^X-MICROSOFT-CDO-INTENDEDSTATUS:([A-Z]{1,20})[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
"""In BUSYSTATUS stands what the meeting is until it is answered."""
_MAY_LACK_A_START: Final = re.compile(r"^METHOD:(?:CANCEL|REPLY)\b", re.IGNORECASE | re.MULTILINE)
_EVENTS: Final = re.compile(r"^(?=(?:BEGIN|END):VEVENT\b)", re.IGNORECASE | re.MULTILINE)
_BEGIN: Final = re.compile(r"BEGIN:VEVENT\b", re.IGNORECASE)
_START: Final = re.compile(r"^DTSTART[;:]", re.IGNORECASE | re.MULTILINE)
_INSTEAD: Final = tuple(
    re.compile(rf"^{name}([;:][^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
    for name in ("RECURRENCE-ID", "DTSTAMP")
)

_log = structlog.get_logger(__name__)


class Method(StrEnum):
    """What a meeting message is for (RFC 5546, 1.4); one for anything else is a message like any other."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Entry(msgspec.Struct, frozen=True):
    """A meeting, single or recurring, or an occurrence whose series is not in the same message."""

    event: Event
    revision: OrganizerRevision

    @property
    def instance(self) -> datetime | None:
        """Of an occurrence: the start that it had in its series."""
        return self.event.original_start


class Meeting(msgspec.Struct, frozen=True):
    """What a meeting message says."""

    method: Method
    entries: tuple[Entry, ...]
    """All of one UID and of one organizer; at least one."""
    offset: int = 0
    """Where the calendar part's content stands in the message."""
    busy_status: int | None = None
    """That of somebody who accepts, where the organizer says it."""
    is_spam: bool = False
    """The mail server marked the message as spam."""

    @property
    def event(self) -> Event:
        """The event of the first entry."""
        return self.entries[0].event


def meeting_of(mime: bytes, tree: LocatedMessage, received: datetime, default_zone: str) -> Meeting | None:
    """The meeting that a message is about; None where it is about none.

    A calendar that is only attached (METHOD:PUBLISH, or none) makes no meeting message, and neither
    does one that is broken, too large, or without a UID or organizer. Never raises.
    """
    part = _calendar_part(tree)
    if part is None:
        return None
    offset, length = extent(part, mime)
    if length > LARGEST:
        return None
    encoding = Headers(part).raw("Content-Transfer-Encoding").strip().lower()
    data = decode_transfer(mime[offset : offset + length], encoding)
    text = charsets.decode(data, charsets.resolve(parameter(part, "charset"), data))
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        return None
    try:
        found = _meeting(text, parameter(part, "method"), Headers(tree), received, default_zone)
        return None if found is None else msgspec.structs.replace(found, offset=offset)
    except Exception as error:  # whatever is wrong with a calendar, its message must be delivered
        _log.warning("calendar part not read", error=type(error).__name__)
        return None


def _calendar_part(tree: LocatedMessage) -> LocatedMessage | None:
    """The part that makes a message one of a meeting: the first that names its method, else one that is
    not attached. What is in an attached message is not looked at.
    """
    calendars = [part for part in leaves(tree) if part.get_content_type() == _CALENDAR]
    with_method = (part for part in calendars if parameter(part, "method"))
    unattached = (part for part in calendars if disposition(part) != "attachment")
    return next(with_method, None) or next(unattached, None)


def _meeting(
    text: str, named: str, message: Headers, received: datetime, default_zone: str
) -> Meeting | None:
    """Raises what the conversion may raise."""
    whole = _with_starts(text)
    sender = _sender(message)
    converted: list[Converted] = []
    entries: list[Entry] = []
    items = items_from_icalendar(whole.encode(), default_zone=default_zone, now=received)
    for found in islice(items, MOST_ENTRIES):
        if not isinstance(found, Converted) or not isinstance(found.item, Event):
            continue
        entry = _entry(found, converted[0] if converted else found, sender, has_start=whole is text)
        if entry is not None:
            converted.append(found)
            entries.append(entry)
    if not entries:
        return None
    # Either place may name the method; where both do, they agree (RFC 6047, 2.4).
    methods = {name.upper() for name in (named, converted[0].method) if name}
    method = methods.pop() if len(methods) == 1 else ""
    if method not in Method.__members__:
        return None
    intended = _INTENDED.search(text)
    return Meeting(
        Method(method),
        tuple(sorted(entries, key=lambda entry: entry.instance is not None)),
        busy_status=None if intended is None else BUSY_STATUSES.get(intended[1].upper()),
        is_spam=is_marked_as_spam(message),
    )


def _entry(found: Converted, first: Converted, sender: str, *, has_start: bool) -> Entry | None:
    """What an event of a meeting message says; None for one that is not of the meeting of the first.

    Occurrences beside the pattern of a series come as events of their own, from the same place.
    """
    event, leading = found.item, first.item
    if not isinstance(event, Event) or not isinstance(leading, Event) or not event.organizer_email:
        return None
    instance = event.original_start
    if found is not first and found.place == first.place:
        instance = event.start_time
        event = msgspec.structs.replace(event, uid=leading.uid)
    if (event.uid, event.organizer_email) != (leading.uid, leading.organizer_email):
        return None
    if instance is not None and event.all_day_event:
        instance = nearest_day(instance)  # Outlook writes the midnight of a zone
    event = msgspec.structs.replace(event, original_start=instance)
    if not has_start and event.start_time == event.end_time:
        event = msgspec.structs.replace(event, start_time=None, end_time=None)
    _ = event.view_date  # raises for what no calendar could take
    stamp = event.dt_stamp
    assert stamp is not None  # noqa: S101 - the conversion makes one where there is none
    return Entry(event, OrganizerRevision(found.sequence, stamp, sender))


def _with_starts(text: str) -> str:
    """A calendar with a DTSTART in every event.

    A CANCEL or REPLY may leave it out (RFC 5546, 3.2.3 and 3.2.5): then it has that of the occurrence
    that it names, or when it was written. Where nothing is missing, it is the same text.
    """
    if _MAY_LACK_A_START.search(text) is None:
        return text
    pieces = _EVENTS.split(text)
    without = [
        place for place, piece in enumerate(pieces) if _BEGIN.match(piece) and not _START.search(piece)
    ]
    for place in without:
        found = next(filter(None, (instead.search(pieces[place]) for instead in _INSTEAD)), None)
        if found is not None:
            pieces[place] += f"DTSTART{found[1]}\r\n"
    return "".join(pieces) if without else text


def _sender(message: Headers) -> str:
    """The one address that a message is from, in lower case; nobody's where it names several.

    From is what mail servers check; Sender and Reply-To are whatever anybody writes there.
    """
    addresses = {address.lower() for _, address in message.addresses("From")}
    return addresses.pop() if len(addresses) == 1 else ""
