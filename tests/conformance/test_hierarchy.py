"""The folder commands against names, keys, parents and other devices that are wrong or unexpected."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderChanges, FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag, encode
from overair.wbxml.pages import FolderHierarchy
from support.phone import Answer, Phone, contents
from support.server import RunningServer, running_server

E = Element
KEY, PARENT, NAME = FolderHierarchy.SyncKey, FolderHierarchy.ParentId, FolderHierarchy.DisplayName
SERVER_ID, TYPE, STATUS = FolderHierarchy.ServerId, FolderHierarchy.Type, FolderHierarchy.Status


class Handset(Phone):
    """A phone that keeps its hierarchy key."""

    key: str = "0"

    def take(self, answer: Answer) -> int:
        """The status of an answer; its key becomes the phone's."""
        tree = answer.tree
        key = tree.find(KEY)
        if key is not None:
            self.key = key.text
        status = tree.find(STATUS)
        assert status is not None
        return int(status.text)

    def create(self, name: str | bytes, parent: str = "0", kind: str = "12") -> tuple[int, str]:
        """The status of a FolderCreate and the new folder."""
        children = [E(KEY, self.key), E(PARENT, parent), E(NAME, name), E(TYPE, kind)]
        answer = self.post(Command.FOLDER_CREATE, encode(E(FolderHierarchy.FolderCreate, children)))
        server_id = answer.tree.find(SERVER_ID)
        return self.take(answer), server_id.text if server_id is not None else ""

    def update(self, folder: str, name: str | bytes, parent: str = "0") -> int:
        children = [E(KEY, self.key), E(SERVER_ID, folder), E(PARENT, parent), E(NAME, name)]
        body = encode(E(FolderHierarchy.FolderUpdate, children))
        return self.take(self.post(Command.FOLDER_UPDATE, body))

    def delete(self, folder: str) -> int:
        body = encode(E(FolderHierarchy.FolderDelete, [E(KEY, self.key), E(SERVER_ID, folder)]))
        return self.take(self.post(Command.FOLDER_DELETE, body))

    def news(self) -> FolderChanges:
        """What a FolderSync tells."""
        answer = self.folder_sync(self.key)
        assert answer.status == 1
        assert answer.sync_key is not None
        assert answer.changes is not None
        self.key = answer.sync_key
        return answer.changes


def handset(server: RunningServer, version: Version = Version.V14_1) -> Handset:
    phone = Handset(server, version)
    phone.news()
    return phone


@pytest.mark.req("MS-ASCMD_R4035", "MS-ASCMD_R4123")
@pytest.mark.parametrize(
    "name",
    ["", " ", "\t", "\u200b", "a\x01b", "a\r\nb", b"a\x00b", "\x85", "\uffff", "n" * 257, b"\xff"],
    ids=repr,
)
def test_names_that_no_folder_can_have(server: RunningServer, data_dir: Path, name: str | bytes) -> None:
    phone = handset(server)
    status, folder = phone.create(f"Stays {name!r}"[:250])
    assert status == 1
    before = contents(data_dir)
    name = name if isinstance(name, bytes) else name.encode()
    assert phone.create(name) == (10, "")
    assert phone.update(folder, name) == 10
    assert contents(data_dir) == before


@pytest.mark.parametrize(
    "name", ["n" * 256, "a/b\\c:*?", "😀" * 256, "יומן", "<b>&amp;", "'; DROP TABLE folders;--"]
)
def test_names_that_are_kept_as_they_are(server: RunningServer, name: str) -> None:
    phone, other = handset(server), handset(server)
    status, folder = phone.create(name)
    assert status == 1
    assert [(entry.server_id, entry.display_name) for entry in other.news().adds] == [(folder, name)]
    assert phone.update(folder, "N" + name[1:]) == 1
    assert [entry.display_name for entry in other.news().updates] == ["N" + name[1:]]
    assert phone.delete(folder) == 1


@pytest.mark.req("MS-ASCMD_R4013", "MS-ASCMD_R4102")
@pytest.mark.parametrize("clash", ["Ärger", "ärger", "ÄRGER", " Ärger ", "A\u0308rger"])
def test_names_that_stand_for_the_same_folder(server: RunningServer, clash: str) -> None:
    phone = handset(server)
    status, first = phone.create("Ärger")
    assert status == 1
    assert phone.create(clash) == (2, "")
    status, second = phone.create("Freude")
    assert phone.update(second, clash) == 2
    status, below = phone.create(clash, first)
    assert status == 1
    assert phone.update(below, clash, "0") == 2
    assert phone.delete(first) == 1
    assert phone.delete(second) == 1


