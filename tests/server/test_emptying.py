"""EmptyFolderContents of whole subtrees, and what ItemOperations answers of a cache that it may not touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items import Contact
from overair.mailboxes.interface import FolderType, Mailbox, MailboxUnavailable, Session, View
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    EmptyFolderContents,
    EmptyFolderContentsOptions,
    EmptyFolderContentsResponse,
    Fetch,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.server import emptying
from support.phone import Phone
from support.server import ANNA, RunningServer, running_server

ITEMS = 2 * emptying.BATCH + 5


def mailbox_of(server: RunningServer) -> Mailbox:
    return server.application.services.mailbox(server.users[ANNA].account_id)


def fill(server: RunningServer) -> list[str]:
    """Folders within folders below the deleted items, all with items; returns their ids."""

    async def work(session: Session) -> list[str]:
        folders = [(await session.folder_of_type(FolderType.DELETED_ITEMS)).folder_id]
        for name in ("one", "two", "three"):
            folders.append(await session.create_folder(folders[-1], name, FolderType.USER_MAIL))
        for place, count in zip(folders, (5, ITEMS, 1, 0), strict=True):
            for number in range(count):
                await session.add(place, Contact(first_name=f"{number}"))
        return folders

    return server.call(lambda: mailbox_of(server).transact(work))


def empty(phone: Phone, folder_id: str, *, deep: bool) -> int:
    options = EmptyFolderContentsOptions(delete_sub_folders=True) if deep else None
    request = ItemOperationsRequest(
        operations=(EmptyFolderContents(collection_id=folder_id, options=options),)
    )
    (response,) = phone.post(Command.ITEM_OPERATIONS, request).read(ItemOperationsResponse).responses
    assert isinstance(response, EmptyFolderContentsResponse)
    assert response.collection_id == folder_id
    return response.status


def folder_ids(phone: Phone) -> set[str]:
    changes = phone.folder_sync().changes
    assert changes is not None
    return {entry.server_id for entry in changes.adds}


@pytest.mark.req("MS-ASCMD_R2243", "MS-ASCMD_R199")
def test_a_whole_subtree_goes_in_short_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(tmp_path) as server:
        phone = Phone(server)
        folders = fill(server)
        removed: list[int] = []
        delete = emptying._delete

        async def counted(session: Session, folder_id: str) -> bool:
            before = await session.count_changes(folder_id, View(), await session.start(folder_id))
            more = await delete(session, folder_id)
            after = await session.count_changes(folder_id, View(), await session.start(folder_id))
            removed.append(before - after)
            return more

        monkeypatch.setattr(emptying, "_delete", counted)
        assert empty(phone, folders[0], deep=True) == 1
        assert not folder_ids(phone) & set(folders[1:])
        assert folders[0] in folder_ids(phone)
        assert sum(removed) == ITEMS + 6
        assert max(removed) == emptying.BATCH
        assert empty(phone, folders[0], deep=True) == 1


@pytest.mark.req("MS-ASCMD_R4168")
def test_what_was_emptied_in_part_is_said_to_be_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(tmp_path) as server:
        phone = Phone(server)
        folders = fill(server)
        delete = emptying._delete
        broken = [True]

        async def breaking(session: Session, folder_id: str) -> bool:
            if folder_id == folders[1] and broken[0]:
                raise MailboxUnavailable("for the test")
            return await delete(session, folder_id)

        monkeypatch.setattr(emptying, "_delete", breaking)
        assert empty(phone, folders[0], deep=True) == 17
        assert set(folders) <= folder_ids(phone)
        assert empty(phone, folders[1], deep=False) == 3
        broken[0] = False
        assert empty(phone, folders[0], deep=True) == 1
        assert not folder_ids(phone) & set(folders[1:])


@pytest.mark.req("MS-ASCMD_R196", "MS-ASCMD_R4167")
def test_nothing_of_the_recipient_cache_is_fetched(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:

        async def work(session: Session) -> str:
            cache = await session.folder_of_type(FolderType.RECIPIENT_INFORMATION_CACHE)
            return (await session.add(cache.folder_id, Contact(first_name="Ada"))).item_id

        item_id = server.call(lambda: mailbox_of(server).transact(work))
        folder_id = item_id.partition(":")[0]
        for fetch in (
            Fetch(store="Mailbox", collection_id=folder_id, server_id=item_id),
            Fetch(store="Mailbox", long_id=f"item:{item_id}"),
        ):
            answer = Phone(server).post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=(fetch,)))
            (response,) = answer.read(ItemOperationsResponse).responses
            assert isinstance(response, FetchResponse)
            assert (response.status, response.properties) == (16, None)
