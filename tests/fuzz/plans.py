"""Events with their occurrences, tasks and notes that a client's elements make and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from fuzz.examples import examples
from fuzz.mail import NOW, Blobs, check_shown, shown
from fuzz.target import Shape, Target
from fuzz.wire import LIMITS, VERSIONS, WORDS
from overair.items import (
    Author,
    Event,
    Item,
    ItemClass,
    NoSuchOccurrence,
    Note,
    Task,
    apply_change,
    change_occurrence,
    create,
    delete_occurrence,
)
from overair.items.body import Body
from overair.items.calendar.attendee import Attendee
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.occurrences import occurrences
from overair.items.recurrence.pattern import DayOfWeek, Recurrence, RecurrenceType
from overair.items.rendering import RenderOptions
from overair.items.task import TaskRecurrence
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import SchemaError
from overair.sync.differences import same
from overair.sync.preparing import contents_of
from overair.versions import Version
from overair.wbxml import Element, WbxmlError, decode, encode
from overair.wbxml.element import Tag
from overair.wbxml.pages import AirSync, AirSyncBase, Calendar, Tasks
from overair.wbxml.tokens import HEADER
from support.messages import records

START: Final = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
WEEK: Final = timedelta(weeks=1)
SERIES: Final = Event(
    subject="Singing",
    uid="1",
    client_uid="2",
    zone="Europe/Berlin",
    start_time=START,
    end_time=START + timedelta(hours=1),
    location=Location(display_name="Hall", street="Street 1", latitude=52.5, longitude=13.4),
    recurrence=Recurrence(type=RecurrenceType.WEEKLY, interval=1, day_of_week=DayOfWeek.MONDAY),
    attendees=(Attendee(email="b@example.org", name="B"),),
    body=Body(type=BodyType.PLAIN_TEXT, data="Bring the notes"),
    stored_attachments=(StoredAttachment(1, "blob", 3, "notes.txt"),),
    next_attachment=2,
    meeting_status=1,
    exceptions=(
        EventException(exception_start_time=START + WEEK, deleted=True),
        EventException(
            exception_start_time=START + 2 * WEEK,
            subject="Solo",
            start_time=START + 2 * WEEK + timedelta(hours=1),
            location=Location(display_name="Garden", city="Berlin"),
            attendees=(Attendee(email="c@example.org", name="C"),),
        ),
    ),
)
DAY: Final = Event(
    subject="Fair",
    uid="3",
    zone="America/New_York",
    all_day_event=True,
    start_time=START.replace(hour=0, minute=0),
    end_time=START.replace(hour=0, minute=0) + timedelta(days=2),
    recurrence=Recurrence(type=RecurrenceType.YEARLY, day_of_month=2, month_of_year=3, occurrences=9),
)
TASK: Final = Task(
    subject="Tune",
    utc_due_date=START,
    due_date=START,
    complete=False,
    recurrence=TaskRecurrence(type=RecurrenceType.DAILY, start=START, interval=2),
)
NOTE: Final = Note(subject="List", body=Body(type=BodyType.PLAIN_TEXT, data="Strings"), categories=("a",))
KNOWN: Final[tuple[Item, ...]] = (SERIES, DAY, TASK, NOTE)
CLASSES: Final = (ItemClass.CALENDAR, ItemClass.TASKS, ItemClass.NOTES)
ORIGINALS: Final = ("20260302T083000Z", "20260316T083000Z", "20260309T083000Z", "20260302T000000Z")


class Made(NamedTuple):
    """An item that a client's elements made."""

    item: Item
    blobs: Blobs
    author: Author


def _new(number: int) -> Callable[[list[Element], Author, dict[bytes, str]], Item]:
    return lambda data, author, keys: create(CLASSES[number], data, author, blob_keys=keys)


def _changed(item: Item) -> Callable[[list[Element], Author, dict[bytes, str]], Item]:
    return lambda data, author, keys: apply_change(item, data, author, frozenset(), blob_keys=keys)


