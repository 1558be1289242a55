"""Messages: what of a change is told, Fetch, deletion, and items that cannot be shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

import overair
from overair.items.mail.flag import Flag, FlagStatus
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    ChangeCommand,
    CollectionRequest,
    DeleteCommand,
    FetchCommand,
    ServerAdd,
    ServerChange,
)
from overair.protocol.sync_options import Options
from overair.sync.refusal import SyncRefused
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Email
from support.asynchronous import run
from sync.phone import Phone, fetched, shown_of, statuses
from sync.world import World, contact, mime, world

Scenario = Callable[[World, Phone], Awaitable[None]]
LONG = "word " * 20_000
"""A body that is read from the message's bytes, not from their index."""
WHOLE = (Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT),)),)
READ = [Element(Email.Read, "1")]


def play(
    directory: Path,
    scenario: Scenario,
    folder_type: FolderType = FolderType.INBOX,
    version: Version = Version.V16_1,
) -> None:
    """Run a scenario with one primed phone."""

    async def work() -> None:
        async with world(directory) as there:
            partner = await there.partner(version=version)
            phone = Phone(there, partner, await there.folder(folder_type))
            await phone.begin()
            await scenario(there, phone)

    run(work())


async def edit(there: World, phone: Phone, item_id: str, **values: object) -> None:
    """Change fields of a message by another hand."""

    async def work(session: Session) -> None:
        [stored] = await session.read(phone.folder.folder_id, [item_id])
        assert stored is not None
        await session.change(phone.folder.folder_id, item_id, msgspec.structs.replace(stored.item, **values))

    await there.do(work)


