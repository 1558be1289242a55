"""An embedded directory on a data directory of its own, and a clock that tests move."""

from __future__ import annotations

import asyncio
from pathlib import Path

from overair.devices.partnerships import Partnerships, forget_partnerships, knows_device
from overair.directory.accounts import AccountPart
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import LoginHeldUp, User
from overair.mailboxes.embedded import create_mailbox, remove_mailbox
from overair.storage.open import Storage, open_storage
from overair.versions import Version

PARTS = [
    AccountPart(create_mailbox, remove_mailbox),
    AccountPart(remove=forget_partnerships, knows_device=knows_device),
]


class World:
    """A data directory with a directory in it, and a loop to run it in."""

    def __init__(self, path: Path) -> None:
        self.runner = asyncio.Runner()
        self.storage: Storage = open_storage(path)
        self.directory = EmbeddedDirectory(self.storage.database, PARTS)
        self.partnerships = Partnerships(self.storage.database, 100)

    def login(self, login: str, password: bytes, address: str = "", device: str = "") -> User | None:
        return self.runner.run(self.directory.authenticate(login, password, address, device))

    def outcome(self, login: str, password: bytes, address: str = "", device: str = "") -> int:
        """As ``login``, but 200, 401, or the seconds for which it is held up as a negative number."""
        try:
            return 401 if self.login(login, password, address, device) is None else 200
        except LoginHeldUp as error:
            return -error.retry_after

    def add(self, address: str, password: str = "secret", name: str = "Somebody") -> User:
        return self.runner.run(self.directory.add_user(address, password, name))

    def pair(self, user: User, device: str) -> None:
        """Make the partnership that a device's first request makes."""
        self.runner.run(self.partnerships.contact(user.account_id, device, "Test", "Test/1", Version.V16_1))

    def search(self, text: str, offset: int = 0, limit: int = 100) -> tuple[list[str], int]:
        entries, count = self.runner.run(self.directory.search(text, offset, limit))
        return [entry.display_name for entry in entries], count

    def close(self) -> None:
        self.directory.close()
        self.runner.run(self.storage.close())
        self.runner.close()


class Clock:
    """Stands in for the time module where only ``monotonic`` is asked."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def monotonic(self) -> float:
        return self.now
