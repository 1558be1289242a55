"""What commands do to the store: one set of operations, on the spot or through the control socket.

Requests and answers are plain records, so that they can travel as JSON lines (server/control.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

import msgspec
import structlog

from overair.directory.accounts import AddressTaken, NoSuchUser
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import User
from overair.directory.names import InvalidAddress
from overair.mailboxes.interface import MailboxError
from overair.server.context import Services
from overair.server.importing import Entry, FolderUnfit, Import, Outcome
from overair.storage.interface import DatabaseUnavailable

_log = structlog.get_logger("overair.administration")


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="operation", tag=True):
    """Base of the requests."""


class AddUser(_Request, frozen=True):
    """A new account; answered by Users with the one."""

    address: str
    name: str
    password: str


class ListUsers(_Request, frozen=True):
    """Every account; answered by Users."""


class SetPassword(_Request, frozen=True):
    """A new password; log-ins with the old one end at once. Answered by Users with the one."""

    address: str
    password: str


class RemoveUser(_Request, frozen=True):
    """Remove an account with all it owns; its phones are let go at once. Answered by Users with the one."""

    address: str


class BeginImport(_Request, frozen=True):
    """Choose where the entries that follow go. Answered by Users with the account."""

    address: str
    folder: str | None = None
    """A name, with its parents' before it and slashes between; None is the Inbox or the Contacts."""


class AddEntries(_Request, frozen=True):
    """Entries of the import that was begun; answered by Outcomes."""

    entries: tuple[Entry, ...]


Request = AddUser | ListUsers | SetPassword | RemoveUser | BeginImport | AddEntries


class _Answer(msgspec.Struct, frozen=True, tag_field="answer", tag=True):
    """Base of the answers."""


class Account(msgspec.Struct, frozen=True):
    """An account as an administrator sees it."""

    address: str
    name: str
    aliases: tuple[str, ...] = ()


class Users(_Answer, frozen=True):
    """Accounts."""

    users: tuple[Account, ...]


class Outcomes(_Answer, frozen=True):
    """What became of each entry, in their order."""

    outcomes: tuple[Outcome, ...]


class Refused(_Answer, frozen=True):
    """The request was not carried out; ``reason`` is one line for people."""

    reason: str


Answer = Users | Outcomes | Refused


class Administrator:
    """Carries out the requests of one command."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._import: Import | None = None
        self._operations: dict[type, Callable[[Request], Awaitable[Answer]]] = {
            AddUser: lambda request: self._add_user(cast("AddUser", request)),
            ListUsers: lambda request: self._list_users(),
            SetPassword: lambda request: self._set_password(cast("SetPassword", request)),
            RemoveUser: lambda request: self._remove_user(cast("RemoveUser", request)),
            BeginImport: lambda request: self._begin_import(cast("BeginImport", request)),
            AddEntries: lambda request: self._add_entries(cast("AddEntries", request)),
        }

    async def perform(self, request: Request) -> Answer:
        """Carry out one request. What goes wrong in a way that was foreseen is Refused."""
        try:
            return await self._operations[type(request)](request)
        except (NoSuchUser, AddressTaken, InvalidAddress, EmptyPassword, FolderUnfit, MailboxError) as error:
            return Refused(str(error))
        except (DatabaseUnavailable, OSError) as error:
            _log.error("not carried out", operation=type(request).__name__, error=str(error))
            return Refused(f"the store does not take it: {error}")

    @property
    def _directory(self) -> EmbeddedDirectory:
        directory = self._services.directory
        if not isinstance(directory, EmbeddedDirectory):
            raise NoSuchUser("the accounts are not kept here")
        return directory

    async def _add_user(self, request: AddUser) -> Answer:
        _require(request.password)
        user = await self._directory.add_user(request.address, request.password, request.name)
        _log.info("account added", address=user.address)
        return _one(user)

    async def _list_users(self) -> Answer:
        return Users(tuple(map(_account, await self._directory.list_users())))

    async def _set_password(self, request: SetPassword) -> Answer:
        _require(request.password)
        user = await self._directory.set_password(request.address, request.password)
        # Requests that wait were let in by the old password.
        self._services.hub.end_waits(user.account_id)
        _log.info("password set", address=user.address)
        return _one(user)

    async def _remove_user(self, request: RemoveUser) -> Answer:
        user = await self._directory.remove_user(request.address)
        self._services.hub.end_waits(user.account_id)
        _log.info("account removed", address=user.address)
        return _one(user)

    async def _begin_import(self, request: BeginImport) -> Answer:
        user = await self._directory.find(request.address)
        if user is None:
            raise NoSuchUser(f"there is no account {request.address}")
        self._import = Import(self._services.mailbox(user.account_id), request.folder)
        return _one(user)

    async def _add_entries(self, request: AddEntries) -> Answer:
        if self._import is None:
            return Refused("no import was begun")
        return Outcomes(tuple(await self._import.add(request.entries)))


class EmptyPassword(ValueError):
    """A password must be something."""


def _require(password: str) -> None:
    if not password:
        raise EmptyPassword("the password is empty")


def _account(user: User) -> Account:
    return Account(user.address, user.display_name, user.aliases)


def _one(user: User) -> Users:
    return Users((_account(user),))
