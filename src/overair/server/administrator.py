"""Carries out what commands ask, in the process that has the store open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, cast, get_args

import structlog

from overair.directory.accounts import AddressTaken, NoSuchRight, NoSuchUser, PrimaryAddress
from overair.directory.embedded import EmbeddedDirectory
from overair.directory.interface import SendRight, User
from overair.directory.names import InvalidAddress
from overair.mailboxes.interface import MailboxError
from overair.server import (
    certificate_administration,
    device_administration,
    mailbox_administration,
    queue_administration,
)
from overair.server.administration import (
    Account,
    AddAlias,
    AddEntries,
    AddUser,
    Answer,
    BeginExport,
    BeginImport,
    Begun,
    Counted,
    Exported,
    GetOutOfOffice,
    GrantSending,
    ListQueue,
    ListUsers,
    NextItems,
    Outcomes,
    Refused,
    RemoveAlias,
    RemoveQueued,
    RemoveUser,
    Request,
    RetryQueued,
    RevokeSending,
    SetOutOfOffice,
    SetPassword,
    SetQuota,
    ShowQueued,
    Users,
)
from overair.server.certificate_requests import CertificateRequest
from overair.server.certificates import domains_of
from overair.server.context import Services
from overair.server.device_administration import DeviceUnfit
from overair.server.device_requests import DeviceRequest, ShowDeviceFolder
from overair.server.exporting import Export
from overair.server.folder_contents import FolderUnfit
from overair.server.importing import Import
from overair.server.mailbox_administration import ImpossibleAbsence
from overair.server.queue_administration import NotQueued
from overair.storage.interface import DatabaseUnavailable

_log = structlog.get_logger("overair.administration")


class Administrator:
    """Carries out the requests of one command."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._import: Import | None = None
        self._export: Export | None = None
        self._operations: dict[type, Callable[[Request], Awaitable[Answer]]] = {
            AddUser: lambda request: self._add_user(cast("AddUser", request)),
            ListUsers: lambda request: self._list_users(),
            SetPassword: lambda request: self._set_password(cast("SetPassword", request)),
            RemoveUser: lambda request: self._remove_user(cast("RemoveUser", request)),
            AddAlias: lambda request: self._add_alias(cast("AddAlias", request)),
            RemoveAlias: lambda request: self._remove_alias(cast("RemoveAlias", request)),
            GrantSending: lambda request: self._grant(cast("GrantSending", request)),
            RevokeSending: lambda request: self._revoke(cast("RevokeSending", request)),
            SetQuota: lambda request: self._set_quota(cast("SetQuota", request)),
            GetOutOfOffice: lambda request: self._get_out_of_office(cast("GetOutOfOffice", request)),
            SetOutOfOffice: lambda request: self._set_out_of_office(cast("SetOutOfOffice", request)),
            ListQueue: lambda request: self._list_queue(cast("ListQueue", request)),
            ShowQueued: lambda request: self._show_queued(cast("ShowQueued", request)),
            RetryQueued: lambda request: self._retry_queued(cast("RetryQueued", request)),
            RemoveQueued: lambda request: self._remove_queued(cast("RemoveQueued", request)),
            BeginImport: lambda request: self._begin_import(cast("BeginImport", request)),
            AddEntries: lambda request: self._add_entries(cast("AddEntries", request)),
            BeginExport: lambda request: self._begin_export(cast("BeginExport", request)),
            NextItems: lambda request: self._next_items(),
        }
        self._operations |= dict.fromkeys(get_args(CertificateRequest), self._certificate)
        self._operations |= dict.fromkeys(get_args(DeviceRequest), self._devices)

    async def perform(self, request: Request) -> Answer:
        """Carry out one request. What goes wrong in a way that was foreseen is Refused."""
        try:
            return await self._operations[type(request)](request)
        except FORESEEN as error:
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
        usages = await mailbox_administration.usage_by_account(self._services)
        return Users(
            tuple(
                mailbox_administration.with_usage(self._services, _account(user), usages.get(user.account_id))
                for user in await self._directory.list_users()
            )
        )

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

    async def _add_alias(self, request: AddAlias) -> Answer:
        user = await self._directory.add_alias(request.address, request.alias)
        _log.info("address added", address=user.address, alias=request.alias)
        return _one(user)

    async def _remove_alias(self, request: RemoveAlias) -> Answer:
        user = await self._directory.remove_alias(request.alias)
        _log.info("address removed", address=user.address, alias=request.alias)
        return _one(user)

    async def _grant(self, request: GrantSending) -> Answer:
        right = SendRight(request.other, request.on_behalf)
        user = await self._directory.grant(request.address, right)
        _log.info("right to send granted", address=user.address, other=request.other)
        return _one(user)

    async def _revoke(self, request: RevokeSending) -> Answer:
        user = await self._directory.revoke(request.address, request.other)
        _log.info("right to send revoked", address=user.address, other=request.other)
        return _one(user)

    async def _set_quota(self, request: SetQuota) -> Answer:
        user = await self._user(request.address)
        usage = await mailbox_administration.quota_set(self._services, user, request)
        _log.info("quota set", address=user.address, quota=request.quota)
        return Users((mailbox_administration.with_usage(self._services, _account(user), usage),))

    async def _get_out_of_office(self, request: GetOutOfOffice) -> Answer:
        user = await self._user(request.address)
        return await mailbox_administration.out_of_office(self._services, user)

    async def _set_out_of_office(self, request: SetOutOfOffice) -> Answer:
        user = await self._user(request.address)
        answer = await mailbox_administration.out_of_office_set(self._services, user, request)
        _log.info("out of office set", address=user.address, on=request.on)
        return answer

    async def _list_queue(self, request: ListQueue) -> Answer:
        return await queue_administration.listed(self._services, await self._names(), request.after)

    async def _show_queued(self, request: ShowQueued) -> Answer:
        return await queue_administration.shown(self._services, await self._names(), request.number)

    async def _retry_queued(self, request: RetryQueued) -> Answer:
        return Counted(await queue_administration.made_due(self._services, request.number))

    async def _remove_queued(self, request: RemoveQueued) -> Answer:
        removed = await queue_administration.removed(self._services, await self._names(), request.number)
        _log.info("message removed from the queue", message_key=request.number)
        return removed

    async def _names(self) -> dict[int, str]:
        return {user.account_id: user.address for user in await self._directory.list_users()}

    async def _certificate(self, request: Request) -> Answer:
        domains = domains_of(user.address for user in await self._directory.list_users())
        return await certificate_administration.perform(
            self._services, domains, cast("CertificateRequest", request)
        )

    async def _devices(self, request: Request) -> Answer:
        about = cast("DeviceRequest", request)
        answer = await device_administration.perform(self._services, await self._user(about.address), about)
        if isinstance(about, ShowDeviceFolder):
            _log.info("folders of a device chosen", address=about.address, device=about.device_id)
        return answer

    async def _begin_import(self, request: BeginImport) -> Answer:
        user = await self._user(request.address)
        mailbox = self._services.mailbox(user.account_id)
        self._import = Import(mailbox, request.folder, self._services.import_turn)
        return self._begun(user)

    async def _add_entries(self, request: AddEntries) -> Answer:
        if self._import is None:
            return Refused("no import was begun")
        return Outcomes(tuple(await self._import.add(request.entries)))

    async def _begin_export(self, request: BeginExport) -> Answer:
        user = await self._user(request.address)
        self._export = Export(self._services.mailbox(user.account_id), request.folder)
        await self._export.begin()
        return self._begun(user)

    async def _next_items(self) -> Answer:
        if self._export is None:
            return Refused("no export was begun")
        return Exported(tuple(await self._export.more()))

    async def _user(self, address: str) -> User:
        user = await self._directory.find(address)
        if user is None:
            raise NoSuchUser(f"there is no account {address}")
        return user

    def _begun(self, user: User) -> Begun:
        return Begun(_account(user), self._services.settings.calendar.time_zone)


class EmptyPassword(ValueError):
    """A password must be something."""


FORESEEN: Final = (
    NoSuchUser,
    NoSuchRight,
    AddressTaken,
    PrimaryAddress,
    InvalidAddress,
    EmptyPassword,
    NotQueued,
    ImpossibleAbsence,
    FolderUnfit,
    DeviceUnfit,
    MailboxError,
    *certificate_administration.FORESEEN,
)
"""What may be wrong with a request; the message is one line for people."""


def _require(password: str) -> None:
    if not password:
        raise EmptyPassword("the password is empty")


def _account(user: User) -> Account:
    return Account(
        user.address,
        user.display_name,
        user.aliases,
        tuple(right.address for right in user.rights if not right.on_behalf),
        tuple(right.address for right in user.rights if right.on_behalf),
    )


def _one(user: User) -> Users:
    return Users((_account(user),))
