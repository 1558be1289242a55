"""Notes as clients make, change and see them, from 14.0 on (MS-ASNOTE)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import (
    Author,
    CannotRender,
    ItemClass,
    Note,
    RenderOptions,
    apply_change,
    create,
    in_version,
    render,
)
from overair.items.body import Body
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import Problem, SchemaError
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSyncBase, Notes

V16, V12 = Version.V16_1, Version.V12_1
WITH_NOTES = [version for version in SERVED if version > V12]
NOW = datetime(2026, 11, 22, 10, 0, 0, 123_456, tzinfo=UTC)
SECOND = NOW.replace(microsecond=0)
LATER = NOW + timedelta(hours=3)
TYPED_BY_PHONE = Element(Notes.LastModifiedDate, "19990101T000000Z")


def author(version: Version = V16, now: datetime = NOW) -> Author:
    return Author(version=version, now=now)


def added(*elements: Element, version: Version = V16) -> Note:
    note = create(ItemClass.NOTES, list(elements), author(version))
    assert isinstance(note, Note)
    return note


def changed(note: Note, *elements: Element, version: Version = V16, now: datetime = LATER) -> Note:
    after = apply_change(note, list(elements), author(version, now), None)
    assert isinstance(after, Note)
    return after


def shown(note: Note, blobs: FileBlobStore, version: Version = V16, **options: Any) -> dict[Tag, Element]:
    elements = render(note, RenderOptions(**options), version, blobs, "7:1")
    found = {element.tag: element for element in elements}
    assert len(found) == len(elements), "every element stands once"
    return found


def text(data: str, kind: int = 1) -> Element:
    return Element(AirSyncBase.Body, [Element(AirSyncBase.Type, str(kind)), Element(AirSyncBase.Data, data)])


def categories(*names: str) -> Element:
    return Element(Notes.Categories, [Element(Notes.Category, name) for name in names])


FULL = Note(
    subject="Shopping",
    message_class="IPM.StickyNote",
    last_modified_date=SECOND,
    categories=("Home", "Food"),
    body=Body(type=BodyType.PLAIN_TEXT, data="Milk\nBread"),
)


@pytest.mark.req(
    *("MS-ASNOTE_R35", "MS-ASNOTE_R44", "MS-ASNOTE_R47", "MS-ASNOTE_R50", "MS-ASNOTE_R51"),
    *("MS-ASNOTE_R53", "MS-ASNOTE_R54", "MS-ASNOTE_R56", "MS-ASNOTE_R58", "MS-ASNOTE_R60"),
    *("MS-ASNOTE_R123", "MS-ASNOTE_R125", "MS-ASNOTE_R211", "MS-ASNOTE_R37", "MS-ASNOTE_R38"),
)
@pytest.mark.parametrize("version", WITH_NOTES)
def test_what_a_client_adds_comes_back(version: Version, blobs: FileBlobStore) -> None:
    told = shown(added(*FULL.to_children(version), version=version), blobs, version)
    assert told[Notes.Subject].text == "Shopping"
    assert told[Notes.MessageClass].text == "IPM.StickyNote"
    assert told[Notes.LastModifiedDate].text == "20261122T100000Z"
    assert [(one.tag, one.text) for one in told[Notes.Categories]] == [
        (Notes.Category, "Home"),
        (Notes.Category, "Food"),
    ]
    body = {child.tag: child.text for child in told[AirSyncBase.Body]}
    assert body[AirSyncBase.Type] == "1"
    assert body[AirSyncBase.Data] == "Milk\nBread"


@pytest.mark.req("MS-ASNOTE_R39")
@pytest.mark.parametrize("version", WITH_NOTES)
def test_a_note_in_html(version: Version, blobs: FileBlobStore) -> None:
    note = added(text("<p>Milk</p>", 2), version=version)
    body = {child.tag: child.text for child in shown(note, blobs, version)[AirSyncBase.Body]}
    assert (body[AirSyncBase.Type], body[AirSyncBase.Data]) == ("2", "<p>Milk</p>")
    plain = (BodyPreference(type=BodyType.PLAIN_TEXT),)
    told = shown(note, blobs, version, body_preferences=plain)
    body = {child.tag: child.text for child in told[AirSyncBase.Body]}
    assert (body[AirSyncBase.Type], body[AirSyncBase.Data].strip()) == ("1", "Milk")


@pytest.mark.req("MS-ASNOTE_R54", "MS-ASNOTE_R57", "MS-ASNOTE_R124", "MS-ASNOTE_R125")
@pytest.mark.parametrize("version", WITH_NOTES)
def test_what_a_new_note_lacks_is_filled_in(version: Version, blobs: FileBlobStore) -> None:
    note = added(Element(Notes.Subject, "New"), version=version)
    assert note == Note(subject="New", message_class="IPM.StickyNote", last_modified_date=SECOND)
    told = shown(note, blobs, version)
    assert set(told) == {
        Notes.Subject,
        Notes.MessageClass,
        Notes.LastModifiedDate,
        Notes.Categories,
        AirSyncBase.Body,
    }


class TestLastModifiedDate:
    """When a note was changed is known to the server alone."""

    @pytest.mark.req("MS-ASNOTE_R84", "MS-ASNOTE_R209")
    @pytest.mark.parametrize("version", WITH_NOTES)
    @pytest.mark.parametrize(
        "sent",
        [
            TYPED_BY_PHONE,
            Element(Notes.LastModifiedDate, "1999-01-01T00:00:00.000Z"),
            Element(Notes.LastModifiedDate),
        ],
        ids=["compact", "dashes", "empty"],
    )
    def test_what_a_client_says_is_ignored(self, sent: Element, version: Version) -> None:
        assert added(sent, version=version).last_modified_date == SECOND
        after = changed(FULL, Element(Notes.Subject, "New"), sent, version=version)
        assert after.last_modified_date == LATER.replace(microsecond=0)

    @pytest.mark.req("MS-ASNOTE_R51", "MS-ASNOTE_R209")
    @pytest.mark.parametrize(
        "change",
        [
            [Element(Notes.Subject, "New"), categories(*FULL.categories or ())],
            [text("Butter"), categories(*FULL.categories or ())],
            [categories("Home")],
            [Element(Notes.MessageClass, "IPM.StickyNote.Green"), categories(*FULL.categories or ())],
            [Element(Notes.Subject, "Shopping")],
        ],
        ids=["subject", "body", "category", "message class", "categories deleted"],
    )
    def test_every_change_is_dated(self, change: list[Element]) -> None:
        after = changed(FULL, *change)
        assert after.last_modified_date == LATER.replace(microsecond=0)
        assert after != msgspec.structs.replace(FULL, last_modified_date=after.last_modified_date)

    @pytest.mark.parametrize("version", WITH_NOTES)
    def test_a_change_that_says_what_is_there_changes_nothing(
        self, version: Version, blobs: FileBlobStore
    ) -> None:
        assert changed(FULL, *shown(FULL, blobs, version).values(), version=version) == FULL
        assert changed(FULL, *FULL.to_children(version), TYPED_BY_PHONE, version=version) == FULL


@pytest.mark.req("MS-ASNOTE_R57", "MS-ASNOTE_R119")
@pytest.mark.parametrize("version", WITH_NOTES)
@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("IPM.StickyNote", True),
        ("IPM.StickyNote.Green", True),
        ("IPM.StickyNote.a.b c", True),
        ("IPM.StickyNoteGreen", False),
        ("IPM.Note", False),
        ("ipm.stickynote", False),
        ("XIPM.StickyNote", False),
        ("", False),
    ],
)
def test_the_message_class_is_a_note_s(name: str, accepted: bool, version: Version) -> None:
    element = Element(Notes.MessageClass, name)
    if accepted:
        assert added(element, version=version).message_class == name
        assert changed(FULL, element, version=version).message_class == name
        return
    for refused in (added, lambda *sent, **how: changed(FULL, *sent, **how)):
        with pytest.raises(SchemaError) as caught:
            refused(element, version=version)
        assert (caught.value.tag, caught.value.problem) == (Notes.MessageClass, Problem.VALUE)


@pytest.mark.req("MS-ASNOTE_R112", "MS-ASNOTE_R113", "MS-ASNOTE_R10003")
@pytest.mark.parametrize("version", WITH_NOTES)
@pytest.mark.parametrize("supported", [None, frozenset()], ids=["no Supported", "empty Supported"])
def test_what_absence_from_a_change_leaves(supported: frozenset[int] | None, version: Version) -> None:
    dated = msgspec.structs.replace(FULL, last_modified_date=LATER.replace(microsecond=0))
    sent = [Element(Notes.MessageClass, "IPM.StickyNote")]
    after = apply_change(FULL, sent, author(version, LATER), supported)
    assert after == msgspec.structs.replace(dated, categories=None)
    renamed = changed(
        FULL, Element(Notes.Subject, "New"), categories(*FULL.categories or ()), version=version
    )
    assert renamed == msgspec.structs.replace(dated, subject="New")


@pytest.mark.req("MS-ASNOTE_R10002")
@pytest.mark.parametrize("version", WITH_NOTES)
def test_a_category_that_is_missing_is_deleted(version: Version, blobs: FileBlobStore) -> None:
    after = changed(FULL, categories("Food", "New"), version=version)
    assert after.categories == ("Food", "New")
    emptied = changed(FULL, categories(), version=version)
    assert emptied.categories is None
    assert list(shown(emptied, blobs, version)[Notes.Categories]) == []


@pytest.mark.req("MS-ASNOTE_R123")
@pytest.mark.parametrize("version", WITH_NOTES)
def test_data_stands_in_every_answer(version: Version, blobs: FileBlobStore) -> None:
    withheld = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=4, all_or_none=True)
    nothing = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=0)
    for note, preferences in (
        (Note(subject="Empty"), ()),
        (FULL, (withheld,)),
        (FULL, (nothing,)),
    ):
        told = shown(note, blobs, version, body_preferences=preferences)
        data = told[AirSyncBase.Body].find(AirSyncBase.Data)
        assert data is not None
        assert data.text == ""
        options = RenderOptions(body_preferences=preferences)
        sent = [one for one in told.values() if one.tag is not Notes.Categories]
        without_truncated = [one for one in told[AirSyncBase.Body] if one.tag is not AirSyncBase.Truncated]
        for body in (told[AirSyncBase.Body], Element(AirSyncBase.Body, without_truncated)):
            back = [body if one.tag is AirSyncBase.Body else one for one in sent]
            after = apply_change(
                note, [*back, categories(*note.categories or ())], author(version), None, options
            )
            assert isinstance(after, Note)
            assert after.body == note.body


@pytest.mark.req("MS-ASNOTE_R37")
@pytest.mark.parametrize(
    "element",
    [
        text("bm8gUlRG", 3),
        text("x", 4),
        text("x", 5),
        text("x", 0),
        Element(Notes.Categories, [Element(Notes.Category, str(number)) for number in range(301)]),
        Element(Notes.Categories, [Element(Notes.Subject, "x")]),
        Element(Notes.Subject, [Element(Notes.Category, "x")]),
    ],
    ids=["no RTF", "MIME", "type 5", "type 0", "301 categories", "no category", "no text"],
)
def test_what_is_not_kept_is_refused(element: Element) -> None:
    with pytest.raises(SchemaError):
        added(element)
    with pytest.raises(SchemaError):
        changed(FULL, element)


@pytest.mark.req("MS-ASNOTE_R43001", "MS-ASNOTE_R47001", "MS-ASNOTE_R57001", "MS-ASNOTE_R60001")
def test_there_are_no_notes_in_12_1(blobs: FileBlobStore) -> None:
    assert not in_version(ItemClass.NOTES, V12)
    assert all(in_version(ItemClass.NOTES, version) for version in WITH_NOTES)
    for element in FULL.to_children(V16):
        if element.tag is Notes.LastModifiedDate:
            continue
        with pytest.raises(SchemaError) as caught:
            added(element, version=V12)
        assert caught.value.problem is Problem.NOT_IN_VERSION
    with pytest.raises(CannotRender):
        render(FULL, RenderOptions(), V12, blobs, "7:1")


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.text("abc", min_size=1, max_size=5),
    "message_class": st.sampled_from(["IPM.StickyNote", "IPM.StickyNote.Green"]),
    "categories": st.lists(st.text("abc", min_size=1), min_size=1, max_size=3).map(tuple),
    "body": st.text("abc", min_size=1).map(lambda data: Body(type=BodyType.PLAIN_TEXT, data=data)),
}
notes = st.fixed_dictionaries({}, optional=FIELDS).map(
    lambda values: msgspec.structs.replace(Note(), **values)
)


@given(before=notes, sent=notes, version=st.sampled_from(WITH_NOTES))
def test_absence_means_what_is_declared(before: Note, sent: Note, version: Version) -> None:
    after = changed(before, *sent.to_children(version), version=version)
    for name in FIELDS:
        old, told, new = getattr(before, name), getattr(sent, name), getattr(after, name)
        assert new == (old if told is None and name != "categories" else told), name
    assert (after.last_modified_date is None) == (after == before)
