"""Who the users are, and the global address list."""

from __future__ import annotations

from typing import Protocol

import msgspec


class User(msgspec.Struct, frozen=True):
    """An account: its number in the store, primary address (lower case), name and other addresses."""

    account_id: int
    address: str
    display_name: str
    aliases: tuple[str, ...] = ()

    def owns(self, address: str) -> bool:
        """Whether an address is this user's, in any letter case."""
        return address.lower() in (self.address, *self.aliases)


class AddressListEntry(msgspec.Struct, frozen=True):
    """One person in the global address list (MS-ASCMD, GAL namespace)."""

    display_name: str
    email_address: str
    alias: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    office: str | None = None
    title: str | None = None
    company: str | None = None
    home_phone: str | None = None
    picture: bytes | None = None


class Directory(Protocol):
    """A source of users."""

    async def authenticate(self, login: str, password: bytes) -> User | None:
        """The user whose log-in and password these are, or None.

        ``login`` is ``user``, ``user@domain`` or ``DOMAIN\\user``; ``password`` the bytes of the
        Basic credentials, tried as UTF-8 and as Latin-1.
        """

    async def find(self, address: str) -> User | None:
        """The user who receives mail at an address, aliases included."""

    async def search(self, text: str, offset: int, limit: int) -> tuple[list[AddressListEntry], int]:
        """Entries of the address list whose name or address begins with the text; and their number."""
