"""Attachments named like paths: shown to the phone without the path, never used as one."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.item_operations import Fetch, ItemOperationsRequest
from overair.protocol.sync import CollectionRequest, SyncRequest, SyncResponse
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase
from support.phone import Phone, every
from support.server import ANNA, running_server

CONTENT = b"nothing but bytes"
NAMES = [
    ("../../../../etc/passwd", "passwd"),
    ("/etc/passwd", "passwd"),
    ("..\\..\\boot.ini", "boot.ini"),
    ("C:\\Windows\\win.ini", "win.ini"),
    ("C:evil.exe", "C:evil.exe"),
    ("..", ".."),
    ("a\0b.txt", "ab.txt"),
    ("a\r\nX-Header: b", "a  X-Header: b"),
    ("\u202egpj.exe", "gpj.exe"),
    ("x" * 2_000 + ".txt", "x" * 255),
    ("%2e%2e%2fpasswd", "%2e%2e%2fpasswd"),
    ("", "part0"),
]


def encoded(name: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(name.encode()).decode()}?="


def letter_with(name: str) -> bytes:
    content = base64.b64encode(CONTENT).decode()
    return (
        f"From: {ANNA}\r\nTo: {ANNA}\r\nSubject: named\r\nMIME-Version: 1.0\r\n"
        'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="'
        f'{encoded(name) if name else ""}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}\r\n'
    ).encode()


def inbox(phone: Phone) -> list[Element]:
    """The attachments of the Inbox."""
    folder = phone.folders()[FolderType.INBOX].server_id
    first = SyncRequest(collections=(CollectionRequest(sync_key="0", collection_id=folder),))
    key = phone.post(Command.SYNC, first).read(SyncResponse).collections[0].sync_key
    second = SyncRequest(collections=(CollectionRequest(sync_key=key, collection_id=folder),))
    tree = phone.post(Command.SYNC, second).tree
    return [node for node in every(tree) if node.tag is AirSyncBase.Attachment]


def test_a_name_is_shown_without_a_path_and_never_becomes_one(tmp_path: Path) -> None:
    data, outside = tmp_path / "inside" / "data", tmp_path
    data.parent.mkdir()
    with running_server(data) as server:
        before = {path for path in outside.rglob("*") if data not in path.parents}
        for name, _ in NAMES:
            server.deliver(ANNA, letter_with(name))
        phone = Phone(server, Version.V14_1)
        attachments = inbox(phone)
        shown = [child.text for node in attachments for child in node if child.tag.name == "DisplayName"]
        assert dict(zip((name for name, _ in NAMES), reversed(shown), strict=True)) == dict(NAMES)
        references = [
            child.text for node in attachments for child in node if child.tag.name == "FileReference"
        ]
        fetches = tuple(Fetch(store="Mailbox", file_reference=reference) for reference in references)
        answer = phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=fetches))
        contents = [node.text for node in every(answer.tree) if node.tag.name == "Data"]
        assert [base64.b64decode(content) for content in contents] == [CONTENT] * len(NAMES)
        files = {path for path in outside.rglob("*") if data not in path.parents}
        assert files == before
        stored = [path.name for path in data.rglob("*") if path.is_file()]
        assert not [name for name in stored if "passwd" in name or "win" in name or "evil" in name]


@pytest.mark.parametrize(
    "reference",
    [
        "1:../../overair.db:0",
        "../../etc/passwd",
        "1:1:../0",
        "1:1:0/../../x",
        "a" * 100_000,
        ":::",
        "1:1:\u202e",
    ],
)
def test_a_reference_is_never_a_path(tmp_path: Path, reference: str) -> None:
    with running_server(tmp_path) as server:
        server.deliver(ANNA, letter_with("a.txt"))
        phone = Phone(server, Version.V14_1)
        operations = (Fetch(store="Mailbox", file_reference=reference),)
        answer = phone.post(Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=operations))
        statuses = [node.text for node in every(answer.tree) if node.tag.name == "Status"]
        assert statuses == ["1", "15"]
