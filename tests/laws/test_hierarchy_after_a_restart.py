"""Law 8 for the hierarchy, and what is left of a folder that has gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import PingStatus
from server.test_folders import begin, create, delete, made, told
from server.test_ping import ping
from server.test_sync import Syncing, soon
from support.phone import Phone, contents
from support.server import running_server


def test_a_restart_that_was_never_acknowledged_does_not_answer_pings_for_ever(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, ThreadPoolExecutor(1) as threads:
        phone = Syncing.begin(server, FolderType.INBOX)
        key = begin(phone.phone)
        assert phone.phone.folder_sync(key).sync_key == key
        phone.phone.folder_sync()  # the answer is lost, and the phone goes on with what it has
        other = Phone(server)
        made(create(other, begin(other), "Novels"))
        changed = phone.phone.folder_sync(key)
        assert len(told(changed).adds) == 1
        waiting = threads.submit(ping, phone, phone.folders[FolderType.INBOX])
        soon(server)
        assert not waiting.done()
        phone.sync()  # ends the Ping
        assert waiting.result(10).status == PingStatus.EXPIRED


def test_the_sync_states_of_a_folder_go_with_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        phones = [Syncing.begin(server, FolderType.CONTACTS) for _ in range(2)]
        keys = [begin(phone.phone) for phone in phones]
        keys[0], folder = made(create(phones[0].phone, keys[0], "Friends", folder_type=14))
        keys[1] = phones[1].phone.folder_sync(keys[1]).sync_key or ""
        for phone in phones:
            phone.keys[folder] = "0"
            phone.sync()
        states = contents(tmp_path)["sync_state"]
        assert len([row for row in states if row[1] == folder]) == 2
        assert delete(phones[0].phone, keys[0], folder).status == 1
        assert told(phones[1].phone.folder_sync(keys[1])).deletes[0].server_id == folder
        states = contents(tmp_path)["sync_state"]
        assert not [row for row in states if row[1] == folder]
        assert len(states) == 2
