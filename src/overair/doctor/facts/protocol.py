"""What a phone gets of its first exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from overair.doctor.check import Fact


@dataclass(frozen=True)
class Provisioned(Fact):
    """The policies were accepted, or there are none."""

    policy_key: int
    policies: Mapping[str, str]
    """The settings that the server demands, by the names of MS-ASPROV, those that demand nothing left out."""


@dataclass(frozen=True)
class Hierarchy(Fact):
    """The folder tree."""

    folders: Mapping[str, int]
    """ServerIds and their types (MS-ASCMD 2.2.3.186.3)."""

    def of_type(self, folder_type: int) -> str | None:
        """The id of the first folder of a type."""
        return next((one for one, kind in self.folders.items() if kind == folder_type), None)


@dataclass(frozen=True)
class Synchronised(Fact):
    """The inbox was synchronised."""

    inbox: str
    key: str
    """Its SyncKey."""


@dataclass(frozen=True)
class Sent(Fact):
    """A message to oneself went out, arrived and was told."""

    seconds: float
    """From sending to the answer of the Ping."""
