"""Law 6: what cannot be read or shown blocks nothing and is not forgotten."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

import overair
from overair.items import rendering
from overair.items.mail.message import Message
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import FetchCommand
from overair.protocol.sync_options import Options
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase
from support.asynchronous import run
from support.databases import execute
from sync.phone import Phone, statuses
from sync.world import World, contact, mime, world


async def phone_of(there: World, folder_type: FolderType) -> Phone:
    """A phone that has primed a folder."""
    phone = Phone(there, await there.partner(), await there.folder(folder_type))
    await phone.begin()
    return phone


def put_content(there: World, item_id: str, content: bytes) -> bytes:
    """Write an item's row by hand; returns what was there."""
    number = int(item_id.partition(":")[2])
    directory = there.storage.directory
    [(before,)] = execute(directory, "SELECT content FROM items WHERE id = ?", number)
    execute(directory, "UPDATE items SET content = ? WHERE id = ?", content, number)
    return bytes(before)


@pytest.mark.parametrize("content", [b'{"first', b"[]", b"", b"\xff\xfe"])
def test_a_broken_row_is_left_out_and_told_once_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            phone = await phone_of(there, FolderType.CONTACTS)
            ada = (await there.add(phone.folder, contact("Ada"))).item_id
            await there.add(phone.folder, contact("Bob"))
            whole = put_content(there, ada, content)
            await phone.rest()
            assert phone.names == ["Bob"]
            assert await phone.sync() is None
            watched = await there.engine.has_news(phone.partner, [phone.folder.folder_id])
            assert watched.with_news == ()
            response = await phone.sync(FetchCommand(server_id=ada))
            assert statuses(response) == [SyncStatus.OBJECT_NOT_FOUND]
            put_content(there, ada, whole)
            monkeypatch.setattr(overair, "__version__", "99.0")
            await phone.rest()
            assert phone.names == ["Ada", "Bob"]

    run(work())


def test_after_an_upgrade_everything_is_tried_whatever_the_first_request_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise ValueError("cannot be shown")

    async def work() -> None:
        async with world(tmp_path) as there:
            phone = await phone_of(there, FolderType.INBOX)
            for number in range(3):
                await there.deliver(mime(f"m{number}"))
            with monkeypatch.context() as patch:
                patch.setattr(rendering, "_shown", broken)
                patch.setattr(rendering, "_stand_in", broken)
                await phone.rest()
            await there.deliver(mime("later"))
            await phone.rest()
            assert phone.names == ["later"]
            monkeypatch.setattr(overair, "__version__", "99.0")
            # A request that asks for no changes, and windows that are too small for all of them.
            await phone.sync(FetchCommand(server_id=phone.id_of("later")), get_changes=False)
            await phone.rest(window_size=1)
            assert phone.names == ["later", "m0", "m1", "m2"]
            assert phone.echoes == 0

    run(work())


def break_file(there: World, item_id: str, how: Callable[[Path], None]) -> Callable[[], None]:
    """Do something to the file of a message; returns what mends it."""
    [key] = row(there, item_id, "blobs").split()
    path = there.storage.blobs.path / key[:2] / key
    whole = path.read_bytes()
    how(path)
    return lambda: void(path.write_bytes(whole))


def break_row(there: World, item_id: str, how: Callable[[bytes], bytes]) -> Callable[[], None]:
    """Do something to the content of an item's row; returns what mends it."""
    whole = put_content(there, item_id, how(row(there, item_id, "content")))
    return lambda: void(put_content(there, item_id, whole))


def row(there: World, item_id: str, column: str) -> Any:
    """A column of an item's row."""
    number = int(item_id.partition(":")[2])
    [(value,)] = execute(there.storage.directory, f"SELECT {column} FROM items WHERE id = ?", number)
    return value


def void(_: object) -> None:
    """Throw a result away."""


