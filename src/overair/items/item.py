"""The base of the item classes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, Self

import msgspec

from overair.protocol.schema import Record
from overair.versions import Version

FAR_FUTURE: Final = 2**62
"""The view date of what never ends."""


class ItemClass(StrEnum):
    """The Class of a collection or item (MS-ASCMD 2.2.3.27)."""

    EMAIL = "Email"
    CONTACTS = "Contacts"
    CALENDAR = "Calendar"
    TASKS = "Tasks"
    NOTES = "Notes"
    SMS = "SMS"


class Item(Record):
    """One item whole, as the embedded store keeps it."""

    item_class: ClassVar[ItemClass]
    first_version: ClassVar[Version] = Version.V2_5
    """The protocol version that brought the class."""
    partial_since: ClassVar[Version | None] = None
    """From this version on a Change says only what changes, and absence deletes nothing."""
    transient: ClassVar[Mapping[str, object]] = {}
    """What an item brings to the store beside itself, by attribute, with the value that means nothing."""

    @property
    def as_stored(self) -> Self:
        """The item without what it brings beside itself."""
        if all(getattr(self, name) == value for name, value in self.transient.items()):
            return self
        return msgspec.structs.replace(self, **self.transient)

    @property
    def view_date(self) -> int:
        """Microseconds UTC by which a view's cut-off is measured (mailboxes.interface.View)."""
        return 0

    @property
    def blob_keys(self) -> tuple[str, ...]:
        """The keys of the blobs that the item names, which are kept for as long as it is stored."""
        return ()

    @property
    def blob_bytes(self) -> int:
        """How many bytes the blobs that the item names have together."""
        return 0

    @property
    def conversation_key(self) -> str | None:
        """The one of its keys that all of its conversation have; None for what is in none."""
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """Short texts that the item is found by in its folder, besides its id; none stands twice."""
        return ()
