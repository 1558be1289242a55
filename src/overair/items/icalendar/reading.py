"""Events, tasks and notes from iCalendar (RFC 5545, RFC 7986), each component by itself.

What a component says and an item has no field for is named with the item, and so is why a component
was refused; neither repeats anything of its content. One that is refused stops no other.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final, NamedTuple

from overair.items import charsets
from overair.items.calendar.event import Event
from overair.items.icalendar.attachments import Put
from overair.items.icalendar.components import ITEMS, Calendar, Component, Source, shown_name, sources
from overair.items.icalendar.fields import Reader, Unreadable, required_moment
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.notes import note_of
from overair.items.icalendar.results import Converted, Refused, occurrence_uid
from overair.items.icalendar.series import events_of
from overair.items.icalendar.tasks import task_of
from overair.items.icalendar.zones import LOOK_UPS, Zones
from overair.items.note import Note
from overair.items.task import Task
from overair.items.text import cleaned

UID_CHARACTERS: Final = 300
"""The most of a UID that an event may have (MS-ASCAL 2.2.2.46)."""
OF_ONE_UID: Final = 5_000
"""The most components of one UID: an event, and its changed occurrences."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"B\0E\0", "utf-16-le"),
    (b"\0B\0E", "utf-16-be"),
)
"""How files begin that are in UTF-16 or carry a byte order mark."""
_NONE: Final = "holds no event, task or note"


def items_from_icalendar(
    data: bytes,
    *,
    default_zone: str,
    addresses: Iterable[str] = (),
    put: Put | None = None,
    now: datetime | None = None,
) -> Iterator[Converted | Refused]:
    """The items of an iCalendar file, in its order, and what was refused; any bytes are taken.

    ``default_zone`` is the IANA name of the zone of times that name none, ``addresses`` are the user's
    own, ``put`` keeps the bytes of attachments, which are dropped without it.
    """
    file = File(default_zone, frozenset(address.lower() for address in addresses), put, now)
    yield from file.items(decoded(data))


