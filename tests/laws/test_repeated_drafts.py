"""Law 1: drafts that are changed by a request whose answer is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import AddCommand, ChangeCommand, ChangeResponse, CollectionResponse
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Email
from support.asynchronous import run
from sync.phone import Phone
from sync.world import World, world


def attaching(server_id: str, client_id: str) -> ChangeCommand:
    """A Change that adds one attachment."""
    added = Element(
        AirSyncBase.Add,
        [
            Element(AirSyncBase.ClientId, client_id),
            Element(AirSyncBase.Content, client_id.encode()),
            Element(AirSyncBase.Method, "1"),
            Element(AirSyncBase.DisplayName, f"{client_id}.txt"),
        ],
    )
    return ChangeCommand(server_id=server_id, application_data=[Element(AirSyncBase.Attachments, [added])])


def references(response: CollectionResponse | None) -> dict[str, str]:
    """The FileReferences that an answer gives, by ClientId."""
    assert response is not None
    found = {}
    for one in response.responses:
        assert isinstance(one, ChangeResponse)
        assert one.status == SyncStatus.SUCCESS
        assert isinstance(one.application_data, list)
        for attachments in one.application_data:
            for attachment in attachments:
                client_id = attachment.find(AirSyncBase.ClientId)
                reference = attachment.find(AirSyncBase.FileReference)
                assert client_id is not None
                assert reference is not None
                found[client_id.text] = reference.text
    return found


async def drafting(there: World) -> tuple[Phone, str]:
    """A phone with one draft, and its id."""
    phone = Phone(there, await there.partner(), await there.folder(FolderType.DRAFTS))
    await phone.begin()
    data = [Element(Email.To, "ben@example.org"), Element(Email.Subject, "draft")]
    await phone.sync(AddCommand(client_id="1", application_data=data))
    return phone, phone.id_of("draft")


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
def test_attachments_of_a_repeated_request_are_not_doubled_and_told_again(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            phone, draft = await drafting(there)
            commands = [attaching(draft, name) for name in names]
            first = references(await phone.ask(*commands))
            assert set(first) == set(names)
            for _ in range(2):
                assert references(await phone.ask(*commands)) == first
            [message] = (await there.items(phone.folder)).values()
            assert isinstance(message, Message)
            assert message.index is not None
            assert len(message.index.attachments) == len(names)

    run(work())


def test_a_full_disk_is_a_collection_to_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            phone, draft = await drafting(there)

            def full(_: bytes) -> str:
                raise OSError(28, "No space left on device")

            with monkeypatch.context() as patch:
                patch.setattr(there.storage.blobs, "put", full)
                refused = await phone.ask(attaching(draft, "a"))
                assert refused is not None
                assert (refused.status, refused.sync_key) == (SyncStatus.RETRY, phone.key)
            assert set(references(await phone.sync(attaching(draft, "a")))) == {"a"}

    run(work())
