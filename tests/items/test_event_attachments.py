"""Attachments that clients from 16.0 on add to events and delete."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from overair.items import Event, ItemClass, apply_change, change_occurrence, create
from overair.items.calendar.event import EventException, StoredAttachment
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar
from support.events import NEW, NOW, ZONE, at, author, elements_of, told

V16 = Version.V16_1
ONE, TWO = b"one", b"two times"
KEYS: Mapping[bytes, str] = {content: sha256(content).hexdigest() for content in (ONE, TWO)}
PLAN = StoredAttachment(number=1, blob=KEYS[ONE], size=3, display_name="plan.txt")
SERIES = Event(
    subject="Stand-up",
    start_time=at("2026-06-01T07:00"),
    end_time=at("2026-06-01T07:15"),
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
    organizer_email="ada@example.org",
    meeting_status=0,
    recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1),
    stored_attachments=(PLAN,),
    next_attachment=2,
)
ORIGINAL = at("2026-06-02T07:00")


def add(name: str, content: bytes | None, *more: Element, method: str = "1") -> Element:
    fields = [
        Element(AirSyncBase.ClientId, name),
        Element(AirSyncBase.Method, method),
        Element(AirSyncBase.DisplayName, name),
        *more,
    ]
    if content is not None:
        fields.append(Element(AirSyncBase.Content, content))
    return Element(AirSyncBase.Add, fields)


def delete(number: int) -> Element:
    return Element(AirSyncBase.Delete, [Element(AirSyncBase.FileReference, f"7:1:{number}")])


def attachments(*commands: Element) -> Element:
    return Element(AirSyncBase.Attachments, list(commands))


def made(*commands: Element, version: Version = V16) -> Event:
    event = create(ItemClass.CALENDAR, [attachments(*commands)], author(version), blob_keys=KEYS)
    assert isinstance(event, Event)
    return event


def changed(event: Event, *commands: Element) -> Event:
    after = apply_change(event, [attachments(*commands)], author(V16), None, blob_keys=KEYS)
    assert isinstance(after, Event)
    return after


def edited(event: Event, *commands: Element) -> Event:
    return change_occurrence(event, "20260602T070000Z", [attachments(*commands)], author(V16), blob_keys=KEYS)


@pytest.mark.req("MS-ASAIRS_R1006", "MS-ASAIRS_R1020", "MS-ASAIRS_R1000919", "MS-ASAIRS_R1391")
@pytest.mark.parametrize("version", NEW)
def test_an_add_brings_attachments(version: Version) -> None:
    details = [
        Element(AirSyncBase.ContentType, "text/plain"),
        Element(AirSyncBase.ContentId, "c1"),
        Element(AirSyncBase.ContentLocation, "l1"),
        Element(AirSyncBase.IsInline),
    ]
    event = made(add("plan.txt", ONE), add("more.txt", TWO, *details), version=version)
    assert event.stored_attachments == (
        PLAN,
        StoredAttachment(
            number=2,
            blob=KEYS[TWO],
            size=9,
            display_name="more.txt",
            content_type="text/plain",
            content_id="c1",
            content_location="l1",
            is_inline=True,
        ),
    )
    assert event.next_attachment == 3
    assert event.blob_keys == (KEYS[ONE], KEYS[TWO])
    shown = told(event, version).attachments or ()
    assert [msgspec.structs.asdict(one)["file_reference"] for one in shown] == ["7:1:1", "7:1:2"]


@pytest.mark.req("MS-ASAIRS_R1138", "MS-ASAIRS_R1145", "MS-ASAIRS_R1000985")
def test_a_number_is_never_used_twice() -> None:
    after = changed(SERIES, delete(1), add("a", TWO))
    assert after.stored_attachments == (StoredAttachment(number=2, blob=KEYS[TWO], size=9, display_name="a"),)
    last = changed(changed(after, delete(2)), add("b", ONE))
    assert [one.number for one in last.stored_attachments or ()] == [3]
    assert changed(after, delete(2)).stored_attachments is None


def test_what_is_not_named_stays() -> None:
    assert changed(SERIES).stored_attachments == (PLAN,)
    assert [one.number for one in changed(SERIES, add("a", TWO)).stored_attachments or ()] == [1, 2]


@pytest.mark.parametrize("number", [0, 2])
def test_an_attachment_that_is_not_there_is_not_deleted(number: int) -> None:
    with pytest.raises(SchemaError) as caught:
        changed(SERIES, delete(number))
    assert caught.value.tag is AirSyncBase.FileReference


def test_an_attachment_without_content_is_passed_over() -> None:
    # iOS 16.2 sends such for those that an event had in another calendar.
    assert made(add("plan.txt", None)).stored_attachments is None
    assert changed(SERIES, add("plan.txt", None)) == SERIES


@pytest.mark.req("MS-ASAIRS_R88")
def test_what_was_told_is_passed_over() -> None:
    [shown] = [one for one in elements_of(SERIES, V16) if one.tag is AirSyncBase.Attachments]
    assert changed(SERIES, *shown) == SERIES


@pytest.mark.req("MS-ASAIRS_R1395", "MS-ASAIRS_R1392")
def test_messages_are_attached_to_drafts_alone() -> None:
    with pytest.raises(SchemaError) as caught:
        made(add("letter.eml", ONE, method="5"))
    assert caught.value.tag is AirSyncBase.Method


def test_content_that_is_not_in_the_store_is_refused() -> None:
    with pytest.raises(SchemaError) as caught:
        made(add("a", b"not brought"))
    assert caught.value.tag is AirSyncBase.Content


@pytest.mark.req("MS-ASAIRS_R1009", "MS-ASAIRS_R1014", "MS-ASAIRS_R1016", "MS-ASAIRS_R1141")
@pytest.mark.parametrize("missing", [AirSyncBase.ClientId, AirSyncBase.DisplayName, AirSyncBase.Method])
def test_half_an_attachment_is_refused(missing: Tag) -> None:
    whole = add("a", ONE)
    whole.content = [one for one in whole if one.tag is not missing]
    with pytest.raises(SchemaError) as caught:
        made(whole)
    assert caught.value.tag is missing
    with pytest.raises(SchemaError):
        changed(SERIES, Element(AirSyncBase.Delete))


@pytest.mark.req(
    "MS-ASAIRS_R1342",
    "MS-ASAIRS_R1349",
    "MS-ASAIRS_R1113",
    "MS-ASAIRS_R1355",
    "MS-ASAIRS_R1384",
    "MS-ASAIRS_R1389",
)
@pytest.mark.parametrize(
    "tag",
    [
        AirSyncBase.ContentId,
        AirSyncBase.ContentLocation,
        AirSyncBase.ContentType,
        AirSyncBase.DisplayName,
        AirSyncBase.IsInline,
        AirSyncBase.Method,
    ],
    ids=str,
)
def test_what_an_attachment_says_twice_is_refused(tag: Tag) -> None:
    twice = [Element(tag, "" if tag is AirSyncBase.IsInline else "1")] * 2
    whole = add("a", ONE)
    whole.content = [*(one for one in whole if one.tag is not tag), *twice]
    with pytest.raises(SchemaError) as caught:
        made(whole)
    assert caught.value.tag is tag


@pytest.mark.req("MS-ASAIRS_R1017", "MS-ASAIRS_R1018", "MS-ASAIRS_R1019", "MS-ASAIRS_R1142")
@pytest.mark.parametrize("version", [version for version in SERVED if version not in NEW])
def test_older_versions_attach_nothing(version: Version) -> None:
    with pytest.raises(SchemaError):
        made(add("a", ONE), version=version)


def exception(**values: Any) -> EventException:
    return EventException(exception_start_time=ORIGINAL, dt_stamp=NOW, **values)


@pytest.mark.req("MS-ASAIRS_R1006", "MS-ASAIRS_R1138")
def test_an_occurrence_has_those_of_the_series_until_it_has_its_own() -> None:
    own = StoredAttachment(number=2, blob=KEYS[TWO], size=9, display_name="a")
    more = edited(SERIES, add("a", TWO))
    assert more.exceptions == (exception(stored_attachments=(PLAN, own)),)
    assert (more.stored_attachments, more.next_attachment) == ((PLAN,), 3)
    assert more.blob_keys == (KEYS[ONE], KEYS[TWO])
    fewer = edited(SERIES, delete(1))
    assert fewer.exceptions == (exception(stored_attachments=()),)
    assert edited(more, delete(2)).exceptions is None
    # What the series loses, the occurrence keeps.
    after = changed(more, delete(1), add("b", ONE))
    assert after.exceptions == more.exceptions
    assert [one.number for one in after.stored_attachments or ()] == [3]


def test_exceptions_of_an_add_bring_attachments() -> None:
    sent = [
        Element(AirSyncBase.InstanceId, "20260602T070000Z"),
        attachments(add("a", TWO)),
    ]
    elements = [
        *(one for one in elements_of(SERIES, V16) if one.tag is not AirSyncBase.Attachments),
        attachments(add("plan.txt", ONE)),
        Element(Calendar.Exceptions, [Element(Calendar.Exception, sent)]),
    ]
    event = create(ItemClass.CALENDAR, elements, author(V16), blob_keys=KEYS)
    assert isinstance(event, Event)
    assert event.stored_attachments == (PLAN,)
    [found] = event.exceptions or ()
    assert [one.number for one in found.stored_attachments or ()] == [1, 2]
    assert event.next_attachment == 3
