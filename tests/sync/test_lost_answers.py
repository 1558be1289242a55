"""Law 1: a request that repeats the older key, with the same commands or with others."""

from __future__ import annotations

from pathlib import Path

from overair.items import Contact
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddResponse,
    DeleteCommand,
    ServerAdd,
    ServerChange,
    ServerDelete,
)
from sync.phone import Phone, statuses
from sync.scenarios import play
from sync.world import World, contact


def test_a_lost_answer_is_told_again_whole(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        stored = await there.add(phone.folder, contact("Ada"))
        await phone.rest()
        await there.do(lambda session: session.change(phone.folder.folder_id, stored.item_id, contact("Eve")))
        lost = await phone.ask()
        assert lost is not None
        await there.add(phone.folder, contact("Bob"))
        again = await phone.sync()
        assert again is not None
        assert again.sync_key != lost.sync_key
        assert phone.names == ["Bob", "Eve"]
        # The key of the lost answer lives until the other comes back: the answer to a request that was
        # doubled on its way may have been read after all.
        await phone.sync(phone.add(contact("Zoe")))
        await phone.rest()
        refused = await phone.ask(key=lost.sync_key)
        assert refused is not None
        assert refused.status == SyncStatus.INVALID_SYNC_KEY

    play(tmp_path, scenario)


def test_a_repeated_add_is_not_doubled(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = phone.add(contact("Ada"))
        lost = [await phone.ask(command) for _ in range(3)]
        answer = await phone.sync(command)
        assert answer is not None
        ids = {one.server_id for response in [*lost, answer] if response for one in response.responses}
        assert len(ids) == 1
        assert not answer.commands
        assert list(await there.items(phone.folder)) == list(phone.items)
        assert await phone.sync() is None
        assert phone.echoes == 0

    play(tmp_path, scenario)


def test_an_add_that_is_not_repeated_is_told_as_news_and_recognised_later(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = phone.add(contact("Ada"))
        await phone.ask(command)
        without = await phone.ask()
        assert without is not None
        assert [type(one) for one in without.commands] == [ServerAdd]
        answer = await phone.sync(command)
        assert answer is not None
        assert not answer.commands
        assert phone.names == ["Ada"]
        assert len(await there.items(phone.folder)) == 1

    play(tmp_path, scenario)


def test_a_repeated_add_that_was_edited_meanwhile_changes_the_item(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.ask(phone.add(contact("Ada"), "c1"))
        answer = await phone.sync(phone.add(contact("Ada", company_name="Engines"), "c1"))
        assert answer is not None
        assert statuses(answer) == [SyncStatus.SUCCESS]
        assert not answer.commands
        [item] = (await there.items(phone.folder)).values()
        assert isinstance(item, Contact)
        assert item.company_name == "Engines"
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_repeated_add_of_an_item_deleted_meanwhile_ends_deleted(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = phone.add(contact("Ada"))
        await phone.ask(command)
        [item_id] = await there.items(phone.folder)
        await there.do(lambda session: session.remove(phone.folder.folder_id, item_id))
        answer = await phone.sync(command)
        assert answer is not None
        assert isinstance(answer.responses[0], AddResponse)
        assert answer.responses[0].server_id == item_id
        assert [type(one) for one in answer.commands] == [ServerDelete]
        assert phone.items == {}
        assert not await there.items(phone.folder)

    play(tmp_path, scenario)


def test_a_repeated_change_is_neither_applied_again_nor_a_conflict(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        item_id = phone.id_of("Ada")
        command = phone.change(item_id, contact("Eve"))
        await phone.ask(command)
        other = contact("Eve", company_name="Engines")
        await there.do(lambda session: session.change(phone.folder.folder_id, item_id, other))
        answer = await phone.sync(command)
        assert statuses(answer) == []
        assert answer is not None
        assert [type(one) for one in answer.commands] == [ServerChange]
        assert (await there.items(phone.folder))[item_id] == other
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_change_that_is_not_repeated_is_told_as_news(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        item_id = phone.id_of("Ada")
        await phone.ask(phone.change(item_id, contact("Eve")))
        await phone.sync()
        assert phone.names == ["Eve"]
        # Another change by the phone of what it has just been told is no conflict.
        answer = await phone.sync(phone.change(item_id, contact("Zoe")))
        assert statuses(answer) == []
        assert await phone.sync() is None
        assert phone.echoes == 0

    play(tmp_path, scenario)


def test_another_change_in_the_place_of_a_lost_one_is_no_conflict(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        item_id = phone.id_of("Ada")
        await phone.ask(phone.change(item_id, contact("Eve")))
        answer = await phone.sync(phone.change(item_id, contact("Zoe")))
        assert statuses(answer) == []
        assert (await there.items(phone.folder))[item_id] == contact("Zoe")
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_repeated_deletion_is_a_success(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        command = DeleteCommand(server_id=phone.id_of("Ada"))
        await phone.ask(command)
        answer = await phone.sync(command)
        assert statuses(answer) == []
        assert answer is not None
        assert not answer.commands
        assert await phone.sync() is None
        deleted = await there.items(await there.folder(FolderType.DELETED_ITEMS))
        assert len(deleted) == 1

    play(tmp_path, scenario)


def test_a_deletion_that_is_not_repeated_is_told(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(phone.add(contact("Ada")))
        await phone.ask(DeleteCommand(server_id=phone.id_of("Ada")))
        await phone.sync()
        assert phone.items == {}
        assert await phone.sync() is None

    play(tmp_path, scenario)