def _occurrence(data: list[Element], author: Author, keys: dict[bytes, str]) -> Item:
    """With the InstanceId that the elements name, whatever it is, or one that there is."""
    named = [element.text for element in data if element.tag is AirSyncBase.InstanceId]
    left = [element for element in data if element.tag is not AirSyncBase.InstanceId]
    instance_id = named[0] if named else ORIGINALS[len(left) % len(ORIGINALS)]
    if not left:
        return delete_occurrence(SERIES, instance_id, author)
    return change_occurrence(SERIES, instance_id, left, author, blob_keys=keys)


WAYS: Final = (*map(_new, range(len(CLASSES))), *map(_changed, KNOWN), _occurrence)


def read_plan(data: bytes) -> Made:
    """The first byte chooses the version and what is made or changed; the rest is WBXML."""
    choice = data[0] if data else 0
    tree = decode(encode(decode(data[1:], LIMITS)))
    author = Author(version=VERSIONS[choice % len(VERSIONS)], now=NOW, address="a@example.org")
    blobs = Blobs()
    keys = {content: blobs.put(content) for content in contents_of(tree.children)}
    way = WAYS[choice // len(VERSIONS) % len(WAYS)]
    return Made(way(tree.children, author, keys), blobs, author)


def check_plan(made: Made) -> None:
    """It can be kept, measured, shown to phones of every version, sent back by them, and exported."""
    item, blobs, _ = made
    assert msgspec.json.decode(msgspec.json.encode(item), type=type(item)) == item
    assert isinstance(item.view_date, int)
    assert all(isinstance(key, str) for key in (*item.keys, *item.blob_keys))
    for version in VERSIONS[2:]:
        if version >= item.first_version:
            whole = RenderOptions((BodyPreference(type=BodyType.PLAIN_TEXT),))
            for options in (whole, RenderOptions((BodyPreference(type=BodyType.HTML, truncation_size=9),))):
                check_shown(shown(item, blobs, options, version), version)
            check_sent_back(item, blobs, whole, version)
    if isinstance(item, Event):
        for one in occurrences(item, START, START + 6 * WEEK, "UTC"):
            assert one.start < START + 6 * WEEK
    written = icalendar_of(item, default_zone="Europe/Berlin", now=NOW).data
    for found in items_from_icalendar(written, default_zone="Europe/Berlin", now=NOW):
        assert isinstance(found, Converted) or not isinstance(item, Event), found


def check_sent_back(item: Item, blobs: Blobs, options: RenderOptions, version: Version) -> None:
    """A phone that sends an item as it was told it changes nothing, whatever it was not told.

    Of a task the server then fills in the other one of two dates, once.
    """
    if isinstance(item, Task):
        item = sent_back(item, blobs, options, version)
    again = sent_back(item, blobs, options, version)
    assert same(item, again), (version, item, again)


def sent_back(item: Item, blobs: Blobs, options: RenderOptions, version: Version) -> Item:
    told = shown(item, blobs, options, version)
    read_only = {bound.field.tag for bound in type(item).fields() if bound.field.read_only}
    data = [element for element in told.to_children(version) if element.tag not in read_only]
    return apply_change(item, data, Author(version=version, now=NOW), None, options)


def plan_seeds() -> Iterator[bytes]:
    for place in (2, 4, 5, 6):
        version = VERSIONS[place]
        for way, item in enumerate((*KNOWN[:1], *KNOWN[2:], *KNOWN, SERIES)):
            if version < item.first_version:
                continue
            known = shown(item, Blobs(), RenderOptions(), version)
            for one in (known, *examples(records(type(item), version), 3)):
                tree = Element(AirSync.ApplicationData, one.to_children(version))
                yield bytes([way * len(VERSIONS) + place]) + encode(tree)


Make = Callable[[int], Element]


def many(make: Make, container: Tag, way: int, *, version: int = 4, pattern: bool = True) -> Shape:
    """An event, or a change of one, in which a container holds very many elements, all of them different."""

    def shape(size: int) -> bytes:
        count = max(1, size // (len(encode(make(1))) - len(HEADER)))
        start = [
            Element(Calendar.StartTime, "19700101T093000Z"),
            Element(Calendar.EndTime, "19700101T100000Z"),
        ]
        daily = Element(Calendar.Recurrence, [Element(Calendar.Type, "0"), Element(Calendar.Interval, "1")])
        held = Element(container, [make(number) for number in range(count)])
        tree = Element(AirSync.ApplicationData, [*start, *([daily] if pattern else []), held])
        return bytes([way * len(VERSIONS) + version]) + encode(tree)

    return shape


def one_text(tag: Tag, way: int, piece: str, *outer: Tag, version: int = 4) -> Shape:
    """An item with one long text."""

    def shape(size: int) -> bytes:
        held = Element(tag, piece * max(1, size // len(piece)))
        for container in reversed(outer):
            held = Element(container, [Element(AirSyncBase.Type, "1"), held])
        return bytes([way * len(VERSIONS) + version]) + encode(Element(AirSync.ApplicationData, [held]))

    return shape


def exception(number: int, *more: Element) -> Element:
    """An exception of the occurrence of one day."""
    day = datetime(1970, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=number % 2_900_000)
    start = Element(Calendar.ExceptionStartTime, f"{day:%Y%m%dT%H%M%SZ}")
    return Element(Calendar.Exception, [start, Element(Calendar.Subject, "x"), *more])


def attendee(number: int) -> Element:
    name = Element(Calendar.Name, "x")
    return Element(Calendar.Attendee, [Element(Calendar.Email, f"{number}@example.org"), name])


def file(number: int) -> Element:
    named = [Element(AirSyncBase.ClientId, str(number)), Element(AirSyncBase.Method, "1")]
    content = [Element(AirSyncBase.Content, b"%d" % number), Element(AirSyncBase.DisplayName, "x")]
    return Element(AirSyncBase.Add, [*named, *content])


NEW, CHANGED, OCCURRENCE, NEW_TASK, NEW_NOTE = 0, 3, 7, 1, 2
SHAPES: Final[dict[str, Shape]] = {
    "exceptions": many(exception, Calendar.Exceptions, NEW),
    "exceptions in a change": many(exception, Calendar.Exceptions, CHANGED),
    "exceptions of no occurrence": many(exception, Calendar.Exceptions, NEW, pattern=False),
    "exceptions with attendees": many(
        lambda number: exception(number, Element(Calendar.Attendees, [attendee(1), attendee(2)])),
        Calendar.Exceptions,
        NEW,
    ),
    "the same exception": many(lambda _: exception(1), Calendar.Exceptions, NEW),
    "attendees": many(attendee, Calendar.Attendees, NEW),
    "attendees in a change": many(attendee, Calendar.Attendees, CHANGED),
    "the same attendee": many(lambda _: attendee(1), Calendar.Attendees, CHANGED),
    "attendees of an occurrence": many(attendee, Calendar.Attendees, OCCURRENCE, version=6, pattern=False),
    "categories": many(lambda number: Element(Calendar.Category, str(number)), Calendar.Categories, CHANGED),
    "files": many(file, AirSyncBase.Attachments, NEW, version=6),
    "files of an occurrence": many(file, AirSyncBase.Attachments, OCCURRENCE, version=6, pattern=False),
    "files that are deleted": many(
        lambda number: Element(AirSyncBase.Delete, [Element(AirSyncBase.FileReference, f"7:1:{number}")]),
        AirSyncBase.Attachments,
        CHANGED,
        version=6,
    ),
    "a subject": one_text(Calendar.Subject, CHANGED, "x"),
    "an InstanceId": one_text(AirSyncBase.InstanceId, OCCURRENCE, "2026", version=6),
    "a time zone": one_text(Calendar.Timezone, CHANGED, "AAAA"),
    "a place": one_text(Calendar.Location, CHANGED, "x"),
    "a text": one_text(AirSyncBase.Data, CHANGED, "line\n", AirSyncBase.Body),
    "a task": one_text(Tasks.Subject, NEW_TASK, "x"),
    "a note": one_text(AirSyncBase.Data, NEW_NOTE, "line\n", AirSyncBase.Body),
}

TARGETS: Final = (
    Target(
        name="plan",
        read=read_plan,
        check=check_plan,
        refuses=(SchemaError, WbxmlError, NoSuchOccurrence),
        seeds=plan_seeds,
        words=WORDS,
        shapes=SHAPES,
        size=4 * 1024,
        limit=LIMITS.size,
        microseconds=10,
        memory=100,
    ),
)
