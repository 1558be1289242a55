"""The kinds of devices that a verdict is given for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Device(StrEnum):
    """As ``--as`` takes them."""

    IOS = "ios"
    ANDROID = "android"
    SAMSUNG = "samsung"
    OUTLOOK = "outlook"
    WINDOWS_MOBILE = "windows-mobile"


EVERY: Final = frozenset(Device)
RETIRED: Final = frozenset((Device.WINDOWS_MOBILE,))
"""What is not made any more."""
CURRENT: Final = EVERY - RETIRED
GOOGLE_MADE: Final = frozenset((Device.ANDROID, Device.SAMSUNG))
"""What has Android's TLS and its list of roots."""
NONE: Final[frozenset[Device]] = frozenset()
