"""What some devices need, as one table: which requests a row is for, and what it asks for."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

import msgspec


class Quirk(Enum):
    """Something that is done otherwise for some devices."""

    KEEPS_NO_STATE = auto()
    """The device only tries the log-in: answer, and remember nothing."""
    WANTS_ASPNET_VERSION = auto()
    """OPTIONS must carry X-AspNet-Version, or the device stays at protocol version 14.0."""
    IGNORES_STATUS_OF_ESTIMATE = auto()
    """A GetItemEstimate with a key that does not live is answered as if there were one change."""

    KEEPS_WHAT_IT_MOVES = auto()
    """The device gives its own copy the id that MoveItems answers; told of an Add it shows two."""
    EMPTY_PICTURE_MEANS_NOTHING = auto()
    """The device sends an empty Picture with every change of a contact."""
    WANTS_NO_ZONE_NAMES = auto()
    """The device takes an event's time zone for another one unless its names are empty."""


class Row(msgspec.Struct, frozen=True):
    """A quirk and the devices that have it; a pattern that is not given matches all."""

    quirk: Quirk
    why: str
    device_id: str = ""
    user_agent: str = ""

    def matches(self, device_id: str, user_agent: str) -> bool:
        """Whether the row is for the device that calls itself so."""
        return bool(
            re.match(self.device_id, device_id, re.IGNORECASE)
            and re.match(self.user_agent, user_agent, re.IGNORECASE)
        )


QUIRKS: Final = (
    Row(
        Quirk.KEEPS_NO_STATE,
        "Android's mail application validates an account under this device id and syncs under another",
        device_id=r"validate$",
    ),
    Row(
        Quirk.WANTS_ASPNET_VERSION,
        "Nine takes a server without this header for an old one",
        user_agent=r"Nine\b",
    ),
    Row(
        Quirk.IGNORES_STATUS_OF_ESTIMATE,
        "Android's mail application begins anew on a Sync's refusal of the key, not on an estimate's",
        user_agent=r"Android",
    ),
    Row(
        Quirk.KEEPS_WHAT_IT_MOVES,
        "Outlook 2013 and later for Windows show mail twice that they are told of after a MoveItems",
        user_agent=r"Outlook/1[5-9]\.",
    ),
    Row(
        Quirk.EMPTY_PICTURE_MEANS_NOTHING,
        "iOS sends an empty Picture with every edit; by others it means that the picture is gone",
        user_agent=r"(Apple-|iOS/)",
    ),
    Row(
        Quirk.WANTS_NO_ZONE_NAMES,
        "Android's mail application, Gmail (Android-Mail) and those made of it know a zone by its rules; "
        "names are only a description (MS-ASDTYPE_R108), so whoever else says Android loses nothing",
        user_agent=r"Android",
    ),
)


@lru_cache(maxsize=10_000)
def quirks_of(device_id: str, user_agent: str) -> frozenset[Quirk]:
    """The quirks of the device that sent a request."""
    return frozenset(row.quirk for row in QUIRKS if row.matches(device_id, user_agent))
