"""The folder commands: hierarchy keys and their repetition, every status, what a device hears."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType, Session
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.folder_sync import FolderChanges, FolderSyncResponse
from overair.protocol.folder_update import FolderUpdateRequest, FolderUpdateResponse
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from support.phone import Phone, contents
from support.server import RunningServer, running_server

DEFAULTS = {
    FolderType.INBOX,
    FolderType.DRAFTS,
    FolderType.DELETED_ITEMS,
    FolderType.SENT_ITEMS,
    FolderType.OUTBOX,
    FolderType.TASKS,
    FolderType.CALENDAR,
    FolderType.CONTACTS,
    FolderType.NOTES,
    FolderType.JOURNAL,
    FolderType.RECIPIENT_INFORMATION_CACHE,
}


def create(
    phone: Phone, key: str, name: str, parent: str = "0", folder_type: int = 12
) -> FolderCreateResponse:
    request = FolderCreateRequest(sync_key=key, parent_id=parent, display_name=name, type=folder_type)
    return phone.post(Command.FOLDER_CREATE, request).read(FolderCreateResponse)


def update(phone: Phone, key: str, folder_id: str, name: str, parent: str = "0") -> FolderUpdateResponse:
    request = FolderUpdateRequest(sync_key=key, server_id=folder_id, parent_id=parent, display_name=name)
    return phone.post(Command.FOLDER_UPDATE, request).read(FolderUpdateResponse)


def delete(phone: Phone, key: str, folder_id: str) -> FolderDeleteResponse:
    request = FolderDeleteRequest(sync_key=key, server_id=folder_id)
    return phone.post(Command.FOLDER_DELETE, request).read(FolderDeleteResponse)


def begin(phone: Phone) -> str:
    """A first FolderSync; returns its key."""
    key = phone.folder_sync().sync_key
    assert key is not None
    return key


def told(response: FolderSyncResponse) -> FolderChanges:
    assert response.status == 1
    assert response.changes is not None
    assert response.changes.count == len(
        response.changes.adds + response.changes.updates + response.changes.deletes
    )
    return response.changes


def made(response: FolderCreateResponse) -> tuple[str, str]:
    """The key and the folder of a success."""
    assert response.status == 1, response
    assert response.sync_key is not None
    assert response.server_id is not None
    return response.sync_key, response.server_id


@pytest.mark.req("MS-ASCMD_R119", "MS-ASCMD_R116", "MS-ASCMD_R4578", "MS-ASCMD_R4665", "MS-ASCMD_R113")
@pytest.mark.parametrize("version", SERVED)
def test_every_folder_with_its_type(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    changes = told(phone.folder_sync())
    types = [entry.type for entry in changes.adds]
    assert set(types) >= DEFAULTS
    assert all(types.count(default) == 1 for default in DEFAULTS)
    assert all(entry.display_name and entry.server_id for entry in changes.adds)


def test_nothing_new_keeps_the_key_and_writes_nothing(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        phone = Phone(server)
        key = begin(phone)
        again = phone.folder_sync(key)
        assert again.sync_key == key
        assert told(again).count == 0
        before = contents(tmp_path)
        assert phone.folder_sync(key) == again
        assert contents(tmp_path) == before


@pytest.mark.req("MS-ASCMD_R4581", "MS-ASCMD_R4580", "MS-ASCMD_R4083", "MS-ASCMD_R4573", "MS-ASCMD_R4570")
@pytest.mark.parametrize("key", ["77777", "abc", "-1", "0x"])
def test_a_key_that_names_no_state(server: RunningServer, key: str) -> None:
    phone = Phone(server)
    begin(phone)
    for response in (
        phone.folder_sync(key),
        create(phone, key, "Never"),
        update(phone, key, "1", "Never"),
        delete(phone, key, "1"),
        create(phone, "0", "Never"),
    ):
        assert response.status == 9
        assert response.sync_key is None


def test_keys_are_each_devices_own(server: RunningServer) -> None:
    one, other = Phone(server), Phone(server)
    key, _ = made(create(one, begin(one), "Of one device"))
    begin(other)
    assert other.folder_sync(key).status == 9


def test_create_rename_move_and_delete(server: RunningServer) -> None:
    phone, watcher = Phone(server), Phone(server)
    key, watched = begin(phone), begin(watcher)
    key, outer = made(create(phone, key, "Outer"))
    key, inner = made(create(phone, key, "Inner", folder_type=14))

    seen = told(news := watcher.folder_sync(watched))
    assert {(entry.display_name, entry.type) for entry in seen.adds} == {("Outer", 12), ("Inner", 14)}
    assert news.sync_key is not None

    renamed = update(phone, key, inner, "Innermost", outer)
    assert renamed.status == 1
    assert renamed.sync_key is not None
    seen = told(news := watcher.folder_sync(news.sync_key))
    (entry,) = seen.updates
    assert (entry.server_id, entry.parent_id, entry.display_name) == (inner, outer, "Innermost")
    assert not seen.adds
    assert news.sync_key is not None

    gone = delete(phone, renamed.sync_key, outer)
    assert gone.status == 1
    seen = told(watcher.folder_sync(news.sync_key))
    assert {removal.server_id for removal in seen.deletes} == {outer, inner}

    # The phone hears nothing of what it did itself (law 4).
    assert gone.sync_key is not None
    assert told(phone.folder_sync(gone.sync_key)).count == 0


def test_own_changes_are_not_told_but_those_of_others_are(server: RunningServer) -> None:
    phone, other = Phone(server), Phone(server)
    key, others = begin(phone), begin(other)
    others, foreign = made(create(other, others, "Of the other phone"))
    key, own = made(create(phone, key, "Mine"))
    others = other.folder_sync(others).sync_key or ""
    assert update(other, others, own, "Mine, renamed by the other").status == 1
    changes = told(phone.folder_sync(key))
    assert [entry.server_id for entry in changes.adds] == [foreign]
    assert [(entry.server_id, entry.display_name) for entry in changes.updates] == [
        (own, "Mine, renamed by the other")
    ]


def test_an_own_folder_that_another_phone_deletes_is_told(server: RunningServer) -> None:
    phone, other = Phone(server), Phone(server)
    key, own = made(create(phone, begin(phone), "Soon gone"))
    assert delete(other, begin(other), own).status == 1
    changes = told(phone.folder_sync(key))
    assert [removal.server_id for removal in changes.deletes] == [own]
    assert not changes.adds


def test_changes_that_are_repeated_are_made_once(server: RunningServer) -> None:
    phone = Phone(server)
    key = begin(phone)
    once = create(phone, key, "Once")
    assert create(phone, key, "Once") == once
    key, folder = made(once)
    renamed = update(phone, key, folder, "Twice")
    assert renamed.status == 1
    assert update(phone, key, folder, "Twice") == renamed
    assert renamed.sync_key is not None
    gone = delete(phone, renamed.sync_key, folder)
    assert gone.status == 1
    assert delete(phone, renamed.sync_key, folder) == gone
    assert gone.sync_key is not None
    assert told(phone.folder_sync(gone.sync_key)).count == 0


def test_a_lost_answer_is_made_good_by_a_folder_sync(server: RunningServer) -> None:
    phone = Phone(server)
    key = begin(phone)
    _, folder = made(create(phone, key, "The answer is lost"))
    changes = told(phone.folder_sync(key))
    assert [entry.server_id for entry in changes.adds] == [folder]


def test_a_folder_sync_that_is_repeated_tells_the_same(server: RunningServer) -> None:
    phone, other = Phone(server), Phone(server)
    key = begin(phone)
    others, folder = made(create(other, begin(other), "News"))
    first = told(phone.folder_sync(key))
    second_answer = phone.folder_sync(key)
    assert [entry.server_id for entry in first.adds] == [folder]
    assert told(second_answer) == first
    assert second_answer.sync_key is not None
    assert told(phone.folder_sync(second_answer.sync_key)).count == 0
    assert delete(other, others, folder).status == 1


def test_a_restart_leaves_the_old_keys_until_it_is_acknowledged(server: RunningServer) -> None:
    phone = Phone(server)
    old = begin(phone)
    assert told(phone.folder_sync(old)).count == 0
    new = begin(phone)
    assert told(phone.folder_sync(old)).count == 0
    assert told(phone.folder_sync(new)).count == 0
    assert phone.folder_sync(old).status == 9


@pytest.mark.req("MS-ASCMD_R4013", "MS-ASCMD_R4016", "MS-ASCMD_R4018", "MS-ASCMD_R4035", "MS-ASCMD_R5769")
def test_statuses_of_create(server: RunningServer) -> None:
    phone = Phone(server)
    folders = phone.folders()
    key = begin(phone)
    cache = folders[FolderType.RECIPIENT_INFORMATION_CACHE].server_id
    key, _ = made(create(phone, key, "Taken"))
    for response, status in (
        (create(phone, key, "Taken"), 2),
        (create(phone, key, folders[FolderType.INBOX].display_name), 2),
        (create(phone, key, "Below the cache", cache), 3),
        (create(phone, key, "Nowhere", "99999"), 5),
        (create(phone, key, "Nowhere", "nonsense"), 5),
        *(
            (create(phone, key, "A second one", folder_type=number), 10)
            for number in (0, 2, 6, 11, 18, 19, 99)
        ),
    ):
        assert response.status == status
        assert response.sync_key is None
        assert response.server_id is None
    assert told(phone.folder_sync(key)).count == 0


@pytest.mark.req(
    "MS-ASCMD_R4102", "MS-ASCMD_R5438", "MS-ASCMD_R4104", "MS-ASCMD_R4106", "MS-ASCMD_R4109", "MS-ASCMD_R143"
)
def test_statuses_of_update(server: RunningServer) -> None:
    phone = Phone(server)
    folders = phone.folders()
    key, folder = made(create(phone, begin(phone), "To be updated"))
    key, _ = made(create(phone, key, "Its neighbour"))
    cache = folders[FolderType.RECIPIENT_INFORMATION_CACHE].server_id
    for response, status in (
        (update(phone, key, folder, "Its neighbour"), 2),
        (update(phone, key, folders[FolderType.INBOX].server_id, "Mail"), 2),
        (update(phone, key, cache, "Cache"), 3),
        (update(phone, key, folder, "Below", cache), 3),
        (update(phone, key, "99999", "Ghost"), 4),
        (update(phone, key, folder, "Nowhere", "99999"), 5),
        (update(phone, key, folder, "Inside itself", folder), 5),
    ):
        assert response.status == status
        assert response.sync_key is None
    assert told(phone.folder_sync(key)).count == 0


@pytest.mark.req("MS-ASCMD_R4047", "MS-ASCMD_R4049", "MS-ASCMD_R101", "MS-ASCMD_R5785")
def test_statuses_of_delete(server: RunningServer) -> None:
    phone = Phone(server)
    folders = phone.folders()
    key = begin(phone)
    for folder_type in DEFAULTS:
        response = delete(phone, key, folders[folder_type].server_id)
        assert response.status == 3
        assert response.sync_key is None
    assert delete(phone, key, "99999").status == 4
    assert told(phone.folder_sync(key)).count == 0


def test_keys_survive_a_restart_of_the_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        phone = Phone(server)
        key = begin(phone)
    with running_server(tmp_path) as server:
        phone.server = server
        assert told(phone.folder_sync(key)).count == 0
        mailbox = server.application.services.mailbox(server.users[phone.address].account_id)

        async def work(session: Session) -> str:
            return await session.create_folder("0", "From elsewhere", FolderType.USER_MAIL)

        folder = server.call(lambda: mailbox.transact(work))
        assert [entry.server_id for entry in told(phone.folder_sync(key)).adds] == [folder]
