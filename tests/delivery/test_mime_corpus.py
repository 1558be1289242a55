"""Every message of corpora/mime, from LMTP to a phone: whole, in every version and body type."""

from __future__ import annotations

import html
import re
import smtplib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.policy import SMTP
from typing import Any

import pytest

from overair.items.attachments import Attachment
from overair.items.body import Body
from overair.items.mail.message import Message
from overair.items.rtf import decompress, is_compressed, to_text
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.item_operations import (
    Fetch,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.send_mail import SmartForwardRequest, Source
from overair.protocol.sync import CollectionRequest, ServerAdd, SyncRequest, SyncResponse
from overair.protocol.sync_options import MIMESupport, Options
from overair.versions import SERVED, Version
from support.mime_corpus import FILES, NAMES, SEEN, body_words, leaves, mime
from support.phone import Phone, letter
from support.server import ANNA, BEN, RunningServer, running_server
from support.shared import needs_shared

pytestmark = needs_shared
QUICK = {
    Version.V12_1: (BodyType.PLAIN_TEXT, BodyType.MIME),
    Version.V14_1: (BodyType.HTML,),
    Version.V16_1: (BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF, BodyType.MIME),
}
"""What `make test` looks at; `make test-all` takes every version with every type."""
SHOWN = [
    pytest.param(
        version,
        body_type,
        id=f"{version.text} {body_type.name}",
        marks=() if body_type in QUICK.get(version, ()) else pytest.mark.full,
    )
    for version in SERVED
    for body_type in BodyType
]
TAG = re.compile(r"<[^>]*>")


@dataclass
class Delivered:
    """A server with the corpus in Anna's Inbox."""

    server: RunningServer
    folder: str

    def phone(self, version: Version) -> Phone:
        return Phone(self.server, version)

    def shown(self, version: Version, body_type: BodyType) -> dict[str, Message]:
        """What a new phone is told of every message, by its name in the corpus."""
        found = told(self.phone(version), self.folder, body_type)
        assert len(found) == len(NAMES)
        return {name: found[item_id] for name, item_id in self.ids(found).items()}

    def ids(self, found: Iterable[str]) -> dict[str, str]:
        """The items by their names in the corpus: they came in that order."""
        ordered = sorted(found, key=lambda item_id: int(item_id.partition(":")[2]))
        return dict(zip(NAMES, ordered, strict=True))


def told(phone: Phone, folder: str, body_type: BodyType) -> dict[str, Message]:
    """What a new phone is told of the messages of a folder, by their ids."""
    phone.folder_sync()
    preferences = (BodyPreference(type=body_type),)
    options = Options(mime_support=MIMESupport.ALWAYS, body_preferences=preferences, mime_truncation=8)
    found: dict[str, Message] = {}
    key, more = "0", True
    while more:
        asked = CollectionRequest(
            item_class="Email" if phone.version < Version.V14_0 else None,
            sync_key=key,
            collection_id=folder,
            get_changes=None if key == "0" else True,
            window_size=512,
            options=(options,),
        )
        answer = phone.post(Command.SYNC, SyncRequest(collections=(asked,)))
        [collection] = answer.read(SyncResponse).collections
        assert collection.status == 1
        for command in collection.commands or ():
            assert isinstance(command, ServerAdd)
            found[command.server_id] = Message.from_children(command.application_data, phone.version)
        more, key = key == "0" or bool(collection.more_available), collection.sync_key
    return found


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    """The whole corpus, delivered by LMTP on one connection."""
    directory = tmp_path_factory.mktemp("corpus")
    settings: dict[str, Any] = {"delivery.lmtp": "lmtp.sock"}
    with running_server(directory, **settings) as server:
        with smtplib.LMTP(str(directory / "lmtp.sock")) as lmtp:
            for name in NAMES:
                assert not lmtp.sendmail("otto@example.net", [ANNA], mime(name))
        yield Delivered(server, Phone(server).folders()[FolderType.INBOX].server_id)


def body_of(message: Message) -> Body:
    assert message.body is not None
    return message.body


def words(body: Body) -> str:
    """The text of a body on one line, whatever its type."""
    data = body.data or ""
    if body.type == BodyType.RTF:
        rtf = b64decode(data)
        data = to_text(decompress(rtf) if is_compressed(rtf) else rtf)
    elif body.type == BodyType.HTML:
        data = html.unescape(TAG.sub(" ", data.replace("<br>", "\n")))
    return " ".join(data.split())


def attachments_of(message: Message) -> list[Attachment]:
    return [one for one in message.attachments or () if isinstance(one, Attachment)]


def test_the_tables_know_every_message() -> None:
    assert set(SEEN) == set(NAMES)
    assert set(FILES) <= set(NAMES)


@pytest.mark.req("MS-ASAIRS_R91", "MS-ASAIRS_R93", "MS-ASAIRS_R2299")
@pytest.mark.parametrize(("version", "body_type"), SHOWN)
def test_every_message_is_shown_whole(delivered: Delivered, version: Version, body_type: BodyType) -> None:
    for name, message in delivered.shown(version, body_type).items():
        body = body_of(message)
        assert not body.truncated, name
        names = tuple(one.display_name for one in attachments_of(message))
        assert names == FILES.get(name, ()), name
        if body_type == BodyType.MIME:
            assert body.type == BodyType.MIME, name
            assert_original(name, body.data or "")
        else:
            seen = words(body)
            assert SEEN[name] in seen, name
            if body.type == BodyType.PLAIN_TEXT:
                assert body_words(name) <= set(seen.split()), name


def assert_original(name: str, data: str) -> None:
    """The bytes as they came behind the lines of the delivery, where they are text at all."""
    original = mime(name)
    try:
        text = original.decode()
    except UnicodeDecodeError:
        assert "Delivered-To: " in data.partition("\r\n\r\n")[0]
        return
    assert data.rstrip("\r\n").endswith(text.rstrip("\r\n")), name


def fetched(phone: Phone, references: list[str]) -> list[bytes]:
    """Attachments by ItemOperations, a hundred in each request."""
    found: list[bytes] = []
    for first in range(0, len(references), 100):
        operations = tuple(
            Fetch(store="Mailbox", file_reference=one) for one in references[first : first + 100]
        )
        answer = phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=operations))
        response = answer.read(ItemOperationsResponse)
        assert response.status == 1
        for one in response.responses:
            assert isinstance(one, FetchResponse)
            assert (one.status, one.file_reference is not None) == (1, True)
            assert one.properties is not None
            found.append(one.properties.data or b"")
    return found


