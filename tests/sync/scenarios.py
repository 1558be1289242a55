"""Scenarios of one phone with contacts on a real mailbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from overair.mailboxes.interface import FolderType
from overair.versions import Version
from support.asynchronous import run
from sync.phone import Phone
from sync.world import World, world

Scenario = Callable[[World, Phone], Awaitable[None]]


async def phone_of(
    there: World, device_id: str = "PHONE1", name: str = "anna", version: Version = Version.V16_1
) -> Phone:
    """A phone that has primed its Contacts."""
    folder = await there.folder(FolderType.CONTACTS, name)
    phone = Phone(there, await there.partner(device_id, version, name), folder)
    await phone.begin()
    return phone


def play(directory: Path, scenario: Scenario) -> None:
    """Run a scenario with one phone."""

    async def work() -> None:
        async with world(directory) as there:
            await scenario(there, await phone_of(there))

    run(work())
