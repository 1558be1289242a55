"""What an administrator sees of the devices of an account, and chooses for them."""

from __future__ import annotations

from typing import Final

from overair.devices import hiding, hierarchy
from overair.devices.device import Device
from overair.directory.interface import User
from overair.mailboxes.interface import Folder, FolderType, Session
from overair.server.context import Services
from overair.server.device_requests import (
    DeviceAnswer,
    DeviceFolder,
    DeviceFolders,
    DeviceRequest,
    Devices,
    KnownDevice,
    ListDevices,
    ShowDeviceFolder,
)
from overair.server.folder_contents import folder_at
from overair.times import moment_of
from overair.versions import Version

NEEDED: Final = frozenset(
    {
        FolderType.INBOX,
        FolderType.DRAFTS,
        FolderType.DELETED_ITEMS,
        FolderType.SENT_ITEMS,
        FolderType.OUTBOX,
    }
)
"""The folders without which no phone can have an account."""


class DeviceUnfit(ValueError):
    """The device that was named is none of the account's, or cannot do without the folder."""


async def perform(services: Services, user: User, request: DeviceRequest) -> DeviceAnswer:
    """Carry out a request about an account. Raises DeviceUnfit, FolderUnfit, MailboxError."""
    known = await services.partnerships.devices(user.account_id)
    if isinstance(request, ListDevices):
        return Devices(tuple(map(_shown, known)))
    device = next((one for one in known if one.device_id == request.device_id), None)
    if device is None:
        raise DeviceUnfit(f"{user.address} has no device {request.device_id}: see overair device list")
    mailbox = services.mailbox(user.account_id)
    if not isinstance(request, ShowDeviceFolder):
        return await mailbox.inspect(lambda session: _folders(session, device))
    answer = await mailbox.transact(lambda session: _choose(session, device, request))
    # A Ping that waits is answered that the hierarchy has changed.
    services.hub.publish(user.account_id, None)
    return answer


async def _choose(session: Session, device: Device, request: ShowDeviceFolder) -> DeviceFolders:
    folder = await folder_at(session, request.folder)
    if request.hidden and folder.type in NEEDED:
        raise DeviceUnfit(f"no phone can do without {folder.name}")
    states = await hierarchy.load(session.transaction, device.device_key)
    if request.hidden:
        states.hidden |= {folder.folder_id}
    else:
        states.hidden -= await _shown_with(session, folder, states.hidden)
    await hierarchy.store(session.transaction, device.device_key, states)
    return await _folders(session, device)


async def _shown_with(session: Session, folder: Folder, hidden: frozenset[str]) -> frozenset[str]:
    """The choices that end when a folder is to be shown: its own, and those of what is below it.

    Raises DeviceUnfit where one above it is hidden.
    """
    current = {one.folder_id: one for one in await session.folders()}
    above = current.get(folder.parent_id)
    while above is not None:
        if above.folder_id in hidden:
            raise DeviceUnfit(f"it lies below {above.name}, which is hidden: show that one")
        above = current.get(above.parent_id)
    return hiding.below({folder.folder_id}, current)


async def _folders(session: Session, device: Device) -> DeviceFolders:
    states = await hierarchy.load(session.transaction, device.device_key)
    current = {folder.folder_id: folder for folder in await session.folders()}
    hidden = hiding.below(states.hidden, current)
    shown = [
        DeviceFolder(
            path=_path(folder, current),
            type=folder.type.name.lower().replace("_", " ").replace("user ", ""),
            hidden=folder_id in hidden,
        )
        for folder_id, folder in current.items()
    ]
    return DeviceFolders(tuple(sorted(shown, key=lambda folder: folder.path.casefold())))


def _path(folder: Folder, current: dict[str, Folder]) -> str:
    names = [folder.name]
    above = current.get(folder.parent_id)
    while above is not None:
        names.append(above.name)
        above = current.get(above.parent_id)
    return "/".join(reversed(names))


def _shown(device: Device) -> KnownDevice:
    return KnownDevice(
        device_id=device.device_id,
        device_type=device.device_type,
        user_agent=device.user_agent,
        protocol=Version(device.protocol_version).text,
        last_seen=moment_of(device.last_seen),
    )