def got(phone: Phone, references: list[str]) -> list[bytes]:
    """Attachments by GetAttachment."""
    answers = [phone.post(Command.GET_ATTACHMENT, attachment_name=reference) for reference in references]
    assert {answer.status for answer in answers} == {200}
    return [answer.body for answer in answers]


@pytest.mark.parametrize(
    "version",
    [
        one if one in (Version.V12_1, Version.V16_1) else pytest.param(one, marks=pytest.mark.full)
        for one in SERVED
    ],
)
def test_nothing_of_a_message_is_lost(delivered: Delivered, version: Version) -> None:
    messages = delivered.shown(version, BodyType.PLAIN_TEXT)
    pages = delivered.shown(version, BodyType.HTML)
    references = {
        name: [one.file_reference for one in attachments_of(message)] for name, message in messages.items()
    }
    phone = delivered.phone(version)
    phone.folder_sync()
    every = [reference for one in references.values() for reference in one]
    files = dict(zip(every, fetched(phone, every), strict=True))
    if version == Version.V12_1:
        assert got(phone, every) == list(files.values())
    for name, message in messages.items():
        data = [files[reference] for reference in references[name]]
        for one, content in zip(attachments_of(message), data, strict=True):
            assert content, name
            if not content.isascii() or one.method == 5:
                continue
            assert one.estimated_data_size == len(content), name
        text = words(body_of(message)) + words(body_of(pages[name]))
        for kind, leaf in leaves(name):
            assert is_shown(kind, leaf, text, data), (name, kind, leaf[:80])
        for one, content in zip(attachments_of(message), data, strict=True):
            if one.method == 5 and b"base64" not in mime(name):
                assert content in mime(name), name


def is_shown(kind: str, leaf: bytes, text: str, files: list[bytes]) -> bool:
    """Whether a part that the standard library finds is an attachment or stands in the body."""
    if any(file.rstrip(b"\r\n") == leaf.rstrip(b"\r\n") for file in files):
        return True
    said = (
        TAG.sub(" ", leaf.decode("utf-8", "ignore"))
        if kind == "text/html"
        else leaf.decode("ascii", "ignore")
    )
    return sum(word in text for word in said.split()) >= 0.8 * len(said.split())


def forward(phone: Phone, folder: str, item_id: str, name: str) -> None:
    """SmartForward as the phone's version does it, with words of the user's own."""
    mime = letter(name, to=BEN, body="For you").as_bytes(policy=SMTP)
    if phone.version < Version.V14_0:
        answer = phone.post(
            Command.SMART_FORWARD, mime, content_type=MIME_TYPE, collection_id=folder, item_id=item_id
        )
    else:
        source = Source(folder_id=folder, item_id=item_id)
        request = SmartForwardRequest(client_id=f"{phone.version.text} {name}"[:40], source=source, mime=mime)
        answer = phone.post(Command.SMART_FORWARD, request)
    assert (answer.status, answer.body) == (200, b""), name


@pytest.mark.parametrize("version", [pytest.param(Version.V12_1, marks=pytest.mark.full), Version.V16_1])
def test_every_message_is_forwarded_with_all_that_it_has(delivered: Delivered, version: Version) -> None:
    phone = delivered.phone(version)
    originals = told(phone, delivered.folder, BodyType.PLAIN_TEXT)
    for name, item_id in delivered.ids(originals).items():
        forward(phone, delivered.folder, item_id, f"{version.text} {name}")
    ben = Phone(delivered.server, Version.V14_1, BEN)
    folder = ben.folders()[FolderType.INBOX].server_id
    received = {message.subject: message for message in told(ben, folder, BodyType.PLAIN_TEXT).values()}
    for name, item_id in delivered.ids(originals).items():
        message = received[f"{version.text} {name}"]
        text = words(body_of(message))
        assert text.startswith("For you"), name
        sent = fetched(phone, [one.file_reference for one in attachments_of(originals[item_id])])
        came = fetched(ben, [one.file_reference for one in attachments_of(message)])
        original = mime(name).partition(b"\r\n\r\n")[2].rstrip(b"\r\n")
        if any(file.rstrip(b"\r\n").endswith(original) for file in came):
            continue  # one of an unusual kind goes whole, as an attached message
        assert SEEN[name] in text, name
        missing = [one for one in sent if not any(one.rstrip(b"\r\n") in file for file in came)]
        assert not missing, (name, missing)
