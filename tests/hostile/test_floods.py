"""What a device could make without end: folders, and partnerships under ever new device ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from overair.mailboxes.embedded.hierarchy import DEFAULT_FOLDERS
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_sync import FolderSyncRequest
from overair.protocol.http import Command
from overair.server.commands import folder_create
from support.phone import Phone
from support.server import running_server


@pytest.mark.req("MS-ASCMD_R4932")
def test_a_mailbox_has_so_many_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_create, "MAXIMUM_FOLDERS", len(DEFAULT_FOLDERS) + 2)
    with running_server(tmp_path) as server:
        phone = Phone(server)
        key = phone.folder_sync().sync_key
        for name in ("one", "two"):
            request = FolderCreateRequest(
                sync_key=key or "", parent_id="0", display_name=name, type=FolderType.USER_MAIL
            )
            key = phone.post(Command.FOLDER_CREATE, request).read(FolderCreateResponse).sync_key
        request = FolderCreateRequest(
            sync_key=key or "", parent_id="0", display_name="three", type=FolderType.USER_MAIL
        )
        assert phone.post(Command.FOLDER_CREATE, request).common_status == 151
        assert len(phone.folder_sync().changes.adds) == len(DEFAULT_FOLDERS) + 2  # type: ignore[union-attr]  # is there


@pytest.mark.req("MS-ASCMD_R4980")
def test_ever_new_device_ids_come_to_an_end(tmp_path: Path) -> None:
    limits: dict[str, Any] = {"limits.devices": 5}
    with running_server(tmp_path, **limits) as server:
        answers = [
            Phone(server, device_id=f"new{number}").post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
            for number in range(8)
        ]
        assert [answer.common_status for answer in answers] == [1] * 5 + [177] * 3
        known = Phone(server, device_id="new0").post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
        assert known.common_status == 1
