"""Notes and the phones that have no word for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items import Note
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.versions import Version
from support.asynchronous import run
from sync.phone import Phone
from sync.world import world


@pytest.mark.req("MS-ASCMD_R6298")
def test_a_phone_that_goes_back_to_12_1_is_not_woken_for_notes(tmp_path: Path) -> None:
    """Or it would be told of news for ever, and refused when it asks for them."""

    async def work() -> None:
        async with world(tmp_path) as there:
            folder = await there.folder(FolderType.NOTES)
            newer = Phone(there, await there.partner(version=Version.V14_0), folder)
            await newer.begin()
            await there.add(folder, Note(subject="News"))
            older = await there.partner(version=Version.V12_1)
            watched = await there.engine.has_news(newer.partner, [folder.folder_id])
            assert watched.with_news == (folder.folder_id,)
            watched = await there.engine.has_news(older, [folder.folder_id])
            assert (watched.with_news, watched.missing) == ((), ())
            newer.partner = older
            response = await newer.ask()
            assert response is not None
            assert response.status == SyncStatus.PROTOCOL_ERROR

    run(work())