def decoded(data: bytes) -> str:
    """The text of a file in the character set that its mark names, in UTF-8 or else a guessed one."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return charsets.decode(data, codec).removeprefix("\ufeff")
    return charsets.decode(data, charsets.resolve("", data))


class Read(NamedTuple):
    """A component, and where it stands."""

    source: Source
    component: Component


class Group(NamedTuple):
    """The components of one name and UID: those that are read, and why the others are not."""

    master: Read | None
    changed: list[Read]
    """Those about single occurrences, one about each."""
    refused: list[Refused]

    @property
    def first(self) -> Read:
        """The one that says what they all are. Raises IndexError where none is read."""
        return self.master or self.changed[0]


class File:
    """A file on its way to items."""

    def __init__(
        self, default_zone: str, addresses: frozenset[str], put: Put | None, now: datetime | None
    ) -> None:
        self._default_zone = default_zone
        self._addresses = addresses
        self._put = put
        self._now = now or datetime.now(UTC)
        self._zones: dict[int, Zones] = {}
        self._room = [LOOK_UPS]

    def items(self, text: str) -> Iterator[Converted | Refused]:
        """Everything in it: components of one UID together, where the first of them stands."""
        groups = grouped(text)
        if not groups:
            yield Refused(0, "", "", _NONE)
        for (name, _), sources_of_uid in groups.items():
            group = arranged(name, sources_of_uid)
            yield from group.refused
            if group.master is not None:
                yield from self._converted(group)
            else:
                for one in group.changed:
                    yield from self._converted(Group(None, [one], []))

    def reader(self, calendar: Calendar, losses: Losses) -> Reader:
        """How the components of a calendar in it are read."""
        known = self._zones.get(id(calendar))
        if known is None:
            known = self._zones[id(calendar)] = Zones(calendar, self._default_zone, self._room)
        return Reader(known, self._addresses, self._now, losses, self._put)

    def _converted(self, group: Group) -> Iterator[Converted | Refused]:
        """The items of a component and of those that change occurrences of it."""
        first = group.first
        losses = Losses()
        reader = self.reader(first.source.calendar, losses)
        uid = uid_of(first.source, losses)
        try:
            made = list(made_of(uid, group, reader))
        except Unreadable as error:
            yield _refused(first, str(error))
            return
        except OverflowError:
            yield _refused(first, "has a time that cannot be kept")
            return
        method = first.source.calendar.method or None
        sequence = _number(first.component, "SEQUENCE")
        for place, item in enumerate(made):
            yield Converted(item, losses.all if place == 0 else (), first.source.place, method, sequence)


def grouped(text: str) -> dict[tuple[str, str], list[Source]]:
    """The components of a file by their name and UID; those without a UID each alone."""
    groups: dict[tuple[str, str], list[Source]] = {}
    for source in sources(text):
        key = source.uid or f"\n{source.place}"
        groups.setdefault((source.name, key), []).append(source)
    return groups


def arranged(name: str, group: list[Source]) -> Group:
    """Which of the components of one UID are read: the newest one of each kind."""
    read: list[Read] = []
    refused: list[Refused] = []
    for number, source in enumerate(group):
        if source.refused or name not in ITEMS:
            refused.append(Refused(source.place, name, "", source.refused or "is no event, task or note"))
            continue
        if number >= OF_ONE_UID:
            refused.append(Refused(source.place, name, "", f"{OF_ONE_UID} components have its UID already"))
            continue
        try:
            read.append(Read(source, source.read()))
        except ValueError as error:
            refused.append(Refused(source.place, name, "", str(error)))
    masters: list[Read] = []
    changed: list[Read] = []
    for one in read:
        is_change = name != "VJOURNAL" and one.component.first("RECURRENCE-ID") is not None
        (changed if is_change else masters).append(one)
    newest = max(masters, key=_version, default=None)
    latest = {one.component.text("RECURRENCE-ID"): one for one in sorted(changed, key=_version)}
    refused += [_refused(one, "has the UID of another component") for one in masters if one is not newest]
    refused += [
        _refused(one, "is about the same occurrence as another component")
        for one in changed
        if latest[one.component.text("RECURRENCE-ID")] is not one
    ]
    changed = [one for one in changed if latest[one.component.text("RECURRENCE-ID")] is one]
    return Group(newest, changed, refused)


def made_of(uid: str, group: Group, reader: Reader) -> Iterator[Event | Task | Note]:
    """The items of the components of a UID. Raises Unreadable, OverflowError."""
    first, master = group.first, group.master
    if first.source.name == "VJOURNAL":
        yield note_of(first.component, reader)
        return
    if first.source.name == "VEVENT":
        said = None if master is None else master.component
        yield from events_of(uid, said, [one.component for one in group.changed], reader)
        return
    if master is not None and group.changed:
        reader.losses.add("RECURRENCE-ID", "a task keeps no changed occurrences")
    if master is None:
        original = required_moment(first.component, "RECURRENCE-ID", reader.zones)
        uid = occurrence_uid(uid, original.instant)
    yield task_of(uid, first.component, reader)


def uid_of(source: Source, losses: Losses) -> str:
    """The UID of a component; one without has that of its content."""
    uid = cleaned(source.uid)
    if len(uid) > UID_CHARACTERS:
        losses.add("UID", f"is longer than {UID_CHARACTERS} characters: another one in its place")
    if uid and len(uid) <= UID_CHARACTERS:
        return uid
    return blake2b((source.uid or source.text).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _version(read: Read) -> tuple[int, str]:
    """What is greater for the newer one of two components."""
    return _number(read.component, "SEQUENCE"), read.component.text("DTSTAMP")


def _number(component: Component, name: str) -> int:
    text = component.text(name).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _refused(read: Read, reason: str) -> Refused:
    return Refused(read.source.place, read.source.name, shown_name(read.component), reason)