@pytest.mark.req(
    "MS-ASEMAIL_R75",
    "MS-ASEMAIL_R76",
    "MS-ASEMAIL_R96",
    "MS-ASEMAIL_R100",
    "MS-ASEMAIL_R104",
    "MS-ASEMAIL_R10604",
    "MS-ASEMAIL_R10608",
)
def test_only_what_changed_of_a_message_is_told(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(mime("one"))
        await phone.rest()
        item_id = phone.id_of("one")
        flag = Flag(status=FlagStatus.ACTIVE, flag_type="Flag for follow up")
        for values, expected in (
            ({"read": True}, {Email.Read}),
            ({"flag": flag}, {Email.Flag}),
            ({"categories": ("blue",)}, {Email.Categories}),
            ({"read": False, "categories": ()}, {Email.Read, Email.Categories}),
            ({"read": True, "flag": None, "categories": ("x",)}, {Email.Read, Email.Flag, Email.Categories}),
        ):
            await edit(there, phone, item_id, **values)
            answer = await phone.sync()
            assert answer is not None
            [told] = answer.commands
            assert isinstance(told, ServerChange)
            assert {element.tag for element in told.application_data} == expected
        assert phone.items[item_id][Email.Flag].children == []

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASEMAIL_R81", "MS-ASEMAIL_R93")
def test_what_the_version_cannot_say_is_no_news(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(mime("one"))
        await phone.rest()
        await edit(there, phone, phone.id_of("one"), categories=("blue",))
        watched = await there.engine.has_news(phone.partner, [phone.folder.folder_id])
        assert not watched.with_news
        assert await phone.sync() is None

    play(tmp_path, scenario, version=Version.V12_1)


@pytest.mark.req("MS-ASCMD_R5825", "MS-ASCMD_R760")
def test_a_phone_marks_a_message_read(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(mime("one"))
        await phone.rest()
        item_id = phone.id_of("one")
        other = Phone(there, await there.partner("PHONE2"), phone.folder)
        await other.begin()
        await other.rest()
        answer = await phone.sync(ChangeCommand(server_id=item_id, application_data=READ))
        assert answer is not None
        assert not answer.responses
        assert not answer.commands
        [stored] = (await there.items(phone.folder)).values()
        assert isinstance(stored, Message)
        assert stored.read
        assert stored.subject == "one"
        assert stored.blob is not None
        assert await phone.sync() is None
        # The same on the other phone, before it has heard: both say the same, and nobody loses.
        answer = await other.sync(ChangeCommand(server_id=item_id, application_data=READ))
        assert statuses(answer) == []
        assert await other.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2956", "MS-ASCMD_R759", "MS-ASCMD_R4447")
def test_fetch_gives_the_whole_item(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await there.deliver(mime("one", "word " * 1000))
        preference = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=100)
        phone.options = (Options(body_preferences=(preference,)),)
        await phone.rest()
        item_id = phone.id_of("one")
        cut = phone.items[item_id][AirSyncBase.Body].find(AirSyncBase.Data)
        assert cut is not None
        assert len(cut.text) <= 100
        missing = f"{phone.folder.folder_id}:999999"
        answer = await phone.sync(FetchCommand(server_id=item_id), FetchCommand(server_id=missing))
        whole, none = fetched(answer)
        assert whole.status == SyncStatus.SUCCESS
        assert whole.server_id == item_id
        data = shown_of(whole.application_data or [])[AirSyncBase.Body].find(AirSyncBase.Data)
        assert data is not None
        assert data.text.count("word") == 1000
        assert none.status == SyncStatus.OBJECT_NOT_FOUND
        assert none.application_data is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R2158", "MS-ASCMD_R2160", "MS-ASCMD_R5875")
def test_deletion_moves_to_deleted_items_unless_it_is_there_or_shall_be_final(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        deleted = await there.folder(FolderType.DELETED_ITEMS)
        bin_of_phone = Phone(there, phone.partner, deleted)
        await bin_of_phone.begin()
        for name in ("moved", "final"):
            await there.deliver(mime(name))
        await phone.rest()
        await phone.sync(DeleteCommand(server_id=phone.id_of("moved")))
        await phone.sync(DeleteCommand(server_id=phone.id_of("final")), deletes_as_moves=False)
        assert not await there.items(phone.folder)
        await bin_of_phone.rest()
        assert bin_of_phone.names == ["moved"]
        await bin_of_phone.sync(DeleteCommand(server_id=bin_of_phone.id_of("moved")))
        assert not await there.items(deleted)
        assert await phone.sync() is None
        assert await bin_of_phone.sync() is None

    play(tmp_path, scenario)


def test_deleted_contacts_are_not_shown_among_deleted_mail(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        contacts = Phone(there, phone.partner, await there.folder(FolderType.CONTACTS))
        await contacts.begin()
        await contacts.sync(contacts.add(contact("Ada")))
        await contacts.sync(DeleteCommand(server_id=contacts.id_of("Ada")))
        assert len(await there.items(phone.folder)) == 1
        assert not (await there.engine.has_news(phone.partner, [phone.folder.folder_id])).with_news
        assert await phone.sync() is None

    play(tmp_path, scenario, FolderType.DELETED_ITEMS)


@pytest.mark.req("MS-ASCMD_R755")
def test_mail_is_not_added_by_sync(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        data = [Element(Email.Subject, "hello")]
        answer = await phone.sync(AddCommand(client_id="1", application_data=data))
        assert statuses(answer) == [SyncStatus.CONVERSION_ERROR]
        assert not await there.items(phone.folder)

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R756")
def test_nothing_is_added_to_the_recipient_cache(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        with pytest.raises(SyncRefused) as refused:
            await phone.ask(phone.add(contact("Ada")))
        assert refused.value.status == SyncStatus.PROTOCOL_ERROR

    play(tmp_path, scenario, FolderType.RECIPIENT_INFORMATION_CACHE)


@pytest.mark.req("MS-ASCMD_R4440", "MS-ASCMD_R4453")
def test_wrong_items_collections_and_classes(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        bad = AddCommand(client_id="1", application_data=[Element(Email.Subject, "not of a contact")])
        answer = await phone.sync(bad, phone.add(contact("Ada"), "2"), phone.add(contact("Eve"), "2"))
        assert statuses(answer) == [
            SyncStatus.CONVERSION_ERROR,
            SyncStatus.SUCCESS,
            SyncStatus.PROTOCOL_ERROR,
        ]
        assert len(await there.items(phone.folder)) == 1
        [unknown] = await there.engine.exchange(
            phone.partner, [CollectionRequest(sync_key="0", collection_id="999999")], 100
        )
        assert unknown.status == SyncStatus.HIERARCHY_CHANGED
        for request in (
            {"item_class": "Email"},
            {"conversation_mode": True},
            {"key": "0", "get_changes": True},
        ):
            answer = await phone.ask(**request)
            assert answer is not None
            assert answer.status == SyncStatus.PROTOCOL_ERROR

    play(tmp_path, scenario, FolderType.CONTACTS)


def test_an_item_that_cannot_be_shown_blocks_nothing(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = WHOLE
        for name in ("one", "two", "three"):
            await there.deliver(mime(name, LONG))
        stored = await there.items(phone.folder)
        [broken] = [
            key for key, item in stored.items() if isinstance(item, Message) and item.subject == "two"
        ]
        message = stored[broken]
        assert isinstance(message, Message)
        # Its bytes are gone, as after a damaged disk: not even a stand-in can be made.
        await edit(there, phone, broken, blob="0" * 64)
        told = await phone.rest(window_size=1)
        assert told == 2
        assert phone.names == ["one", "three"]
        assert await phone.sync() is None
        assert not (await there.engine.has_news(phone.partner, [phone.folder.folder_id])).with_news
        # A change of it is no change for a phone that never saw it.
        await edit(there, phone, broken, read=True)
        await phone.rest()
        assert phone.names == ["one", "three"]
        await edit(there, phone, broken, blob=message.blob)
        answer = await phone.sync()
        assert answer is not None
        assert [type(one) for one in answer.commands] == [ServerAdd]
        assert phone.names == ["one", "three", "two"]
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_what_could_not_be_shown_is_tried_again_after_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = WHOLE
        await there.deliver(mime("one", LONG))
        [item_id] = await there.items(phone.folder)
        [message] = (await there.items(phone.folder)).values()
        assert isinstance(message, Message)
        path = next(path for path in there.storage.directory.rglob("*") if path.name == message.blob)
        hidden = path.rename(path.with_suffix(".hidden"))
        await phone.rest()
        assert phone.items == {}
        hidden.rename(path)
        assert await phone.sync() is None
        monkeypatch.setattr(overair, "__version__", "999.0")
        await phone.sync()
        assert list(phone.items) == [item_id]
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_an_item_that_was_never_shown_goes_without_a_word(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        phone.options = WHOLE
        await there.deliver(mime("one", LONG))
        [item_id] = await there.items(phone.folder)
        await edit(there, phone, item_id, blob="0" * 64)
        await phone.rest()
        await there.do(lambda session: session.remove(phone.folder.folder_id, item_id))
        assert await phone.sync() is None
        assert phone.echoes == 0

    play(tmp_path, scenario)


def test_what_does_not_fit_into_an_answer_comes_with_the_next(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        for number in range(4):
            await there.deliver(mime(f"{number}", f"{'x' * 70}\r\n" * 50_000))
        await phone.rest()
        commands = [FetchCommand(server_id=item_id) for item_id in phone.items]
        answer = await phone.sync(*commands)
        found = statuses(answer)
        assert found == sorted(found)
        assert set(found) == {SyncStatus.SUCCESS, SyncStatus.SERVER_ERROR}
        # The room is that of the whole answer: another collection only hears that there is more.
        phone.options = WHOLE
        other = Phone(there, phone.partner, await there.folder(FolderType.CONTACTS))
        await phone.begin()
        await other.begin()
        await there.add(other.folder, contact("Ada"))
        asked = [
            CollectionRequest(sync_key=one.key, collection_id=one.folder.folder_id) for one in (phone, other)
        ]
        full, waiting = await there.engine.exchange(phone.partner, asked, 512)
        assert len(full.commands) in (2, 3)
        assert full.more_available
        other.take(waiting)
        phone.take(full)
        await other.rest()
        assert other.names == ["Ada"]
        await phone.rest()
        assert len(phone.items) == 4

    play(tmp_path, scenario)
