"""Law 6: what cannot be read or shown blocks nothing and is not forgotten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import overair
from overair.items import rendering
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import FetchCommand
from support.asynchronous import run
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
    with sqlite3.connect(there.storage.database.path) as connection:
        [(before,)] = connection.execute("SELECT content FROM items WHERE id = ?", (number,)).fetchall()
        connection.execute("UPDATE items SET content = ? WHERE id = ?", (content, number))
    connection.close()
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
