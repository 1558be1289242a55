"""The kinds of devices that a verdict is given for."""

from __future__ import annotations

from enum import StrEnum


class Device(StrEnum):
    """As ``--as`` takes them."""

    IOS = "ios"
    ANDROID = "android"
    SAMSUNG = "samsung"
    OUTLOOK = "outlook"
    WINDOWS_MOBILE = "windows-mobile"
