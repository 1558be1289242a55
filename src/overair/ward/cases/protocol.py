"""Logged in, and yet no mail: devices that are not let in, folders and items that do not come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial
from typing import Final

import msgspec

from overair.client import Client
from overair.doctor.complaint import Complaint
from overair.doctor.folders import FIRST_FOLDERS, INBOX
from overair.items import ItemClass
from overair.protocol.folder_sync import FolderSyncResponse
from overair.protocol.http import PATH, Command, Request
from overair.protocol.ping import PingRequest, PingResponse
from overair.protocol.provision import ProvisionResponse
from overair.protocol.schema import Record
from overair.protocol.statuses import CommonStatus, FolderSyncStatus, PingStatus, ProvisionStatus, SyncStatus
from overair.protocol.sync import SyncResponse
from overair.ward.case import Case, Program
from overair.ward.fronts import behind_haproxy
from overair.ward.posing import Change, Own, posing
from overair.ward.site import PROXIED, healthy_site, records
from overair.ward.ward import Ward
from overair.wbxml import decode

HEARTBEAT: Final = 60
MINUTE: Final = 0.5
"""Seconds, so that nobody waits for mail longer than for any answer."""
CALENDAR: Final = next(one.type for one in FIRST_FOLDERS if one.item_class is ItemClass.CALENDAR)
KEYLESS: Final = f"""
    location / {{
{PROXIED}
        proxy_set_header X-MS-PolicyKey "";
    }}
