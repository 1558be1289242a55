"""MoveItems."""

from __future__ import annotations

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.move_items import ItemMove, MoveItemsRequest, MoveItemsResponse, MoveResult
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import Move as MovePage
from support.mailboxes import deliver, listed
from support.phone import Phone, letter
from support.server import RunningServer


def move(phone: Phone, *moves: tuple[str, str, str]) -> list[MoveResult]:
    request = MoveItemsRequest(
        moves=tuple(
            ItemMove(source_message_id=item_id, source_folder_id=source, destination_folder_id=destination)
            for item_id, source, destination in moves
        )
    )
    response = phone.post(Command.MOVE_ITEMS, request).read(MoveItemsResponse)
    assert response.status is None
    return list(response.responses)


@pytest.mark.req("MS-ASCMD_R285", "MS-ASCMD_R4217", "MS-ASCMD_R290")
@pytest.mark.parametrize("version", SERVED)
def test_move_items(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    inbox, first = deliver(server, letter("Moved"))
    _, second = deliver(server, letter("Moved too"))
    trash = phone.folders()[FolderType.DELETED_ITEMS].server_id
    results = move(phone, (first, inbox, trash), (second, inbox, trash))
    assert [(one.source_message_id, one.status) for one in results] == [(first, 3), (second, 3)]
    moved = [one.destination_message_id for one in results]
    assert set(moved) <= set(listed(server, FolderType.DELETED_ITEMS)[1])
    assert not {first, second} & set(listed(server, FolderType.INBOX)[1])
    # The answer was lost and the phone asks again.
    assert move(phone, (first, inbox, trash), (second, inbox, trash)) == results
    # To somebody else the item is gone (MS-ASCMD_R4208).
    assert move(Phone(server, version), (first, inbox, trash))[0].status == 1


@pytest.mark.req("MS-ASCMD_R4207", "MS-ASCMD_R4208", "MS-ASCMD_R4212", "MS-ASCMD_R4219", "MS-ASCMD_R4222")
def test_statuses_of_move(server: RunningServer) -> None:
    phone = Phone(server)
    inbox, item_id = deliver(server, letter("Stays"))
    trash = phone.folders()[FolderType.DELETED_ITEMS].server_id
    results = move(
        phone,
        (item_id, inbox, inbox),
        (item_id, "99999", trash),
        (f"{inbox}:99999", inbox, trash),
        ("nonsense", inbox, trash),
        (item_id, inbox, "99999"),
        (item_id, inbox, "nonsense"),
        (item_id, trash, inbox),
    )
    assert [one.status for one in results] == [4, 1, 1, 1, 2, 2, 1]
    assert all(one.destination_message_id is None for one in results)
    assert item_id in listed(server, FolderType.INBOX)[1]
    one = ItemMove(source_message_id=item_id, source_folder_id=inbox, destination_folder_id=trash)
    tree = MoveItemsRequest(moves=(one,)).to_element(phone.version)
    tree.children[0].children.append(Element(MovePage.DstFldId, inbox))
    assert phone.post(Command.MOVE_ITEMS, encode(tree)).common_status == 5
    assert item_id in listed(server, FolderType.INBOX)[1]
