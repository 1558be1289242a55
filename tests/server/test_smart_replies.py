"""SmartReply and SmartForward: what is sent, and what is noted with the source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from overair.items import Contact
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.send_mail import SendMailRequest, Source
from overair.protocol.sync import (
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    ServerChange,
    SyncRequest,
    SyncResponse,
)
from overair.server.long_ids import long_id
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import Email, Email2
from support.answering import (
    CARL,
    USERS,
    answering,
    delivered,
    inbox,
    original,
    put,
    refused,
    removed,
    sent,
    smart,
    stored,
)
from support.mailboxes import deliver, messages_in
from support.phone import Phone
from support.server import ANNA, BEN, RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Three users; every phone of a test is a device of its own."""
    settings: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(tmp_path_factory.mktemp("smart"), USERS, **settings) as running:
        yield running


@pytest.mark.req("MS-ASCMD_R580", "MS-ASCMD_R605", "MS-ASCMD_R5776", "MS-ASEMAIL_R516", "MS-ASCMD_R569")
@pytest.mark.parametrize("save", [False, True])
@pytest.mark.parametrize("version", SERVED)
def test_a_reply(server: RunningServer, version: Version, save: bool) -> None:
    subject = f"Reply {version.text} {save}"
    source = delivered(server, subject)
    before, copies = len(inbox(server, BEN)), len(messages_in(server, ANNA, FolderType.SENT_ITEMS))
    sent(smart(Phone(server, version), Command.SMART_REPLY, answering(BEN), source, save=save))
    assert len(inbox(server, BEN)) == before + 1
    assert len(messages_in(server, ANNA, FolderType.SENT_ITEMS)) == copies + save
    received = inbox(server, BEN)[0]
    text = received.get_content()
    assert text.index("I think so.") < text.index("From: ") < text.index("> What do you think?")
    assert f"Subject: {subject}" in text
    assert received["In-Reply-To"] == received["References"] == stored(server, source).message_id
    assert not list(received.iter_attachments())
    noted = stored(server, source)
    assert noted.last_verb_executed == 1
    assert noted.last_verb_execution_time is not None
    assert abs(noted.last_verb_execution_time - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.req("MS-ASCMD_R545", "MS-ASCMD_R568", "MS-ASCMD_R4407", "MS-ASEMAIL_R518", "MS-ASCMD_R532")
@pytest.mark.parametrize("version", SERVED)
def test_a_forward(server: RunningServer, version: Version) -> None:
    subject = f"Forward {version.text}"
    source = delivered(server, subject)
    sent(smart(Phone(server, version), Command.SMART_FORWARD, answering(CARL, "See below"), source))
    received = inbox(server, CARL)[0]
    body = received.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert text.index("See below") < text.index(f"Subject: {subject}") < text.index("\nWhat do you think?")
    [attached] = received.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("plan.pdf", b"%PDF-1.7 plan")
    assert received["In-Reply-To"] is None
    assert received["References"] == stored(server, source).message_id
    assert stored(server, source).last_verb_executed == 3


@pytest.mark.req("MS-ASEMAIL_R516", "MS-ASEMAIL_R517")
@pytest.mark.parametrize(
    ("to", "cc", "verb"),
    [
        (BEN, "", 1),
        (f"{BEN}, {CARL}", "", 2),
        (BEN, f"Carl <{CARL.upper()}>", 2),
        (BEN, ANNA, 1),
        (f"{BEN}, somebody@example.net", "", 1),
    ],
)
def test_who_is_answered(server: RunningServer, to: str, cc: str, verb: int) -> None:
    source = delivered(server, f"Who {to} {cc} {verb}"[:40])
    sent(smart(Phone(server), Command.SMART_REPLY, answering(to, Cc=cc), source))
    assert stored(server, source).last_verb_executed == verb


@pytest.mark.req("MS-ASCMD_R3775")
@pytest.mark.parametrize("command", [Command.SMART_REPLY, Command.SMART_FORWARD])
def test_a_message_that_is_whole(server: RunningServer, command: Command) -> None:
    source = delivered(server, f"Whole {command}")
    message = answering(CARL, "Edited")
    sent(smart(Phone(server), command, message, source, replace_mime=True))
    mime = messages_in(server, CARL, FolderType.INBOX)[0]
    assert mime.endswith(b"\r\n\r\nEdited\r\n")
    assert b"References: <Whole-" in mime
    assert stored(server, source).last_verb_executed == (3 if command is Command.SMART_FORWARD else 2)


@pytest.mark.req("MS-ASCMD_R4848", "MS-ASCMD_R7465")
@pytest.mark.parametrize("message_id", ["<again@phone>", ""])
def test_a_repetition_is_known_in_every_version(server: RunningServer, message_id: str) -> None:
    source = delivered(server, f"Again {message_id}")
    message = answering(CARL, "Once", Message_ID=message_id)
    newer = Phone(server, Version.V16_1)
    before = len(inbox(server, CARL))
    sent(smart(newer, Command.SMART_FORWARD, message, source, "id-1"))
    assert smart(newer, Command.SMART_FORWARD, message, source, "id-1").common_status == 118
    older = Phone(server, Version.V12_1, device_id=newer.device_id)
    sent(smart(older, Command.SMART_FORWARD, message, source))
    assert len(inbox(server, CARL)) == before + 1
    # The same few words about something else are another message, unless their identifier says otherwise.
    other = delivered(server, f"Another {message_id}")
    sent(smart(older, Command.SMART_FORWARD, message, other))
    assert len(inbox(server, CARL)) == before + (1 if message_id else 2)
    if not message_id:
        assert smart(newer, Command.SMART_FORWARD, message, other, "id-2").common_status == 118
    # What was sent by any command is known to the others.
    request = SendMailRequest(client_id="id-1", mime=message.as_bytes(policy=SMTP))
    assert newer.post(Command.SEND_MAIL, request).common_status == 118


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_a_repetition_is_known_though_its_source_is_gone(server: RunningServer, version: Version) -> None:
    source = delivered(server, f"Gone {version.text}")
    phone = Phone(server, version)
    message = answering(BEN, Message_ID=f"<gone{version.text}@phone>")
    sent(smart(phone, Command.SMART_REPLY, message, source))
    removed(server, source)
    again = smart(phone, Command.SMART_REPLY, message, source)
    if version < Version.V14_0:
        sent(again)
    else:
        assert again.common_status == 118


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_sources_in_other_words(server: RunningServer, version: Version) -> None:
    source = delivered(server, f"Words {version.text}")
    for number, words in enumerate(
        (Source(item_id=source.item_id), Source(long_id=long_id(str(source.item_id))))
    ):
        message = answering(CARL, f"Words {number}")
        sent(smart(Phone(server, version), Command.SMART_FORWARD, message, words))
        text = inbox(server, CARL)[0].as_string()
        assert f"Subject: Words {version.text}" in text


@pytest.mark.req("MS-ASCMD_R4860")
def test_a_message_that_becomes_too_large(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"limits.request_body": 20_000}
    with running_server(tmp_path, USERS, **settings) as server:
        message = original("Large")
        message.add_attachment(bytes(18_000), maintype="application", subtype="octet-stream")
        folder_id, item_id = deliver(server, message)
        source = Source(folder_id=folder_id, item_id=item_id)
        for version in (Version.V12_1, Version.V16_1):
            answer = smart(Phone(server, version), Command.SMART_FORWARD, answering(CARL), source)
            refused(answer, 122, 413)
        assert not inbox(server, CARL)
        sent(smart(Phone(server), Command.SMART_REPLY, answering(CARL), source))


@pytest.mark.req("MS-ASCMD_R4858", "MS-ASCMD_R4855")
def test_a_source_whose_bytes_are_gone(tmp_path: Path) -> None:
    with running_server(tmp_path, USERS) as server:
        source = delivered(server, "Lost bytes")
        for path in (tmp_path / "blobs").rglob("*"):
            if path.is_file():
                path.unlink()
        statuses = {
            command: smart(Phone(server), command, answering(BEN), source).common_status
            for command in (Command.SMART_REPLY, Command.SMART_FORWARD)
        }
        assert statuses == {Command.SMART_REPLY: 121, Command.SMART_FORWARD: 120}
        # A message that is whole needs nothing of it.
        sent(smart(Phone(server), Command.SMART_REPLY, answering(BEN), source, "2", replace_mime=True))
        assert stored(server, source).last_verb_executed == 1


def test_other_items_are_neither_answered_nor_forwarded(server: RunningServer) -> None:
    source = put(server, FolderType.CONTACTS, Contact(first_name="Ada"))
    for command in (Command.SMART_REPLY, Command.SMART_FORWARD):
        assert smart(Phone(server), command, answering(BEN), source).common_status == 147
        assert smart(Phone(server, Version.V12_1), command, answering(BEN), source).status == 400


@pytest.mark.req("MS-ASEMAIL_R519", "MS-ASEMAIL_R513")
def test_phones_hear_of_the_verb_and_flag_what_they_answered_without_a_conflict(
    server: RunningServer,
) -> None:
    source = delivered(server, "Answered and flagged")
    phones = [Phone(server, version) for version in (Version.V16_1, Version.V14_1, Version.V12_1)]
    keys = [caught_up(phone, source) for phone in phones]
    actor = phones[0]
    sent(smart(actor, Command.SMART_REPLY, answering(BEN), source))
    read = ChangeCommand(server_id=str(source.item_id), application_data=[Element(Email.Read, "1")])
    answers = [
        collection_of(phone, source, key, *([read] if phone is actor else []))
        for phone, key in zip(phones, keys, strict=True)
    ]
    for phone, answer in zip(phones, answers, strict=True):
        statuses = [response.status for response in answer.responses]
        assert 7 not in statuses, phone.version
        told = {
            element.tag: element.text
            for command in answer.commands
            if isinstance(command, ServerChange)
            for element in command.application_data
        }
        # 12.1 has no word for it; the one that answered is told what the server made of it.
        assert told.get(Email2.LastVerbExecuted) == ("1" if phone.version >= Version.V14_0 else None)
    item = stored(server, source)
    assert (item.read, item.last_verb_executed) == (True, 1)
    # A change that a client could have made is a conflict as ever.
    key = answers[0].sync_key
    other = ChangeCommand(server_id=str(source.item_id), application_data=[Element(Email.Read, "0")])
    collection_of(phones[1], source, answers[1].sync_key, other)
    flagged = ChangeCommand(
        server_id=str(source.item_id),
        application_data=[Element(Email.Flag, [Element(Email.Status, "2"), Element(Email.FlagType, "x")])],
    )
    [response] = collection_of(actor, source, key, flagged).responses
    assert response.status == 7


def collection_of(phone: Phone, source: Source, key: str, *commands: ChangeCommand) -> CollectionResponse:
    """One Sync of the folder of a source."""
    collection = CollectionRequest(sync_key=key, collection_id=str(source.folder_id), commands=commands)
    answer = phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
    if not answer.body:
        return CollectionResponse(sync_key=key, collection_id=str(source.folder_id), status=1)
    [found] = answer.read(SyncResponse).collections
    assert found.status == 1
    return found


def caught_up(phone: Phone, source: Source) -> str:
    """The key of a phone that has all of a folder."""
    phone.folder_sync()
    answer = collection_of(phone, source, collection_of(phone, source, "0").sync_key)
    while answer.more_available:
        answer = collection_of(phone, source, answer.sync_key)
    return answer.sync_key
