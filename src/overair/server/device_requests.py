"""What commands ask about the devices of an account, and what they are answered."""

from __future__ import annotations

from datetime import datetime

import msgspec

from overair.server.administration_records import AnswerRecord, RequestRecord


class ListDevices(RequestRecord, frozen=True):
    """The devices of an account; answered by Devices."""

    address: str


class ListDeviceFolders(RequestRecord, frozen=True):
    """The folders of an account, and which a device is shown; answered by DeviceFolders."""

    address: str
    device_id: str


class ShowDeviceFolder(RequestRecord, frozen=True):
    """Show a device a folder with all below it, or hide them from it; answered by DeviceFolders.

    ``folder`` is a name, with its parents' before it and slashes between.
    """

    address: str
    device_id: str
    folder: str
    hidden: bool


class KnownDevice(msgspec.Struct, frozen=True):
    """A device with a partnership."""

    device_id: str
    device_type: str
    user_agent: str
    protocol: str
    """The version that it speaks."""
    last_seen: datetime
    """Exact to the hour."""


class DeviceFolder(msgspec.Struct, frozen=True):
    """A folder of an account; ``path`` has its parents' names before its own and slashes between."""

    path: str
    type: str
    hidden: bool


class Devices(AnswerRecord, frozen=True):
    """The devices of an account, those that were seen last first."""

    devices: tuple[KnownDevice, ...]


class DeviceFolders(AnswerRecord, frozen=True):
    """Every folder of an account, parents before children."""

    folders: tuple[DeviceFolder, ...]


DeviceRequest = ListDevices | ListDeviceFolders | ShowDeviceFolder
DeviceAnswer = Devices | DeviceFolders
