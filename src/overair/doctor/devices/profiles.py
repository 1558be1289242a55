"""What is published about each kind of device: how it looks for its server, logs in and what it speaks.

What nobody publishes is in neither of two sets: what a device does, and what it may do (``perhaps_...``).
What it demands of TLS is in ``demands``, what it keeps of policies in ``policies``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from overair.doctor.devices.device import Device
from overair.doctor.facts.hosts import Method
from overair.versions import Version

DIRECT: Final = (Method.DOMAIN, Method.AUTODISCOVER)
UTF_8: Final = "utf-8"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of device."""

    called: str
    page: str
    """Its page in docs/devices, without the ending."""
    methods: tuple[Method, ...] = DIRECT
    """Where it looks for Autodiscover, in its order."""
    perhaps_methods: frozenset[Method] = frozenset((Method.REDIRECT, Method.SRV))
    json: bool = False
    """Whether it asks the second version of Autodiscover before the first."""
    lower_case: bool | None = None
    """Whether it writes Autodiscover's path in lower case alone; None where that is not published."""
    encoding: str | None = None
    """Of its password; None where that is not published."""
    oauth: bool = True
    """Whether it can sign in at Microsoft, where a server takes that instead of a password."""
    versions: frozenset[Version]
    """Of the protocol."""
    perhaps_versions: frozenset[Version] = frozenset()


_ON_ANDROID: Final = frozenset((Version.V14_0, Version.V14_1))
"""support.google.com: “Android support for Microsoft Exchange in pure Google devices”, which has 2.5 to 14.1
for Android 4. Today's apps are said to go on to 16.1 during 2026 (Exchange team's blog, 2025-12-15)."""
_LIVING: Final = frozenset(one for one in Version if one >= Version.V12_1)
"""What no current device speaks is older."""
PROFILES: Final[Mapping[Device, Profile]] = {
    Device.IOS: Profile(
        called="iPhone or iPad (Mail)",
        page="ios",
        encoding=UTF_8,
        # 16.1 since iOS 10 (Exchange team's blog, 2025-12-15); the older ones by Apple's iOS Deployment
        # Reference, which has 12.1, too, but is of 2017.
        versions=_LIVING - {Version.V12_1},
        perhaps_versions=frozenset((Version.V12_1,)),
    ),
    Device.ANDROID: Profile(
        called="Android (Gmail)",
        page="android",
        # Android's open source says why it does not look for SRV records.
        methods=(*DIRECT, Method.REDIRECT),
        perhaps_methods=frozenset(),
        lower_case=True,
        encoding=UTF_8,
        versions=_ON_ANDROID,
        perhaps_versions=_LIVING - _ON_ANDROID,
    ),
    Device.SAMSUNG: Profile(
        called="Samsung Email",
        page="android",
        encoding=UTF_8,
        versions=_ON_ANDROID,
        perhaps_versions=_LIVING - _ON_ANDROID,
    ),
    Device.OUTLOOK: Profile(
        # Microsoft's cloud looks, logs in and speaks for it.
        called="Outlook for iOS and Android",
        page="outlook-mobile",
        json=True,
        versions=frozenset(),
        perhaps_versions=_LIVING,
    ),
    Device.WINDOWS_MOBILE: Profile(
        called="Windows Mobile 6",
        page="windows-mobile",
        oauth=False,
        # 6.0 has the first two, 6.1 and 6.5 all three.
        versions=frozenset((Version.V2_5, Version.V12_0, Version.V12_1)),
    ),
}
"""By kind; docs/doctor/devices.md shows them."""
