"""Bodies over Sync: rich text that a client sends, and the parts of conversations."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from overair.items import Contact, Event, Item, Note, Task, apply_change, create, render, rtf
from overair.items.author import Author
from overair.items.body import Body, BodyPart
from overair.items.body_parts import LARGEST
from overair.items.item import ItemClass
from overair.items.render_options import RenderOptions
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync_options import Options
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Calendar, Notes, Tasks
from support.asynchronous import run
from support.memory import NOW, Memory
from sync.phone import Phone, Shown
from sync.world import World, mime, world

PLAIN, HTML, RTF = BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF
Model = type[Contact | Event | Task | Note]
CLASSES: dict[ItemClass, Model] = {
    ItemClass.CONTACTS: Contact,
    ItemClass.CALENDAR: Event,
    ItemClass.TASKS: Task,
    ItemClass.NOTES: Note,
}
SENT = base64.b64encode(rb"{\rtf1\ansi{\colortbl;\red1\green2\blue3;}\cf1 Gr\'fc\'dfe {\b an} alle}").decode()
STORED = b"\x2b\x00\x00\x00\x1f\x00\x00\x00MELA\x00\x00\x00\x00{\\rtf1\\ansi Gr\\'fc\\'dfe an alle}"


def author(version: Version) -> Author:
    return Author(version, NOW)


def body_of(item: Item, version: Version, *types: BodyType) -> Body:
    wanted = RenderOptions(body_preferences=tuple(BodyPreference(type=one) for one in types))
    elements = render(item, wanted, version, Memory(), "5:1")
    return Body.from_element(next(one for one in elements if one.tag is AirSyncBase.Body), version)


def written(data: str, body_type: int = 3) -> list[Element]:
    children = [Element(AirSyncBase.Type, str(body_type)), Element(AirSyncBase.Data, data)]
    return [Element(AirSyncBase.Body, children)]


def without_body(item_class: ItemClass) -> list[Element]:
    """What an item of a class must say beside its body."""
    tags = {
        ItemClass.CALENDAR: Calendar.Subject,
        ItemClass.TASKS: Tasks.Subject,
        ItemClass.NOTES: Notes.Subject,
    }
    return [Element(tags[item_class], "S")] if item_class in tags else []


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("item_class", CLASSES)
@pytest.mark.parametrize("data", [SENT, base64.b64encode(STORED).decode()], ids=["plain", "compressed"])
@pytest.mark.req("MS-ASAIRS_R179", "MS-ASAIRS_R306", "MS-ASNOTE_R37", "MS-ASNOTE_R40")
def test_rich_text_is_kept_as_it_was_sent(item_class: ItemClass, version: Version, data: str) -> None:
    if version < CLASSES[item_class].first_version or (
        item_class is ItemClass.CALENDAR and version >= Version.V16_0
    ):
        return
    item = create(item_class, [*without_body(item_class), *written(data)], author(version))
    shown = body_of(item, version, RTF)
    assert (shown.type, shown.data, shown.estimated_data_size) == (RTF, data, len(data))
    assert body_of(item, version, PLAIN).data == "Grüße an alle"
    assert "Grüße" in (body_of(item, version, HTML).data or "")
    assert body_of(item, version, PLAIN, HTML).type is HTML
    # What is said again as it was told changes nothing, in whichever form.
    for told in ((RTF,), (HTML,), (PLAIN,)):
        back = body_of(item, version, *told)
        options = RenderOptions(body_preferences=tuple(BodyPreference(type=one) for one in told))
        again = [*without_body(item_class), *written(back.data or "", back.type)]
        after = apply_change(item, again, author(version), None, options)
        assert body_of(after, version, RTF).data == data


@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
@pytest.mark.req("MS-ASAIRS_R1400", "MS-ASAIRS_R1401", "MS-ASAIRS_R14000918", "MS-ASAIRS_R14010918")
def test_events_take_no_rich_text_since_16(version: Version) -> None:
    with pytest.raises(SchemaError):
        create(ItemClass.CALENDAR, [*without_body(ItemClass.CALENDAR), *written(SENT)], author(version))
    early = create(
        ItemClass.CALENDAR,
        [*Event(subject="S").to_children(Version.V14_1), *written(SENT)],
        author(Version.V14_1),
    )
    shown = body_of(early, version, RTF)
    assert (shown.type, "Grüße" in (shown.data or "")) == (HTML, True)


@pytest.mark.req("MS-ASAIRS_R239", "MS-ASAIRS_R2412", "MS-ASCAL_R33411")
def test_an_event_says_what_its_body_is_in() -> None:
    early = create(
        ItemClass.CALENDAR,
        [*Event(subject="S").to_children(Version.V14_1), *written(SENT)],
        author(Version.V14_1),
    )
    for wanted, served in ((RTF, RTF), (PLAIN, PLAIN)):
        options = RenderOptions(body_preferences=(BodyPreference(type=wanted),))
        elements = {one.tag: one for one in render(early, options, Version.V14_1, Memory(), "5:1")}
        assert elements[AirSyncBase.NativeBodyType].text == "3"
        assert Body.from_element(elements[AirSyncBase.Body], Version.V14_1).type is served


@pytest.mark.parametrize("data", ["bm8gUlRG", "***", "e", "{rtf"])
def test_what_is_no_rich_text_is_refused(data: str) -> None:
    with pytest.raises(SchemaError):
        create(
            ItemClass.TASKS,
            [*without_body(ItemClass.TASKS), *written(data)],
            author(Version.V14_1),
        )


def test_rich_text_that_is_not_encoded_is_taken_and_shown_encoded() -> None:
    item = create(ItemClass.NOTES, written(r"{\rtf1 x}"), author(Version.V14_1))
    assert base64.b64decode(body_of(item, Version.V14_1, RTF).data or "") == rb"{\rtf1 x}"


def test_text_is_made_rich_text_for_who_wants_it() -> None:
    item = create(ItemClass.NOTES, written("<b>日本</b> x", 2), author(Version.V14_1))
    made = base64.b64decode(body_of(item, Version.V14_1, RTF).data or "")
    assert rtf.to_text(made) == "日本 x"
    assert "<b>日本</b>" in rtf.to_html(made)


Scenario = Callable[[World, Phone], Awaitable[None]]


def play(directory: Path, scenario: Scenario, version: Version = Version.V14_1) -> None:
    async def work() -> None:
        async with world(directory) as there:
            phone = Phone(there, await there.partner(version=version), await there.folder(FolderType.INBOX))
            await phone.begin()
            await scenario(there, phone)

    run(work())


def answer(subject: str, html: str, *, to: str = "<1@x>") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["References"] = to
    message.set_content(html, subtype="html")
    return message.as_bytes()


QUOTING = "<p>Mine</p><blockquote type='cite'>Theirs</blockquote>"
PART = BodyPartPreference(type=HTML, truncation_size=1_000, preview=4)


def asking(part: BodyPartPreference, *preferences: BodyPreference) -> dict[str, Any]:
    return {"options": (Options(body_part_preference=part, body_preferences=preferences),)}


def part_of(shown: Shown) -> BodyPart:
    return BodyPart.from_element(shown[AirSyncBase.BodyPart], Version.V14_1)


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_0, Version.V16_1])
@pytest.mark.req(
    *(
        "MS-ASAIRS_R120",
        "MS-ASAIRS_R126",
        "MS-ASAIRS_R127",
        "MS-ASAIRS_R128",
        "MS-ASAIRS_R129",
        "MS-ASAIRS_R256",
    ),
    *("MS-ASAIRS_R271", "MS-ASAIRS_R255", "MS-ASCON_R38", "MS-ASCON_R47", "MS-ASCON_R234", "MS-ASCON_R237"),
    *("MS-ASCON_R245", "MS-ASCON_R246", "MS-ASCON_R247", "MS-ASCON_R248", "MS-ASCON_R239", "MS-ASCON_R240"),
    *(
        "MS-ASAIRS_R62",
        "MS-ASAIRS_R403",
        "MS-ASAIRS_R282",
        "MS-ASAIRS_R283",
        "MS-ASAIRS_R294",
        "MS-ASAIRS_R188",
    ),
)
def test_parts_and_bodies_come_as_they_are_asked_for(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(answer("Re: S", QUOTING))
        whole = BodyPreference(type=HTML)
        short = BodyPartPreference(type=HTML, truncation_size=9, preview=255)
        for options, part, body in (
            ({}, None, True),
            ({"options": (Options(body_preferences=(whole,)),)}, None, True),
            (asking(PART), ("<p>Mine</p>", None, "Mine"), False),
            (asking(short), ("<p>Mine", True, "Mine"), False),
            (asking(BodyPartPreference(type=HTML)), ("<p>Mine</p>", None, None), False),
            (asking(PART, whole), ("<p>Mine</p>", None, "Mine"), True),
        ):
            other = Phone(there, await there.partner(f"d{len(str(options))}", version=version), phone.folder)
            await other.begin(**options)
            await other.rest()
            [shown] = other.items.values()
            assert (AirSyncBase.Body in shown) is body
            assert (AirSyncBase.BodyPart in shown) is (part is not None)
            if part is not None:
                found = part_of(shown)
                assert found.status == 1
                assert found.type is HTML
                assert ((found.data or "").strip(), found.truncated, found.preview) == part
                assert found.estimated_data_size in (11, 12)
            if body:
                assert "Theirs" in (Body.from_element(shown[AirSyncBase.Body], version).data or "")

    play(tmp_path, scenario, version)


@pytest.mark.req("MS-ASAIRS_R63", "MS-ASAIRS_R376", "MS-ASAIRS_R60", "MS-ASAIRS_R400")
def test_a_part_may_be_withheld_and_a_forwarded_message_is_whole(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(answer("Re: S", QUOTING))
        strict = BodyPartPreference(type=HTML, truncation_size=5, all_or_none=True)
        await phone.sync(**asking(strict))
        [shown] = phone.items.values()
        found = part_of(shown)
        assert (found.data, found.truncated) == (None, True)
        await there.deliver(answer("FW: S", QUOTING))
        await there.deliver(mime("First", "> said elsewhere\nx"))
        await phone.sync(**asking(BodyPartPreference(type=HTML, all_or_none=True)))
        parts = [part_of(one).data or "" for one in phone.items.values() if one is not shown]
        assert ["Theirs" in one or "elsewhere" in one for one in parts] == [True, True]

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASAIRS_R272", "MS-ASCMD_R4978")
def test_a_part_of_a_message_that_is_too_large(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(answer("Re: S", "<p>" + "x" * 70 + "</p>\n" * (LARGEST // 5)))
        await phone.sync(**asking(PART))
        [shown] = phone.items.values()
        found = part_of(shown)
        assert (found.status, found.data) == (CommonStatus.BODY_PART_CONVERSATION_TOO_LARGE, None)
        assert found.estimated_data_size > LARGEST

    play(tmp_path, scenario)


@pytest.mark.parametrize("body_type", [PLAIN, RTF, BodyType.MIME])
@pytest.mark.req("MS-ASCON_R241", "MS-ASCMD_R5412")
def test_a_part_is_html_only(tmp_path: Path, body_type: BodyType) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(answer("Re: S", QUOTING))
        response = await phone.ask(**asking(BodyPartPreference(type=body_type)))
        assert response is not None
        assert response.status == CommonStatus.BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED
        # The key stays.
        again = await phone.sync(**asking(PART))
        assert again is not None
        assert again.status == SyncStatus.SUCCESS
        assert len(phone.items) == 1

    play(tmp_path, scenario)
