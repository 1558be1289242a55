"""The demo's accounts when a first start does not come to its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from overair.cli.demo import mailboxes
from overair.cli.demo.letters import ACCOUNTS
from overair.cli.own_store import own_store
from overair.cli.store import ask
from overair.mailboxes.interface import Session, View
from overair.server.administration import Answer, ListUsers, Request, SetPassword
from overair.server.app import build
from overair.server.settings import load
from support.asynchronous import run

ANNA = f"anna@{mailboxes.DOMAIN}"


class Killed(Exception):
    """What happens to the process in the middle of a start."""


def start(directory: Path, *, killed_after: int | None = None, told: bool = False) -> dict[str, str]:
    """The part of a start that makes the accounts; returns the passwords that would be shown."""

    async def work() -> dict[str, str]:
        async with own_store(directory) as perform:
            left = killed_after

            async def fragile(request: Request) -> Answer:
                nonlocal left
                if left is not None:
                    left -= 1
                    if left < 0:
                        raise Killed
                return await perform(request)

            passwords = await mailboxes.fill(fragile, directory)
            if told:
                mailboxes.told(directory)
            return passwords

    return run(work())


def letters_of(directory: Path) -> dict[str, int]:
    """How many items each account has, by address."""

    async def work() -> dict[str, int]:
        application = build(load(data_dir=str(directory)))

        async def count(session: Session) -> int:
            number = 0
            for folder in await session.folders():
                since = await session.start(folder.folder_id)
                number += len((await session.changes(folder.folder_id, View(), since, 1000)).items)
            return number

        try:
            users = await application.directory.list_users()
            return {
                user.address: await application.services.mailbox(user.account_id).inspect(count)
                for user in users
            }
        finally:
            await application.shutdown()

    return run(work())


def can_log_in(directory: Path, address: str, password: str) -> bool:
    async def work() -> bool:
        application = build(load(data_dir=str(directory)))
        try:
            return await application.directory.authenticate(address, password.encode()) is not None
        finally:
            await application.shutdown()

    return run(work())


def test_a_start_that_was_told_is_kept(tmp_path: Path) -> None:
    passwords = start(tmp_path, told=True)
    assert set(passwords) == {f"{account}@{mailboxes.DOMAIN}" for account in ACCOUNTS}
    before = letters_of(tmp_path)
    assert start(tmp_path, told=True) == {}
    assert letters_of(tmp_path) == before
    assert all(can_log_in(tmp_path, *pair) for pair in passwords.items())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many items each account has after a start that came to its end."""
    directory = tmp_path_factory.mktemp("whole")
    start(directory, told=True)
    return letters_of(directory)


@pytest.mark.parametrize(
    "requests", [*(pytest.param(number, marks=pytest.mark.full) for number in (0, 1, 2, 6, 11)), 4]
)
def test_a_fill_that_was_cut_off_is_made_anew(tmp_path: Path, whole: dict[str, int], requests: int) -> None:
    with pytest.raises(Killed):
        start(tmp_path, killed_after=requests)
    passwords = start(tmp_path, told=True)
    assert passwords.keys() == whole.keys()
    assert letters_of(tmp_path) == whole
    assert all(can_log_in(tmp_path, *pair) for pair in passwords.items())


def test_passwords_that_nobody_was_told_are_made_anew(tmp_path: Path) -> None:
    first = start(tmp_path)
    before = letters_of(tmp_path)
    second = start(tmp_path, told=True)
    assert second.keys() == first.keys()
    assert letters_of(tmp_path) == before
    assert can_log_in(tmp_path, ANNA, second[ANNA])
    assert not can_log_in(tmp_path, ANNA, first[ANNA])


def test_other_accounts_are_not_touched(tmp_path: Path) -> None:
    start(tmp_path, told=True)

    async def own_password() -> int:
        async with own_store(tmp_path) as perform:
            await ask(perform, SetPassword(address=ANNA, password="my own"))
            assert await mailboxes.fill(perform, tmp_path) == {}
            return len((await ask(perform, ListUsers())).users)

    assert asyncio.run(own_password()) == len(ACCOUNTS)
    assert can_log_in(tmp_path, ANNA, "my own")
