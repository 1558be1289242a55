"""What becomes of a message, told from one phone to another at every version: flags, categories, verbs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.sync import ChangeCommand, ServerChange
from overair.versions import SERVED, Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Email, Email2, Tasks
from support.asynchronous import run
from sync.phone import Phone, statuses
from sync.world import World, mime, world

WHEN = "2026-03-05T09:00:00.000Z"
LATER = "2026-03-06T09:00:00.000Z"
ACTIVE = (
    Element(Tasks.Subject, "Call back"),
    Element(Email.Status, "2"),
    Element(Email.FlagType, "for Follow Up"),
    Element(Tasks.StartDate, WHEN),
    Element(Tasks.UtcStartDate, WHEN),
    Element(Tasks.DueDate, LATER),
    Element(Tasks.UtcDueDate, LATER),
    Element(Tasks.ReminderSet, "1"),
    Element(Tasks.ReminderTime, WHEN),
    Element(Tasks.OrdinalDate, WHEN),
    Element(Tasks.SubOrdinalDate, "5555555"),
)
COMPLETE = (
    Element(Tasks.Subject, "Call back"),
    Element(Email.Status, "1"),
    Element(Email.FlagType, "for Follow Up"),
    Element(Tasks.DateCompleted, LATER),
    Element(Email.CompleteTime, LATER),
)
Told = dict[Tag, str]


def flag(*children: Element) -> Element:
    return Element(Email.Flag, list(children))


def told_of(element: Element) -> Told:
    return {child.tag: child.text for child in element}


async def two(
    there: World, version: Version, other: Version, kind: FolderType = FolderType.INBOX
) -> tuple[Phone, Phone, str]:
    """Two phones with the same message."""
    folder = await there.folder(kind)
    phones = [
        Phone(there, await there.partner(f"PHONE{number}", spoken), folder)
        for number, spoken in enumerate((version, other))
    ]
    for phone in phones:
        await phone.begin()
    await there.deliver(mime("flagged"))
    for phone in phones:
        await phone.rest()
    return phones[0], phones[1], phones[0].id_of("flagged")


def play(directory: Path, scenario: Callable[[World], Awaitable[None]]) -> None:
    async def work() -> None:
        async with world(directory) as there:
            await scenario(there)

    run(work())


@pytest.mark.req(
    "MS-ASEMAIL_R434", "MS-ASEMAIL_R436", "MS-ASEMAIL_R437", "MS-ASEMAIL_R439", "MS-ASEMAIL_R440",
    "MS-ASEMAIL_R76", "MS-ASEMAIL_R100", "MS-ASEMAIL_R1021", "MS-ASEMAIL_R692", "MS-ASEMAIL_R1007",
)  # fmt: skip
def test_a_flag_of_one_phone_is_that_of_another(tmp_path: Path) -> None:
    async def scenario(there: World) -> None:
        for version, other in zip(SERVED, reversed(SERVED), strict=True):
            first, second, item_id = await two(there, version, other)
            for children in (ACTIVE, COMPLETE, ()):
                change = ChangeCommand(server_id=item_id, application_data=[flag(*children)])
                assert statuses(await first.sync(change)) == []
                answer = await second.sync()
                assert answer is not None
                [told] = answer.commands
                assert isinstance(told, ServerChange)
                [only] = told.application_data
                assert only.tag is Email.Flag
                assert told_of(only) == {child.tag: child.text for child in children}
            assert await first.rest() == 0
            for phone in (first, second):
                await there.do(lambda session, phone=phone: clear(session, phone))  # type: ignore[misc]  # of this round

    async def clear(session: Session, phone: Phone) -> None:
        for item_id in list(phone.items):
            [stored] = await session.read(phone.folder.folder_id, [item_id])
            if stored is not None:
                await session.remove(phone.folder.folder_id, item_id)

    play(tmp_path, scenario)


@pytest.mark.req(
    "MS-ASEMAIL_R358", "MS-ASEMAIL_R334", "MS-ASEMAIL_R359", "MS-ASEMAIL_R406", "MS-ASEMAIL_R407",
    "MS-ASEMAIL_R409", "MS-ASEMAIL_R701", "MS-ASEMAIL_R702", "MS-ASEMAIL_R738", "MS-ASEMAIL_R739",
    "MS-ASEMAIL_R741", "MS-ASEMAIL_R753", "MS-ASEMAIL_R757", "MS-ASEMAIL_R850", "MS-ASEMAIL_R851",
    "MS-ASEMAIL_R853", "MS-ASEMAIL_R862", "MS-ASEMAIL_R864", "MS-ASEMAIL_R643",
)  # fmt: skip
def test_what_is_wrong_with_a_flag_is_refused(tmp_path: Path) -> None:
    def without(*tags: Tag) -> Element:
        return flag(*(one for one in ACTIVE if one.tag not in tags))

    def with_(tag: Tag, text: str) -> Element:
        return flag(*(Element(tag, text) if one.tag is tag else one for one in ACTIVE))

    wrong = [
        without(Tasks.ReminderTime),
        without(Tasks.StartDate),
        without(Tasks.UtcDueDate),
        without(Tasks.StartDate, Tasks.UtcStartDate),
        with_(Tasks.StartDate, "2026-03-07T09:00:00.000Z"),
        with_(Tasks.UtcStartDate, "2026-03-07T09:00:00.000Z"),
        with_(Email.Status, "3"),
        flag(*(one for one in COMPLETE if one.tag is not Email.CompleteTime)),
        flag(Element(Email.Status, "2"), Element(Tasks.DateCompleted, LATER)),
        Element(Email.Read, "yes"),
    ]

    async def scenario(there: World) -> None:
        first, second, item_id = await two(there, Version.V14_1, Version.V16_1)
        for element in wrong:
            answer = await first.ask(ChangeCommand(server_id=item_id, application_data=[element]))
            assert statuses(answer) == [6], element
            await first.sync()
        assert await second.rest() == 0

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASEMAIL_R1053", "MS-ASEMAIL_R470")
def test_a_flag_is_called_as_its_message_is(tmp_path: Path) -> None:
    async def scenario(there: World) -> None:
        first, second, item_id = await two(there, Version.V14_1, Version.V16_1)
        await first.sync(
            ChangeCommand(server_id=item_id, application_data=[flag(Element(Email.Status, "2"))])
        )
        await second.rest()
        shown = told_of(second.items[item_id][Email.Flag])
        assert shown[Tasks.Subject] == "flagged"

    play(tmp_path, scenario)


@pytest.mark.req(
    "MS-ASEMAIL_R96", "MS-ASEMAIL_R318", "MS-ASEMAIL_R319", "MS-ASEMAIL_R320", "MS-ASEMAIL_R10608",
    "MS-ASEMAIL_R10600",
)  # fmt: skip
@pytest.mark.parametrize("version", [version for version in SERVED if version >= Version.V14_0])
def test_categories(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World) -> None:
        first, second, item_id = await two(there, version, Version.V16_1)
        assert second.items[item_id][Email.Categories].content in (None, [], "")
        words = ["Garden", "Ärger", "x" * 255]
        categories = Element(Email.Categories, [Element(Email.Category, word) for word in words])
        await first.sync(ChangeCommand(server_id=item_id, application_data=[categories]))
        await second.rest()
        assert [child.text for child in second.items[item_id][Email.Categories]] == words
        read = Element(Email.Read, "1")
        await first.sync(ChangeCommand(server_id=item_id, application_data=[read]))
        await second.rest()
        assert [child.text for child in second.items[item_id][Email.Categories]] == words
        gone = Element(Email.Categories, [])
        await first.sync(ChangeCommand(server_id=item_id, application_data=[gone, flag(*ACTIVE)]))
        answer = await second.sync()
        assert answer is not None
        [told] = answer.commands
        assert isinstance(told, ServerChange)
        assert {one.tag for one in told.application_data} == {Email.Categories, Email.Flag}
        assert list(second.items[item_id][Email.Categories]) == []
        many = Element(Email.Categories, [Element(Email.Category, f"{number}") for number in range(301)])
        answer = await first.ask(ChangeCommand(server_id=item_id, application_data=[many]))
        assert statuses(answer) == [6]

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASEMAIL_R510", "MS-ASEMAIL_R513", "MS-ASEMAIL_R514", "MS-ASEMAIL_R522", "MS-ASEMAIL_R77")
def test_the_last_verb_is_told(tmp_path: Path) -> None:
    async def scenario(there: World) -> None:
        old, new, item_id = await two(there, Version.V12_1, Version.V14_0)

        async def answered(session: Session) -> None:
            [stored] = await session.read(new.folder.folder_id, [item_id])
            assert stored is not None
            assert isinstance(stored.item, Message)
            item = msgspec.structs.replace(
                stored.item,
                last_verb_executed=1,
                last_verb_execution_time=datetime(2026, 3, 5, 9, tzinfo=UTC),
            )
            await session.change(new.folder.folder_id, item_id, item)

        await there.do(answered)
        assert await old.rest() == 0
        assert await new.rest() == 1
        shown = new.items[item_id]
        assert shown[Email2.LastVerbExecuted].text == "1"
        assert shown[Email2.LastVerbExecutionTime].text == WHEN

    play(tmp_path, scenario)


@pytest.mark.req(
    "MS-ASEMAIL_R649", "MS-ASEMAIL_R648", "MS-ASEMAIL_R347", "MS-ASEMAIL_R817", "MS-ASEMAIL_R723"
)
@pytest.mark.parametrize("version", SERVED)
def test_blind_recipients_are_told_so(tmp_path: Path, version: Version) -> None:
    async def scenario(there: World) -> None:
        phone = Phone(there, await there.partner(version=version), await there.folder(FolderType.INBOX))
        await phone.begin()
        await there.deliver(mime("open"))
        await there.deliver(mime("blind").replace(b"To: anna@", b"To: clara@"))
        await phone.rest()
        blind, plain = phone.items[phone.id_of("blind")], phone.items[phone.id_of("open")]
        assert Email2.ReceivedAsBcc not in plain
        if version < Version.V14_0:
            assert Email2.ReceivedAsBcc not in blind
            return
        assert blind[Email2.ReceivedAsBcc].text == "1"
        for element in (
            Element(Email2.ReceivedAsBcc, "0"),
            Element(Email2.Sender, "eve@example.org"),
            Element(Email2.UmCallerID, "1"),
            Element(Email2.ConversationId, b"1" * 16),
        ):
            command = ChangeCommand(server_id=phone.id_of("blind"), application_data=[element])
            assert statuses(await phone.ask(command)) == [6]

    play(tmp_path, scenario)


READ_FLAG, FLAG, CATEGORIES, OTHER, NONE = "read", "flag", "categories", "importance", "message_id"
CHANGES = {
    READ_FLAG: True,
    FLAG: Flag(status=FlagStatus.ACTIVE, subject="flagged"),
    CATEGORIES: ("Garden",),
    OTHER: 2,
    NONE: "<other@example.org>",
}
TAGS = {READ_FLAG: Email.Read, FLAG: Email.Flag, CATEGORIES: Email.Categories}
TABLE: dict[frozenset[str], tuple[int, int]] = {
    frozenset(): (81, 93),
    frozenset({OTHER}): (94, 95),
    frozenset({CATEGORIES}): (96, 97),
    frozenset({CATEGORIES, OTHER}): (98, 99),
    frozenset({FLAG}): (100, 101),
    frozenset({FLAG, OTHER}): (102, 103),
    frozenset({READ_FLAG, FLAG, CATEGORIES}): (104, 105),
    frozenset({READ_FLAG, FLAG, CATEGORIES, OTHER}): (106, 10616),
    frozenset({FLAG, CATEGORIES}): (10600, 10601),
    frozenset({FLAG, CATEGORIES, OTHER}): (10602, 10603),
    frozenset({READ_FLAG}): (10604, 10605),
    frozenset({READ_FLAG, OTHER}): (10606, 10607),
    frozenset({READ_FLAG, CATEGORIES}): (10608, 10609),
    frozenset({READ_FLAG, CATEGORIES, OTHER}): (10610, 10611),
    frozenset({READ_FLAG, FLAG}): (10612, 10613),
    frozenset({READ_FLAG, FLAG, OTHER}): (10614, 10615),
}
"""The requirements by what changed: without and with a property that is none of the class."""


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 2 ** (len(CHANGES) - 1)


@pytest.mark.req(
    *(f"MS-ASEMAIL_R{number}" for numbers in TABLE.values() for number in numbers),
    "MS-ASEMAIL_R74",
    "MS-ASEMAIL_R78",
    "MS-ASEMAIL_R80",
)
def test_what_is_told_of_a_change(tmp_path: Path) -> None:
    async def scenario(there: World) -> None:
        phone = Phone(there, await there.partner(), await there.folder(FolderType.INBOX))
        await phone.begin()
        for told in TABLE:
            for changed in (told, told | {NONE}):
                await there.deliver(mime("changed"))
                await phone.rest()
                item_id = phone.id_of("changed")
                whole = set(phone.items[item_id])
                await there.do(partial(change, phone, item_id, changed))
                answer = await phone.sync()
                expected = whole if OTHER in told else {TAGS[name] for name in told}
                commands = [] if answer is None else answer.commands
                assert [type(one) for one in commands] == ([ServerChange] if expected else []), changed
                for command in commands:
                    assert isinstance(command, ServerChange)
                    assert {element.tag for element in command.application_data} == expected, changed
                await there.do(partial(remove, phone, item_id))
                await phone.rest()

    async def change(phone: Phone, item_id: str, changed: frozenset[str], session: Session) -> None:
        [stored] = await session.read(phone.folder.folder_id, [item_id])
        assert stored is not None
        item = msgspec.structs.replace(stored.item, **{name: CHANGES[name] for name in changed})
        await session.change(phone.folder.folder_id, item_id, item)

    async def remove(phone: Phone, item_id: str, session: Session) -> None:
        await session.remove(phone.folder.folder_id, item_id)

    play(tmp_path, scenario)
