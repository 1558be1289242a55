"""Folders of every class that a user makes on a phone."""

from __future__ import annotations

import pytest

from overair.items import Contact, Note, Task
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import AddCommand, AddResponse, CollectionRequest, SyncRequest, SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import Element
from server.test_tasks_and_notes import Replica
from support.phone import Phone
from support.server import RunningServer
from sync.calendar import event_data


def item_of(kind: FolderType, version: Version) -> list[Element]:
    """The ApplicationData of something that goes into a folder."""
    if kind is FolderType.USER_CALENDAR:
        return event_data(version, "match", uid="match")
    records = {
        FolderType.USER_CONTACTS: Contact(file_as="Ada"),
        FolderType.USER_TASKS: Task(subject="do it"),
        FolderType.USER_NOTES: Note(subject="remember", message_class="IPM.StickyNote"),
    }
    return records[kind].to_children(version)


@pytest.mark.parametrize("version", SERVED, ids=lambda version: version.text)
@pytest.mark.parametrize(
    "kind",
    [FolderType.USER_CALENDAR, FolderType.USER_CONTACTS, FolderType.USER_TASKS, FolderType.USER_NOTES],
)
def test_a_folder_of_ones_own_holds_its_class(
    server: RunningServer, kind: FolderType, version: Version
) -> None:
    if kind is FolderType.USER_NOTES and version < Version.V14_0:
        pytest.skip("notes came with 14.0")
    phone, other = Phone(server, version), Phone(server, Version.V16_1)
    key = phone.folder_sync().sync_key
    other_key = other.folder_sync().sync_key
    assert key is not None
    assert other_key is not None
    name = f"Mine {kind.name} {version.text}"
    made = phone.post(
        Command.FOLDER_CREATE,
        FolderCreateRequest(sync_key=key, parent_id="0", display_name=name, type=kind),
    ).read(FolderCreateResponse)
    assert made.status == 1
    assert made.server_id is not None
    assert made.sync_key is not None
    changes = other.folder_sync(other_key).changes
    assert changes is not None
    [entry] = [one for one in changes.adds if one.server_id == made.server_id]
    assert (entry.display_name, entry.type) == (name, kind)
    mine, theirs = Replica(phone, made.server_id), Replica(other, made.server_id)
    mine.sync()
    theirs.sync()
    response = mine.sync(AddCommand(client_id="1", application_data=item_of(kind, version)))
    assert response is not None
    [added] = response.responses
    assert isinstance(added, AddResponse)
    assert added.status == SyncStatus.SUCCESS
    theirs.sync()
    assert list(theirs.items) == [added.server_id]
    gone = phone.post(
        Command.FOLDER_DELETE, FolderDeleteRequest(sync_key=made.sync_key, server_id=made.server_id)
    ).read(FolderDeleteResponse)
    assert gone.status == 1
    request = CollectionRequest(sync_key=theirs.key, collection_id=made.server_id)
    answer = other.post(Command.SYNC, SyncRequest(collections=(request,))).read(SyncResponse)
    assert [one.status for one in answer.collections] == [SyncStatus.HIERARCHY_CHANGED]
