"""Drafts of 16.x: written, changed and sent from the Drafts folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from overair.items.mail.message import Message
from overair.mailboxes.embedded import EmbeddedMailbox
from overair.mailboxes.interface import FolderType, Session
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import AddCommand, AddResponse, ChangeCommand, ChangeResponse, ServerDelete
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Email, Email2
from support.asynchronous import run
from sync.phone import CLIENT_WINS, Phone, shown_of, statuses
from sync.world import World, world

T = TypeVar("T")
Scenario = Callable[[World, Phone], Awaitable[None]]


def play(directory: Path, scenario: Scenario, version: Version = Version.V16_1) -> None:
    """Run a scenario with a phone that has primed Drafts."""

    async def work() -> None:
        async with world(directory, listed=True) as there:
            partner = await there.partner(version=version)
            phone = Phone(there, partner, await there.folder(FolderType.DRAFTS))
            await phone.begin()
            await scenario(there, phone)

    run(work())


def draft(subject: str, to: str = "ben@example.org", *others: Element) -> list[Element]:
    """The ApplicationData of a draft."""
    body = [Element(AirSyncBase.Type, "1"), Element(AirSyncBase.Data, f"text of {subject}")]
    return [Element(Email.To, to), Element(Email.Subject, subject), Element(AirSyncBase.Body, body), *others]


def attached(client_id: str) -> Element:
    """An attachment that is added."""
    added = [
        Element(AirSyncBase.ClientId, client_id),
        Element(AirSyncBase.Method, "1"),
        Element(AirSyncBase.Content, b"content"),
        Element(AirSyncBase.DisplayName, "file.txt"),
    ]
    return Element(AirSyncBase.Attachments, [Element(AirSyncBase.Add, added)])


async def subjects(there: World, folder_type: FolderType, name: str = "anna") -> list[str]:
    """The subjects in a folder."""
    await there.transport.deliver_waiting()
    items = (await there.items(await there.folder(folder_type, name), name)).values()
    return sorted(item.subject or "" for item in items if isinstance(item, Message))


@pytest.mark.req("MS-ASEMAIL_R1184", "MS-ASEMAIL_R1190", "MS-ASEMAIL_R1494", "MS-ASAIRS_R1336")
def test_a_draft_is_added_and_changed(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = AddCommand(client_id="1", application_data=draft("one", "", attached("a1")))
        await phone.ask(command)
        answer = await phone.sync(command)
        assert answer is not None
        [response] = answer.responses
        assert isinstance(response, AddResponse)
        assert response.status == SyncStatus.SUCCESS
        made = shown_of(response.application_data or [])
        assert {Email2.ConversationId, Email2.ConversationIndex} <= set(made)
        [attachment] = made[AirSyncBase.Attachments].children
        assert attachment.find(AirSyncBase.ClientId) == Element(AirSyncBase.ClientId, "a1")
        assert attachment.find(AirSyncBase.FileReference) is not None
        [item_id] = await there.items(phone.folder)
        assert response.server_id == item_id
        change = ChangeCommand(server_id=item_id, application_data=draft("two", "", attached("a2")))
        await phone.ask(change)
        answer = await phone.sync(change)
        assert await subjects(there, FolderType.DRAFTS) == ["two"]
        assert not await subjects(there, FolderType.SENT_ITEMS)
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASAIRS_R1368", "MS-ASCMD_R6234")
def test_an_attachment_added_by_a_change_is_answered(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one", "", attached("a1"))))
        [item_id] = phone.items
        answer = await phone.sync(
            ChangeCommand(server_id=item_id, application_data=draft("two", "", attached("a2")))
        )
        assert answer is not None
        [response] = answer.responses
        assert isinstance(response, ChangeResponse)
        [attachment] = shown_of(response.application_data or [])[AirSyncBase.Attachments].children
        assert attachment.find(AirSyncBase.ClientId) == Element(AirSyncBase.ClientId, "a2")

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASEMAIL_R1389")
def test_a_draft_is_sent_once_and_leaves_drafts(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one")))
        [item_id] = phone.items
        command = ChangeCommand(server_id=item_id, send=True, application_data=draft("final"))
        await phone.ask(command)
        await phone.ask(command)
        answer = await phone.ask(command)
        assert answer is not None
        assert statuses(answer) == []
        assert answer.commands == (ServerDelete(server_id=item_id),)
        phone.take(answer)
        assert await subjects(there, FolderType.INBOX, "ben") == ["final"]
        assert await subjects(there, FolderType.SENT_ITEMS) == ["final"]
        assert await subjects(there, FolderType.DRAFTS) == []
        assert await phone.sync() is None

    play(tmp_path, scenario)


def test_a_stored_draft_is_sent_without_new_content(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one")))
        [item_id] = phone.items
        answer = await phone.ask(ChangeCommand(server_id=item_id, send=True))
        assert statuses(answer) == []
        assert await subjects(there, FolderType.INBOX, "ben") == ["one"]

    play(tmp_path, scenario)


def test_mail_written_and_sent_at_once_is_sent_once(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        command = AddCommand(client_id="1", send=True, application_data=draft("quick"))
        await phone.ask(command)
        answer = await phone.sync(command)
        assert statuses(answer) == [SyncStatus.SUCCESS]
        assert await subjects(there, FolderType.INBOX, "ben") == ["quick"]
        assert await subjects(there, FolderType.SENT_ITEMS) == ["quick"]
        assert await subjects(there, FolderType.DRAFTS) == []
        assert await phone.sync() is None

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R7472")
@pytest.mark.parametrize("to", ["", "nobody"])
def test_a_draft_without_a_recipient_is_not_sent(tmp_path: Path, to: str) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one", to)))
        [item_id] = phone.items
        answer = await phone.ask(ChangeCommand(server_id=item_id, send=True))
        assert statuses(answer) == [CommonStatus.INVALID_RECIPIENTS]
        assert await subjects(there, FolderType.DRAFTS) == ["one"]
        assert await subjects(there, FolderType.SENT_ITEMS) == []

    play(tmp_path, scenario)


@pytest.mark.req("MS-ASCMD_R755")
def test_older_versions_have_no_drafts(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        answer = await phone.ask(AddCommand(client_id="1", application_data=draft("one")))
        assert statuses(answer) == [SyncStatus.CONVERSION_ERROR]
        assert not await there.items(phone.folder)

    play(tmp_path, scenario, Version.V14_1)


class Intruded(EmbeddedMailbox):
    """A mailbox in which another hand changes a draft just before the first unit of work."""

    intruder: Callable[[Session], Awaitable[object]] | None = None

    async def transact(self, work: Callable[[Session], Awaitable[T]]) -> T:
        intruder, self.intruder = self.intruder, None
        if intruder is not None:
            await super().transact(intruder)
        return await super().transact(work)


@pytest.mark.parametrize("client_wins", [True, False])
def test_a_draft_that_changes_while_it_is_made_ready(tmp_path: Path, client_wins: bool) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one")))
        [item_id] = phone.items
        [stored] = (await there.items(phone.folder)).values()
        other = msgspec.structs.replace(stored, subject="other hand")
        mailbox = Intruded(phone.partner.user.account_id, there.storage.database, there.storage.blobs)
        mailbox.intruder = lambda session: session.change(phone.folder.folder_id, item_id, other)
        phone.partner = dataclasses.replace(phone.partner, mailbox=mailbox)
        command = ChangeCommand(server_id=item_id, send=True, application_data=draft("mine"))
        answer = await phone.ask(command, options=CLIENT_WINS if client_wins else ())
        assert statuses(answer) == ([] if client_wins else [SyncStatus.CONFLICT])
        assert await subjects(there, FolderType.INBOX, "ben") == (["mine"] if client_wins else [])
        assert await subjects(there, FolderType.DRAFTS) == ([] if client_wins else ["other hand"])

    play(tmp_path, scenario)


def test_an_attachment_whose_answer_was_lost_is_not_doubled_by_a_change_that_says_more(
    tmp_path: Path,
) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one", "")))
        [item_id] = phone.items
        await phone.ask(ChangeCommand(server_id=item_id, application_data=[attached("a1")]))
        data = draft("two", "", attached("a1"))
        answer = await phone.sync(ChangeCommand(server_id=item_id, application_data=data))
        assert answer is not None
        [response] = answer.responses
        assert isinstance(response, ChangeResponse)
        [attachment] = shown_of(response.application_data or [])[AirSyncBase.Attachments].children
        assert attachment.find(AirSyncBase.ClientId) == Element(AirSyncBase.ClientId, "a1")
        [item] = (await there.items(phone.folder)).values()
        assert isinstance(item, Message)
        assert item.index is not None
        assert len(item.index.attachments) == 1
        assert item.subject == "two"

    play(tmp_path, scenario)


def test_an_attachment_of_a_draft_may_be_deleted_that_is_gone_already(tmp_path: Path) -> None:
    async def scenario(there: World, phone: Phone) -> None:
        await phone.sync(AddCommand(client_id="1", application_data=draft("one", "", attached("a1"))))
        [item_id] = phone.items
        reference = Element(AirSyncBase.FileReference, f"{item_id}:1")
        gone = Element(AirSyncBase.Attachments, [Element(AirSyncBase.Delete, [reference])])
        await phone.ask(ChangeCommand(server_id=item_id, application_data=[gone]))
        both = ChangeCommand(server_id=item_id, application_data=draft("two", "", gone))
        assert statuses(await phone.sync(both)) == []
        [item] = (await there.items(phone.folder)).values()
        assert isinstance(item, Message)
        assert item.index is not None
        assert (item.subject, item.index.attachments) == ("two", ())

    play(tmp_path, scenario)
