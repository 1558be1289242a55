"""`overair device`: which folders a phone gets, while it waits."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderSyncResponse
from overair.protocol.http import Command
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.statuses import PingStatus
from support.command import done, overair
from support.house import House, Serve, add_accounts
from support.phone import Phone
from support.server import ANNA, PASSWORD

WAITING = 60
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> House:
    data = tmp_path_factory.mktemp("devices") / "data"
    add_accounts(data, {ANNA: "Anna"}, PASSWORD)
    letter = data.with_name("letter.eml")
    letter.write_bytes(b"Subject: x\r\n\r\n")
    for path in ("Work", "Work/Plans", "Work/Plans/Old", "Home"):
        done("import", ANNA, letter, "--folder", path, "--data-dir", data)
    return serve(data, tls=False)


@pytest.fixture
def phone(house: House) -> Phone:
    return Phone(house, address=ANNA, device_id=f"PHONE{next(_numbers)}")


def command(house: House, phone: Phone, verb: str, *folder: str) -> dict[str, bool]:
    """Which folders are hidden, by their paths."""
    where = ("--json", "--data-dir", house.data_dir)
    listed = json.loads(done("device", "folders", verb, ANNA, phone.device_id, *folder, *where))
    return {one["path"]: one["hidden"] for one in listed}


def told(answer: FolderSyncResponse) -> tuple[set[str], int]:
    """Names of folders that came, and how many went."""
    changes = answer.changes
    assert changes is not None
    return {entry.display_name for entry in changes.adds}, len(changes.deletes)


def test_a_folder_goes_with_all_below_it_and_comes_again(house: House, phone: Phone) -> None:
    first = phone.folder_sync()
    assert {"Work", "Plans", "Old", "Home"} <= told(first)[0]
    hidden = command(house, phone, "hide", "Work/Plans")
    assert [path for path, is_hidden in hidden.items() if is_hidden] == ["Work/Plans", "Work/Plans/Old"]
    second = phone.folder_sync(first.sync_key or "")
    assert told(second) == (set(), 2)
    assert told(phone.folder_sync(second.sync_key or "")) == (set(), 0)
    # A phone that begins anew is not told of it either; another one is.
    assert not {"Plans", "Old"} & told(phone.folder_sync())[0]
    other = Phone(house, address=ANNA, device_id="OTHER")
    assert {"Plans", "Old"} <= told(other.folder_sync())[0]
    assert not any(command(house, phone, "show", "Work/Plans").values())
    # The answer to the key that was handed out last may have been lost: it is told again.
    for _ in range(2):
        third = phone.folder_sync(second.sync_key or "")
        assert told(third) == ({"Plans", "Old"}, 0)


def test_a_phone_that_waits_hears_of_it(house: House, phone: Phone) -> None:
    first = phone.folder_sync()
    changes = first.changes
    assert changes is not None
    phone.folder_sync(first.sync_key or "")
    inbox = next(entry.server_id for entry in changes.adds if entry.type == FolderType.INBOX)
    ping = PingRequest(heartbeat_interval=900, folders=(PingFolder(id=inbox, item_class="Email"),))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(phone.post, Command.PING, ping)
        command(house, phone, "hide", "Home")
        answer = waiting.result(WAITING).read(PingResponse)
    assert answer.status == PingStatus.HIERARCHY_CHANGED


def test_devices_are_listed(house: House, phone: Phone) -> None:
    phone.folder_sync()
    listed = json.loads(done("device", "list", ANNA, "--json", "--data-dir", house.data_dir))
    assert phone.device_id in {device["device_id"] for device in listed}
    assert {device["protocol"] for device in listed} == {phone.version.text}


@pytest.mark.parametrize(
    ("device", "folder", "message"),
    [
        (None, "Inbox", "no phone can do without Inbox"),
        (None, "Nowhere", "there is no folder Nowhere"),
        ("STRANGER", "Home", "has no device STRANGER"),
    ],
)
def test_what_cannot_be_hidden_is_said(
    house: House, phone: Phone, device: str | None, folder: str, message: str
) -> None:
    phone.folder_sync()
    result = overair(
        "device", "folders", "hide", ANNA, device or phone.device_id, folder, "--data-dir", house.data_dir
    )
    assert result.returncode == 1
    assert message in result.stderr


def test_what_lies_below_a_hidden_folder_is_shown_with_it(house: House, phone: Phone) -> None:
    phone.folder_sync()
    command(house, phone, "hide", "Work")
    result = overair(
        "device", "folders", "show", ANNA, phone.device_id, "Work/Plans", "--data-dir", house.data_dir
    )
    assert "it lies below Work, which is hidden" in result.stderr
