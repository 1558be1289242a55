"""Who the users are, and the global address list."""

from __future__ import annotations

from typing import Protocol

import msgspec


class SendRight(msgspec.Struct, frozen=True):
    """An address (lower case) that an account may send as; ``on_behalf``: if the message names both."""

    address: str
    on_behalf: bool = False


class User(msgspec.Struct, frozen=True):
    """An account: its number in the store, primary address (lower case), name and other addresses."""

    account_id: int
    address: str
    display_name: str
    aliases: tuple[str, ...] = ()
    rights: tuple[SendRight, ...] = ()
    """As whom it may send besides."""

    def right_to(self, address: str) -> SendRight | None:
        """The right to send as an address that is not this user's, in any letter case."""
        return next((right for right in self.rights if right.address == address.lower()), None)

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


class LoginHeldUp(Exception):
    """Too many distinct wrong passwords were tried; ``retry_after`` is in seconds.

    Nothing was checked, so it says nothing about the password that was given.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"log-ins are held up for {retry_after} s")
        self.retry_after = retry_after


class Directory(Protocol):
    """A source of users."""

    async def authenticate(
        self, login: str, password: bytes, client_address: str = "", device_id: str = ""
    ) -> User | None:
        """The user whose log-in and password these are, or None.

        ``login`` is ``user``, ``user@domain`` or ``DOMAIN\\user``; ``password`` the bytes of the
        Basic credentials, tried as UTF-8 and as Latin-1. ``client_address`` is the address that the
        request came from and ``device_id`` its DeviceId: a device that logged in lately from its
        network is not held up by somebody else's guesses. Raises LoginHeldUp.
        """

    @property
    def generation(self) -> int:
        """Grows whenever log-ins are dropped; taken before ``authenticate``, it is for ``holds``."""

    def holds(self, user: User, generation: int) -> bool:
        """Whether what ``authenticate`` said in a generation still counts: no new password, not removed."""

    async def find(self, address: str) -> User | None:
        """The user who receives mail at an address, aliases included."""

    async def entry(self, user: User) -> AddressListEntry:
        """What the address list says of a user."""

    async def is_internal(self, address: str) -> bool:
        """Whether an address is of a domain in which somebody has the primary address of an account here."""

    async def search(self, text: str, offset: int, limit: int) -> tuple[list[AddressListEntry], int]:
        """Entries of the address list whose name or address begins with the text; and their number."""