@pytest.mark.req("MS-ASCMD_R4018", "MS-ASCMD_R4109", "MS-ASCMD_R4049", "MS-ASCMD_R4106")
@pytest.mark.parametrize("version", SERVED)
def test_a_folder_that_another_phone_deleted(server: RunningServer, data_dir: Path, version: Version) -> None:
    phone, other = handset(server, version), handset(server)
    status, outer = phone.create("Outer")
    status, inner = phone.create("Inner", outer)
    status, apart = phone.create("Apart")
    assert status == 1
    other.news()
    assert other.delete(outer) == 1
    before = contents(data_dir)
    assert phone.create("Below", outer) == (5, "")
    assert phone.create("Below", inner) == (5, "")
    assert phone.update(apart, "Below", inner) == 5
    assert phone.update(inner, "Other") == 4
    assert phone.delete(inner) == 4
    assert contents(data_dir) == before
    assert {removal.server_id for removal in phone.news().deletes} == {outer, inner}
    assert phone.news().count == 0
    assert phone.delete(apart) == 1


@pytest.mark.req("MS-ASCMD_R4083", "MS-ASHTTP_R1105", "MS-ASHTTP_R478", "MS-ASHTTP_R708", "MS-ASHTTP_R800")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("key", ["1", "00", " 0", "0 ", "\u0661", "-0", "9" * 64])
def test_keys_that_name_no_state(server: RunningServer, data_dir: Path, version: Version, key: str) -> None:
    phone = Phone(server, version)
    phone.folder_sync()  # its answer has the key "1", which "0" may restart beside
    stranger = Phone(server, version)
    stranger.post(Command.PING)
    before = contents(data_dir)
    answer = stranger.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key=key))
    response = answer.read(FolderSyncResponse)
    assert (response.status, response.sync_key, response.changes) == (9, None, None)
    assert contents(data_dir) == before
    # The device has to begin anew, and is told so.
    assert answer.headers["x-ms-rp"] == "12.1,14.0,14.1,16.0,16.1"
    assert answer.headers["ms-asprotocolversions"] == answer.headers["x-ms-rp"]
    assert "FolderSync" in answer.headers["ms-asprotocolcommands"]


@pytest.mark.req("MS-ASCMD_R4086", "MS-ASCMD_R4063", "MS-ASCMD_R4568", "MS-ASCMD_R4035")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    "wrong", ["", "k" * 65, b"\xff", [E(KEY, "0")]], ids=["empty", "long", "bytes", "nested"]
)
@pytest.mark.parametrize("tag", [KEY, PARENT, SERVER_ID, TYPE], ids=lambda tag: tag.name)
def test_values_that_are_wrong(
    server: RunningServer,
    data_dir: Path,
    version: Version,
    tag: Tag,
    wrong: str | bytes | list[Element],
) -> None:
    phone = handset(server, version)
    good = {KEY: phone.key, SERVER_ID: "1", PARENT: "0", NAME: "Never", TYPE: "12"}
    before = contents(data_dir)
    for command, root, tags in (
        (Command.FOLDER_SYNC, FolderHierarchy.FolderSync, [KEY]),
        (Command.FOLDER_CREATE, FolderHierarchy.FolderCreate, [KEY, PARENT, NAME, TYPE]),
        (Command.FOLDER_UPDATE, FolderHierarchy.FolderUpdate, [KEY, SERVER_ID, PARENT, NAME]),
        (Command.FOLDER_DELETE, FolderHierarchy.FolderDelete, [KEY, SERVER_ID]),
    ):
        if tag not in tags:
            continue
        right = [E(one, good[one]) for one in tags]
        for children in (
            [E(one, wrong if one is tag else good[one]) for one in tags],
            [child for child in right if child.tag is not tag],
            [*right, E(tag, good[tag])],
        ):
            answer = phone.post(command, encode(E(root, children)))
            assert phone.take(answer) == 10
            assert [child.tag for child in answer.tree] == [STATUS]
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASCMD_R4035", "MS-ASCMD_R4102", "MS-ASCMD_R4047")
@pytest.mark.parametrize("version", SERVED)
def test_default_folders_stay(server: RunningServer, data_dir: Path, version: Version) -> None:
    phone = handset(server, version)
    folders = phone.folders()
    phone.key = "0"
    phone.news()
    before = contents(data_dir)
    for kind, entry in folders.items():
        if kind in (FolderType.USER_MAIL, FolderType.USER_GENERIC):
            continue
        assert phone.delete(entry.server_id) == 3
        expected = 3 if kind is FolderType.RECIPIENT_INFORMATION_CACHE else 2
        assert phone.update(entry.server_id, "Renamed") == expected
        assert phone.create("Twin", kind=str(int(kind))) == (10, "")
    assert contents(data_dir) == before


def test_two_phones_and_a_restart_in_between(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        one, two = handset(server), handset(server)
        _, folder = one.create("Made by one")
        assert [entry.server_id for entry in two.news().adds] == [folder]
        assert two.update(folder, "Renamed by two") == 1
        old = one.key
        one.key = "0"
        whole = {entry.server_id: entry.display_name for entry in one.news().adds}
        assert whole[folder] == "Renamed by two"
        assert one.news().count == 0
        # The restart was acknowledged: what was before is gone.
        assert one.folder_sync(old).status == 9
        assert two.delete(folder) == 1
        assert two.news().count == 0
        one.key = "0"
        assert folder not in {entry.server_id for entry in one.news().adds}