"""


def _always(record: Record) -> Change:
    async def change(_request: Request, _own: Own) -> Record:
        return record

    return change


def _showing(*, only: Collection[int] = (), without: Collection[int] = ()) -> Change:
    """FolderSync with some types of folders alone, or without some."""

    async def change(_request: Request, own: Own) -> Record | None:
        answer = await own()
        if not isinstance(answer, FolderSyncResponse) or answer.changes is None:
            return answer
        adds = tuple(
            one for one in answer.changes.adds if one.type not in without and (not only or one.type in only)
        )
        changes = msgspec.structs.replace(answer.changes, adds=adds, count=len(adds))
        return msgspec.structs.replace(answer, changes=changes)

    return change


def _broken_calendar() -> Mapping[Command, Change]:
    """What stands behind the calendar fails, and nothing else."""
    calendars: set[str] = set()

    async def folder_sync(_request: Request, own: Own) -> Record | None:
        answer = await own()
        if isinstance(answer, FolderSyncResponse) and answer.changes is not None:
            calendars.update(one.server_id for one in answer.changes.adds if one.type == CALENDAR)
        return answer

    async def sync(_request: Request, own: Own) -> Record | None:
        answer = await own()
        if not isinstance(answer, SyncResponse):
            return answer
        collections = tuple(
            msgspec.structs.replace(one, status=SyncStatus.SERVER_ERROR, commands=())
            if one.collection_id in calendars
            else one
            for one in answer.collections
        )
        return msgspec.structs.replace(answer, collections=collections)

    return {Command.FOLDER_SYNC: folder_sync, Command.SYNC: sync}


async def _deaf(ward: Ward, request: Request, _own: Own) -> PingResponse:
    """A Ping that ends when its time is up, whatever happens."""
    asked = PingRequest.from_element(decode(request.body), request.version)
    await asyncio.sleep((asked.heartbeat_interval or HEARTBEAT) * ward.minute / HEARTBEAT)
    return PingResponse(status=PingStatus.EXPIRED)


@contextlib.asynccontextmanager
async def _posing(changes: Mapping[Command, Change], ward: Ward) -> AsyncIterator[Complaint]:
    async with posing(ward, changes):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _calendar_gone(ward: Ward) -> AsyncIterator[Complaint]:
    async with posing(ward, _broken_calendar()):
        yield ward.complaint()


@contextlib.asynccontextmanager
async def _not_told(ward: Ward) -> AsyncIterator[Complaint]:
    async with posing(ward, {Command.PING: partial(_deaf, ward)}):
        yield ward.complaint(send=True)


@contextlib.asynccontextmanager
async def _keyless(ward: Ward) -> AsyncIterator[Complaint]:
    """The proxy drops the header with the key of the policy."""
    settings = {"policy.required": True, "policy.document": {"device_password_enabled": True}}
    async with ward.own_overair(settings=settings) as overair:
        upstream = f"{overair.place.address}:{overair.place.port}"
        async with healthy_site(ward, locations=KEYLESS, upstream=upstream):
            yield ward.complaint()


@contextlib.asynccontextmanager
async def _too_many(ward: Ward) -> AsyncIterator[Complaint]:
    """One device is what the server allows, and there is one."""
    async with ward.own_overair(settings={"limits.devices": 1}) as overair:
        upstream = f"{overair.place.address}:{overair.place.port}"
        async with Client(
            f"http://{upstream}{PATH}", ward.user, ward.password, device_id="OLDPHONE", device_type="Old"
        ) as old:
            await old.folder_sync()
        async with healthy_site(ward, upstream=upstream):
            yield ward.complaint()


@contextlib.asynccontextmanager
async def _answering(answer: str, command: Command, ward: Ward) -> AsyncIterator[Complaint]:
    """HAProxy answers one command itself."""
    address = ward.address()
    records(ward, address)
    line = f"    http-request return {answer} if METH_POST {{ url_param(Cmd) -m str {command.value} }}"
    async with behind_haproxy(ward, address, frontend=line):
        yield ward.complaint(send=command is Command.SEND_MAIL)


def _posed(name: str, title: str, illness: str, changes: Mapping[Command, Change]) -> Case:
    return Case(
        id=name, title=title, illness=illness, program=Program.SCRIPTED, start=partial(_posing, changes)
    )


CASES: Final = (
    _posed(
        "wipe-ordered",
        "“I lost my phone and found it again. May I use it?”",
        "wipe-ordered",
        {Command.PROVISION: _always(ProvisionResponse(status=ProvisionStatus.SUCCESS, remote_wipe=True))},
    ),
    _posed(
        "provisioning-fails",
        "“It says that it applies the settings of my company, and then that it cannot.”",
        "provisioning-fails",
        {Command.PROVISION: _always(ProvisionResponse(status=ProvisionStatus.SERVER_ERROR))},
    ),
    Case(
        id="provisioning-endless",
        title="“I have to confirm the company's settings again and again.”",
        illness="provisioning-endless",
        program=Program.NGINX,
        start=_keyless,
    ),
    _posed(
        "eas-disabled",
        "“Webmail works, the phone does not. I am the new one in the office.”",
        "eas-disabled",
        {Command.FOLDER_SYNC: _always(FolderSyncResponse(status=CommonStatus.USER_DISABLED_FOR_SYNC))},
    ),
    _posed(
        "device-blocked",
        "“My new phone is not liked by the company.”",
        "device-blocked",
        {
            Command.FOLDER_SYNC: _always(
                FolderSyncResponse(status=CommonStatus.DEVICE_IS_BLOCKED_FOR_THIS_USER)
            )
        },
    ),
    _posed(
        "device-quarantined",
        "“There is nothing in my inbox but a letter from the administrator.”",
        "device-quarantined",
        {Command.FOLDER_SYNC: _showing(only=(INBOX,))},
    ),
    Case(
        id="devices-too-many",
        title="“Every year a new phone, and this one does not want to.”",
        illness="devices-too-many",
        program=Program.OVERAIR,
        start=_too_many,
    ),
    _posed(
        "folder-sync-fails",
        "“The account is there, but it has no folders.”",
        "folder-sync-fails",
        {Command.FOLDER_SYNC: _always(FolderSyncResponse(status=FolderSyncStatus.SERVER_ERROR))},
    ),
    _posed(
        "inbox-missing",
        "“I see my calendar, but no mail.”",
        "inbox-missing",
        {Command.FOLDER_SYNC: _showing(without=(INBOX,))},
    ),
    _posed(
        "folder-missing",
        "“Mail comes, my appointments do not.”",
        "folder-missing",
        {Command.FOLDER_SYNC: _showing(without=(CALENDAR,))},
    ),
    Case(
        id="sync-fails",
        title="“All my folders are there, and all of them are empty.”",
        illness="sync-fails",
        program=Program.HAPROXY,
        start=partial(_answering, "status 500", Command.SYNC),
    ),
    Case(
        id="calendar-fails",
        title="“The calendar on my phone is as it was last week.”",
        illness="sync-of-a-class-fails",
        program=Program.SCRIPTED,
        start=_calendar_gone,
    ),
    Case(
        id="message-not-sent",
        title="“I can read, but what I write stays in the outbox.”",
        illness="message-not-sent",
        program=Program.HAPROXY,
        start=partial(_answering, "status 507", Command.SEND_MAIL),
        minute=MINUTE,
    ),
    Case(
        id="message-not-arriving",
        title="“I wrote to myself to try it out, and nothing came.”",
        illness="message-not-arriving",
        program=Program.HAPROXY,
        start=partial(_answering, "status 200", Command.SEND_MAIL),
        minute=MINUTE,
    ),
    Case(
        id="arrival-not-told",
        title="“Mail is there as soon as I pull the list down, and only then.”",
        illness="arrival-not-told",
        program=Program.SCRIPTED,
        start=_not_told,
        minute=MINUTE,
    ),
)
"""Cases of a phone's first minute."""
