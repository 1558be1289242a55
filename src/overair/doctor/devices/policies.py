"""Which settings of a policy each kind of device keeps, as far as its maker says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from overair.doctor.devices.device import Device


class Obedience(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of device does with settings, by the names of MS-ASPROV."""

    keeps: frozenset[str]
    cannot: frozenset[str] = frozenset()
    """What it cannot keep; of the rest nobody says."""


_PASSWORD: Final = frozenset(
    (
        "DevicePasswordEnabled",
        "AlphanumericDevicePasswordRequired",
        "MinDevicePasswordLength",
        "MaxInactivityTimeDeviceLock",
        "MaxDevicePasswordFailedAttempts",
        "AllowSimpleDevicePassword",
        "DevicePasswordExpiration",
        "DevicePasswordHistory",
    )
)
_OF_ANDROID: Final = _PASSWORD | {"RequireDeviceEncryption"}
"""support.google.com/work/android/answer/7065453, of all devices since Android 10."""
OBEDIENCE: Final[Mapping[Device, Obedience]] = {
    Device.IOS: Obedience(
        # Apple: “Deploying iPhone and iPad: Exchange ActiveSync”, supported policies.
        keeps=_PASSWORD
        | {
            "MinDevicePasswordComplexCharacters",
            "RequireManualSyncWhenRoaming",
            "AllowCamera",
            "AllowBrowser",
            "RequireDeviceEncryption",
        }
    ),
    Device.ANDROID: Obedience(
        keeps=_OF_ANDROID,
        # developers.google.com/android/work/device-admin-deprecation: since Android 10 an app that is not a
        # manager of the whole device cannot switch the camera off.
        cannot=frozenset(("AllowCamera",)),
    ),
    Device.SAMSUNG: Obedience(keeps=_OF_ANDROID),
    Device.OUTLOOK: Obedience(
        # learn.microsoft.com: “Managing devices for Outlook for iOS and Android for Exchange Server”; the
        # length of the password is kept on Android alone.
        keeps=frozenset(("DevicePasswordEnabled", "RequireDeviceEncryption", "AllowBluetooth"))
    ),
    Device.WINDOWS_MOBILE: Obedience(
        # What 12.0 has, which came out with it; the settings of 12.1 are for 6.1 and newer.
        keeps=_PASSWORD
        | {
            "PasswordRecoveryEnabled",
            "RequireStorageCardEncryption",
            "AttachmentsEnabled",
            "MaxAttachmentSize",
        }
    ),
}
"""By kind; docs/doctor/devices.md shows them."""
