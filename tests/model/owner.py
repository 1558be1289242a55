"""Whose phone of the model it is, and how it behaves."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from overair.protocol.sync_options import Conflict
from overair.versions import Version


class Temper(StrEnum):
    """How a phone behaves when it gets no answer."""

    PATIENT = "patient"
    IMPATIENT = "impatient"
    """Hangs up early, and has the next request out before the answer to the last one."""
    STUBBORN = "stubborn"
    """Repeats the very same request."""
    FICKLE = "fickle"
    """Repeats the key with what its owner wants by then."""
    FORGETFUL = "forgetful"
    """Starts again from key 0."""


class Owner(msgspec.Struct, frozen=True):
    """Whose phone it is, and what kind."""

    account: str
    device_id: str
    version: Version
    temper: Temper = Temper.PATIENT
    conflict: Conflict = Conflict.SERVER_WINS
    zone: str = "Europe/Berlin"
    """Where the phone is; one of forms.zones.OWN."""
    keeps_moved: bool = False
    """It gives its own copy the id that MoveItems answers, as Outlook for Windows does."""
