"""Users whom an IMAP server knows: its log-in is the proof, and an account is made at the first one."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from overair.directory.accounts import AccountPart, AddressTaken
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import LoginHeldUp, User
from overair.directory.logins import Found, Proof
from overair.directory.names import InvalidAddress, normalized_address
from overair.directory.passwords import readings
from overair.storage.interface import Database

RETRY_SECONDS: Final = 30
"""When a phone is to come again whose log-in could not be checked."""


class CannotCheck(Exception):
    """The server cannot say now whether a log-in is right."""


Check = Callable[[str, str], Awaitable[bool]]
"""Whether the IMAP server takes the log-in of an address with a password. Raises CannotCheck."""


class ImapDirectory(EmbeddedDirectory):
    """The accounts of the store, each proved by the IMAP server."""

    def __init__(
        self, database: Database, parts: Iterable[AccountPart], check: Check, domain: str = ""
    ) -> None:
        """``domain`` is that of whoever logs in with a name alone."""
        self._check: Final = check
        self._domain: Final = domain
        super().__init__(database, parts)

    def _proof(self) -> Proof:
        return self._prove

    async def _prove(self, found: Found, password: bytes) -> User | None:
        address = found.user.address if found.user is not None else self._address_of(found.login)
        if address is None or not password:
            return None
        try:
            if not await self._check(address, readings(password)[0]):
                return None
        except CannotCheck:
            raise LoginHeldUp(RETRY_SECONDS) from None
        return found.user or await self._account(address)

    def _address_of(self, name: str) -> str | None:
        if "@" not in name:
            if not self._domain:
                return None
            name = f"{name}@{self._domain}"
        try:
            return normalized_address(name)
        except InvalidAddress:
            return None

    async def _account(self, address: str) -> User | None:
        """The account of an address that the server knows: made now, or by another request just before."""
        try:
            # The password is nobody's: the proof is the server's.
            return await self.add_user(address, secrets.token_urlsafe(), address.partition("@")[0])
        except AddressTaken:
            return await self.find(address)
