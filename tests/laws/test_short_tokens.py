"""What is kept of a device is short, however much it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType, Session
from overair.sync import state
from support.asynchronous import run
from sync.phone import Phone
from sync.world import World, contact, world

MOST = 400
"""Bytes of a token."""


async def token_length(there: World, phone: Phone) -> int:
    """How long the longest token is that is kept of a phone."""

    async def work(session: Session) -> int:
        states = await state.load(session.transaction, phone.partner.device_key, phone.folder.folder_id)
        return max(len(one.token) for one in (states.handed_out, states.acknowledged) if one is not None)

    return await there.mailbox().inspect(work)


@pytest.mark.parametrize("synchronised", [False, True])
def test_a_phone_that_only_sends(tmp_path: Path, synchronised: bool) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            phone = Phone(there, await there.partner(), await there.folder(FolderType.CONTACTS))
            await there.add(phone.folder, contact("Zoe"))
            await phone.begin()
            if synchronised:
                await phone.rest()
            for number in range(60):
                added = await phone.sync(phone.add(contact(f"A{number}")), get_changes=False)
                assert added is not None
                mine = phone.id_of(f"A{number}")
                await phone.sync(phone.change(mine, contact(f"B{number}")), get_changes=False)
            assert await token_length(there, phone) < MOST
            by_another = phone.id_of("B7")
            await there.do(
                lambda session: session.change(phone.folder.folder_id, by_another, contact("other"))
            )
            await there.add(phone.folder, contact("Yan"))
            await phone.rest()
            assert phone.echoes == 0
            expected = [f"B{number}" for number in range(60) if number != 7]
            assert phone.names == sorted([*expected, "Zoe", "Yan", "other"])

    run(work())


def test_many_changes_between_small_windows(tmp_path: Path) -> None:
    async def work() -> None:
        async with world(tmp_path) as there:
            phone = Phone(there, await there.partner(), await there.folder(FolderType.CONTACTS))
            ids = [(await there.add(phone.folder, contact(f"A{number}"))).item_id for number in range(60)]
            await phone.begin()
            for number, item_id in enumerate(ids * 3):
                name = contact(f"C{number}")
                await there.do(lambda session: session.change(phone.folder.folder_id, item_id, name))  # noqa: B023 - runs at once
                if number % 3 == 0:
                    await phone.sync(window_size=1)
                    assert await token_length(there, phone) < MOST
            await phone.rest()
            assert phone.names == sorted(f"C{number}" for number in range(120, 180))
            assert phone.echoes == 0

    run(work())
