"""Law 8: a Ping answers 2 only for what the next Sync would show."""

from __future__ import annotations

from pathlib import Path

import msgspec

from overair.mailboxes.interface import FolderType, Session
from overair.versions import Version
from support.asynchronous import run
from sync.phone import Phone
from sync.world import mime, world


def test_much_that_the_version_cannot_say_is_no_news(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            folder = await there.folder(FolderType.INBOX)
            phone = Phone(there, await there.partner(version=Version.V12_1), folder)
            await phone.begin()
            for number in range(40):
                await there.deliver(mime(f"m{number}"))
            await phone.rest()

            async def categorise(session: Session) -> None:
                for stored in await session.read(folder.folder_id, list(phone.items)):
                    assert stored is not None
                    item = msgspec.structs.replace(stored.item, categories=("blue",))
                    await session.change(folder.folder_id, stored.item_id, item)

            await there.do(categorise)
            watched = await there.engine.has_news(phone.partner, [folder.folder_id])
            assert watched.with_news == ()
            assert await phone.sync(window_size=1) is None
            await there.deliver(mime("new"))
            watched = await there.engine.has_news(phone.partner, [folder.folder_id])
            assert watched.with_news == (folder.folder_id,)

    run(work())