def misplaced(content: bytes) -> bytes:
    """A message's row whose index points behind the end of its bytes."""
    message = msgspec.json.decode(content, type=Message)
    assert message.index is not None
    far = tuple(msgspec.structs.replace(part, offset=part.offset + 10**9) for part in message.index.text_body)
    index = msgspec.structs.replace(message.index, text_body=far)
    return msgspec.json.encode(msgspec.structs.replace(message, index=index))


def mime_of(number: int) -> bytes:
    """A message that is too long for its text to be kept in the index."""
    return mime(f"m{number}", "A long letter. " * 2000)


BROKEN: dict[str, Callable[[World, str], Callable[[], None]]] = {
    "file gone": lambda there, item_id: break_file(there, item_id, Path.unlink),
    "file empty": lambda there, item_id: break_file(there, item_id, lambda path: void(path.write_bytes(b""))),
    "file cut": lambda there, item_id: break_file(there, item_id, lambda path: os.truncate(path, 300)),
    "row cut": lambda there, item_id: break_row(there, item_id, lambda content: content[:40]),
    "index beyond": lambda there, item_id: break_row(there, item_id, misplaced),
}


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1], ids=lambda one: one.text)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_message_in_the_middle_of_a_first_sync(tmp_path: Path, name: str, version: Version) -> None:
    """All others come in their windows; the broken one is a stand-in, or comes a day after it is mended."""

    async def work() -> None:
        async with world(tmp_path) as there:
            for number in range(7):
                await there.deliver(mime_of(number), received=there.clock() + timedelta(minutes=number))
            inbox = await there.folder(FolderType.INBOX)
            [broken] = [
                item_id
                for item_id, item in (await there.items(inbox)).items()
                if isinstance(item, Message) and item.subject == "m3"
            ]
            mend = BROKEN[name](there, broken)
            options = (Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT),)),)
            phone = Phone(there, await there.partner(version=version), inbox, options)
            await phone.begin()
            with structlog.testing.capture_logs() as lines:
                windows = await windows_of(phone)
            assert windows == [2, 2, 2, 1] or windows == [2, 1, 2, 1]
            others = [f"m{number}" for number in range(7) if number != 3]
            assert [name for name in phone.names if name != "m3"] == others
            assert any(broken in str(line) for line in lines), lines
            # Later changes come, of the broken one as of others.
            await there.deliver(mime_of(8), received=there.clock())
            await windows_of(phone)
            assert "m8" in phone.names
            had = "m3" in phone.names
            mend()
            there.clock.forward(days=1)
            await windows_of(phone)
            assert phone.names == sorted([*others, "m3", "m8"])
            assert phone.echoes == 0
            if not had:
                assert "A long letter." in text_of(phone, "m3")

    run(work())


@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1], ids=lambda one: one.text)
def test_a_broken_contact_in_the_middle_of_a_first_sync(tmp_path: Path, version: Version) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            folder = await there.folder(FolderType.CONTACTS)
            ids = [(await there.add(folder, contact(f"c{number}"))).item_id for number in range(7)]
            mend = break_row(there, ids[3], lambda content: content[:20])
            phone = Phone(there, await there.partner(version=version), folder)
            await phone.begin()
            assert sum(await windows_of(phone)) == 6
            assert phone.names == [f"c{number}" for number in range(7) if number != 3]
            await there.add(folder, contact("c8"))
            await windows_of(phone)
            mend()
            there.clock.forward(days=1)
            await windows_of(phone)
            assert phone.names == [f"c{number}" for number in range(9) if number != 7]
            assert phone.echoes == 0

    run(work())


async def windows_of(phone: Phone) -> list[int]:
    """Synchronise in windows of two until there is no more; how many things each one told."""
    told = []
    while True:
        response = await phone.sync(window_size=2)
        told.append(len(response.commands) if response is not None else 0)
        if not phone.more:
            return told


def text_of(phone: Phone, name: str) -> str:
    """The text of what the phone shows of a message."""
    body = phone.items[phone.id_of(name)][AirSyncBase.Body]
    data = body.find(AirSyncBase.Data)
    assert data is not None
    return data.text
