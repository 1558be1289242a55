"""Calendar files for tests, and what is read of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from overair.items import Event, Note, Task
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted, Dropped, Refused
from overair.storage.blobs import key_of

ME: Final = "ada@example.org"
ZONE: Final = "Europe/Berlin"
"""Of the house."""
NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STAMP: Final = "DTSTAMP:20260101T000000Z"


def component(name: str, *lines: str) -> str:
    """A component of some lines, in which others may stand."""
    return "\r\n".join([f"BEGIN:{name}", *(line.removesuffix("\r\n") for line in lines), f"END:{name}", ""])


def event(*lines: str, uid: str = "one", start: str = "DTSTART:20260302T090000Z") -> str:
    """A VEVENT."""
    return component("VEVENT", f"UID:{uid}", STAMP, start, *lines)


def calendar(*contents: str) -> bytes:
    """A VCALENDAR of components and properties."""
    return component("VCALENDAR", "VERSION:2.0", *contents).encode()


def read(data: bytes, blobs: dict[str, bytes] | None = None, me: str = ME) -> list[Converted | Refused]:
    """Everything of a file; the bytes of attachments go into ``blobs``."""
    kept = {} if blobs is None else blobs

    def put(content: bytes) -> str:
        kept[key_of(content)] = content
        return key_of(content)

    return list(items_from_icalendar(data, default_zone=ZONE, addresses=[me], put=put, now=NOW))


def read_one(*contents: str) -> Converted:
    """The one item of a calendar."""
    [found] = read(calendar(*contents))
    assert isinstance(found, Converted), found
    return found


def event_of(*lines: str, start: str = "DTSTART:20260302T090000Z") -> Event:
    """The event of a VEVENT of some lines, of which nothing is dropped."""
    found = read_one(event(*lines, start=start))
    assert found.dropped == ()
    assert isinstance(found.item, Event)
    return found.item


def task_of(*lines: str) -> Task:
    """The task of a VTODO of some lines, of which nothing is dropped."""
    found = read_one(component("VTODO", "UID:one", STAMP, *lines))
    assert found.dropped == ()
    assert isinstance(found.item, Task)
    return found.item


def note_of(*lines: str) -> Note:
    """The note of a VJOURNAL of some lines, of which nothing is dropped."""
    found = read_one(component("VJOURNAL", "UID:one", STAMP, *lines))
    assert found.dropped == ()
    assert isinstance(found.item, Note)
    return found.item


def dropped(*contents: str) -> list[str]:
    """What is dropped of the one item of a calendar: names, with the reasons that there are."""
    return [described(one) for one in read_one(*contents).dropped]


def described(one: Dropped) -> str:
    return f"{one.name}: {one.reason}" if one.reason else one.name


def refused(data: bytes) -> dict[int, str]:
    """What is refused of a file, by its place."""
    return {one.place: one.reason for one in read(data) if isinstance(one, Refused)}
