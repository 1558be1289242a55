"""Mailboxes that others share over IMAP, on phones: with what rights let them do, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from overair.client import StatusError, SynchronousClient
from overair.client.synchronous import SynchronousMailFolder
from overair.items import Message
from overair.items.mail.flag import Flag, FlagStatus
from overair.mailboxes.interface import FolderType
from overair.protocol.item_operations import EmptyFolderContents, ItemOperationsRequest
from overair.protocol.move_items import ItemMove
from overair.protocol.statuses import (
    FolderCreateStatus,
    FolderDeleteStatus,
    ItemOperationsStatus,
    MoveItemsStatus,
    SyncStatus,
)
from overair.server.administrator import Administrator
from overair.server.device_requests import ShowDeviceFolder
from support.cyrus import PASSWORD, Cyrus, cyrus_fixture, needs_cyrus
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway_phones import TEXT, letter
from support.server import RunningServer, running_server

DOVECOT = dovecot_fixture()
CYRUS = cyrus_fixture()
ALL: Final = "lrswipkxte"


class House:
    """Two users of a server: the owner lets the guest into folders, and the guest has a phone."""

    def __init__(self, mail: Dovecot | Cyrus, gateway: RunningServer) -> None:
        self.mail = mail
        self.gateway = gateway
        self.owner, self.guest = mail.user(), mail.user()
        self.address = f"{self.guest}@example.org"
        self.client = SynchronousClient(gateway.url, self.address, PASSWORD, device_id="phone1")

    def share(self, folder: str, rights: str, *letters: str, subscribed: bool = True) -> str:
        """Let the guest into a folder with some letters; its path for the guest."""
        with self.mail.client(self.owner) as imap:
            if folder != "INBOX":
                imap.create_folder(folder)
            for one in letters:
                imap.append(folder, letter(one))
        path = self.mail.share(self.owner, folder, self.guest, rights)
        if subscribed:
            with self.mail.client(self.guest) as imap:
                imap.subscribe_folder(path)
        return path

    def folders(self) -> dict[str, int]:
        """The types of the folders on the phone, by their names."""
        self.client.folder_sync()
        return {one.display_name: one.type for one in self.client.asynchronous.folders.values()}

    def id_of(self, name: str) -> str:
        [found] = [
            one.server_id for one in self.client.asynchronous.folders.values() if one.display_name == name
        ]
        return found

    def box(self, name: str) -> SynchronousMailFolder:
        """A replica of a folder, brought in."""
        box = self.client.mail_folder(self.id_of(name), options=TEXT, deletes_as_moves=False)
        box.sync()
        return box

    def forget_rights(self) -> None:
        """Have a Dovecot look at rights again, which its processes remember for half a minute."""
        if isinstance(self.mail, Dovecot):
            self.mail.kill()
            self.mail.start()

    def upstream(self, folder: str, user: str | None = None) -> dict[str, set[str]]:
        """The flags of the messages of a folder, by their subjects, as its owner is told them."""
        with self.mail.client(user or self.owner) as imap:
            imap.select_folder(folder, readonly=True)
            found = imap.fetch(imap.search(), ["FLAGS", "ENVELOPE"])
        return {
            one[b"ENVELOPE"].subject.decode(): {flag.decode() for flag in one[b"FLAGS"]} - {"\\Recent"}
            for one in found.values()
        }


@pytest.fixture(
    scope="module",
    params=[pytest.param("dovecot", marks=needs_dovecot), pytest.param("cyrus", marks=needs_cyrus)],
)
def upstream(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Dovecot | Cyrus, RunningServer]]:
    mail: Dovecot | Cyrus = request.getfixturevalue(request.param)
    settings: dict[str, Any] = {"gateway.imap": f"imap://127.0.0.1:{mail.port}", "gateway.login": "{local}"}
    with running_server(tmp_path_factory.mktemp("data"), {}, **settings) as gateway:
        yield mail, gateway


@pytest.fixture
def house(upstream: tuple[Dovecot | Cyrus, RunningServer]) -> Iterator[House]:
    house = House(*upstream)
    with house.client:
        yield house


def by_subject(box: SynchronousMailFolder) -> dict[str | None, str]:
    return {box.item(one).subject: one for one in box.elements}


def test_what_a_user_has_subscribed_to_is_shown_and_can_be_hidden(house: House) -> None:
    house.share("INBOX", "lr", "theirs")
    path = house.share("Team", "lrs", "plan")
    house.share("Other", "lr", subscribed=False)
    folders = house.folders()
    assert folders[house.owner] == folders["Team"] == FolderType.USER_MAIL
    assert "Other" not in folders
    assert list(by_subject(house.box(house.owner))) == ["theirs"]
    assert list(by_subject(house.box("Team"))) == ["plan"]
    administrator = Administrator(house.gateway.application.services)
    for hidden in (True, False):
        wish = ShowDeviceFolder(house.address, "phone1", path, hidden=hidden)
        house.gateway.call(lambda wish=wish: administrator.perform(wish))  # type: ignore[misc]  # a default
        assert ("Team" in house.folders()) is not hidden
    assert list(by_subject(house.box("Team"))) == ["plan"]


@pytest.mark.req("MS-ASCMD_R4439", "MS-ASCMD_R4440")
@pytest.mark.parametrize("rights", ["lr", "lrs", "lrswi"])
def test_what_rights_do_not_let_a_phone_do_comes_back(house: House, rights: str) -> None:
    house.share("Team", rights, "read", "flag", "delete")
    house.folders()
    box = house.box("Team")
    ids = by_subject(box)
    key = box.key
    may_flag = "w" in rights
    for _ in range(2):
        box.update(ids["flag"], Message(flag=Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up")))
        box.update(ids["read"], Message(read=True))
        box.delete(ids["delete"])
        box.elements.pop(ids["delete"], None)  # as phones do, who ask nobody
        outcome = box.sync()
        refused = {(type(one.command).__name__, one.status) for one in outcome.refused}
        assert ("DeleteCommand", SyncStatus.CONVERSION_ERROR) in refused
        changes = [one for one in outcome.refused if type(one.command).__name__ == "ChangeCommand"]
        assert len(changes) == ("s" not in rights) + (not may_flag)
        assert outcome.added == [ids["delete"]]
        assert set(by_subject(box)) == {"read", "flag", "delete"}
        assert bool(box.item(ids["read"]).read) is ("s" in rights)
        flag = box.item(ids["flag"]).flag
        assert (flag is not None and flag.status == FlagStatus.ACTIVE) is may_flag
        box.asynchronous.key = key  # as if the answer had been lost
    assert set(house.upstream("Team")) == {"read", "flag", "delete"}
    assert ("\\Flagged" in house.upstream("Team")["flag"]) is may_flag


def test_moves_between_ones_own_and_what_is_shared(house: House) -> None:
    house.share("All", ALL, "take", "leave")
    house.share("Read", "lrs", "stays")
    house.share("Give", "lrsi")
    with house.mail.client(house.guest) as imap:
        for one in ("given", "handed"):
            imap.append("INBOX", letter(one))
    house.folders()
    boxes = {name: house.box(name) for name in ("Inbox", "All", "Read", "Give")}

    def move(subject: str, source: str, destination: str) -> MoveItemsStatus:
        [result] = house.client.move_items(
            [
                ItemMove(
                    source_message_id=by_subject(boxes[source])[subject],
                    source_folder_id=house.id_of(source),
                    destination_folder_id=house.id_of(destination),
                )
            ]
        )
        assert result.status is not None
        return MoveItemsStatus(result.status)

    assert move("take", "All", "Inbox") == MoveItemsStatus.SUCCESS
    assert move("given", "Inbox", "Give") == MoveItemsStatus.SUCCESS
    assert move("handed", "Inbox", "Read") == MoveItemsStatus.CANNOT_MOVE
    assert move("stays", "Read", "Inbox") == MoveItemsStatus.CANNOT_MOVE
    for box in boxes.values():
        box.sync()
    assert {name: set(by_subject(box)) for name, box in boxes.items()} == {
        "Inbox": {"take", "handed"},
        "All": {"leave"},
        "Read": {"stays"},
        "Give": {"given"},
    }
    assert set(house.upstream("INBOX", house.guest)) == {"take", "handed"}
    assert set(house.upstream("Read")) == {"stays"}
    assert set(house.upstream("Give")) == {"given"}


def test_what_is_done_to_many_messages_at_once_leaves_what_has_to_stay(house: House) -> None:
    house.share("Read", "lrs", "stays")
    with house.mail.client(house.guest) as imap:
        imap.create_folder("Away")
        reply = letter("mine").replace(b"\r\n\r\n", b"\r\nReferences: <stays@example.net>\r\n\r\n", 1)
        imap.append("INBOX", reply)
    house.folders()
    read, inbox = house.box("Read"), house.box("Inbox")
    emptying = EmptyFolderContents(collection_id=house.id_of("Read"))
    answer, _ = house.client.item_operations(ItemOperationsRequest(operations=(emptying,)))
    assert [one.status for one in answer.responses] == [ItemOperationsStatus.ACCESS_DENIED]
    [conversation] = {box.item(one).conversation_id for box in (read, inbox) for one in box.elements}
    assert conversation is not None
    house.client.move_conversation(conversation, house.id_of("Away"))
    assert list(house.upstream("Away", house.guest)) == ["mine"]
    assert list(house.upstream("Read")) == ["stays"]
    assert not read.sync().deleted


def test_folders_of_others_are_theirs(house: House) -> None:
    house.share("Team", "lrs")
    house.folders()
    with pytest.raises(StatusError) as made:
        house.client.folder_create("Mine", FolderType.USER_MAIL, house.id_of("Team"))
    assert made.value.status == FolderCreateStatus.SERVER_ERROR
    with pytest.raises(StatusError) as deleted:
        house.client.folder_delete(house.id_of("Team"))
    assert deleted.value.status == FolderDeleteStatus.SERVER_ERROR
    assert "Team" in house.folders()
    with house.mail.client(house.owner) as imap:
        assert imap.folder_exists("Team")


def test_rights_that_are_taken_away_keep_nobody_from_ones_own_mail(house: House) -> None:
    house.share("Team", "lrs", "plan")
    house.mail.deliver(house.guest, letter("mine"))
    house.folders()
    team, inbox = house.box("Team"), house.box("Inbox")
    house.mail.share(house.owner, "Team", house.guest, "l")
    house.mail.deliver(house.owner, letter("secret"), "Team")
    house.mail.deliver(house.guest, letter("news"))
    house.forget_rights()
    status = 0
    try:
        assert not team.sync().added
    except StatusError as error:
        status = error.status
    assert status in (0, SyncStatus.RETRY), "that folder alone is not to be had"
    assert len(inbox.sync().added) == 1
    house.mail.deliver(house.guest, letter("more"))
    assert len(inbox.sync().added) == 1
    with house.mail.client(house.owner) as imap:
        imap.setacl("Team", house.guest, '""')
    house.forget_rights()
    assert "Team" not in house.folders()
