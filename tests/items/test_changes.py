"""Items made and changed by clients: what absence deletes, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import (
    Author,
    Contact,
    Item,
    ItemClass,
    Message,
    RenderOptions,
    apply_change,
    create,
    render,
)
from overair.items.body import Body
from overair.items.mail.flag import NO_FLAG, Flag, FlagStatus
from overair.items.mail.message import index_message
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.schema import Problem, SchemaError
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Contacts, Contacts2, Email, Email2, Tasks

V16, V12 = Version.V16_1, Version.V12_1
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
AUTHOR = Author(version=V16, now=NOW)
GHOSTED = [bound for bound in Contact.fields() if bound.field.ghosted]


def notes(text: str, **values: Any) -> Body:
    return Body(type=BodyType.PLAIN_TEXT, data=text, **values)


FULL = Contact(
    first_name="Ada",
    last_name="Lovelace",
    nick_name="A",
    categories=("one", "two"),
    birthday=NOW,
    picture=b"jpeg",
    body=notes("her notes"),
    alias="ada",
    weighted_rank=7,
)


def change(
    item: Item, *elements: Element, version: Version = V16, supported: frozenset[int] | None = None
) -> Any:
    return apply_change(item, list(elements), Author(version=version, now=NOW), supported)


@pytest.mark.req("MS-ASCMD_R879", "MS-ASCMD_R5906", "MS-ASCMD_R5912")
def test_absence_deletes_without_supported() -> None:
    changed = change(FULL, Element(Contacts.FirstName, "Augusta"))
    assert (changed.first_name, changed.last_name, changed.categories) == ("Augusta", None, None)


@pytest.mark.req("MS-ASCMD_R5907", "MS-ASCMD_R5908", "MS-ASCMD_R5911", "MS-ASCNTC_R499")
def test_absence_keeps_what_is_ghosted() -> None:
    supported = frozenset({Contacts.FirstName.key, Contacts.LastName.key})
    changed = change(FULL, Element(Contacts.FirstName, "Augusta"), supported=supported)
    assert (changed.last_name, changed.nick_name, changed.categories) == (None, "A", ("one", "two"))


@pytest.mark.req("MS-ASCMD_R5909")
def test_an_empty_supported_ghosts_everything() -> None:
    changed = change(FULL, Element(Contacts.FirstName, "Augusta"), supported=frozenset())
    assert changed == msgspec.structs.replace(FULL, first_name="Augusta")


@pytest.mark.req("MS-ASCMD_R878", "MS-ASCNTC_R461")
def test_body_and_picture_stay() -> None:
    changed = change(FULL, Element(Contacts.FirstName, "Augusta"))
    assert (changed.body, changed.picture) == (FULL.body, FULL.picture)
    without_data = Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1")])
    assert change(FULL, without_data).body == FULL.body


def test_an_empty_picture_deletes_it_unless_the_client_means_nothing_by_it() -> None:
    empty = [Element(Contacts.Picture)]
    assert change(FULL, *empty).picture is None
    assert apply_change(
        FULL, empty, Author(version=V16, now=NOW, ignores_empty_picture=True), None
    ) == msgspec.structs.replace(
        Contact(), picture=FULL.picture, body=FULL.body, alias=FULL.alias, weighted_rank=FULL.weighted_rank
    )
    assert change(FULL, Element(Contacts.Picture, "bmV3")).picture == b"new"


def test_the_server_s_own_fields_stay() -> None:
    changed = change(FULL, Element(Contacts.Alias, "x"), Element(Contacts.WeightedRank, "1"))
    assert (changed.alias, changed.weighted_rank) == ("ada", 7)


def test_empty_values_delete() -> None:
    changed = change(
        FULL, Element(Contacts.FirstName, ""), Element(Contacts.Categories, []), supported=frozenset()
    )
    assert (changed.first_name, changed.categories) == (None, None)
    emptied = Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, "")])
    assert change(FULL, emptied).body is None


@pytest.mark.req("MS-ASAIRS_R279")
def test_a_truncated_body_is_never_written_back(blobs: FileBlobStore) -> None:
    item = Contact(body=notes("0123456789" * 10))
    flagged = notes("012", truncated=True).to_element(V16)
    assert change(item, flagged).body == item.body
    options = RenderOptions(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=12),))
    told = [one for one in render(item, options, V16, blobs, "7:1") if one.tag is AirSyncBase.Body]
    told[0].content = [one for one in told[0] if one.tag is not AirSyncBase.Truncated]
    assert apply_change(item, told, AUTHOR, None, options) == item
    edited = notes("012345678901, and more").to_element(V16)
    assert apply_change(item, [edited], AUTHOR, None, options) == Contact(
        body=notes("012345678901, and more")
    )


@pytest.mark.req("MS-ASCNTC_R384", "MS-ASCNTC_R381")
@pytest.mark.parametrize("size", [36_864, 36_865])
def test_a_picture_has_a_limit(size: int) -> None:
    element = Contact(picture=bytes(size)).to_children(V16)
    if size <= 36_864:
        assert create(ItemClass.CONTACTS, element, AUTHOR) == Contact(picture=bytes(size))
    else:
        with pytest.raises(SchemaError, match="limit"):
            create(ItemClass.CONTACTS, element, AUTHOR)


@pytest.mark.req("MS-ASCNTC_R183", "MS-ASCNTC_R194")
@pytest.mark.parametrize(
    ("field", "tag"), [("categories", Contacts.Categories), ("children", Contacts.Children)]
)
def test_lists_have_a_limit(field: str, tag: Any) -> None:
    names = tuple(str(number) for number in range(301))
    most, too_many = (msgspec.structs.replace(Contact(), **{field: names[:count]}) for count in (300, 301))
    assert create(ItemClass.CONTACTS, most.to_children(V16), AUTHOR) == most
    with pytest.raises(SchemaError) as caught:
        create(ItemClass.CONTACTS, too_many.to_children(V16), AUTHOR)
    assert caught.value.tag is tag


@pytest.mark.parametrize("body_type", [BodyType.RTF, BodyType.MIME])
def test_notes_are_text_or_html(body_type: BodyType) -> None:
    with pytest.raises(SchemaError):
        create(ItemClass.CONTACTS, [Body(type=body_type, data="x").to_element(V16)], AUTHOR)


@pytest.mark.req("MS-ASCMD_R755")
def test_mail_is_not_created() -> None:
    with pytest.raises(SchemaError):
        create(ItemClass.EMAIL, [Element(Email.Subject, "x")], AUTHOR)


values = {
    "datetime | None": st.integers(0, 60_000).map(
        lambda days: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(days)
    ),
    "str | None": st.text("abc", min_size=1, max_size=5),
    "tuple[str, ...] | None": st.lists(st.text("abc", min_size=1), min_size=1, max_size=3).map(tuple),
}


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    drawn: dict[str, Any] = {}
    for bound in GHOSTED:
        if draw(st.booleans()):
            annotation = str(Contact.__annotations__[bound.name])
            kind = next(
                kind for kind in values if f"[{kind}" in annotation.replace("\n", "").replace(" | ", " | ")
            )
            drawn[bound.name] = draw(values[kind])
    if draw(st.booleans()):
        drawn["body"] = notes(draw(st.text("abc", min_size=1)))
    if draw(st.booleans()):
        drawn["picture"] = draw(st.binary(min_size=1, max_size=9))
    drawn |= {"alias": draw(st.none() | st.just("a")), "weighted_rank": draw(st.none() | st.just(1))}
    return Contact(**drawn)


supported_lists = st.none() | st.frozensets(st.sampled_from([bound.field.tag.key for bound in GHOSTED]))


@given(before=contacts(), sent=contacts(), version=st.sampled_from(SERVED), supported=supported_lists)
def test_an_older_phone_never_loses_what_it_cannot_see(
    before: Contact, sent: Contact, version: Version, supported: frozenset[int] | None
) -> None:
    author = Author(version=version, now=NOW)
    after = apply_change(before, sent.to_children(version), author, supported)
    for bound in Contact.fields():
        field, old, new = bound.field, getattr(before, bound.name), getattr(after, bound.name)
        told = getattr(sent, bound.name)
        if not field.in_version(version) or field.read_only:
            assert new == old
        elif told is not None:
            assert new == told
        elif field.kept or (supported is not None and field.tag.key not in supported):
            assert new == old
        else:
            assert new is None


@given(contact=contacts(), version=st.sampled_from(SERVED))
def test_what_is_written_can_be_read(contact: Contact, version: Version) -> None:
    read = Contact.from_children(contact.to_children(version), version)
    for bound in Contact.fields():
        expected = getattr(contact, bound.name) if bound.field.in_version(version) else None
        assert getattr(read, bound.name) == expected


MAIL = index_message(b"From: a@b.example\nTo: c@d.example\nSubject: Hello\n\ntext\n", NOW)


@pytest.mark.req("MS-ASCMD_R873", "MS-ASCMD_R5825", "MS-ASCMD_R5826", "MS-ASEMAIL_R41", "MS-ASEMAIL_R320")
def test_read_flag_and_categories_change_alone() -> None:
    read = change(MAIL, Element(Email.Read, "1"))
    assert read == msgspec.structs.replace(MAIL, read=True)
    named = change(read, Element(Email.Categories, [Element(Email.Category, "work")]))
    assert named == msgspec.structs.replace(read, categories=("work",))
    assert change(named, Element(Email.Read, "0")).categories == ("work",)


@pytest.mark.req("MS-ASEMAIL_R319")
def test_empty_categories_remove_them() -> None:
    assert (
        change(msgspec.structs.replace(MAIL, categories=("x",)), Element(Email.Categories, [])).categories
        == ()
    )


@pytest.mark.req("MS-ASCMD_R875")
def test_other_elements_of_a_message_have_no_effect() -> None:
    changed = change(
        MAIL, Element(Email.Subject, "x"), Element(Email.To, "y@z"), Element(Email.MeetingRequest, [])
    )
    assert changed == MAIL


@pytest.mark.req(
    "MS-ASEMAIL_R347", "MS-ASEMAIL_R648", "MS-ASEMAIL_R723", "MS-ASEMAIL_R817", "MS-ASEMAIL_R835"
)
@pytest.mark.parametrize(
    "element",
    [
        Element(Email2.ConversationId, b"x"),
        Element(Email2.ReceivedAsBcc, "1"),
        Element(Email2.Sender, "x@y"),
        Element(Email2.UmCallerID, "1"),
        Element(Email2.UmUserNotes, "x"),
    ],
    ids=lambda element: element.tag.name,
)
def test_the_server_s_values_are_refused(element: Element) -> None:
    with pytest.raises(SchemaError) as caught:
        change(MAIL, element)
    assert caught.value.tag is element.tag


@pytest.mark.req("MS-ASEMAIL_R643", "MS-ASEMAIL_R757")
@pytest.mark.parametrize(
    "element",
    [
        Element(Email.Read, "maybe"),
        Element(Email.Flag, [Element(Email.Status, "3")]),
        Element(Contacts2.MMS, "x"),
    ],
    ids=str,
)
def test_broken_values_are_refused(element: Element) -> None:
    with pytest.raises(SchemaError):
        change(MAIL, element)


def test_a_version_without_categories_refuses_them() -> None:
    with pytest.raises(SchemaError) as caught:
        change(MAIL, Element(Email.Categories, []), version=V12)
    assert caught.value.problem is Problem.NOT_IN_VERSION


def flagged(**fields: Any) -> Message:
    result: Message = change(MAIL, Flag(**fields).to_element(V16))
    return result


@pytest.mark.req("MS-ASEMAIL_R940", "MS-ASEMAIL_R1053")
def test_a_flag_is_set_with_the_message_s_subject() -> None:
    dates: Any = dict.fromkeys(("start_date", "due_date", "utc_start_date", "utc_due_date"), NOW)
    message = flagged(status=FlagStatus.ACTIVE, flag_type="Flag for follow up", **dates)
    assert message.flag == Flag(
        status=FlagStatus.ACTIVE, flag_type="Flag for follow up", subject="Hello", **dates
    )


@pytest.mark.req("MS-ASEMAIL_R86", "MS-ASEMAIL_R88", "MS-ASEMAIL_R8800", "MS-ASEMAIL_R8900")
def test_a_flag_is_completed_and_cleared() -> None:
    done = flagged(status=FlagStatus.COMPLETE, complete_time=NOW, date_completed=NOW)
    assert done.flag is not None
    assert done.flag.status == FlagStatus.COMPLETE
    assert change(done, Element(Email.Flag, [])).flag == NO_FLAG
    assert change(done, Flag(status=FlagStatus.CLEARED).to_element(V16)).flag == NO_FLAG


@pytest.mark.req("MS-ASEMAIL_R92", "MS-ASEMAIL_R407", "MS-ASEMAIL_R409", "MS-ASEMAIL_R702", "MS-ASEMAIL_R739")
@pytest.mark.parametrize(
    ("fields", "tag"),
    [
        ({"status": FlagStatus.COMPLETE}, Email.CompleteTime),
        ({"date_completed": NOW}, Email.CompleteTime),
        ({"start_date": NOW}, Tasks.DueDate),
        ({"reminder_set": 1}, Tasks.ReminderTime),
        (
            {
                "start_date": NOW,
                "utc_start_date": NOW,
                "due_date": NOW.replace(day=1),
                "utc_due_date": NOW.replace(day=1),
            },
            Tasks.DueDate,
        ),
    ],
)
def test_half_a_flag_is_refused(fields: dict[str, Any], tag: Any) -> None:
    with pytest.raises(SchemaError) as caught:
        flagged(**fields)
    assert caught.value.tag is tag
